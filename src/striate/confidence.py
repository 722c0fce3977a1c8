"""How far a model's answers can be trusted: probabilities as often right as they say, and from where on it answers."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from striate.errors import DataError
from striate.network.settings import Unfit, convert, flag, is_real, positive_real, whole

Array = NDArray[Any]
Floats = NDArray[np.float64]

SMALLEST = float(np.finfo(np.float32).tiny)  # a probability that float32 has rounded to 0 is no larger
NEXT_TO_1 = 2.0**-25  # a single output that float32 has rounded to 1 is no farther from it


def _proper(value: float) -> float:
    """A number from 0 to 1, both included."""
    if not is_real(value) or not 0 <= value <= 1:
        raise Unfit("setting.probability")
    return float(value)


@dataclass(frozen=True)
class Confidence:
    """What is done with a model's probabilities before they are answers. Saved with the model.

    `temperature` T: softmax of z / T in place of softmax of z, the values before it; above 1 it makes a model less
    sure, below 1 surer, and never changes which class is the likeliest. Guo et al. 2017.
    `threshold`: where the likeliest class has a smaller probability, the answer is "none of these". 0: never.
    `mirrored`: each picture is looked at twice, as it is and mirrored left to right, and the answer is made of both
    (`mean_of`): twice the time, fewer mistakes where training mirrored pictures, too. Krizhevsky et al. 2012.
    `shifted`: it is also looked at moved by so many pixels, up and to the left, and down and to the right, the border
    mirrored into what comes in: three times the time, where training moved small pictures, too. Jordan 2024.

    Raises `SettingError` unless T is above 0 and finite, the threshold between 0 and 1, `mirrored` True or False, and
    `shifted` a whole number of 0 or more.
    """

    temperature: float = 1.0
    threshold: float = 0.0
    mirrored: bool = False
    shifted: int = 0

    def __post_init__(self) -> None:
        convert("Confidence", "temperature", positive_real, self.temperature)
        convert("Confidence", "threshold", _proper, self.threshold)
        convert("Confidence", "mirrored", flag, self.mirrored)
        convert("Confidence", "shifted", whole, self.shifted)

    def probabilities(self, output: Array) -> Floats:
        """Of outputs, (N, K) or a single one (N, 1): the probability of each class, (N, K) or (N, 2)."""
        return softmax(log_probabilities(output), 1 / self.temperature)

    @property
    def looks(self) -> int:
        """How often a picture is looked at."""
        return (1 + self.mirrored) * (3 if self.shifted else 1)

    def seen(self, x: Array) -> Iterator[Array]:
        """Pictures (N, H, W, C) as they are looked at, one look after the other; as they are first."""
        moved = (0, -self.shifted, self.shifted) if self.shifted else (0,)
        for pictures in (shifted(x, by) if by else x for by in moved):
            yield pictures
            if self.mirrored:
                yield mirrored(pictures)

    def to_config(self) -> dict[str, float | bool]:
        """All of it as JSON can hold it; `shifted` only where it is, as model files have always had the others."""
        return {name: value for name, value in asdict(self).items() if name != "shifted" or value}

    @staticmethod
    def from_config(config: object) -> "Confidence":
        """The inverse of `to_config`. Trusts nothing: all but `shifted` must be there, be right, and nothing else."""
        if not isinstance(config, Mapping):
            raise DataError("confidence.config", came=type(config).__name__)
        given: dict[object, Any] = {"shifted": 0, **cast(Mapping[object, Any], config)}
        if set(given) != {"temperature", "threshold", "mirrored", "shifted"}:
            raise DataError("confidence.config", came=sorted(map(str, given)))
        return Confidence(given["temperature"], given["threshold"], given["mirrored"], given["shifted"])


def mirrored(x: Array) -> Array:
    """Pictures (N, H, W, C), left and right exchanged."""
    return np.ascontiguousarray(x[:, :, ::-1])


def shifted(x: Array, by: int) -> Array:
    """Pictures (N, H, W, C) moved down and to the right by so many pixels, or up and to the left; borders mirrored."""
    height, width = x.shape[1:3]
    rows, columns = _folded(height, by), _folded(width, by)
    return np.ascontiguousarray(x[:, rows][:, :, columns])


def _folded(side: int, by: int) -> NDArray[np.intp]:
    """For each place what stands there once all have moved; beyond a border what a mirror in its pixel shows."""
    period = max(2 * (side - 1), 1)
    places = (np.arange(side) - by) % period
    return np.minimum(places, period - places) if side > 1 else places


def mean_of(*outputs: Array) -> tuple[Array, Floats]:
    """Outputs (N, K) of n looks at the same pictures as one: a_k = (product of them)^(1/n) / Z; and ln Z, (N,).

    The geometric mean: the mean of what softmax took them from. A single output (N, 1) stands for 1 - p and p.
    """
    one = outputs[0]
    logs: Floats = np.sum([log_probabilities(output) for output in outputs], axis=0) / len(outputs)
    highest = logs.max(axis=1)
    log_z = highest + np.log(np.exp(logs - highest[:, np.newaxis]).sum(axis=1))
    mean = np.exp(logs - log_z[:, np.newaxis]).astype(one.dtype)
    return (mean[:, 1:] if one.shape[-1] == 1 else mean).reshape(one.shape), log_z


def log_probabilities(output: Array) -> Floats:
    """ln a of probabilities a (..., K), finite, as (N, K); of a single output p (..., 1): ln(1 - p) and ln p, (N, 2).

    They differ from the values z before softmax by a number for each picture, which softmax takes away again.
    """
    a = output.astype(np.float64).reshape(-1, output.shape[-1])
    if a.shape[1] == 1:
        return np.log(np.hstack([np.maximum(1 - a, NEXT_TO_1), np.maximum(a, SMALLEST)]))
    return np.log(np.maximum(a, SMALLEST))


def softmax(logs: Floats, factor: float) -> Floats:
    """exp(factor l_k) / sum over j of exp(factor l_j), (N, K)."""
    with np.errstate(over="ignore"):  # minus infinity is right
        powers = np.exp((logs - logs.max(axis=1, keepdims=True)) * factor)
    return powers / powers.sum(axis=1, keepdims=True)
