"""Which face is which from frame to frame, and what is said of it, smoothed over time."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from striate.faces.detection import Box

SAME = 0.3  # intersection over union from which a box is the same face as the last time
SETTLING = 0.3  # seconds: the time constant that scores are smoothed with
LOST = 0.5  # seconds that a face which is not found keeps its number and its place


@dataclass
class Track:
    """A face that is followed: its number, counted from 1, where and when it was seen last, its smoothed scores."""

    number: int
    box: Box
    time: float
    scores: Mapping[str, float] = field(default_factory=dict[str, float])  # none until it was judged

    def smooth(self, scores: Mapping[str, float], time: float) -> Mapping[str, float]:
        """Take new scores in: s <- s + (1 - exp(-dt / SETTLING)) (new - s), dt in seconds. The first stand as they are.

        Source: exponential smoothing for times that need not be equally far apart.
        """
        if not self.scores:
            self.scores = dict(scores)
        else:
            share = 1 - math.exp(-max(0.0, time - self.time) / SETTLING)
            self.scores = {name: old + share * (scores[name] - old) for name, old in self.scores.items()}
        self.time = time
        return self.scores


class Tracker:
    """Gives boxes the number of the face that they show."""

    def __init__(self) -> None:
        self._tracks: list[Track] = []
        self._numbers = 0

    def follow(self, boxes: Sequence[Box], time: float) -> list[Track]:
        """A track for each box, in their order: pairs that overlap most go first, a box left over is a new face."""
        self._tracks = [track for track in self._tracks if time - track.time <= LOST]
        overlaps = [
            (track.box.overlap(box), -track.number, i, track) for track in self._tracks for i, box in enumerate(boxes)
        ]
        matched: dict[int, Track] = {}
        for overlap, _, i, track in sorted(overlaps, key=lambda each: each[:3], reverse=True):
            if overlap >= SAME and i not in matched and track not in matched.values():
                matched[i] = track
        for i, box in enumerate(boxes):
            if i in matched:
                matched[i].box = box
            else:
                matched[i] = self._new(box, time)
        return [matched[i] for i in range(len(boxes))]

    def missing(self, found: Sequence[Track]) -> list[Track]:
        """The faces that were there a moment ago and are not among these."""
        return [track for track in self._tracks if track not in found]

    def _new(self, box: Box, time: float) -> Track:
        self._numbers += 1
        track = Track(self._numbers, box, time)
        self._tracks.append(track)
        return track
