"""A two-dimensional Gaussian through a map, by least squares."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Map = NDArray[np.float64]

FEWEST = 7  # positive places; six numbers are fitted
ROUNDS = 200
ENOUGH = 1e-10  # of the sum of squares: less gained in a round ends the search
WIDEST = 2  # sides of the map: a wider bell is flat all over it, and any width above fits as well
NARROWEST = 0.2  # pixels: a narrower bell stands on one pixel alone, and any width below fits as well


@dataclass(frozen=True)
class Gaussian:
    """height exp(-d^2 / 2), d the distance from the middle in sigmas of the two axes.

    `middle` (row, column) and `sigmas` (along the long axis, along the short one) are in pixels; `angle` of the long
    axis in degrees, from 0 to 180, counterclockwise from the rows' direction, as one sees it. `goodness` is R^2, the
    share of the map's variance about its mean that the bell explains: 1 for a perfect one.
    """

    height: float
    middle: tuple[float, float]
    sigmas: tuple[float, float]
    angle: float
    goodness: float


def fitted(values: Map) -> Gaussian | None:
    """The Gaussian nearest to a map (H, W) of numbers from 0 up; None where too few of them are above 0, or all alike.

    Levenberg's and Marquardt's damped least squares from the moments of the map; the bell is written with the Cholesky
    factor of its inverse covariance: d^2 = (u (y - y0))^2 + (w (y - y0) + v (x - x0))^2, u = e^a, v = e^b.
    """
    if np.count_nonzero(values) < FEWEST or min(values.shape) < 3:
        return None
    scale = float(values.max())
    target = (values / scale).ravel()
    rows, columns = (places.ravel().astype(np.float64) for places in np.indices(values.shape))
    p = _first(values / values.sum(), rows, columns)
    error, slopes = _model(p, rows, columns, target)
    damping, least = 1e-3, float(error @ error)
    for _ in range(ROUNDS):
        normal, steepest = slopes.T @ slopes, slopes.T @ error
        step = np.linalg.solve(normal + damping * np.diag(np.diag(normal) + 1e-12), -steepest)
        tried = _bounded(p + step, values.shape)
        new_error, new_slopes = _model(tried, rows, columns, target)
        squares = float(new_error @ new_error)
        if squares < least:
            gained, p, error, slopes, least = least - squares, tried, new_error, new_slopes, squares
            damping /= 3
            if gained <= ENOUGH * least:
                break
        else:
            damping *= 4
            if damping > 1e12:
                break
    about = float(np.square(target - target.mean()).sum())
    bell = _named(p, scale, 1 - least / about if about > 0 else 0.0)
    return bell if bell.sigmas[0] <= WIDEST * max(values.shape) else None


def moments(values: Map) -> tuple[tuple[float, float], NDArray[np.float64]]:
    """The mean place (row, column) of a map taken as a distribution, and the covariance (2, 2) about it."""
    share = values / values.sum()
    rows, columns = np.indices(values.shape).astype(np.float64)
    y, x = float((share * rows).sum()), float((share * columns).sum())
    dy, dx = rows - y, columns - x
    across = float((share * dy * dx).sum())
    return (y, x), np.array([[(share * dy * dy).sum(), across], [across, (share * dx * dx).sum()]])


def _first(share: Map, rows: Map, columns: Map) -> Map:
    """(height, y0, x0, a, w, b) of the bell with the map's moments, as high as the map."""
    (y, x), covariance = moments(share)
    inverse = np.linalg.inv(covariance + NARROWEST**2 * np.eye(2))
    v = math.sqrt(inverse[1, 1])
    w = inverse[0, 1] / v
    u = math.sqrt(max(inverse[0, 0] - w * w, 1e-12))
    return np.array([1.0, y, x, math.log(u), w, math.log(v)])


def _model(p: Map, rows: Map, columns: Map, target: Map) -> tuple[Map, Map]:
    """How far the bell is above the target at each place, and the slopes of that by the six numbers."""
    height, y, x, a, w, b = p
    u, v, dy, dx = math.exp(a), math.exp(b), rows - y, columns - x
    first, second = u * dy, w * dy + v * dx
    bell = np.exp(-(first * first + second * second) / 2)
    curve = height * bell
    slopes = [bell, curve * (first * u + second * w), curve * second * v]
    slopes += [-curve * first * first, -curve * second * dy, -curve * second * v * dx]
    return curve - target, np.stack(slopes, axis=1)


def _bounded(p: Map, shape: tuple[int, ...]) -> Map:
    """No bell narrower than a pixel can tell, none wider than the picture ever shows, none far outside."""
    low, high = math.log(0.1 / max(shape)), math.log(1 / NARROWEST)
    far = float(max(shape))
    least = np.array([1e-6, -far, -far, low, -1 / NARROWEST, low])
    most = np.array([1e6, 2 * far, 2 * far, high, 1 / NARROWEST, high])
    return np.clip(p, least, most)


def _named(p: Map, scale: float, goodness: float) -> Gaussian:
    height, y, x, a, w, b = map(float, p)
    u, v = math.exp(a), math.exp(b)
    covariance = np.linalg.inv(np.array([[u * u + w * w, w * v], [w * v, v * v]]))
    variances, axes = np.linalg.eigh(covariance)
    down, right = axes[:, 1]
    angle = math.degrees(math.atan2(-down, right)) % 180.0
    sigmas = math.sqrt(variances[1]), math.sqrt(max(variances[0], 0.0))
    return Gaussian(height * scale, (y, x), sigmas, angle, goodness)
