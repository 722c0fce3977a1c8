"""Every row of the table on the native engine, on each instruction set, beside the reference engine in float64."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from cases import CASES, Case, Curve
from native_parity import Array, Question, Truth, answers, assert_parity, bounded, instruction_sets, truth

from striate.engines.native import core
from striate.engines.reference.program import ReferenceEngine
from striate.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalMaxPooling2D,
    Layer,
    LayerNormalization,
    MaxPooling2D,
    Softmax,
    ZeroPadding2D,
)
from striate.network.graph import Graph, chain
from striate.network.layers import activation_of
from striate.network.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Loss,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
from striate.network.settings import described

pytestmark = pytest.mark.skipif(not core.available(), reason="the compiled core is not there")

SETS = instruction_sets()
BY_ID = {case.id: case for case in CASES}


@described
class Cubed(Loss):
    """A loss of a user's own: the sum of |a - y|^3."""

    def forward(self, output: Array, y: Array) -> Array:
        return (np.abs(output - y) ** 3).reshape(len(y), -1).sum(axis=1)

    def backward(self, output: Array, y: Array) -> Array:
        return 3 * (output - y) * np.abs(output - y)


# Capacity 16 goes depth first, in chunks of two pictures; capacities 1 and 3 go operation by operation.
STEP = Question(16, 13, batch_statistics=True, dropout=True, loss=MeanSquaredError(), weighted=True)
FUSED = Question(16, 11)
FULL = Question(16, 16, every=True, batch_statistics=True)
IN_TURN = Question(3, 3, every=True)
SHORT = Question(3, 2, batch_statistics=True, dropout=True, loss=MeanSquaredError())
ONE = Question(1, 1)
OF_ALL_SETS = (STEP, IN_TURN)
OF_THE_BEST = (FUSED, FULL, SHORT, ONE)


@cache
def known(row: str, question: Question) -> Truth:
    return truth(BY_ID[row].graph, question)


@pytest.mark.parametrize("isa", SETS)
@pytest.mark.parametrize("row", BY_ID)
def test_every_row(row: str, isa: str) -> None:
    for question in OF_ALL_SETS + (OF_THE_BEST if isa == SETS[-1] else ()):
        assert_parity(BY_ID[row].graph, question, known(row, question), isa)


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("isa", SETS)
@pytest.mark.parametrize("row", ["lenet", "vgg", "inverted_residual", "lopsided_everywhere", "inception"])
def test_networks_on_several_threads(row: str, isa: str, threads: int) -> None:
    for question in (STEP, FULL, IN_TURN):
        assert_parity(BY_ID[row].graph, question, known(row, question), isa, threads)


# Readers of a gated value: those that apply the slope themselves, and those that do not.
BEHIND: list[list[Layer]] = [
    [Conv2D(3, 2)],
    [DepthwiseConv2D(2)],
    [AveragePooling2D(2)],
    [GlobalMaxPooling2D(keepdims=True)],
    [BatchNormalization()],
    [LayerNormalization()],
    [ZeroPadding2D(1)],
    [Flatten(), Dense(4)],
    [Softmax()],
    [Curve()],
    [Activation("tanh")],
]


def losses_of(case: Case) -> list[Loss]:
    """Every loss that fits a row's output."""
    last = activation_of(case.graph.nodes[-1].layer)
    fit: list[Loss] = [Cubed(), BinaryCrossentropy(from_logits=True), CategoricalCrossentropy(from_logits=True)]
    fit.append(BinaryCrossentropy(from_logits=True, label_smoothing=0.2))
    if last in {"softmax", "sigmoid"}:
        fit += [CategoricalCrossentropy(), CategoricalCrossentropy(label_smoothing=0.1)]
        fit.append(SparseCategoricalCrossentropy())
    if last == "sigmoid":  # a softmax of one value is 1, and 1 - 1e-7 has but one digit in float32
        fit.append(BinaryCrossentropy(label_smoothing=0.1))
    return fit


@pytest.mark.parametrize(
    "row",
    ["conv_softmax", "conv_sigmoid", "dense", "dense_one_to_one", "dense_softmax", "dense_sigmoid_one", "softmax",
     "activation_softmax_one", "activation_sigmoid", "lenet", "dropout_after_maps", "activation_apart", "softmax_last",
     "softmax_in_the_middle", "flatten", "dense_17"],
)  # fmt: skip
def test_every_loss(row: str) -> None:
    case = BY_ID[row]
    for loss in losses_of(case):
        for question in (Question(9, 7, loss=loss, weighted=True), Question(2, 2, loss=loss)):
            assert_parity(case.graph, question, truth(case.graph, question), SETS[-1])


NORMALISED = [c.id for c in CASES if any(isinstance(node.layer, BatchNormalization) for node in c.graph.nodes)]


@pytest.mark.parametrize("row", NORMALISED)
def test_frozen_layers_go_by_running_statistics(row: str) -> None:
    graph = BY_ID[row].graph
    norms = tuple(graph.owner(node).name for node in graph.nodes if isinstance(node.layer, BatchNormalization))
    for frozen in (norms, norms[:1]):
        question = Question(9, 8, batch_statistics=True, frozen=frozen, loss=MeanSquaredError())
        assert_parity(graph, question, truth(graph, question), SETS[-1])


def steep(question: Question, graph: Graph) -> Truth:
    """With weights so large that relu6 is at 6 in places."""
    known = truth(graph, question)
    numbers = replace(known.numbers, theta=known.numbers.theta * 4, x=known.numbers.x * 2)
    program = ReferenceEngine().compile(graph, question.capacity, question.purpose(graph, np.float64))
    exact = answers(program, graph, question, numbers, np.float64)
    return bounded(program, graph, question, numbers, exact)


@pytest.mark.parametrize("gate", ["relu", "relu6"])
@pytest.mark.parametrize("behind", [*BEHIND], ids=lambda layers: type(layers[0]).__name__)
def test_gates_before_every_kind_of_reader(gate: str, behind: list[Layer]) -> None:
    """A gate's slope is applied once whoever reads it: its own reader, or a pool before that."""
    for pool in ([], [MaxPooling2D(2)], [MaxPooling2D(3, strides=1)]):
        layers = [Conv2D(4, 3), Activation(gate), *pool, *behind, Flatten(), Dense(3)]
        graph = Graph.to(chain(layers, (7, 8, 2)))
        question = Question(5, 4, loss=MeanSquaredError())
        assert_parity(graph, question, steep(question, graph), SETS[-1])


def test_the_bound_is_one_that_can_be_broken() -> None:
    """A kernel's weight that is off by a hundredth is seen in a sum of eighteen."""
    graph = BY_ID["conv_valid"].graph
    whole = known("conv_valid", STEP)
    numbers = whole.numbers
    wrong = numbers.theta.copy()
    wrong[0] *= 1.01
    off = Truth(type(numbers)(**{**vars(numbers), "theta": wrong}), whole.answers, whole.bounds)
    with pytest.raises(AssertionError, match="off by"):
        assert_parity(graph, STEP, off, SETS[-1])
