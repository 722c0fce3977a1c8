"""striate smile: pictures, videos, a camera (a file in its place), and what can be wrong with them."""

import itertools
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from striate.cli.guard import Code
from striate.cli.main import program
from striate.errors import DataError
from striate.faces import frames as frames_module
from striate.faces.detection import Box
from striate.faces.frames import Camera, Video, video_writer
from striate.faces.watching import Frame

Pixels = NDArray[np.uint8]
ModelOf = Callable[..., Path]
Film = Callable[..., Path]
KEYS = ["frame", "time", "face", "box", "label", "probability", "smoothed"]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str, str]]:
    """Run `striate smile` in English; OpenCV's own words on stderr would be seen, too."""
    monkeypatch.setenv("LC_ALL", "C")

    def run(*words: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            program.main(["smile", *map(str, words)])
        out, err = capfd.readouterr()
        return int(ended.value.code or 0), out, err  # type: ignore[arg-type]

    return run


@pytest.fixture
def photo(tmp_path: Path, astronaut: Pixels) -> Path:
    Image.fromarray(astronaut).save(tmp_path / "우주 비행사.png")
    return tmp_path / "우주 비행사.png"


# Pictures


def test_a_picture(run: Any, photo: Path, brightness_model: ModelOf, tmp_path: Path) -> None:
    code, out, err = run(photo, "--model", brightness_model(), "-o", tmp_path / "out.png")
    assert (code, err) == (Code.DONE, f"Saved: {tmp_path / 'out.png'}\n")
    assert out.startswith("face 1: smile ") and out.count("\n") == 1
    before, after = np.asarray(Image.open(photo)), np.asarray(Image.open(tmp_path / "out.png"))
    assert after.shape == before.shape
    changed = (after != before).any(-1)
    rows, columns = np.flatnonzero(changed.any(1)), np.flatnonzero(changed.any(0))
    drawn = Box(int(columns[0]), int(rows[-1]) - 97, 97)
    assert drawn.overlap(Box(177, 66, 97)) > 0.7
    assert changed.mean() < 0.05


def test_json_has_a_line_for_each_face(
    run: Any, photo: Path, brightness_model: ModelOf, astronaut: Pixels, tmp_path: Path
) -> None:
    dim = (astronaut * 0.5).astype(np.uint8)
    Image.fromarray(np.hstack([astronaut, dim])).save(tmp_path / "two.png")
    code, out, err = run(tmp_path / "two.png", "--model", brightness_model(), "--json")
    assert (code, err) == (Code.DONE, "")
    lines = [json.loads(line) for line in out.splitlines()]
    assert [list(line) for line in lines] == [KEYS, KEYS]
    assert sorted(line["face"] for line in lines) == [1, 2]
    by_place = sorted(lines, key=lambda line: line["box"][0])
    assert [line["label"] for line in by_place] == ["smile", "neutral"]
    for line in lines:
        assert line["probability"] == line["smoothed"] >= 0.5
        assert line["box"][2] == line["box"][3]


def test_the_model_sees_the_cut_and_nothing_else(
    run: Any, astronaut: Pixels, brightness_model: ModelOf, tmp_path: Path
) -> None:
    def probability(picture: Pixels) -> float:
        Image.fromarray(picture).save(tmp_path / "one.png")
        line = json.loads(run(tmp_path / "one.png", "--model", brightness_model(), "--json")[1])
        return line["probability"] if line["label"] == "smile" else 1 - line["probability"]

    dark_around = astronaut.copy()
    dark_around[200:] = 0
    assert probability(dark_around) == pytest.approx(probability(astronaut), abs=1e-6)
    dim = astronaut.copy()
    dim[:200] = dim[:200] * 0.7
    assert probability(dim) < probability(astronaut) - 0.05


def test_a_grey_picture_and_class_names_of_ones_own(
    run: Any, astronaut: Pixels, brightness_model: ModelOf, tmp_path: Path
) -> None:
    Image.fromarray(astronaut).convert("L").save(tmp_path / "grey.jpg", quality=95)
    model = brightness_model(("졸림", "깨어 있음", "모름"))
    code, out, _ = run(tmp_path / "grey.jpg", "--model", model, "-o", tmp_path / "out.jpg", "--lang", "ko")
    assert code == Code.DONE
    assert out.startswith("얼굴 1: 깨어 있음 ")


def test_no_face_is_said(run: Any, brightness_model: ModelOf, tmp_path: Path) -> None:
    Image.new("RGB", (300, 200), "white").save(tmp_path / "white.png")
    code, out, err = run(tmp_path / "white.png", "--model", brightness_model(), "-o", tmp_path / "out.png")
    assert (code, out) == (Code.PROBLEMS, "")
    assert "no face was found" in err
    assert (tmp_path / "out.png").exists()


# Videos


def test_a_video(run: Any, walk: list[Pixels], film: Film, brightness_model: ModelOf) -> None:
    code, out, err = run(film(walk), "--model", brightness_model(), "--json")
    assert code == Code.DONE
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line["frame"] for line in lines] == list(range(9))
    assert [line["time"] for line in lines] == [round(i / 10, 3) for i in range(9)]
    assert {line["face"] for line in lines} == {1}
    lefts = [line["box"][0] for line in lines]
    assert np.polyfit(range(9), lefts, 1)[0] == pytest.approx(8, abs=1.5)
    assert err.startswith("12 frames, 1 face, ")


