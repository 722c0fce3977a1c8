"""Numbers of a model in columns: as many decimals for all as the largest of them needs."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

DIGITS = 5  # that count, of the largest
ALL_DIGITS = 7  # of float32
MOST_DECIMALS, LARGEST = 9, 1e7


def column(values: Iterable[float], digits: int = DIGITS) -> list[str]:
    """Numbers written alike, so that they can stand below each other."""
    numbers = [float(value) for value in values]
    sizes = [abs(number) for number in numbers if np.isfinite(number)]
    most = max(sizes, default=0.0)
    decimals = 0 if most == 0.0 else digits - 1 - int(np.floor(np.log10(most)))
    if decimals > MOST_DECIMALS or most >= LARGEST:
        return [f"{number:.{digits - 1}e}" if number else "0" for number in numbers]
    return [_fixed(number, max(decimals, 0)) for number in numbers]


def _fixed(number: float, decimals: int) -> str:
    """So many decimals; 0 is 0, and what is too small for them is no 0."""
    text = f"{number:.{decimals}f}"
    if number == 0 or not np.isfinite(number):
        return f"{number:g}".replace("-0", "0")
    return text if float(text) else f"{number:.0e}"


def number(value: float) -> str:
    """One number alone, to as many digits as float32 has."""
    return f"{value + 0.0:.{ALL_DIGITS}g}"  # no -0


def small(value: float) -> str:
    """A distance or a bound: its size is all that counts."""
    return "0" if value == 0 else f"{value:.1e}"


def json_number(value: float | None) -> float | str | None:
    """A number for JSON; what JSON has no number for is its name."""
    return value if value is None or np.isfinite(value) else str(value)


def json_numbers(values: NDArray[np.floating]) -> list[Any]:
    """The same of an array, in lists as its axes have it."""
    plain = values.astype(float)
    return plain.tolist() if np.isfinite(plain).all() else np.vectorize(json_number, otypes=[object])(plain).tolist()
