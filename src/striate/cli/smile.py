"""`striate smile`: what a model says of the faces in a picture, in a video, before a camera."""

import math
import re
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Any

from striate.cli.computing import computing
from striate.cli.guard import Code
from striate.cli.output import aside, say, write_json
from striate.cli.readers import Number, Place, Text
from striate.cli.ui import argument, command, json_flag, option
from striate.engines.computer import Computer
from striate.errors import SettingError
from striate.faces import frames as files
from striate.faces.detection import MOVING, STILL, Detector
from striate.faces.drawing import Artist, word_for
from striate.faces.watching import Face, Frame, watch
from striate.messages import language
from striate.model import Model, load_model
from striate.run_folder import model_file

Show = Callable[[Frame, list[Face]], None]

LONGEST_NUMBER = 9  # digits of a camera's number that OpenCV takes


@command("smile")
@argument("source", Place(), required=False)
@option("--camera", reader=Text("cli.metavar.camera"))
@option("--model", reader=Place(), required=True)
@option("-o", "--output", reader=Place())
@option("--seconds", reader=Number(above=0))
@computing
@json_flag
def smile(
    source: Path | None,
    camera: str | None,
    model: Path,
    output: Path | None,
    seconds: float | None,
    computer: Computer,
    json: bool,
) -> Code:
    """`striate smile`."""
    if (source is None) == (camera is None):
        raise SettingError("smile.one_source")
    if seconds is not None and seconds <= 0:
        raise SettingError("setting.positive_real", where="smile", setting="--seconds", came=seconds)
    which = None if camera is None else _device(camera)
    is_still = source is not None and files.is_picture(source)
    if output:  # told before a camera opens
        files.check_ending(output, files.PICTURE_ENDINGS if is_still else tuple(files.CODECS))
    judge = load_model(model_file(model))
    judge.use(**asdict(computer))
    artist = Artist(_names(judge)) if output else None
    if source is not None and is_still:
        detector = Detector(STILL)
        faces = _picture(judge, detector, source, output, artist, _as_json if json else _as_lines)
    else:
        detector = Detector(MOVING)
        longest = math.inf if seconds is None else seconds
        moving = files.Video(source, longest) if source else files.Camera(which or 0, longest)
        faces = _film(judge, detector, moving, output, artist, _as_json if json else _Changes().show)
    if output:
        aside("smile.wrote", file=output)
    if not faces:
        aside("smile.no_face", source=source or camera, least=100 * detector.least)
    return Code.DONE if faces else Code.PROBLEMS


def _names(model: Model) -> tuple[str, ...]:
    return model.class_names or tuple(str(k) for k in range(max(model.graph.output_shape[-1], 2)))


def _device(camera: str) -> int | str:
    """A camera's number, or the name of its device. Raises `SettingError` for a number below 0."""
    if re.fullmatch("-[0-9]+", camera):
        raise SettingError("usage.whole_from", where="striate smile", setting="--camera", minimum=0, came=camera)
    return int(camera) if re.fullmatch(f"[0-9]{{1,{LONGEST_NUMBER}}}", camera) else camera


def _picture(
    model: Model, detector: Detector, source: Path, output: Path | None, artist: Artist | None, show: Show
) -> int:
    """How many faces a picture has; they are shown and drawn."""
    ((frame, faces),) = watch(model, [files.still(source)], detector)
    show(frame, faces)
    if output and artist:
        files.write_picture(output, artist.drawn(frame.picture, faces))
    return len(faces)


def _film(
    model: Model,
    detector: Detector,
    moving: files.Video | files.Camera,
    output: Path | None,
    artist: Artist | None,
    show: Show,
) -> int:
    """How many faces came in all; each frame is shown and drawn as it comes. Ctrl-C is the usual end of a camera."""
    frames, numbers, began = 0, set[int](), perf_counter()
    writing: Any = files.video_writer(output, moving.rate) if output else nullcontext()
    stops = suppress(KeyboardInterrupt) if isinstance(moving, files.Camera) else nullcontext()
    with writing as write, stops:
        for frame, faces in watch(model, moving, detector):
            show(frame, faces)
            if write and artist:
                write(frame, artist.drawn(frame.picture, faces))
            numbers |= {face.number for face in faces}
            frames += 1
    aside("smile.ended", frames=frames, faces=len(numbers), rate=frames / (perf_counter() - began))
    return len(numbers)


def _as_json(frame: Frame, faces: list[Face]) -> None:
    for face in faces:
        if face.found:
            box = [face.box.left, face.box.top, face.box.side, face.box.side]
            about = {"frame": frame.number, "time": round(frame.time, 3), "face": face.number, "box": box}
            said = {"label": face.label, "probability": face.probability, "smoothed": face.smoothed}
            write_json(about | said, indent=None)


def _as_lines(frame: Frame, faces: list[Face]) -> None:
    for face in faces:
        _say(face, "smile.face")


class _Changes:
    """A line where a face comes or its answer changes."""

    def __init__(self) -> None:
        self._said: dict[int, str] = {}

    def show(self, frame: Frame, faces: list[Face]) -> None:
        for face in faces:
            if self._said.get(face.number) != face.label:
                self._said[face.number] = face.label
                _say(face, "smile.face_at", time=frame.time)


def _say(face: Face, code: str, **more: object) -> None:
    box, word = face.box, word_for(face.label, language())
    percent = 100 * face.smoothed
    say(code, face=face.number, label=word, percent=percent, left=box.left, top=box.top, side=box.side, **more)
