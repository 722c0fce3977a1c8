"""Models cut from a model: up to a layer, before the probabilities, with the weights it began with."""

import numpy as np

from striate.engines.contract import Array
from striate.model import Model
from striate.network.graph import Graph
from striate.network.initializers import first_values
from striate.network.part import before_probabilities, origins, part


def up_to(model: Model, layer: str) -> Model:
    """The part that ends with a layer, with copies of its weights, computed as the model is.

    Raises `UnknownNameError` for a layer that is not there.
    """
    return _cut(model, part(model.graph, layer))


def scored(model: Model) -> Model:
    """A model that gives the scores before the softmax or sigmoid at the end; the same where it ends with neither."""
    return _cut(model, before_probabilities(model.graph))


def with_first_weights(cut: Model, whole: Model, seed: int) -> Model:
    """A part of a model, with the weights that the whole begins with by a seed."""
    first, names = _empty(whole, cut.graph), origins(cut.graph, whole.graph)
    drawn = dict[str, Array]()
    for layout in (whole.graph.theta, whole.graph.state):
        drawn |= layout.views(first_values(layout, seed, only=set(names.values())))
    for name, values in first.weights.items():
        values[...] = drawn[names[name]]
    return first


def _cut(model: Model, graph: Graph) -> Model:
    cut, names, weights = _empty(model, graph), origins(graph, model.graph), model.weights
    for name, values in cut.weights.items():
        values[...] = weights[names[name]]
    return cut


def _empty(model: Model, graph: Graph) -> Model:
    """A model of a graph, all weights 0, that computes as another does."""
    theta, state = (np.zeros(layout.size, np.float32) for layout in (graph.theta, graph.state))
    empty = Model.of(graph, seed=model.seed, theta=theta, state=state)
    empty.use_as(model)
    return empty
