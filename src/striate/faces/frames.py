"""Frames from a picture, a video or a camera, and into a picture or a video."""

import math
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from striate.data.images import Pixels, decode, examine
from striate.errors import DataError, FileError, tell
from striate.faces.opencv import opencv
from striate.faces.watching import Frame
from striate.files import written_apart

PICTURE_ENDINGS = (".jpeg", ".jpg", ".png", ".webp")
CODECS = {".avi": "MJPG", ".mp4": "mp4v"}  # what OpenCV's wheels can write everywhere
USUAL_RATE = 25.0  # frames a second of a video or camera that does not say
RATES = (1.0, 240.0)  # what is believed of one that does
CUT_SHORT = 0.9  # of the frames that a video declares: with fewer it is damaged; some containers only estimate them

Write = Callable[[Frame, Pixels], None]


def is_picture(path: Path) -> bool:
    """Whether a file is a picture; all else is tried as a video. Raises `FileError`; `DataError` if it is damaged."""
    try:
        examine(str(path))
    except DataError as error:
        if error.code == "picture.unknown":
            return False
        raise
    return True


def still(path: Path) -> Frame:
    """A picture as the one frame that it is."""
    pixels = decode(str(path))
    return Frame(0, 0.0, np.ascontiguousarray(np.broadcast_to(pixels, (*pixels.shape[:2], 3))))


class Video:
    """The frames of a video file, each at the time that its number says. Raises `DataError` where it has none."""

    def __init__(self, path: Path, seconds: float = math.inf) -> None:
        self._path, self._seconds = path, seconds
        self._cv2 = opencv()
        self._capture: Any = self._cv2.VideoCapture(str(path))
        self._first = _read(self._cv2, self._capture)
        if self._first is None:
            raise DataError("smile.no_video", file=path)
        self.rate = _believed(self._capture.get(self._cv2.CAP_PROP_FPS))

    def __iter__(self) -> Iterator[Frame]:
        picture, number = self._first, 0
        try:
            while picture is not None and number / self.rate < self._seconds:
                yield Frame(number, number / self.rate, picture)
                picture, number = _read(self._cv2, self._capture), number + 1
            declared = int(self._capture.get(self._cv2.CAP_PROP_FRAME_COUNT))
        finally:
            self._capture.release()
        if picture is None and number < CUT_SHORT * declared:
            tell("smile.video_ends_early", file=self._path, frames=number, declared=declared)


class Camera:
    """What a camera sees, until it ends or so many seconds have gone. Raises `DataError` where there is no picture.

    `which`: the system's number, or the name of a device.
    """

    def __init__(self, which: int | str, seconds: float = math.inf, clock: Callable[[], float] = perf_counter) -> None:
        self._which, self._seconds, self._clock = which, seconds, clock
        self._cv2 = opencv()
        try:
            self._capture: Any = self._cv2.VideoCapture(which)
        except (self._cv2.error, OverflowError) as error:  # a number beyond a C int
            raise DataError("smile.no_camera", camera=which) from error
        if not self._capture.isOpened():
            raise DataError("smile.no_camera", camera=which)
        self._capture.set(self._cv2.CAP_PROP_BUFFERSIZE, 1)  # the newest frame, where the camera knows how
        self._first = _read(self._cv2, self._capture)
        if self._first is None:
            raise DataError("smile.camera_gives_nothing", camera=which)
        self.rate = _believed(self._capture.get(self._cv2.CAP_PROP_FPS))

    def __iter__(self) -> Iterator[Frame]:
        picture, number, began = self._first, 0, self._clock()
        time = 0.0
        try:
            while picture is not None and time < self._seconds:
                yield Frame(number, time, picture)
                picture, number, time = _read(self._cv2, self._capture), number + 1, self._clock() - began
        finally:
            self._capture.release()
        if picture is None:
            tell("smile.camera_ended", camera=self._which, seconds=time)


def check_ending(path: Path, known: tuple[str, ...]) -> None:
    """Raise `FileError` for a name whose ending says nothing that can be written."""
    if path.suffix.lower() not in known:
        raise FileError("smile.unknown_ending", path=path, known=known)


def write_picture(path: Path, picture: Pixels) -> None:
    """A picture file, apart and then renamed. Raises `FileError`."""
    from PIL import Image

    with written_apart(path) as apart:
        Image.fromarray(picture).save(apart)


@contextmanager
def video_writer(path: Path, rate: float) -> Generator[Write]:
    """A function that adds a frame, as it is now drawn, to a video file; written apart, then renamed.

    The film runs as fast as its frames came: where one comes late the last one stands longer. Raises `FileError`.
    """
    cv2, film = opencv(), None
    with written_apart(path) as apart:

        def write(frame: Frame, picture: Pixels) -> None:
            nonlocal film
            if film is None:
                film = _Film(cv2, apart, path, rate, picture)
            film.add(picture, place=round(frame.time * rate))

        try:
            yield write
        finally:
            if film is not None:
                film.close()


class _Film:
    """A video file that is written, its frames by their places."""

    def __init__(self, cv2: Any, apart: Path, path: Path, rate: float, first: Pixels) -> None:
        codec = cv2.VideoWriter_fourcc(*CODECS[path.suffix.lower()])
        self._cv2, self._written, self._last = cv2, 0, first
        self._writer: Any = cv2.VideoWriter(str(apart), codec, rate, (first.shape[1], first.shape[0]))
        if not self._writer.isOpened():
            raise FileError("smile.cannot_encode", path=path)

    def add(self, picture: Pixels, place: int) -> None:
        """A picture at its place, what is missing before it filled with the last; left out where its place is taken."""
        while self._written < place:
            self._write(self._last)
        if self._written == place:
            self._write(picture)
        self._last = picture

    def _write(self, picture: Pixels) -> None:
        self._writer.write(self._cv2.cvtColor(picture, self._cv2.COLOR_RGB2BGR))
        self._written += 1

    def close(self) -> None:
        """Write the file's end."""
        self._writer.release()


def _read(cv2: Any, capture: Any) -> Pixels | None:
    """The next picture as RGB, None where there is no more."""
    there, picture = capture.read()
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB) if there else None


def _believed(rate: float) -> float:
    least, most = RATES
    return float(rate) if least <= rate <= most else USUAL_RATE
