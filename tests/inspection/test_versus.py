"""A CNN against others: as many weights, the same shuffle, the same field, and what follows from the numbers."""

import math
from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest

from striate.data.dataset import Dataset
from striate.data.load import load_images
from striate.engines.reference.activation import softmax
from striate.errors import SettingError
from striate.inspection.trials import Material
from striate.inspection.versus.moving import moved, right_shifted, right_turned, shifts_for
from striate.inspection.versus.nets import (
    CNN,
    DENSE,
    FIELDS,
    PAIRS,
    PLAIN,
    STRIDED,
    compared_nets,
    hidden_units,
    nearest,
    shuffled,
    weights_by_size,
)
from striate.inspection.versus.versus import Compared, Versus, VersusBudget, lost, versus
from striate.model import Model
from striate.network.graph import Graph

MODULE = import_module("striate.inspection.versus.versus")  # whose name is also that of its function
TINY = VersusBudget(epochs=1, pictures=40, judged=20, seeds=2, filters=2)
SHAPES = [(8, 8, 1), (9, 7, 3), (28, 28, 1)]
every_shape = pytest.mark.parametrize("shape", SHAPES)


@pytest.fixture(scope="module")
def stripes() -> Dataset:
    rng = np.random.default_rng(3)
    labels = np.arange(80) % 2
    pictures = rng.integers(0, 120, (80, 8, 8, 1))
    pictures[labels == 1, 4:] += 100
    return load_images(pictures.astype(np.uint8), labels)


@pytest.fixture(scope="module")
def found(stripes: Dataset) -> Versus:
    return versus(stripes, TINY)


# The networks


@every_shape
def test_weights_are_as_near_as_whole_numbers_allow(shape: tuple[int, int, int]) -> None:
    """One unit, or one map, more or less would be no nearer."""
    nets = compared_nets(shape, 10, 4)
    wanted, pixels = nets[CNN].weights, math.prod(shape)
    a_unit = pixels + 1 + 10  # its weights, its bias, its weights to the classes
    a_map = 9 * 4 + 1 + pixels // shape[2] * 10
    assert nets[DENSE].weights == hidden_units(nets[DENSE]) * a_unit + 10
    for name, one in ((DENSE, a_unit), (PLAIN, a_map)):
        off = nets[name].weights - wanted
        assert abs(off) <= one / 2 or nets[name].weights - one < one  # with a single one there is no fewer


def test_strides_keep_the_weights_where_pooling_and_strides_halve_alike() -> None:
    nets = compared_nets((28, 28, 1), 10, 16)
    assert nets[STRIDED].weights == nets[CNN].weights == 20490
    assert (nets[DENSE].weights, hidden_units(nets[DENSE])) == (20680, 26)


@every_shape
def test_small_and_large_kernels_see_as_much(shape: tuple[int, int, int]) -> None:
    nets = compared_nets(shape, 10, 4)
    for small, large in PAIRS:
        assert nets[small].field == nets[large].field is not None
        assert sum(size - 1 for size in FIELDS[small]) == sum(size - 1 for size in FIELDS[large])


def test_two_small_kernels_have_18_weights_where_a_large_one_has_25() -> None:
    nets, pairs = compared_nets((28, 28, 1), 10, 16), 16 * 16
    assert nets["one5"].weights - nets["two3"].weights == (25 - 18) * pairs - 16
    assert nets["one7"].weights - nets["three3"].weights == (49 - 27) * pairs - 2 * 16
    assert nets["one5"].multiply_adds - nets["two3"].multiply_adds == (25 - 18) * pairs * 14 * 14


def test_nearest() -> None:
    assert [nearest(wanted, lambda n: 10 * n + 3) for wanted in (0, 13, 17, 19, 1004)] == [1, 1, 1, 2, 100]


