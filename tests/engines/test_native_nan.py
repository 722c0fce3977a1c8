"""NaN and infinities come through wherever the reference engine lets them, and touch no other picture."""

import numpy as np
import pytest
from all_in_one import all_in_one
from cases import CASES, Case, random_state, random_theta
from native_parity import Array, instruction_sets, native

from striate.engines.contract import Purpose
from striate.engines.native import core
from striate.engines.reference.program import ReferenceEngine

pytestmark = pytest.mark.skipif(not core.available(), reason="the compiled core is not there")

SETS = instruction_sets()
every_row = all_in_one("case", CASES)


def numbers(case: Case, pictures: int) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(6)
    theta, state = (make(case.graph, rng).astype(np.float32) for make in (random_theta, random_state))
    return theta, state, rng.standard_normal((pictures, *case.graph.input_shape)).astype(np.float32)


@every_row
@pytest.mark.parametrize("capacity", [3, 9])
def test_one_pixel_that_is_no_number_spoils_its_own_picture_alone(case: Case, capacity: int) -> None:
    theta, state, x = numbers(case, capacity)
    isa = SETS[capacity % len(SETS)]
    program = native(isa).compile(case.graph, capacity, Purpose())
    whole = program.forward(theta, state, x).output
    for bad in (np.nan, np.inf, -np.inf):
        spoiled = x.copy()
        spoiled[1].flat[x[1].size // 2] = bad
        got = program.forward(theta, state, spoiled).output
        wanted = ReferenceEngine().compile(case.graph, capacity, Purpose()).forward(theta, state, spoiled).output
        others = np.arange(capacity) != 1
        np.testing.assert_array_equal(got[others].view(np.int32), whole[others].view(np.int32))
        if np.isnan(bad):
            np.testing.assert_array_equal(np.isnan(got[1]), np.isnan(wanted[1]))
        else:
            np.testing.assert_array_equal(np.isfinite(got[1]), np.isfinite(wanted[1]))


@pytest.mark.parametrize("row", ["vgg", "inverted_residual", "layer_norm", "lenet", "conv_groups", "depthwise"])
def test_a_weight_that_is_no_number(row: str) -> None:
    """One number of each weight and running statistic in turn."""
    case = next(case for case in CASES if case.id == row)
    theta, state, x = numbers(case, 5)
    program = native(SETS[-1]).compile(case.graph, 5, Purpose())
    reference = ReferenceEngine().compile(case.graph, 5, Purpose())
    for of, layout in ((theta, case.graph.theta), (state, case.graph.state)):
        for span in layout.spans:
            view = layout.view(of, span)
            kept = view.flat[span.size // 2]
            view.flat[span.size // 2] = np.nan
            got, wanted = (p.forward(theta, state, x).output for p in (program, reference))
            view.flat[span.size // 2] = kept
            np.testing.assert_array_equal(np.isnan(got), np.isnan(wanted), err_msg=span.name)
            assert np.isnan(wanted).any(), span.name
