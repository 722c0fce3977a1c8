"""Which face is which, and how answers settle."""

import math

import pytest

from striate.faces.detection import Box
from striate.faces.tracking import LOST, SETTLING, Tracker


def test_overlap_is_intersection_over_union() -> None:
    box = Box(10, 20, 40)
    assert box.overlap(box) == 1
    assert box.overlap(Box(30, 20, 40)) == pytest.approx(800 / 2400)
    assert box.overlap(Box(20, 30, 20)) == pytest.approx(400 / 1600)
    assert box.overlap(Box(50, 20, 40)) == 0
    assert box.overlap(Box(60, 70, 5)) == 0


def test_faces_keep_their_numbers_while_they_move() -> None:
    tracker = Tracker()
    for step in range(20):
        time = step / 10
        first, second = Box(4 * step, 0, 40), Box(200 - 4 * step, 100, 50)
        tracks = tracker.follow([first, second] if step % 2 else [second, first], time)
        numbers = [track.number for track in tracks]
        assert numbers == ([2, 1] if step % 2 else [1, 2])
        for track in tracks:
            track.smooth({"a": 1.0}, time)


def test_the_best_overlap_goes_first() -> None:
    tracker = Tracker()
    for track in tracker.follow([Box(0, 0, 40), Box(30, 0, 40)], 0.0):
        track.smooth({"a": 1.0}, 0.0)
    tracks = tracker.follow([Box(14, 0, 40), Box(0, 0, 40)], 0.1)  # the first overlaps with both
    assert [track.number for track in tracks] == [2, 1]


def test_a_face_that_is_missed_for_a_moment_is_the_same_and_later_another() -> None:
    tracker, box = Tracker(), Box(0, 0, 40)
    tracker.follow([box], 0.0)[0].smooth({"a": 1.0}, 0.0)
    assert tracker.follow([], LOST / 2) == []
    assert [track.number for track in tracker.missing([])] == [1]
    assert tracker.follow([box], LOST)[0].number == 1
    assert tracker.follow([], 2.1 * LOST) == [] and tracker.missing([]) == []
    assert tracker.follow([box], 2.2 * LOST)[0].number == 2


@pytest.mark.parametrize("steps", [1, 4, 30])
def test_scores_settle_by_time_and_not_by_frames(steps: int) -> None:
    """After one time constant, in however many frames, 1 - 1/e of the way is gone."""
    tracker, box = Tracker(), Box(0, 0, 40)
    track = tracker.follow([box], 0.0)[0]
    assert track.smooth({"a": 0.2, "b": 0.8}, 0.0) == {"a": 0.2, "b": 0.8}
    smoothed = {}
    for step in range(1, steps + 1):
        smoothed = track.smooth({"a": 1.0, "b": 0.0}, SETTLING * step / steps)
    assert smoothed["a"] == pytest.approx(1 - 0.8 / math.e)
    assert sum(smoothed.values()) == pytest.approx(1)