def test_answers_are_smoothed_over_time(run: Any, walk: list[Pixels], film: Film, brightness_model: ModelOf) -> None:
    """One dim frame changes that frame's answer, and the smoothed one by little."""
    frames = [walk[0]] * 8
    frames[5] = (walk[0] * 0.6).astype(np.uint8)
    out = run(film(frames, rate=20.0), "--model", brightness_model(), "--json")[1]
    lines = [json.loads(line) for line in out.splitlines()]
    assert len(lines) == 8
    smile = [[l[k] if l["label"] == "smile" else 1 - l[k] for k in ("probability", "smoothed")] for l in lines]  # noqa: E741
    jump, smoothed_jump = (smile[5][k] - smile[4][k] for k in (0, 1))
    assert jump < -0.1
    assert smoothed_jump == pytest.approx(jump * (1 - np.exp(-0.05 / 0.3)), rel=0.1)


@pytest.mark.parametrize("name", ["out.mp4", "out.avi"])
def test_the_annotated_video(
    run: Any, walk: list[Pixels], film: Film, brightness_model: ModelOf, tmp_path: Path, name: str
) -> None:
    code, out, err = run(film(walk), "--model", brightness_model(), "-o", tmp_path / name)
    assert code == Code.DONE
    assert out.startswith("0.0 s  face 1: ")
    assert f"Saved: {tmp_path / name}" in err
    written = list(Video(tmp_path / name))
    assert len(written) == 12 and written[0].picture.shape == walk[0].shape
    difference = np.abs(written[3].picture.astype(int) - walk[3]).max(-1) > 90
    assert 200 < difference.sum() < 8000  # a square and a label


def test_seconds_end_a_video(run: Any, walk: list[Pixels], film: Film, brightness_model: ModelOf) -> None:
    out = run(film(walk), "--model", brightness_model(), "--json", "--seconds", "0.35")[1]
    assert [json.loads(line)["frame"] for line in out.splitlines()] == [0, 1, 2, 3]


