"""How many columns a sheet of equal cells has."""

import math

WIDE = 1.6  # a sheet is so many times as wide as high, about


def columns_for(count: int, tall: float) -> int:
    """How many columns make a sheet of cells, each so many times as high as wide, about 1.6 times as wide as high.

    The last row should be full, or nearly.
    """
    wish = math.sqrt(count * WIDE * tall)
    fewest = min(count, max(1, round(0.7 * wish)))
    most = max(fewest, min(count, round(1.3 * wish)))
    return min(range(fewest, most + 1), key=lambda c: 3 * (-count % c) / c + abs(c / wish - 1))
