"""The same bits: on any number of threads, alone or in a batch, block by block or operation by operation."""

import numpy as np
import pytest
from cases import CASES, Case, random_state, random_theta
from native_parity import Array, instruction_sets, native

from striate import Augmentation, Model, Sequential
from striate.engines.contract import Key, Purpose
from striate.engines.native import core
from striate.layers import (
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    Layer,
    LayerNormalization,
    MaxPooling2D,
    ReLU,
)
from striate.losses import SparseCategoricalCrossentropy
from striate.network.graph import Graph, chain

pytestmark = pytest.mark.skipif(not core.available(), reason="the compiled core is not there")

SETS = instruction_sets()
THREADS = (1, 2, 3, 8)
LONG = [  # weights that are read in several passes, tiles of several widths
    Case("conv_long", (6, 7, 150), [Conv2D(70, 3, padding="same")]),
    Case("dense_long", (3, 3, 300), [Flatten(), Dense(130, "relu"), Dense(9)]),
]


def layers() -> list[Layer]:
    """One of each that sums over a batch or a window or draws random numbers."""
    return [
        Conv2D(17, 3, padding="same", use_bias=False),
        BatchNormalization(),
        ReLU(),
        MaxPooling2D(),
        Dropout(0.2),
        DepthwiseConv2D(3, padding="same", activation="relu"),
        Conv2D(33, 3, strides=2, activation="relu"),
        LayerNormalization(),
        AveragePooling2D(2, padding="same"),
        Flatten(),
        Dropout(0.4),
        Dense(40, "tanh"),
        Dense(5, "softmax"),
    ]


def trained(threads: int) -> str:
    """The fingerprint (of theta and state) after 50 steps on pictures that are varied.

    Each fifth step has a short batch: 16, 16, 16, 16 and 5 pictures.
    """
    rng = np.random.default_rng(3)
    x, y = rng.standard_normal((69, 11, 10, 3)).astype(np.float32), rng.integers(0, 5, 69)
    varied = Augmentation(flip=True, shift=2, rotation=10, cutout=3)
    model = Sequential(layers(), seed=7)
    model.compile("adam", "sparse_categorical_crossentropy", engine="native", threads=threads)
    model.fit(x, y, batch_size=16, epochs=10, verbose=0, augmentation=varied)
    return model.fingerprint


def test_training_gives_the_same_bits_on_any_number_of_threads() -> None:
    assert len({trained(threads) for threads in THREADS}) == 1


@pytest.mark.parametrize("isa", SETS)
@pytest.mark.parametrize("batch", [1, 3, 7, 16])
def test_a_step_has_the_same_bits_on_any_number_of_threads(batch: int, isa: str) -> None:
    graph = Graph.to(chain(layers(), (11, 10, 3)))
    rng = np.random.default_rng(1)
    theta, state = (v(graph, rng).astype(np.float32) for v in (random_theta, random_state))
    x, y = rng.standard_normal((batch, 11, 10, 3)).astype(np.float32), rng.integers(0, 5, batch)
    purpose = Purpose(loss=SparseCategoricalCrossentropy(), dropout=True, batch_statistics=True)
    steps = [
        native(isa).compile(graph, 16, purpose, threads=threads).step(theta, state, x, y, None, Key(1, 2))
        for threads in THREADS
    ]
    for other in steps[1:]:
        assert other.loss == steps[0].loss
        assert_same_bits(steps[0].gradient, other.gradient)
        assert_same_bits(steps[0].state, other.state)
        assert_same_bits(steps[0].output, other.output)


def assert_same_bits(a: Array, b: Array) -> None:
    np.testing.assert_array_equal(a.view(np.int32), b.view(np.int32))


@pytest.mark.parametrize("isa", SETS)
@pytest.mark.parametrize("case", [*CASES, *LONG], ids=lambda case: case.id)
def test_a_picture_has_the_same_bits_alone_and_in_any_batch(case: Case, isa: str) -> None:
    """Programs for one picture and for three go operation by operation, the one for 128 block by block."""
    graph = case.graph
    rng = np.random.default_rng(9)
    theta, state = (v(graph, rng).astype(np.float32) for v in (random_theta, random_state))
    x = rng.standard_normal((128, *graph.input_shape)).astype(np.float32)
    engine = native(isa)
    programs = {capacity: engine.compile(graph, capacity, Purpose(), threads=2) for capacity in (1, 3, 128)}
    whole = programs[128].forward(theta, state, x).output
    assert_same_bits(programs[128].forward(theta, state, x[:7]).output, whole[:7])
    assert_same_bits(programs[3].forward(theta, state, x[5:8]).output, whole[5:8])
    assert_same_bits(programs[1].forward(theta, state, x[127:]).output, whole[127:])
    bound = programs[3].bind(theta, state)  # type: ignore[attr-defined]
    for first in (0, 3):
        assert_same_bits(bound.forward(x[first : first + 3]).output, whole[first : first + 3])


def test_weights_that_are_bound_stay_as_they_were() -> None:
    graph = Graph.to(chain([Conv2D(3, 3), Flatten(), Dense(4)], (6, 6, 2)))
    rng = np.random.default_rng(2)
    theta, other = (random_theta(graph, rng).astype(np.float32) for _ in range(2))
    state, x = np.zeros(0, np.float32), rng.standard_normal((2, 6, 6, 2)).astype(np.float32)
    program = native(SETS[-1]).compile(graph, 2, Purpose())
    wanted = [program.forward(t, state, x).output for t in (theta, other)]
    changing = theta.copy()
    bound = [program.bind(t, state) for t in (changing, other)]  # type: ignore[attr-defined]
    changing[:] = 0
    for _ in range(2):
        for each, output in zip(bound, wanted, strict=True):
            assert_same_bits(each.forward(x).output, output)
            assert_same_bits(each.forward(x).output, output)
        assert_same_bits(program.forward(other, state, x).output, wanted[1])


def test_predictions_have_the_same_bits_alone_and_together() -> None:
    model = Model.of(Graph.to(chain(layers(), (11, 10, 3))), seed=7)
    x = np.random.default_rng(4).standard_normal((128, 11, 10, 3)).astype(np.float32)
    whole = model.predict(x)
    assert_same_bits(model.predict(x[:7]), whole[:7])
    for i in (0, 6, 127):
        assert_same_bits(model.predict(x[i : i + 1])[0], whole[i])
