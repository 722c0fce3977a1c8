"""The figures of the lessons: from what a lesson has computed to arrays and the function that draws them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from striate.engines.reference.activation import ACTIVATIONS
from striate.inspection.by_hand.sizes import SizeFacts
from striate.inspection.by_hand.windows import Matrix, convolution, pooling
from striate.network.summary import Summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from striate.figures.passes import Stop

CURVES = ("sigmoid", "tanh", "relu")


def array(rows: Matrix) -> NDArray[np.float64]:
    """A matrix for a figure."""
    return np.array([[float(value) for value in row] for row in rows])


def sliding(channels: Sequence[Matrix], kernels: Sequence[Matrix], at: tuple[int, int]) -> "Figure":
    """Picture * kernel = map, with the window at a place of the map."""
    from striate.figures.number_grids import Grid, number_grids

    facts = convolution(channels, kernels)
    rows, columns = facts.windows.kernel
    picture = Grid(array(channels[0]), "learn.picture", window=(*at, rows, columns))
    kernel = Grid(array(kernels[0]), "learn.kernel", "*")
    return number_grids([[picture, kernel, Grid(array(facts.map), "learn.map", "=", (*at, 1, 1))]])


def answers(picture: Matrix, kernels: Sequence[Matrix]) -> "Figure":
    """The same picture under several kernels, each with its map."""
    from striate.figures.number_grids import Grid, number_grids

    maps = [array(convolution([picture], [kernel]).map) for kernel in kernels]
    most = max(float(abs(each).max()) for each in maps)
    return number_grids(
        [
            [
                Grid(array(picture), "learn.picture"),
                Grid(array(kernel), "learn.kernel", "*"),
                Grid(each, "learn.map", "=", most=most),
            ]
            for kernel, each in zip(kernels, maps, strict=True)
        ]
    )


def windows_over_a_row(several: Sequence[SizeFacts]) -> "Figure":
    """The windows of each over its row of pixels."""
    from striate.figures.window_rows import WindowRow, window_rows

    axes = [facts.axis for facts in several]
    return window_rows(
        [
            WindowRow(axis.size, axis.kernel, axis.stride, axis.result, facts.unseen)
            for axis, facts in zip(axes, several, strict=True)
        ]
    )


def padding_maps(maps: Sequence[Sequence[Sequence[float]]], codes: Sequence[str]) -> "Figure":
    """Shares of padding, in percent."""
    from striate.figures.number_grids import Grid, number_grids

    grids = [Grid(np.round(100 * np.array(shares)), code, unit="%") for shares, code in zip(maps, codes, strict=True)]
    return number_grids([grids])


def pooled_maps(feature_map: Matrix) -> "Figure":
    """A map, and what both poolings make of it."""
    from striate.figures.number_grids import Grid, number_grids

    largest, mean = pooling(feature_map), pooling(feature_map, kind="average")
    whole = Grid(array(feature_map), "learn.map", window=(0, 0, 2, 2))
    first = (0, 0, 1, 1)
    pooled = [
        Grid(array(facts.map), code, window=first)
        for facts, code in ((largest, "lesson.pooling.max"), (mean, "lesson.pooling.average"))
    ]
    return number_grids([[whole, *pooled]])


def channel_sum(channels: Sequence[Matrix], kernels: Sequence[Matrix], names: Sequence[str]) -> "Figure":
    """Each channel * its kernel = its map; their sum at the end."""
    from striate.figures.number_grids import Grid, number_grids

    lines = [
        [
            Grid(array(channel), name),
            Grid(array(kernel), "learn.kernel", "*"),
            Grid(array(convolution([channel], [kernel]).map), "lesson.channels.part", "="),
        ]
        for channel, kernel, name in zip(channels, kernels, names, strict=True)
    ]
    lines[-1].append(Grid(array(convolution(channels, kernels).map), "lesson.channels.all", "Σ"))
    return number_grids(lines)


def activation_curves() -> "Figure":
    """Sigmoid, tanh and ReLU with their slopes."""
    from striate.figures.lesson_curves import activation_panels

    x = np.linspace(-4, 4, 401)
    values = {name: ACTIVATIONS[name].forward(x) for name in CURVES}
    slopes = {name: ACTIVATIONS[name].backward(np.ones_like(x), x, values[name]) for name in CURVES}
    return activation_panels(x, {name: (values[name], slopes[name]) for name in CURVES})


def layer_costs(summary: Summary) -> "Figure":
    """Weights and work of the layers that have either."""
    from striate.figures.layer_costs import layer_costs

    return layer_costs([(each.name, each.weights, each.multiply_adds or 0) for each in summary.layers if each.weights])


def chain(stops: "Sequence[Stop]") -> "Figure":
    """A pass forward and back."""
    from striate.figures.passes import passes

    return passes(stops)


def paths(went: Mapping[str, NDArray[np.float64]], curvature: tuple[float, float]) -> "Figure":
    """The ways of several rules through a valley."""
    from striate.figures.lesson_curves import valley_paths

    return valley_paths(went, curvature)


def depths(shares: Mapping[tuple[str, str], tuple[float, ...]]) -> "Figure":
    """What is left of gradients."""
    from striate.figures.lesson_curves import gradients_by_depth

    return gradients_by_depth(shares)


def digit_weights(weights: NDArray[np.floating]) -> "Figure":
    """The weights (64, 10) of a dense layer on pictures of 8x8, a map for each class."""
    from striate.figures.sheets import map_sheet

    side = round(len(weights) ** 0.5)
    return map_sheet(weights.reshape(side, side, -1), title="")
