"""Occlusion: how far the score falls where a part of the picture is covered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from striate.engines.contract import Array
from striate.inspection import arguments as may_be
from striate.inspection.subject import Picture, Subject, taken
from striate.inspection.why.attribution import Attribution, Map, Progress, Told, evidence, nothing
from striate.inspection.why.baselines import BASELINES, baseline_of
from striate.inspection.why.class_scores import Scores
from striate.model import Model
from striate.network.settings import checked, convert, one_of, positive_pair
from striate.network.window import Pair

WINDOW_SHARE = 7  # of the picture's side is the window's, unless it is said
FILL = "mean"  # unless said
AT_A_TIME = 16  # covered pictures in memory together


@dataclass(frozen=True)
class Occlusion(Attribution):
    """Each pixel's number is the mean fall of the score over the windows that covered it; below 0: the score rose.

    `window` and `stride` (down, right) in pixels; `fill` is what covered the picture.
    """

    method: ClassVar[str] = "occlusion"
    title: ClassVar[str] = "why.occlusion.title"
    signed: ClassVar[bool] = True

    window: Pair
    stride: Pair
    fill: str

    @property
    def facts(self) -> list[Told]:
        """What was covered, how."""
        fields = {"window": self.window, "stride": self.stride, "fill": BASELINES[self.fill]}
        return [("why.occlusion.fact", fields)]


@checked(
    model=may_be.model,
    classes=may_be.classes,
    fill=one_of("baseline", BASELINES),
)
def occlusion(
    model: Model,
    picture: Picture | Subject,
    classes: Sequence[str | int] | None = None,
    *,
    window: int | Pair | None = None,
    stride: int | Pair | None = None,
    fill: str = FILL,
    progress: Progress = nothing,
) -> Occlusion:
    """The score of the picture minus that of the picture with a window covered, over all places of the window.

    Zeiler and Fergus 2014, Visualizing and understanding convolutional networks. `window` is a seventh of the picture
    unless said, `stride` half of the window; the last windows are cut at the edge, so that all is covered. `fill`:
    "mean" (each channel's mean), "black" or "blurred". Raises `StateError` where the model gives no classes,
    `UnknownNameError` for a class or a fill that is not there, `SettingError` for a window that cannot be.
    """
    scores, looked_at = Scores.of(model), taken(model, picture)
    x = looked_at.x[0]
    size = convert("occlusion", "window", positive_pair, _window(x.shape) if window is None else window)
    size = _fitting(size, x.shape)
    step = _fitting(convert("occlusion", "stride", positive_pair, _half(size) if stride is None else stride), size)
    cover = baseline_of(x, fill)
    (given,) = scores.given(looked_at.x, 1)
    chosen = scores.chosen(given, classes)
    falls, count = np.zeros((len(chosen), *x.shape[:2])), np.zeros(x.shape[:2])
    places = [(r, c) for r in _begins(x.shape[0], size[0], step[0]) for c in _begins(x.shape[1], size[1], step[1])]
    for begin in range(0, len(places), AT_A_TIME):
        some = places[begin : begin + AT_A_TIME]
        after = scores.given(_covered(x, cover, some, size), AT_A_TIME)[:, chosen]
        for (r, c), fall in zip(some, given[chosen].astype(np.float64) - after, strict=True):
            falls[:, r : r + size[0], c : c + size[1]] += fall[:, np.newaxis, np.newaxis]
            count[r : r + size[0], c : c + size[1]] += 1
        progress(begin + len(some), len(places))
    maps: dict[int, Map] = dict(zip(chosen, falls / count, strict=True))
    return Occlusion(looked_at, evidence(scores, given, maps), size, step, fill)


def _covered(x: Array, cover: Array, places: Sequence[Pair], size: Pair) -> Array:
    """The picture (N, H, W, C), in each copy another window of it covered."""
    copies = np.repeat(x[np.newaxis], len(places), axis=0)
    for copy, (r, c) in zip(copies, places, strict=True):
        window = slice(r, r + size[0]), slice(c, c + size[1])
        copy[window] = cover[window]
    return copies


def _begins(n: int, window: int, stride: int) -> range:
    """Where windows begin so that the last one reaches the edge."""
    return range(0, max(-(-(n - window) // stride), 0) * stride + 1, stride)


def _window(shape: Sequence[int]) -> Pair:
    return max(shape[0] // WINDOW_SHARE, 1), max(shape[1] // WINDOW_SHARE, 1)


def _half(window: Pair) -> Pair:
    return max(window[0] // 2, 1), max(window[1] // 2, 1)


def _fitting(size: Pair, most: Sequence[int]) -> Pair:
    """No larger than the picture; no stride larger than the window, which would leave pixels uncovered."""
    return min(size[0], most[0]), min(size[1], most[1])
