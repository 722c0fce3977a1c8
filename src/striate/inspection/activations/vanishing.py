"""How much of a gradient is left after many layers, for each activation and each way to draw the first weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from striate.data.counting import Reading
from striate.engines.contract import Array
from striate.engines.reference.activation import ACTIVATIONS
from striate.figures.shown import Shown
from striate.inspection import arguments as may_be
from striate.inspection.activations.slopes import known
from striate.network.initializers import INITIALIZERS
from striate.network.settings import checked, positive, whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from striate.figures.panels import Sketch

DEPTHS = (1, 3, 5, 10, 20, 30)
STARTS = ("glorot_uniform", "he_normal")
PICTURES = 32  # vectors that go through at once


@dataclass(frozen=True, eq=False)
class GradientLeft(Shown):
    """What is left of a gradient behind dense layers of `width`: `shares` (activations, starts, depths, draws).

    Of n layers, x -> f(x W1) -> ... -> y, and S = sum(dy * y) for a random dy: |dS/dx| / |dS/dy|, Frobenius norms over
    a batch. x and dy are standard normal, biases 0, weights drawn anew by each start, the same for every activation.
    """

    activations: tuple[str, ...]
    starts: tuple[str, ...]
    depths: tuple[int, ...]
    width: int
    shares: Array

    @property
    def typical(self) -> Array:
        """The geometric mean over the draws: (activations, starts, depths)."""
        with np.errstate(divide="ignore"):  # a gradient that is 0
            return np.exp(np.log(self.shares).mean(axis=-1))

    def sketch(self) -> "Sketch":
        """A panel for each start, on a scale of powers of ten."""
        from striate.figures.activations import gradients_left

        return gradients_left(self.activations, self.starts, self.depths, self.width, self.shares)

    def figure(self) -> "Figure":
        """The panels on a figure of their own."""
        from striate.figures.panels import drawn

        return drawn([self.sketch()])


@checked(
    activations=may_be.some_names,
    starts=may_be.starts,
    depths=may_be.depths,
    width=positive,
    draws=positive,
    seed=whole,
)
def gradient_left(
    activations: Sequence[str] | None = None,
    starts: Sequence[str] = STARTS,
    depths: Sequence[int] = DEPTHS,
    *,
    width: int = 256,
    draws: int = 5,
    seed: int = 0,
    progress: Reading | None = None,
) -> GradientLeft:
    """Several networks drawn, their gradients taken back, in float64 by the reference engine's formulas.

    Raises `UnknownNameError` for an activation or an initializer that there is not, `SettingError` for a depth or a
    width that cannot be.
    """
    names = known(activations)
    layers = tuple(depths)
    shares = np.empty((len(names), len(starts), len(layers), draws))
    for draw in range(draws):
        for s, start in enumerate(starts):
            rng = np.random.default_rng([seed, draw])
            x, dy = rng.standard_normal((2, PICTURES, width))
            weights = [INITIALIZERS[start]((width, width), rng) for _ in range(max(layers))]
            for a, name in enumerate(names):
                shares[a, s, :, draw] = shares_left(name, weights, x, dy, layers)
            if progress:
                progress("activations.drawing", draw * len(starts) + s + 1, draws * len(starts))
    return GradientLeft(names, tuple(starts), layers, width, shares)


def shares_left(activation: str, weights: Sequence[Array], x: Array, dy: Array, depths: Sequence[int]) -> list[float]:
    """|dS/dx| / |dy| for the first n of the layers, for each n; x and dy (N, D), weights (D, D)."""
    function, passed = ACTIVATIONS[activation], list[tuple[Array, Array, Array]]()
    y = x
    for w in weights[: max(depths)]:
        z = y @ w
        y = function.forward(z)
        passed.append((w, z, y))

    def left(depth: int) -> float:
        gradient = dy
        for w, z, y in reversed(passed[:depth]):
            gradient = function.backward(gradient, z, y) @ w.T
        return float(np.linalg.norm(gradient) / np.linalg.norm(dy))

    return [left(depth) for depth in depths]
