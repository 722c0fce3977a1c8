"""Networks that several tests describe."""

from striate.network.graph import Graph, chain
from striate.network.layers import Conv2D, Dense, Flatten, Layer, MaxPooling2D
from striate.network.summary import Summary, summarize


def summary_of(layers: list[Layer], shape: tuple[int, ...]) -> Summary:
    return summarize(Graph.to(chain(layers, shape)))


def lenet_like() -> Summary:
    convolutions = [Conv2D(32, 3), MaxPooling2D(), Conv2D(64, 3), MaxPooling2D()]
    return summary_of([*convolutions, Flatten(), Dense(128), Dense(10)], (28, 28, 1))
