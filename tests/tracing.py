"""Random units of a network, and whether what a trace says of them is so."""

from collections.abc import Sequence

import numpy as np
from cases import random_state, random_theta

from striate.engines.reference.activation import ACTIVATIONS, bounded_relu
from striate.inspection import Onward, Subject, Trace, Unit, traces
from striate.layers import LayerNormalization, ReLU
from striate.model import Model
from striate.network.graph import Graph
from striate.network.layers import activation_of

EPS = float(np.finfo(np.float32).eps)
TINY = float(np.finfo(np.float32).tiny)
FEW = 16  # roundings of what is no sum


def model_of(graph: Graph, rng: np.random.Generator, engine: str) -> Model:
    theta, state = random_theta(graph, rng), random_state(graph, rng)
    model = Model.of(graph, theta=theta.astype(np.float32), state=state.astype(np.float32))
    model.use(engine=engine, threads=1)
    return model


def random_units(graph: Graph, each: int, rng: np.random.Generator) -> list[Unit]:
    """So many of every layer, the input too."""
    return [
        Unit.at(node.name, tuple(int(rng.integers(size)) for size in node.shape))
        for node in graph.nodes
        for _ in range(each)
    ]


def traced(model: Model, each: int, rng: np.random.Generator) -> list[Trace]:
    x = rng.standard_normal((1, *model.graph.input_shape)).astype(np.float32)
    return traces(model, Subject(x, None, (1, 1)), random_units(model.graph, each, rng))


def check_terms(found: Sequence[Trace]) -> int:
    """Each value stands where its address says, and the terms come to the number in the map; how many were checked."""
    for each in found:
        terms, name = each.terms, str(each.unit)
        assert each.value == each.looked.maps(each.unit.layer)[each.unit.index], name
        for i in {0, len(terms) // 2, len(terms) - 1} if len(terms) else ():
            unit = each.input(i)
            assert terms.values[i] == (0.0 if unit is None else each.looked.maps(unit.layer)[unit.index]), name
        if terms.weights is None or terms.rule == "input":
            continue
        products = np.where(terms.weights == 0, 0, terms.values * terms.weights)
        z = products.sum() + (terms.bias or 0.0)
        assert each.computed is not None and each.bound is not None, name
        np.testing.assert_allclose(each.computed, _activated(each, z), rtol=1e-12, atol=1e-14, err_msg=name)
        assert abs(each.value - each.computed) <= each.bound, f"{name}: {each.value}, {each.computed}, {each.bound}"
        if terms.rule in ("sum", "mean", "add") and each.activation in (None, "relu"):
            count = len(terms) + (terms.bias is not None) + 1  # T + 1 roundings of each term
            assert each.bound <= count * EPS * (np.abs(products).sum() + abs(terms.bias or 0)) * (1 + 1e-9), name
    return len(found)


def _activated(each: Trace, z: float) -> float:
    layer = each.layer
    if isinstance(layer, ReLU):
        return float(bounded_relu(np.array(z), layer.max_value, layer.negative_slope, layer.threshold))
    if each.sums is None:
        return float(ACTIVATIONS[activation_of(layer)].forward(np.array(z)))
    assert abs(each.sums[each.unit.channel] - z) <= 1e-12 * (1 + abs(z))
    return float(ACTIVATIONS["softmax"].forward(each.sums)[each.unit.channel])


def check_gradients(found: Sequence[Trace]) -> None:
    """What comes back from all uses of a number is the gradient that the engine found for it."""
    for each in found:
        if each.gradient is None or not each.onward:
            continue
        sizes = sum(_sizes(each, onward) for onward in each.onward)
        count = sum(len(onward.parts) for onward in each.onward) + FEW
        off = abs(sum(onward.total for onward in each.onward) - each.gradient)
        assert off <= count * EPS * sizes + TINY, f"{each.unit}: {off}"


def _sizes(each: Trace, onward: Onward) -> float:
    """The sizes of what is added up on the way back; where the addends themselves are differences, of their terms."""
    node, looked = each.looked.graph.node(onward.layer), each.looked
    sizes = float(np.abs(onward.parts).sum()) + abs(onward.total)
    dy = looked.gradient(node)
    if isinstance(node.layer, LayerNormalization):
        (x,) = looked.at(node).inputs
        spread = np.sqrt(x.var(axis=-1) + node.layer.epsilon)
        z = np.abs(x - x.mean(axis=-1, keepdims=True)).max(axis=-1) / spread
        gamma = np.abs(looked.weights(node).get("gamma", np.ones(1))).max()
        sizes += float(((1 + z**2) / spread).max() * gamma * np.abs(onward.arriving).max())
    if activation_of(node.layer) == "softmax" and dy is not None:
        sizes += float(np.abs(dy).max() * np.abs(onward.weights).sum())
    return sizes
