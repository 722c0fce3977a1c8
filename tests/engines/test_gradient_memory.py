"""A step of the native engine writes all of the gradient anew, since an update leaves other numbers in its memory."""

import numpy as np
import pytest
from all_in_one import all_in_one
from cases import CASES, Case, random_state, random_theta

from striate.engines.contract import Key, Program, Purpose
from striate.engines.native import core
from striate.engines.native.engine import NativeEngine
from striate.losses import MeanSquaredError

pytestmark = pytest.mark.skipif(not core.available(), reason=str(core.why_absent()))


@all_in_one("case", [case for case in CASES if case.graph.theta.size])
def test_nothing_is_left_of_the_last_gradient(case: Case, rng: np.random.Generator) -> None:
    graph, x = case.graph, case.pictures(rng).astype(np.float32)
    theta, state = (make(graph, rng).astype(np.float32) for make in (random_theta, random_state))
    y = rng.standard_normal((case.batch, *graph.output_shape)).astype(np.float32)
    purpose = Purpose(loss=MeanSquaredError(), dropout=True, batch_statistics=True)
    program: Program = NativeEngine().compile(graph, case.batch, purpose, threads=1)
    first = program.step(theta, state, x, y, None, Key(1, 0)).gradient
    found = first.copy()
    for view in graph.theta.views(first).values():
        view[...] = np.nan
    second = program.step(theta, state, x, y, None, Key(1, 0)).gradient
    for name, view in graph.theta.views(second).items():
        assert view.tobytes() == graph.theta.views(found)[name].tobytes(), name
