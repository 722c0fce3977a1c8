"""A model with one picture in it: what each layer made of it, and how the score of a class moves with that."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.engines.reference.activation import ACTIVATIONS, bounded_relu_backward
from striate.engines.reference.operations import Call, operation_of
from striate.engines.reference.program import owned
from striate.errors import SettingError
from striate.inspection.scores import Score, last_sums_gradient, score_of, seeds
from striate.inspection.subject import Subject
from striate.inspection.tracing.terms import At
from striate.model import Model
from striate.network.graph import Graph, Node
from striate.network.layers import ReLU, activation_of

Array = NDArray[Any]

# Activations whose slope can be told from what they give, so that their sums need not be computed again.
_SLOPE_FROM_OUTPUT = ("linear", "relu", "leaky_relu", "relu6", "elu", "selu", "sigmoid", "tanh", "softmax")


class Looked:
    """What was computed for one picture, as it is asked for.

    All layers that are asked for together come from one pass, so that what one gave is what the next one got.
    """

    def __init__(self, model: Model, subject: Subject, class_: str | int | None = None) -> None:
        self.model = model
        self.subject = subject
        self._class = class_
        self._kept: dict[str, Array] = {}
        self._gradients: dict[str, Array] = {}
        self.blind: str | None = None  # the kind of a user's layer that has no way back

    @cached_property
    def graph(self) -> Graph:
        """The network at the picture's size."""
        return self.model.graph.at(self.subject.x.shape[1:])

    def keep(self, names: Iterable[str]) -> None:
        """Have what these layers give, all from one pass, together with all that was had before.

        So is the output, which says who wins, and what reaches the last layer, where the way back begins.
        """
        asked = set(names)
        if asked <= self._kept.keys():
            return
        last = self.graph.nodes[-1]
        asked |= {last.name, *(self.graph.nodes[place].name for place in last.inputs), *self._kept}
        listed = [node.name for node in self.graph.nodes if node.name in asked]
        self._kept = self.model.feature_maps_of(self.subject.x, listed)

    @np.errstate(all="ignore")
    def everything(self) -> None:
        """Have all that may be asked for, in one pass forward and one back."""
        names = [node.name for node in self.graph.nodes]
        self.keep(names)
        self.find_gradients(names[:-1] if self.score.before else names)

    def maps(self, name: str) -> Array:
        """What a layer gives for the picture: (P, Q, K) or (K,)."""
        if name not in self._kept:
            self.keep([name])
        return self._kept[name][0]

    def at(self, node: Node) -> At:
        """A layer with what reaches it and its weights."""
        names = [self.graph.nodes[place].name for place in node.inputs]
        self.keep([*names, node.name])
        return At(node.layer, [self.maps(name) for name in names], self.weights(node))

    def weights(self, node: Node) -> dict[str, Array]:
        """A layer's weights and running statistics, by its own names for them."""
        owner = self.graph.owner(node).name + "/"
        every = [(self.graph.theta, self.model.theta), (self.graph.state, self.model.state)]
        spans = [(span, layout.view(vector, span)) for layout, vector in every for span in layout.spans]
        return {span.name.removeprefix(owner): view for span, view in spans if span.layer == owner[:-1]}

    def behind(self, node: Node) -> list[tuple[Node, int]]:
        """The layers that take what a layer gives, each with the number of the input that it is to them."""
        place = self.graph.place(node.name)
        return [(each, edge) for each in self.graph.nodes for edge, came in enumerate(each.inputs) if came == place]

    @cached_property
    def score(self) -> Score:
        """The class whose score the gradients are of."""
        return score_of(self.model, self.graph, self.maps(self.graph.nodes[-1].name), self._class)

    def find_gradients(self, names: Iterable[str]) -> None:
        """Have how the score moves with what these layers give, all from one pass."""
        asked = set(names)
        if self.blind or asked <= self._gradients.keys():
            return
        begun = seeds(self.model, self.graph, self.score, self._kept)
        asked |= self._gradients.keys()
        listed = [node.name for node in self.graph.nodes if node.name in asked]
        try:
            self._gradients = self.model.gradients(self.subject.x, begun, listed)
        except SettingError as error:
            if error.code != "layer.no_backward":
                raise
            self.blind = str(error.fields["where"])

    def gradient(self, node: Node) -> Array | None:
        """How the score moves with what a layer gives; None where that is not known.

        So it is of the last layer where the score is taken before that, and wherever a user's layer has no way back.
        """
        if node is self.graph.nodes[-1] and self.score.before:
            return None
        self.find_gradients([node.name])
        return None if self.blind else self._gradients[node.name][0]

    def sums_gradient(self, node: Node) -> Array:
        """How the score moves with what a layer adds up, before its activation: dz (P, Q, K) or (K,), float64.

        NaN where a user's layer has no way back.
        """
        dy = self.gradient(node)
        if dy is None and self.blind:
            return np.full(node.shape, np.nan)
        if dy is None:
            return last_sums_gradient(self.graph, self.score)[0].astype(float)
        if isinstance(node.layer, ReLU):
            layer, (x,) = node.layer, self.at(node).inputs
            slopes = layer.max_value, layer.negative_slope, layer.threshold
            return bounded_relu_backward(dy.astype(float), x.astype(float), *slopes)
        name, y = activation_of(node.layer), self.maps(node.name).astype(float)
        z = y if name in _SLOPE_FROM_OUTPUT else self._sums(node)
        return ACTIVATIONS[name].backward(dy.astype(float), z, y)

    def _sums(self, node: Node) -> Array:
        at, graph = self.at(node), self.graph
        weights = owned(graph, graph.theta)(node, self.model.theta)
        statistics = owned(graph, graph.state)(node, self.model.state)
        call = Call([x[None] for x in at.inputs], weights, statistics, None, batch_statistics=False)
        return operation_of(node.layer).forward(node.layer, call).output[0].astype(float)
