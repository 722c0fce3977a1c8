"""How sure one can be of a share that was counted."""

import math
from typing import NamedTuple

NORMAL_95 = 1.959963984540054  # the standard normal distribution has 95 % of its mass within so many deviations


class Interval(NamedTuple):
    """From `low` to `high`, both of them shares."""

    low: float
    high: float


def wilson(hits: int, trials: int, z: float = NORMAL_95) -> Interval:
    """Wilson's score interval of the share p = hits / trials: the shares whose own spread reaches p. Wilson 1927.

    (p + z^2 / 2n -+ z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n), n = trials

    Unlike p -+ z sqrt(p (1 - p) / n) it stays within 0 and 1 and has a width where all or none were hits. Of no trials:
    0 to 1.
    """
    if trials == 0:
        return Interval(0.0, 1.0)
    p, n = hits / trials, trials
    middle = p + z**2 / (2 * n)
    half = z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    low, high = (middle - half) / (1 + z**2 / n), (middle + half) / (1 + z**2 / n)
    # Where none or all were hits the end is exact, whatever rounding says.
    return Interval(0.0 if hits == 0 else low, 1.0 if hits == trials else high)
