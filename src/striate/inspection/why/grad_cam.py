"""Grad-CAM: the last maps, each weighted by how much it moves the score."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from striate.errors import SettingError, StateError
from striate.inspection import arguments as may_be
from striate.inspection.fields.padding import field_boxes
from striate.inspection.subject import Picture, Subject, taken
from striate.inspection.why.attribution import Attribution, Map, Told, evidence
from striate.inspection.why.class_scores import Scores
from striate.model import Model
from striate.network.graph import Graph
from striate.network.layers import (
    Activation,
    Add,
    BatchNormalization,
    Conv2D,
    DepthwiseConv2D,
    LayerNormalization,
    ReLU,
)
from striate.network.settings import checked

FINISHING = (BatchNormalization, LayerNormalization, Activation, ReLU, Add)


@dataclass(frozen=True)
class GradCam(Attribution):
    """`coarse` (P, Q) for each class: the number of each place of the layer's maps, which `map` spreads over pixels.

    A place's number stands in the middle of its receptive field; between them it is interpolated.
    """

    method: ClassVar[str] = "gradcam"
    title: ClassVar[str] = "why.gradcam.title"
    signed: ClassVar[bool] = False

    layer: str
    coarse: tuple[Map, ...]

    @property
    def facts(self) -> list[Told]:
        """Which maps."""
        return [("why.gradcam.fact", {"layer": self.layer, "size": self.coarse[0].shape})]


@checked(model=may_be.model, classes=may_be.classes)
def grad_cam(
    model: Model, picture: Picture | Subject, classes: Sequence[str | int] | None = None, *, layer: str | None = None
) -> GradCam:
    """ReLU(sum over k of a_k A_k), a_k the mean over the map of dS/dA_k. Selvaraju et al. 2017.

    A_k are the maps of `layer`, or where none is named those of the last convolution, behind the normalisation,
    activation and sum that finish them. Raises `StateError` for a network without a convolution whose maps are larger
    than 1x1 and stand over places of the picture: elsewhere a map over the picture would mean nothing; `SettingError`
    for such a layer, `UnknownNameError` for a class or a layer that is not there.
    """
    scores, looked_at = Scores.of(model), taken(model, picture)
    graph = scores.model.graph.at(looked_at.x.shape[1:])
    chosen_layer = last_maps(graph) if layer is None else _checked(graph, layer)
    kept = scores.model.feature_maps_of(looked_at.x, [chosen_layer, scores.output])
    given = scores.among(kept[scores.output])[0]
    chosen = scores.chosen(given, classes)
    dy = np.concatenate([scores.direction(k) for k in chosen])
    pictures = np.repeat(looked_at.x, len(chosen), axis=0)
    gradients = scores.model.gradients(pictures, {scores.output: dy}, [chosen_layer])[chosen_layer]
    maps = kept[chosen_layer][0].astype(np.float64)  # P Q K
    importance = gradients.mean(axis=(1, 2), dtype=np.float64)  # N K
    coarse = [np.maximum(maps @ each, 0) for each in importance]
    spread = [_spreading(graph, chosen_layer, axis) for axis in (0, 1)]
    over = {k: spread[0] @ each @ spread[1].T for k, each in zip(chosen, coarse, strict=True)}
    return GradCam(looked_at, evidence(scores, given, over), chosen_layer, tuple(coarse))


def last_maps(graph: Graph) -> str:
    """The layer that Grad-CAM looks at. Raises `StateError` where it would mean nothing."""
    convolutions = [p for p, node in enumerate(graph.nodes) if isinstance(node.layer, Conv2D | DepthwiseConv2D)]
    if not convolutions:
        raise StateError("gradcam.no_convolution")
    for place in reversed(convolutions):
        if _means_something(graph, graph.nodes[place].name):
            return graph.nodes[_finished(graph, place)].name
    raise StateError("gradcam.no_maps", layer=graph.nodes[convolutions[-1]].name)


def _finished(graph: Graph, place: int) -> int:
    """The node in which a convolution's maps end: behind normalisation, activation, sum; before the network's end."""
    while True:
        behind = [p for p, node in enumerate(graph.nodes) if place in node.inputs]
        if len(behind) != 1 or behind[0] == len(graph.nodes) - 1:
            return place
        if not isinstance(graph.nodes[behind[0]].layer, FINISHING):
            return place
        place = behind[0]


def _checked(graph: Graph, layer: str) -> str:
    if not _means_something(graph, graph.node(layer).name):
        known = [node.name for node in graph.nodes[1:-1] if _means_something(graph, node.name)]
        raise SettingError("gradcam.layer", layer=layer, came=graph.node(layer).shape, known=known)
    return layer


def _means_something(graph: Graph, layer: str) -> bool:
    """Whether a layer's maps are larger than 1x1 and their places lie in the picture in the same order."""
    shape = graph.node(layer).shape
    if len(shape) != 3 or shape[:2] == (1, 1):
        return False
    return all((np.diff(_middles(graph, layer, axis)) > 0).all() for axis in (0, 1))


def _middles(graph: Graph, layer: str, axis: int) -> Map:
    """Where in the picture the middle of each unit's receptive field lies, along an axis."""
    sides = [(box.rows, box.columns)[axis] for box in field_boxes(graph, layer, axis)]
    return np.array([(begin + end - 1) / 2 for begin, end in sides])


def _spreading(graph: Graph, layer: str, axis: int) -> Map:
    """(pixels, places): from the numbers at places to numbers at pixels, straight lines between middles."""
    middles, pixels = _middles(graph, layer, axis), np.arange(graph.input_shape[axis])
    return np.stack([np.interp(pixels, middles, unit) for unit in np.eye(len(middles))], axis=1)
