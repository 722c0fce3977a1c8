"""What the layers of a model make of a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from striate.engines.contract import Array
from striate.errors import StateError
from striate.figures.shown import Shown
from striate.inspection import arguments as may_be
from striate.inspection.subject import Picture, Subject, subject
from striate.model import Model
from striate.network.graph import Graph
from striate.network.layers import Conv2D, DepthwiseConv2D
from striate.network.settings import checked, positive

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Scale = Literal["shared", "own"]
ALL = "all"
MOST = 128  # maps on a sheet, unless more are asked for


@dataclass(frozen=True)
class Maps(Shown):
    """What one layer gives for a picture: maps (P, Q, K), or a vector (K,), whose numbers may have names.

    `scale` is how it is drawn: all maps by one scale of colours, or each by its own; `most` how many maps at most,
    those with the largest values; None: all.
    """

    layer: str
    values: Array
    subject: Subject
    names: tuple[str, ...] = ()
    scale: Scale = "shared"
    most: int | None = None

    @property
    def are_maps(self) -> bool:
        """Whether the layer gives maps, and not a vector."""
        return self.values.ndim == 3

    def figure(self) -> "Figure":
        """The maps beside the picture, in colours that are the same on both sides of 0; a vector as bars."""
        from striate.figures.maps import maps_figure

        shown = self.subject.shown
        return maps_figure(
            self.values, title=self.layer, picture=shown, scale=self.scale, most=self.most, names=self.names
        )


@checked(model=may_be.model, layers=may_be.layers, scale=may_be.scale, most=positive)
def maps(
    model: Model,
    picture: Picture | Subject,
    layers: str | Sequence[str] | None = None,
    *,
    scale: Scale = "shared",
    most: int | None = MOST,
) -> list[Maps]:
    """What layers make of a picture, one result for each: the first convolution, those of these names, or "all".

    Raises `UnknownNameError` for a layer that is not there, `StateError` where no layer was named and the model has no
    convolution, and what `subject` raises.
    """
    seen = picture if isinstance(picture, Subject) else subject(model, picture)
    graph = model.graph.at(seen.x.shape[1:])
    named = layers_named(graph, layers)
    kept = model.feature_maps_of(seen.x, named)
    return [_maps(model, graph, seen, name, kept[name][0], scale, most) for name in named]


def layers_named(graph: Graph, layers: str | Sequence[str] | None) -> list[str]:
    """The names of layers as they are asked for, each once; None: the first convolution."""
    if layers is None:
        return [first_convolution(graph)]
    if layers == ALL or (not isinstance(layers, str) and ALL in layers):
        return [node.name for node in graph.nodes]
    return [graph.node(name).name for name in dict.fromkeys([layers] if isinstance(layers, str) else layers)]


def first_convolution(graph: Graph, others: Sequence[str] | None = None) -> str:
    """The name of the first convolution. Raises `StateError` where there is none, with other layers to take."""
    for node in graph.nodes:
        if isinstance(node.layer, Conv2D | DepthwiseConv2D):
            return node.name
    raise StateError("look.no_convolution", known=others or [node.name for node in graph.nodes])


def _maps(
    model: Model,
    graph: Graph,
    seen: Subject,
    name: str,
    values: Array,
    scale: Scale,
    most: int | None,
) -> Maps:
    classes = name == graph.nodes[-1].name and values.shape == (len(model.class_names or ()),)
    names = tuple(model.class_names or ()) if classes else ()
    return Maps(name, np.asarray(values), seen, names, scale, most)
