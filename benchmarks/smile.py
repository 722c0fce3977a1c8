"""How many frames of 640x480 `striate smile` looks at in a second, apart from the camera.

A face (matplotlib's photograph of Grace Hopper, or scikit-image's astronaut where that is installed) moves over a noisy
picture. Every frame goes the whole way: faces found, followed, cut out, judged by the convnet for 64x64 with first
weights, answers drawn and, as a yardstick, the frame written to a video. The parts are timed by themselves, in turn.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.machine import usable_cores
from benchmarks.result import Limit, Result, Table
from striate.classify import answers
from striate.data.preprocessing import Preprocessing
from striate.faces.detection import MOVING, Detector, cut
from striate.faces.drawing import Artist
from striate.faces.frames import video_writer
from striate.faces.watching import Face, Frame, watch
from striate.presets import models

Pixels = NDArray[np.uint8]
HEIGHT, WIDTH = 480, 640
FACE = 300  # pixels: the picture that the face is in
BOUND = 15  # frames a second
NAMES = ("neutral", "smile")


def add_arguments(parser: ArgumentParser) -> None:
    """How long to look."""
    parser.add_argument("--frames", type=int, default=200, help="frames (default: 200)")
    parser.add_argument("--threads", type=int, default=usable_cores(), help="(default: one for each usable core)")


def run(options: Namespace) -> Result:
    """Look at a film, then time the parts."""
    model = models.convnet(classes=len(NAMES), size=64, channels=1)
    model.class_names, model.preprocessing = NAMES, Preprocessing((64, 64), "grey")
    model.use(threads=options.threads)
    detector, artist = Detector(MOVING), Artist(NAMES)
    frames = [Frame(i, i / 30, picture) for i, picture in enumerate(film(options.frames))]
    faces, walls, cpus = _watched(frames, lambda each: watch(model, each, detector), artist)
    found = next(each for each in faces if each)
    picture = frames[0].picture
    with TemporaryDirectory() as scratch, video_writer(Path(scratch) / "film.mp4", 30.0) as write:
        parts: dict[str, Callable[[Frame], object]] = {
            "find faces": lambda frame: detector.faces(frame.picture),
            "judge one": lambda frame: list(answers(model, [cut(frame.picture, found[0].box)])),
            "draw": lambda frame: artist.drawn(frame.picture, found),
            "write the video": lambda frame: write(frame, picture),
        }
        seconds = {name: [_timed(work, frame) for frame in frames] for name, work in parts.items()}
    rows = [("all but writing", 1e3 * median(walls), 1e3 * min(walls), 1 / median(walls))]
    rows += [(name, 1e3 * median(of), 1e3 * min(of), 1 / median(of)) for name, of in seconds.items()]
    columns = {"part": "", "median ms": ".1f", "fastest ms": ".1f", "frames/s": ".0f"}
    share = sum(any(face.found for face in each) for each in faces) / len(faces)
    return Result(
        (Table(f"{len(frames)} frames of {WIDTH}x{HEIGHT}, {options.threads} threads", columns, rows),),
        (
            Limit("frames looked at, answers drawn", 1 / median(walls), "frames/s", "at least", BOUND),
            Limit("frames whose face was found", 100 * share, "%", "at least", 95),
        ),
        (f"{1e3 * sum(cpus) / len(cpus):.1f} ms of processor time a frame, over all threads",),
    )


def film(count: int) -> list[Pixels]:
    """A face that goes to and fro."""
    rng = np.random.default_rng(0)
    face = np.asarray(Image.fromarray(_face()).resize((FACE, FACE)), np.int16)
    frames = []
    for i in range(count):
        frame = np.full((HEIGHT, WIDTH, 3), 110, np.int16)
        left = round((WIDTH - FACE) * (0.5 - 0.5 * np.cos(i / 25)))
        top = round((HEIGHT - FACE) * (0.5 - 0.5 * np.sin(i / 40)))
        frame[top : top + FACE, left : left + FACE] = face
        frame += rng.integers(-6, 7, frame.shape, np.int16)
        frames.append(np.clip(frame, 0, 255).astype(np.uint8))
    return frames


def _face() -> Pixels:
    if find_spec("skimage"):
        from skimage.data import astronaut

        return np.asarray(astronaut())[:320, 60:380]
    from matplotlib.cbook import get_sample_data

    return np.asarray(Image.open(get_sample_data("grace_hopper.jpg", asfileobj=False)))[:512]


def _watched(
    frames: list[Frame], look: Callable[[list[Frame]], object], artist: Artist
) -> tuple[list[list[Face]], list[float], list[float]]:
    """The faces of each frame, and the seconds that each took, by the clock and of the processor."""
    seen, walls, cpus = [], [], []
    wall, cpu = perf_counter(), process_time()
    for frame, faces in look(frames):  # type: ignore[attr-defined]
        artist.drawn(frame.picture, faces)
        seen.append(faces)
        walls.append(perf_counter() - wall)
        cpus.append(process_time() - cpu)
        wall, cpu = perf_counter(), process_time()
    return seen, walls, cpus


def _timed(work: Callable[[Frame], object], frame: Frame) -> float:
    began = perf_counter()
    work(frame)
    return perf_counter() - began
