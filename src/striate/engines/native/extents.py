"""How much of every node's maps is read at all: a window whose value nobody reads is not computed.

A pooling of 2x2 reads 10 of 11 rows and columns, and what fills the others costs the convolution before it a sixth of
its work. It goes on backwards: who computes less reads less.
"""

from collections.abc import Callable

from striate.engines.native.fusing import Fuser, is_plain
from striate.network.graph import Node
from striate.network.layers import Activation, BatchNormalization, Conv2D, Pooling2D, ReLU
from striate.network.shapes import windows
from striate.network.window import Pair


def read_extents(fuser: Fuser, by_channels: Callable[[Node], bool], folds_behind: Callable[[int], bool]) -> list[Pair]:
    """The rows and columns of each node, from its first pixel on, that are read; of a vector (1, 1).

    `by_channels(node)`: whether a convolution is done like a depthwise one, which computes all that it can.
    `folds_behind(place)`: whether a normalisation behind a node goes into its weights; any other reads all.
    """
    graph = fuser.graph
    extents = [(node.shape[0], node.shape[1]) if len(node.shape) == 3 else (1, 1) for node in graph.nodes]
    for place in reversed(range(len(graph.nodes) - 1)):
        if not fuser.alone(place):
            continue
        reader = fuser.readers[place][0]
        layer = graph.nodes[reader].layer
        if isinstance(layer, Pooling2D | Conv2D) and not by_channels(graph.nodes[reader]):
            extents[place] = _under_windows(layer, extents[place], extents[reader])
        elif isinstance(layer, Activation | ReLU):
            extents[place] = extents[reader] if is_plain(layer) else extents[place]
        elif isinstance(layer, BatchNormalization) and folds_behind(place):
            extents[place] = extents[reader]
    return extents


def _under_windows(layer: Pooling2D | Conv2D, size: Pair, count: Pair) -> Pair:
    """What the first `count` windows see of a map of this size."""
    at = windows(layer, size)
    rows, columns = (
        min(n, (k - 1) * step + reach - before)
        for n, k, step, reach, (before, _) in zip(size, count, at.stride, at.reach, at.border, strict=True)
    )
    return rows, columns
