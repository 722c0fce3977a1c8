"""What the kernels of a layer look at: the picture's own colours, or what other layers made of them."""

from striate.network.graph import Graph, Node
from striate.network.layers import BatchNormalization, Dropout, Flatten, ZeroPadding2D

# They move, scale or drop each number by itself, and mix none with another.
KEEPING = (Flatten, ZeroPadding2D, BatchNormalization, Dropout)


def of_the_picture(graph: Graph, node: Node) -> bool:
    """Whether the channels that a layer's kernels look at are the picture's own: three are its colours."""
    before = graph.nodes[node.inputs[0]]
    while isinstance(before.layer, KEEPING):
        before = graph.nodes[before.inputs[0]]
    return not before.inputs
