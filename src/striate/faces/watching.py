"""From frames to answers: faces found, followed, judged by a model."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from striate.classify import Classifier, answers
from striate.data.images import Pixels
from striate.faces.detection import Box, Detector, cut
from striate.faces.tracking import Track, Tracker


@dataclass(frozen=True)
class Frame:
    """A picture (h, w, 3), RGB; its number from 0, its time in seconds from the first."""

    number: int
    time: float
    picture: Pixels


@dataclass(frozen=True)
class Face:
    """What a model says of a face. `smoothed` over time decides on the label; `probability` is this frame's alone.

    `found`: whether the detector saw it in this very frame, or a moment before.
    """

    number: int
    box: Box
    label: str
    probability: float
    smoothed: float
    found: bool = True


def watch(model: Classifier, frames: Iterable[Frame], detector: Detector) -> Iterator[tuple[Frame, list[Face]]]:
    """Each frame with its faces. Raises `StateError` where the model cannot judge pictures."""
    tracker = Tracker()
    for frame in frames:
        tracks = tracker.follow(detector.faces(frame.picture), frame.time)
        given = answers(model, [cut(frame.picture, track.box) for track in tracks])
        faces = [_face(track, each.scores, frame.time) for track, each in zip(tracks, given, strict=True)]
        yield frame, faces + [_remembered(track) for track in tracker.missing(tracks)]


def _face(track: Track, scores: Mapping[str, float], time: float) -> Face:
    smoothed = track.smooth(scores, time)
    label = max(smoothed, key=smoothed.__getitem__)
    return Face(track.number, track.box, label, scores[label], smoothed[label])


def _remembered(track: Track) -> Face:
    label = max(track.scores, key=track.scores.__getitem__)
    return Face(track.number, track.box, label, track.scores[label], track.scores[label], found=False)