def test_a_video_that_breaks_off_is_used_up_to_there(
    run: Any, walk: list[Pixels], film: Film, brightness_model: ModelOf, tmp_path: Path
) -> None:
    whole = film(walk, "whole.avi").read_bytes()
    (tmp_path / "broken.avi").write_bytes(whole[: len(whole) // 2])
    code, _, err = run(tmp_path / "broken.avi", "--model", brightness_model(), "--json")
    assert code in (Code.DONE, Code.BAD_DATA)
    assert err.count("\n") <= 2
    assert "breaks off" in err or "no video" in err


# Cameras


@pytest.fixture
def camera(monkeypatch: pytest.MonkeyPatch, walk: list[Pixels], film: Film) -> None:
    """Camera 0 is a file."""
    import cv2

    path, opened = film(walk), cv2.VideoCapture
    monkeypatch.setattr(cv2, "VideoCapture", lambda which: opened(str(path) if which == 0 else which))

    class Steady(Camera):
        """Ten frames a second, however busy the computer is: a face not found for long would be another."""

        def __init__(self, which: int | str, seconds: float = math.inf, clock: Callable[[], float] | None = None):
            ticks = itertools.count()
            super().__init__(which, seconds, clock or (lambda: next(ticks) / 10))

    monkeypatch.setattr("striate.faces.frames.Camera", Steady)


def test_a_camera(run: Any, camera: None, brightness_model: ModelOf, tmp_path: Path) -> None:
    code, out, err = run("--camera", "0", "--model", brightness_model(), "--json", "-o", tmp_path / "out.avi")
    assert code == Code.DONE
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line["frame"] for line in lines] == list(range(9))
    assert sorted(line["time"] for line in lines) == [line["time"] for line in lines]
    assert "note: Camera 0 gave no more pictures" in err
    assert len(list(Video(tmp_path / "out.avi"))) >= 1


def test_a_camera_ends_by_key(
    run: Any, camera: None, brightness_model: ModelOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = Camera.__iter__

    def interrupted(self: Camera) -> Any:
        for frame in frames(self):
            if frame.number == 4:
                raise KeyboardInterrupt
            yield frame

    monkeypatch.setattr(Camera, "__iter__", interrupted)
    code, out, err = run("--camera", "0", "--model", brightness_model(), "--json", "-o", tmp_path / "out.avi")
    assert code == Code.DONE
    assert len(out.splitlines()) == 4 and "4 frames, 1 face" in err
    assert len(list(Video(tmp_path / "out.avi"))) >= 1


def test_a_camera_for_some_seconds(camera: None) -> None:
    clock = iter(i / 10 for i in range(100))
    times = [frame.time for frame in Camera(0, 0.55, clock=lambda: next(clock))]
    assert times == pytest.approx([0, 0.1, 0.2, 0.3, 0.4, 0.5])


def test_a_camera_of_a_number_that_no_system_has() -> None:
    with pytest.raises(DataError) as caught:
        Camera(10**11)
    assert (caught.value.code, caught.value.fields) == ("smile.no_camera", {"camera": 10**11})


def test_a_film_runs_as_fast_as_its_frames_came(tmp_path: Path) -> None:
    """Ten a second: what comes late leaves the one before standing, what comes too early is left out."""
    with video_writer(tmp_path / "slow.avi", 10.0) as write:
        for number, (time, light) in enumerate([(0.0, 10), (0.4, 90), (0.42, 130), (0.7, 170)]):
            picture = np.full((32, 48, 3), light, np.uint8)
            write(Frame(number, time, picture), picture)
    lights = [round(frame.picture.mean(), -1) for frame in Video(tmp_path / "slow.avi")]
    assert lights == [10, 10, 10, 10, 90, 130, 130, 170]


# Mistakes


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        ([], Code.WRONG_USE, "one of them"),
        (["x.png", "--camera", "0"], Code.WRONG_USE, "one of them"),
        (["--camera", "0", "--seconds", "0"], Code.WRONG_USE, "--seconds"),
        (["--camera", "-1"], Code.WRONG_USE, "--camera must be a whole number of 0 or more, got '-1'"),
        (["--camera", "97"], Code.BAD_DATA, "Camera 97 cannot be opened"),
        (["--camera", "9" * 20], Code.BAD_DATA, f"Camera {'9' * 20} cannot be opened"),
        (["--camera", "/dev/no-such-camera"], Code.BAD_DATA, "Camera /dev/no-such-camera cannot be opened"),
        (["{here}/none.png"], Code.BAD_DATA, "none.png"),
        (["{here}"], Code.BAD_DATA, "is a folder, and a file is required"),
        (["{here}/words.mp4"], Code.BAD_DATA, "is no picture and no video"),
        (["{here}/empty.mp4"], Code.BAD_DATA, "empty.mp4 has no bytes"),
        (["{here}/cut.png"], Code.BAD_DATA, "cut.png is a picture, but"),
        (["{here}/photo.png", "-o", "{here}/photo.png"], Code.WRONG_USE, "--output would overwrite"),
        (["{here}/photo.png", "-o", "{here}/out.mp4"], Code.BAD_DATA, "must end with one of .jpeg, .jpg, .png, .webp"),
        (["{here}/film.avi", "-o", "{here}/out.png"], Code.BAD_DATA, "must end with one of .avi, .mp4"),
        (["--camera", "97", "-o", "{here}/out.png"], Code.BAD_DATA, "must end with one of .avi, .mp4"),
        (["{here}/photo.png", "-o", "{here}/photo.png/below.png"], Code.BAD_DATA, "below.png"),
    ],
    ids=lambda each: "-".join(each) if isinstance(each, list) else "",
)
def test_each_mistake_is_one_sentence(
    run: Any,
    words: list[str],
    code: int,
    text: str,
    tmp_path: Path,
    astronaut: Pixels,
    film: Film,
    brightness_model: ModelOf,
) -> None:
    Image.fromarray(astronaut[:256, 96:352]).save(tmp_path / "photo.png")
    (tmp_path / "words.mp4").write_text("no video at all " * 1000)
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "cut.png").write_bytes((tmp_path / "photo.png").read_bytes()[:3000])
    film([astronaut[:240, :320]] * 2)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()} | {brightness_model(): b""}
    ended, _, err = run(*(word.replace("{here}", str(tmp_path)) for word in words), "--model", brightness_model())
    assert ended == code and text in err
    assert err.count("\n") == 1
    assert set(tmp_path.iterdir()) == set(before)


def test_a_camera_that_gives_nothing(run: Any, brightness_model: ModelOf, monkeypatch: pytest.MonkeyPatch) -> None:
    import cv2

    class Busy:
        def isOpened(self) -> bool:  # noqa: N802 (OpenCV's name)
            return True

        def read(self) -> tuple[bool, None]:
            return False, None

        def set(self, *_: object) -> bool:
            return False

    monkeypatch.setattr(cv2, "VideoCapture", lambda which: Busy())
    code, _, err = run("--camera", "0", "--model", brightness_model())
    assert code == Code.BAD_DATA and "Camera 0 is there, but gives no picture" in err


def test_a_model_that_is_none_for_pictures(run: Any, photo: Path, tmp_path: Path) -> None:
    from striate.layers import Dense
    from striate.sequential import Sequential

    model = Sequential([Dense(2, "softmax", input_shape=(3,))])
    model.save(tmp_path / "numbers.safetensors")
    code, _, err = run(photo, "--model", tmp_path / "numbers.safetensors")
    assert code == Code.BAD_DATA and err.count("\n") == 1


def test_ends_of_frames_are_those_of_the_module() -> None:
    assert set(frames_module.CODECS) == {".avi", ".mp4"}