def test_weights_against_size_are_those_of_networks_that_are_made() -> None:
    growth = weights_by_size(3, 7, hidden=5, filters=4, sizes=(8, 12))
    for i, size in enumerate(growth.sizes):
        nets = compared_nets((size, size, 3), 7, 4)
        made = Model.of(nets[CNN].graph)
        assert growth.weights["cnn"][i] == made.count_params()
        kernels = [w.size for name, w in made.weights.items() if name.startswith("conv")]
        assert growth.weights["convolutions"][i] == sum(kernels)
        assert growth.weights["dense"][i] == size * size * 3 * 5 + 5 + 5 * 7 + 7
        pixels, half = size * size, (size // 2) ** 2
        assert growth.weights["same_maps"][i] == (
            (pixels * 3 + 1) * pixels * 4 + (half * 4 + 1) * half * 8 + ((size // 4) ** 2 * 8 + 1) * 7
        )


# Shuffles, shifts, turns


def test_one_shuffle_for_all_pictures(rng: np.random.Generator) -> None:
    x = rng.random((5, 6, 4, 3))
    mixed = shuffled(x, 7)
    places = [np.flatnonzero((x[0] == pixel).all(axis=2).ravel())[0] for pixel in mixed[0].reshape(-1, 3)]
    assert sorted(places) == list(range(24)) and places != sorted(places)
    np.testing.assert_array_equal(mixed.reshape(5, 24, 3), x.reshape(5, 24, 3)[:, places])
    np.testing.assert_array_equal(mixed, shuffled(x, 7))
    assert not np.array_equal(mixed, shuffled(x, 8))


def test_a_shift_repeats_the_border(rng: np.random.Generator) -> None:
    x = rng.random((2, 6, 5, 3)).astype(np.float32)
    down = moved(x, (2, 0))
    np.testing.assert_array_equal(down[:, 2:], x[:, :-2])
    np.testing.assert_array_equal(down[:, :2], np.repeat(x[:, :1], 2, axis=1))
    left = moved(x, (0, -1))
    np.testing.assert_array_equal(left[:, :, :-1], x[:, :, 1:])
    np.testing.assert_array_equal(moved(x), x)


def test_a_quarter_turn(rng: np.random.Generator) -> None:
    x = rng.random((2, 5, 5, 1)).astype(np.float32)
    for degrees in (90, -90):
        turned = moved(x, degrees=degrees)
        quarters = [np.rot90(x, k, axes=(1, 2)) for k in (1, -1)]
        # cos(90 degrees) is 6e-17 in float64: four neighbours are mixed by it
        assert sum(np.allclose(turned, each, atol=1e-6) for each in quarters) == 1
    np.testing.assert_allclose(moved(moved(x, degrees=90), degrees=-90), x, atol=1e-6)


def test_moved_accuracies_are_means_over_the_ways(stripes: Dataset) -> None:
    graph = compared_nets((8, 8, 1), 2, 2)[CNN].graph
    model, x, y = Model.of(graph, seed=1), stripes.train.x, stripes.train.y

    def right(moved_x: np.ndarray) -> np.ndarray:
        return model.predict(moved_x).argmax(axis=1) == y

    shifted = right_shifted(model, x, y, (0, 2))
    ways = [moved(x, way) for way in ((2, 0), (-2, 0), (0, 2), (0, -2))]
    np.testing.assert_allclose(shifted, [right(x), np.mean([right(way) for way in ways], axis=0)], rtol=1e-12)
    turned = right_turned(model, x, y, (0, 30))
    expected = [right(x), np.mean([right(moved(x, degrees=way)) for way in (30, -30)], axis=0)]
    np.testing.assert_allclose(turned, expected, rtol=1e-12)
    assert (shifts_for(8, 8), shifts_for(28, 30)) == ((0, 1, 2), (0, 1, 2, 3, 4, 6, 8))


def test_a_dense_net_cannot_tell_a_shuffle_from_none(rng: np.random.Generator) -> None:
    """With the rows of its first weights shuffled alike it answers the same: nothing is lost but the order."""
    x, w = rng.random((3, 4, 4, 1)), rng.standard_normal((16, 2))
    mixed_w = shuffled(np.moveaxis(w.reshape(4, 4, 1, 2), 3, 0), 5).reshape(2, 16).T
    np.testing.assert_allclose(
        softmax(shuffled(x, 5).reshape(3, 16) @ mixed_w), softmax(x.reshape(3, 16) @ w), rtol=1e-12
    )


# What comes out


def test_everything_is_measured(found: Versus) -> None:
    assert set(found.accuracy) == {CNN, DENSE, STRIDED, PLAIN, *FIELDS}
    assert all(values.shape == (2,) for values in (*found.accuracy.values(), *found.shuffled.values()))
    assert set(found.by_shift) == set(found.by_angle) == {CNN, DENSE, STRIDED, PLAIN}
    for name, values in found.by_shift.items():
        assert values.shape == (2, len(found.shifts))
        np.testing.assert_allclose(values[:, 0], found.accuracy[name], rtol=1e-12)
        np.testing.assert_allclose(found.by_angle[name][:, 0], found.accuracy[name], rtol=1e-12)
    assert (found.pictures, found.judged, found.part, found.budget.epochs) == (40, 8, "validation", 1)


def test_the_same_call_gives_the_same_numbers(stripes: Dataset, found: Versus) -> None:
    again = versus(stripes, TINY)
    for mine, other in ((found.accuracy, again.accuracy), (found.by_shift, again.by_shift)):
        for name, values in mine.items():
            np.testing.assert_array_equal(values, other[name])


def test_shuffled_nets_learn_from_and_are_judged_by_shuffled_pictures(
    stripes: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, Material]] = []

    def train(graph: Graph, data: Material, how: object, seed: int) -> Model:
        seen.append((seed, data))
        return Model.of(graph, seed=seed)

    monkeypatch.setattr(MODULE, "trained", train)
    found = versus(stripes, TINY, seed=4)
    plain, mixed = seen[0][1], seen[-1][1]
    np.testing.assert_array_equal(mixed.x, shuffled(plain.x, 4))
    np.testing.assert_array_equal(mixed.judged_x, shuffled(plain.judged_x, 4))
    assert [seed for seed, _ in seen] == [4, 5] * 10
    assert [data is mixed for _, data in seen] == [False] * 16 + [True] * 4
    model = Model.of(found.nets[CNN].graph, seed=4)
    right = (model.predict(mixed.judged_x).argmax(axis=1) == mixed.judged_y).mean()
    assert found.shuffled[CNN][0] == right


def test_claims_are_judged_by_their_differences(found: Versus, rng: np.random.Generator) -> None:
    """Each is above 0 where what is said is so."""
    plain, mixed = ({name: rng.random((3, 5)) for name in found.accuracy} for _ in range(2))
    shift, turn = ({name: rng.random((3, 4, 5)) for name in found.by_shift} for _ in range(2))
    some = replace(found, right=plain, right_shuffled=mixed, right_shifted=shift, right_turned=turn)

    def loss(moved: np.ndarray) -> np.ndarray:
        return moved[:, 0] - (moved[:, 1] + moved[:, 2] + moved[:, 3]) / 3

    expected = {
        "equal_weights": plain[CNN] - plain[DENSE],
        "shuffle_cnn": plain[CNN] - mixed[CNN],
        "shuffle_dense": plain[DENSE] - mixed[DENSE],
        "shift_strided": loss(shift[STRIDED]) - loss(shift[CNN]),
        "shift_plain": loss(shift[PLAIN]) - loss(shift[CNN]),
        "turn_strided": loss(turn[STRIDED]) - loss(turn[CNN]),
        "turn_plain": loss(turn[PLAIN]) - loss(turn[CNN]),
        "kernels_two3": plain["two3"] - plain["one5"],
        "kernels_three3": plain["three3"] - plain["one7"],
    }
    assert [each.claim for each in some.compared] == list(expected)
    for each in some.compared:
        np.testing.assert_allclose(each.by_picture, expected[each.claim], rtol=0, atol=1e-15)
        np.testing.assert_allclose(each.differences, expected[each.claim].mean(axis=1), rtol=0, atol=1e-15)
        assert each.none_claimed is (each.claim == "shuffle_dense")
    np.testing.assert_allclose(lost(np.array([[[0.9], [0.6], [0.4]]])), [[0.4]], rtol=1e-12)


@pytest.mark.parametrize(
    ("differences", "holds", "none_claimed"),
    [
        ([0.04, 0.05, 0.06], True, False),
        ([-0.04, -0.05, -0.06], False, False),
        ([0.04, -0.05, 0.06], None, False),
        ([0.01, 0.02, 0.06], None, False),  # t = 1.96, below 4.303
        ([0.02, 0.02], True, False),
        ([0.05], None, False),
        ([0.01, -0.01, 0.0], True, True),
        ([0.04, 0.05, 0.06], False, True),
        ([0.0], None, True),
    ],
)
def test_students_test_over_the_seeds(differences: list[float], holds: bool | None, none_claimed: bool) -> None:
    same_for_all = np.repeat(np.array(differences)[:, np.newaxis], 50, axis=1)
    assert Compared("any", same_for_all, none_claimed=none_claimed).holds is holds


@pytest.mark.parametrize(("better", "worse", "holds"), [(12, 2, True), (2, 0, None), (8, 3, None), (3, 40, False)])
def test_a_few_pictures_tell_nothing_however_the_seeds_agree(better: int, worse: int, holds: bool | None) -> None:
    """McNemar's question: of 400 pictures some are answered right by the one network alone, some by the other."""
    picture = np.concatenate([np.ones(better), -np.ones(worse), np.zeros(400 - better - worse)])
    assert Compared("any", np.stack([picture] * 3)).holds is holds


def test_epochs_make_enough_steps_of_few_pictures(stripes: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MODULE, "STEPS", 5)
    few = versus(stripes, VersusBudget(pictures=30, judged=4, seeds=1, filters=1))
    assert few.budget.epochs == 5
    assert few.compared[0].spread is None and few.compared[0].holds is None


def test_refusals(stripes: Dataset) -> None:
    for wrong in (VersusBudget(epochs=0), VersusBudget(seeds=0), VersusBudget(filters=-1)):
        with pytest.raises(SettingError):
            versus(stripes, wrong)


def test_the_figure_shows_the_numbers(found: Versus) -> None:
    bars, growth, shifts, turns, kernels = found.figure().axes
    heights = [patch.get_height() for patch in bars.patches]
    expected = [found.accuracy[CNN], found.shuffled[CNN], found.accuracy[DENSE], found.shuffled[DENSE]]
    np.testing.assert_allclose(heights, [values.mean() for values in expected])
    assert len(growth.lines) == 4
    np.testing.assert_allclose(shifts.lines[0].get_ydata(), found.by_shift[CNN].mean(axis=0))
    np.testing.assert_allclose(turns.lines[3].get_ydata(), found.by_angle[DENSE].mean(axis=0))
    assert len(kernels.get_xticklabels()) == len(FIELDS)
