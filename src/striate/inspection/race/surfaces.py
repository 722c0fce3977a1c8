"""Functions of two numbers to go down on: what the paths of update rules are drawn over."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from striate.network.settings import checked, one_of

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Surface:
    """f(x, y): points (..., 2) -> values (...), and its gradient (..., 2).

    `minimum` is where f is least, `start` where paths begin, `view` the part that is drawn: (x from, x to, y from, y
    to). `noise` is the standard deviation of what makes the gradient a stochastic one.
    """

    name: str
    formula: str
    value: Callable[[Array], Array]
    gradient: Callable[[Array], Array]
    minimum: tuple[float, float]
    start: tuple[float, float]
    view: tuple[float, float, float, float]
    noise: float = 1.0

    @property
    def least(self) -> float:
        """f at its minimum."""
        return float(self.value(np.array(self.minimum)))


def beale(point: Array) -> Array:
    """(1.5 - x + xy)^2 + (2.25 - x + xy^2)^2 + (2.625 - x + xy^3)^2; 0 at (3, 0.5). Beale 1958."""
    x, y = point[..., 0], point[..., 1]
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


def beale_gradient(point: Array) -> Array:
    """Each square a^2 gives 2a da/dx and 2a da/dy."""
    x, y = point[..., 0], point[..., 1]
    a, b, c = 1.5 - x + x * y, 2.25 - x + x * y**2, 2.625 - x + x * y**3
    dx = 2 * a * (y - 1) + 2 * b * (y**2 - 1) + 2 * c * (y**3 - 1)
    dy = 2 * a * x + 4 * b * x * y + 6 * c * x * y**2
    return np.stack([dx, dy], -1)


ALONG, ACROSS = np.array([0.8, 0.6]), np.array([-0.6, 0.8])  # unit vectors of the valley
FLAT, STEEP = 0.1, 10.0  # curvature along and across: the valley is 100 times steeper across


def valley(point: Array) -> Array:
    """u^2/20 + 5 v^2, u = 0.8x + 0.6y along the valley, v = 0.8y - 0.6x across it; 0 at (0, 0)."""
    u, v = point @ ALONG, point @ ACROSS
    return FLAT / 2 * u**2 + STEEP / 2 * v**2


def valley_gradient(point: Array) -> Array:
    """The slopes u/10 and 10 v, along the directions of u and v."""
    u, v = point @ ALONG, point @ ACROSS
    return FLAT * u[..., np.newaxis] * ALONG + STEEP * v[..., np.newaxis] * ACROSS


def wells(point: Array) -> Array:
    """(x^2 - 1)^2 + 0.3x + y^2: a lesser minimum near x = 0.96, the least one near x = -1.04."""
    x, y = point[..., 0], point[..., 1]
    return (x**2 - 1) ** 2 + 0.3 * x + y**2


def wells_gradient(point: Array) -> Array:
    """4x(x^2 - 1) + 0.3 and 2y."""
    x, y = point[..., 0], point[..., 1]
    return np.stack([4 * x * (x**2 - 1) + 0.3, 2 * y], -1)


# The real roots of 4x^3 - 4x + 0.3, from the left: the least minimum, the barrier, the lesser minimum.
_BOTTOM, BARRIER, _LESSER = (float(root) for root in np.sort(np.roots([4.0, 0.0, -4.0, 0.3]).real))

SURFACES = {
    surface.name: surface
    for surface in (
        Surface(
            "beale",
            "f(x, y) = (1.5 - x + xy)² + (2.25 - x + xy²)² + (2.625 - x + xy³)²",
            beale,
            beale_gradient,
            (3.0, 0.5),
            (1.0, 1.5),
            (-0.6, 4.4, -2.0, 2.2),
        ),
        Surface(
            "valley",
            "f(x, y) = u²/20 + 5v², u = 0.8x + 0.6y, v = 0.8y - 0.6x",
            valley,
            valley_gradient,
            (0.0, 0.0),
            (-10.0, -4.0),
            (-11.5, 6.0, -8.0, 4.5),
        ),
        Surface(
            "wells",
            "f(x, y) = (x² - 1)² + 0.3x + y²",
            wells,
            wells_gradient,
            (_BOTTOM, 0.0),
            (1.6, 0.8),
            (-1.9, 1.9, -1.3, 1.3),
        ),
    )
}


@checked(name=one_of("surface", SURFACES))
def surface_named(name: str) -> Surface:
    """A function by its name. Raises `UnknownNameError`."""
    return SURFACES[name]
