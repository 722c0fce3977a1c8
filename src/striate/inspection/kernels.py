"""The kernels of a layer, as they look at its inputs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from striate.engines.contract import Array
from striate.errors import SettingError, StateError
from striate.figures.shown import Shown
from striate.inspection import arguments as may_be
from striate.inspection.looks_at import of_the_picture
from striate.inspection.maps import Scale, first_convolution
from striate.messages import render
from striate.model import Model
from striate.network.graph import Graph, Node
from striate.network.layers import Conv2D, Dense, DepthwiseConv2D
from striate.network.settings import checked
from striate.network.summary import flattened_maps

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FILTERS, CHANNELS = 16, 16  # drawn at most
PICTURES = 128  # of kernels that are pictures of their own


@dataclass(frozen=True)
class Kernels(Shown):
    """The weights of one layer: (R, S, C, K), a kernel for each of K filters and C channels that it looks at.

    A dense layer has (1, 1, C, K); behind a flattened map (R, S, C') its kernels are as large as that map. Of a
    depthwise convolution each filter sees one channel alone: (R, S, 1, K). `in_colour`: the three channels are a
    picture's red, green and blue. `filters` and `channels`: what is drawn of them.
    """

    layer: str
    kind: str
    values: Array
    in_colour: bool
    filters: tuple[int, ...]
    channels: tuple[int, ...]
    scale: Scale = "shared"

    @property
    def left_out(self) -> tuple[int, int]:
        """How many filters and how many channels are not drawn."""
        return self.values.shape[3] - len(self.filters), self.values.shape[2] - len(self.channels)

    def figure(self) -> "Figure":
        """Colour pictures where it looks at colours, one sheet for one channel, else filters against channels."""
        from striate.figures.kernels import color_kernel_sheet, kernel_sheet, weight_matrix
        from striate.figures.sheets import map_sheet

        notes = self._notes()
        if self.in_colour:
            kernels = self.values[..., self.filters]
            own = render(f"figure.kernels.colour_{self.scale}")
            return color_kernel_sheet(
                kernels, title=self.layer, numbers=self.filters, scale=self.scale, notes=[own, *notes]
            )
        if self.values.shape[:2] == (1, 1):
            return weight_matrix(self.values[0, 0], title=self.layer, notes=[render("figure.scale.matrix")])
        if self.values.shape[2] == 1:
            kernels = self.values[:, :, 0, self.filters]
            return map_sheet(kernels, title=self.layer, scale=self.scale, numbers=self.filters, notes=notes)
        kernels = self.values[:, :, self.channels][..., self.filters]
        return kernel_sheet(
            kernels,
            title=self.layer,
            filters=self.filters,
            channels=self.channels,
            scale=self.scale,
            notes=[render(f"figure.kernels.{self.scale}"), *notes],
        )

    def _notes(self) -> list[str]:
        filters, channels = self.left_out
        if self.in_colour or self.values.shape[2] == 1:
            channels = 0
        if not filters and not channels:
            return []
        shown = {"filters": len(self.filters), "channels": len(self.channels)}
        every = {"all_filters": self.values.shape[3], "all_channels": self.values.shape[2]}
        return [render("figure.kernels.some" if channels else "figure.kernels.some_filters", shown | every)]


@checked(model=may_be.model, filters=may_be.numbers, channels=may_be.numbers, scale=may_be.scale)
def kernels(
    model: Model,
    layer: str | None = None,
    *,
    filters: Sequence[int] | None = None,
    channels: Sequence[int] | None = None,
    scale: Scale = "shared",
) -> Kernels:
    """The kernels of a layer; None: of the first convolution. `filters` and `channels` are drawn; None: the first.

    Raises `UnknownNameError` for a layer that is not there, `StateError` for one without kernels, `SettingError` for
    a filter or channel that it has not got.
    """
    graph = model.graph
    node = graph.node(first_convolution(graph, _with_kernels(graph)) if layer is None else layer)
    values = _values(model, graph, node)
    colour = values.shape[2] == 3 and of_the_picture(graph, node)
    alone = colour or values.shape[2] == 1
    chosen = _chosen(node, filters, values.shape[3], PICTURES if alone else FILTERS, "kernels.no_filter")
    seen = _chosen(node, channels, values.shape[2], CHANNELS, "kernels.no_channel")
    return Kernels(node.name, type(node.layer).__name__, values, colour, chosen, seen, scale)


def _with_kernels(graph: Graph) -> list[str]:
    return [node.name for node in graph.nodes if isinstance(node.layer, Conv2D | DepthwiseConv2D | Dense)]


def _values(model: Model, graph: Graph, node: Node) -> Array:
    weights = graph.theta.views(model.theta)
    name = f"{graph.owner(node).name}/kernel"
    if not isinstance(node.layer, Conv2D | DepthwiseConv2D | Dense) or name not in weights:
        known = _with_kernels(graph)
        raise StateError("kernels.none" if known else "kernels.none_anywhere", layer=node.name, known=known)
    kernel = np.asarray(weights[name]).copy()
    if isinstance(node.layer, DepthwiseConv2D):
        return kernel.reshape(*kernel.shape[:2], 1, -1)
    if isinstance(node.layer, Dense):
        return kernel.reshape(*(flattened_maps(graph, node) or (1, 1, kernel.shape[0])), kernel.shape[1])
    return kernel


def _chosen(node: Node, asked: Sequence[int] | None, count: int, most: int, code: str) -> tuple[int, ...]:
    if asked is None:
        return tuple(range(min(count, most)))
    for number in asked:
        if not 0 <= number < count:
            raise SettingError(code, layer=node.name, came=number, last=count - 1)
    return tuple(asked)
