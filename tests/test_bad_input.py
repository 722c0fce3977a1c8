"""Bad input, from the command line and from Python: one clear sentence in either language, and nothing lost."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from mistakes import GOOD, MISTAKES, TRAIN, saved
from pictures import digit, some, write_classes

from striate.cli import guard
from striate.cli.main import program
from striate.data.load import load_images
from striate.data.preprocessing import Preprocessing
from striate.errors import (
    DataError,
    FileError,
    ModelFileError,
    Notice,
    SettingError,
    StateError,
    StriateError,
    UnknownNameError,
)
from striate.layers import Dense, Flatten, Input
from striate.messages import render, speak
from striate.model import Model, load_model
from striate.network.optimizers import Adam
from striate.sequential import Sequential

WRONG_USE, BAD_DATA = 2, 3
SHORT = 450  # letters of a sentence, the names of files not counted

# What stands in Korean sentences, too: names of formats, of programs, of our own options and values.
NOT_TRANSLATED = set(
    re.findall(
        r"\w+",
        """PNG JPEG GIF BMP WebP TIFF IDX npz zip tar gz TOML NaN dtype int InputLayer softmax units classes activation
        Flatten
        Dense layers safetensors Striate striate train predict help numpy savez argmax astype uint round axis force json
        csv padding same kernel pool strides size object float x_train y_train all test val validation array
        reference pip install upgrade data get""",
    )
)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder to make mistakes in; beside it good pictures."""
    write_classes(tmp_path / "good", 3, 4)
    (tmp_path / "place").mkdir()
    return tmp_path / "place"


def filled_in(text: str, place: Path) -> str:
    good = place.parent / "good"
    return text.replace("DIR", str(place)).replace("FOLDERS", str(good)).replace("PICTURE", str(good / "0" / "000.png"))


def words_of(line: str, place: Path) -> list[str]:
    """The words of a line; one that ends with = has an empty one behind it."""
    words = [each for word in line.split() for each in ([word[:-1], ""] if word.endswith("=") else [word])]
    return [filled_in(word, place) for word in words]


def tree(folder: Path) -> dict[str, bytes | None]:
    return {str(path): path.read_bytes() if path.is_file() else None for path in sorted(folder.rglob("*"))}


class Told(NamedTuple):
    """What became of a line: its exit code, both streams, the error that was told."""

    code: object
    out: str
    err: str
    error: BaseException | None


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Told]:
    """Run a line in this process, in English unless it says otherwise."""
    monkeypatch.setenv("LC_ALL", "C")
    explained, seen = guard._explained, []  # type: ignore[var-annotated]
    monkeypatch.setattr(guard, "_explained", lambda error: (seen.append(error), explained(error))[1])

    def run(*line: str) -> Told:
        with pytest.raises(SystemExit) as ended:
            program.main(line)
        return Told(ended.value.code, *capsys.readouterr(), seen.pop() if seen else None)

    return run


@pytest.mark.parametrize("name", MISTAKES)
def test_on_the_command_line(tell: Callable[..., Told], place: Path, name: str) -> None:
    mistake = MISTAKES[name]
    mistake.make(place)
    line, before = words_of(mistake.line, place), tree(place.parent)
    told = tell(*line)
    error = told.error
    assert isinstance(error, StriateError) and type(error) is mistake.error
    assert (error.code, told.out) == (mistake.code, "")
    assert told.code == (WRONG_USE if isinstance(error, SettingError | UnknownNameError) else BAD_DATA)
    for field, value in mistake.fields.items():
        came = error.fields[field]
        assert (str(came) if isinstance(came, Path) else came) == (
            filled_in(value, place) if isinstance(value, str) else value
        )
    placed = f"{error.place}: " if error.place else ""
    assert told.err == f"error: {placed}{render(error.code, error.fields, 'en')}\n"
    assert (
        told.err.count("\n") == (2 if "fixes" in error.fields else 1) and len(told.err.replace(str(place), "")) < SHORT
    )
    korean = tell(*line, "--lang", "ko")
    assert korean.error is not None and korean.code == told.code
    assert korean.err == f"오류: {in_korean(korean.error)}\n"
    assert_in_korean(korean.err.replace(placed, ""), error, place)
    assert tree(place.parent) == before  # nothing lost, nothing left behind


def test_a_mistake_in_a_network_says_where(tell: Callable[..., Told], place: Path) -> None:
    network = place / "net.toml"
    network.write_text('[[layers]]\nlayer = "Flatten"\n[[layers]]\nlayer = "Dense"\nunit = 3\n', encoding="utf-8")
    assert tell("summary", str(network)).err.startswith(f"error: {network}, [[layers]] 2: Dense has no argument 'unit'")
    network.write_text("a = 1\n", encoding="utf-8")
    assert tell("summary", str(network)).err.startswith(f"error: {network}: ")


def in_korean(error: BaseException) -> str:
    speak("ko")
    try:
        return str(error)
    finally:
        speak(None)


def assert_in_korean(sentence: str, error: StriateError, place: Path) -> None:
    """No word of English but names: those of the fields, of formats, of our own."""
    assert re.search("[가-힣]", sentence)
    bare = sentence
    for value in sorted(map(str, [*flat(error.fields.values()), place]), key=len, reverse=True):
        if len(value) > 1:
            bare = bare.replace(value, " ")
    bare = re.sub(r"'[^']*'|\"[^\"]*\"", " ", bare)
    assert set(re.findall("[A-Za-z]{2,}", bare)) <= NOT_TRANSLATED


def flat(values: object) -> list[object]:
    if isinstance(values, str) or not hasattr(values, "__iter__"):
        return [values]
    return [each for value in values for each in flat(value)]  # type: ignore[attr-defined]


# What is no error


def test_a_batch_larger_than_the_data_is_one_short_batch(tell: Callable[..., Told], place: Path) -> None:
    line = words_of(GOOD, place)
    for batch in (["--batch", "1000"], []):
        told = tell(*line, *batch, "--force", "--json")
        steps = [event for event in map(json.loads, told.out.splitlines()) if event["event"] == "step"]
        assert (told.code, len(steps), steps[0]["pictures"]) == (0, 1, 9)
        note = "note: A batch of 1000 is more than there are pictures: all 9 make one short batch.\n"
        assert told.err == (note if batch else "")  # who gave no size need not hear of it
    korean = tell(*line, "--batch", "1000", "--force", "--lang", "ko")
    assert korean.err.count("알림: 배치 크기 1000이 사진 수보다 큽니다.") == 1


def test_what_is_no_picture_among_pictures_is_skipped_and_named(tell: Callable[..., Told], place: Path) -> None:
    data = write_classes(place / "in", 3, 4)
    (data / "1" / "notes.txt").write_text("no picture")
    (data / "2" / "half.png").write_bytes((data / "2" / "008.png").read_bytes()[:70])
    (data / "readme.md").touch()
    told = tell(*words_of(TRAIN.format("DIR/in"), place))
    assert told.code == 0
    notes = [line for line in told.err.splitlines() if line.startswith("note: ")]
    assert len(notes) == 1
    for name in ("3 entries", "'1/notes.txt'", "'2/half.png'", "'readme.md'"):
        assert name in notes[0]
    assert "9 pictures to learn from, 3 to choose the best epoch by" in told.err


# From Python


@pytest.fixture(scope="module")
def model() -> Model:
    """Takes 8x8x1, tells three classes apart."""
    made = Sequential([Input((8, 8, 1)), Flatten(), Dense(3, activation="softmax")])
    made.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    made.class_names, made.preprocessing = ("0", "1", "2"), Preprocessing((8, 8), "grey")
    return made


X, Y = np.zeros((6, 8, 8, 1), np.float32), np.arange(6) % 3


def with_nan(pictures: np.ndarray, at: int) -> np.ndarray:
    spoilt = pictures.astype(np.float64)
    spoilt[at, ..., 0] = np.nan
    return spoilt


IN_PYTHON: dict[str, tuple[Callable[[Model], object], type[StriateError], str, dict[str, object]]] = {
    "predict: another size": (
        lambda m: m.predict(np.zeros((2, 9, 8, 1))),
        DataError,
        "data.wrong_shape",
        {"required": ("N", 8, 8, 1), "came": (2, 9, 8, 1)},
    ),
    "predict: other channels": (
        lambda m: m.predict(np.zeros((2, 8, 8, 3))),
        DataError,
        "data.wrong_shape",
        {"required": ("N", 8, 8, 1), "came": (2, 8, 8, 3)},
    ),
    "predict: one picture alone": (
        lambda m: m.predict(np.zeros((8, 8, 1))),
        DataError,
        "data.wrong_shape",
        {"required": ("N", 8, 8, 1), "came": (8, 8, 1)},
    ),
    "predict: NaN": (lambda m: m.predict(with_nan(X, 4)), DataError, "data.not_finite", {"picture": 4}),
    "predict: texts": (lambda m: m.predict(np.array(["a"])), DataError, "data.not_numbers", {}),
    "fit: another size": (
        lambda m: m.fit(np.zeros((6, 8, 7, 1)), Y),
        DataError,
        "data.wrong_shape",
        {"came": (6, 8, 7, 1)},
    ),
    "fit: NaN": (lambda m: m.fit(with_nan(X, 2), Y), DataError, "data.not_finite", {"picture": 2}),
    "fit: NaN in targets": (
        lambda m: m.fit(X, [0, 1, 2, 0, 1, np.nan]),
        DataError,
        "data.target_not_finite",
        {"picture": 5},
    ),
    "fit: a label too large": (
        lambda m: m.fit(X, [0, 1, 2, 3, 0, 0]),
        DataError,
        "data.label_out_of_range",
        {"picture": 3, "came": 3, "classes": 3},
    ),
    "fit: a negative label": (
        lambda m: m.fit(X, [0, -1, 2, 0, 0, 0]),
        DataError,
        "data.label_out_of_range",
        {"picture": 1, "came": -1},
    ),
    "fit: half a label": (
        lambda m: m.fit(X, [0, 1, 0.5, 0, 0, 0]),
        DataError,
        "data.label_out_of_range",
        {"picture": 2, "came": 0.5},
    ),
    "fit: labels too few": (
        lambda m: m.fit(X, [0, 1]),
        DataError,
        "data.lengths_differ",
        {"pictures": 6, "targets": 2},
    ),
    "fit: no pictures": (lambda m: m.fit(X[:0], Y[:0]), DataError, "data.no_pictures", {}),
    "fit: no targets": (lambda m: m.fit(X), SettingError, "setting.missing", {"setting": "y"}),
    "fit: validation of another size": (
        lambda m: m.fit(X, Y, validation_data=(np.zeros((2, 4, 4, 1)), [0, 1])),
        DataError,
        "data.wrong_shape",
        {"came": (2, 4, 4, 1)},
    ),
    "evaluate: another size": (
        lambda m: m.evaluate(np.zeros((6, 8, 7, 1)), Y),
        DataError,
        "data.wrong_shape",
        {"came": (6, 8, 7, 1)},
    ),
    "classify: two channels": (
        lambda m: m.classify([np.zeros((8, 8, 2), np.uint8)]),
        DataError,
        "array.one_picture",
        {"came": (8, 8, 2)},
    ),
    "classify: floats": (lambda m: m.classify([digit(0) / 255]), DataError, "array.dtype", {"came": "float64"}),
    "classify: no such file": (lambda m: m.classify("no.png"), FileError, "file.not_found", {"path": "no.png"}),
    "classify: no picture": (lambda m: m.classify([__file__]), DataError, "picture.unknown", {"file": __file__}),
    "a negative learning rate": (
        lambda m: Adam(-0.1),
        SettingError,
        "setting.positive_real",
        {"where": "Adam", "setting": "learning_rate", "came": -0.1},
    ),
    "save: where nobody may write": (
        lambda m: m.save("/proc/striate/m.safetensors"),
        FileError,
        "file.cannot_write",
        {"path": Path("/proc/striate/m.safetensors")},
    ),
    "load: no such file": (
        lambda m: load_model("no.safetensors"),
        FileError,
        "file.not_found",
        {"path": Path("no.safetensors")},
    ),
    "classify before files can be read": (
        lambda m: Sequential([Flatten(input_shape=(2, 2, 1)), Dense(2, activation="softmax")]).classify("a.png"),
        StateError,
        "model.no_preprocessing",
        {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", IN_PYTHON)
def test_in_python(model: Model, name: str) -> None:
    make, error, code, fields = IN_PYTHON[name]
    before = model.fingerprint
    with pytest.raises(error) as caught:
        make(model)
    assert type(caught.value) is error and caught.value.code == code
    assert {field: caught.value.fields[field] for field in fields} == fields
    assert str(caught.value) == render(code, caught.value.fields)
    assert "\n" not in str(caught.value)
    assert model.fingerprint == before


def test_what_is_saved_already_stays(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    path.write_bytes(b"mine")
    with pytest.raises(FileError) as caught:
        model.save(path, overwrite=False)
    assert (caught.value.code, path.read_bytes()) == ("file.exists", b"mine")
    model.save(path)
    assert load_model(path).fingerprint == model.fingerprint


@pytest.mark.parametrize("kept", [0, 1, 7, 8, 9, 100, 0.3, 0.6, 0.9, 0.999])
def test_a_model_file_cut_anywhere(tmp_path: Path, kept: float) -> None:
    content = saved(tmp_path).read_bytes()
    path = tmp_path / "half.safetensors"
    path.write_bytes(content[: int(kept if kept >= 1 else kept * len(content))])
    with pytest.raises(ModelFileError) as caught:
        load_model(path)
    assert (caught.value.code, caught.value.fields["path"]) == ("model_file.damaged", path)


def test_pictures_of_one_class_may_be_judged_but_not_learned_from(tmp_path: Path) -> None:
    pictures, _ = some(1, 4)
    np.savez(tmp_path / "one.npz", x=pictures, y=np.zeros(4, int))
    with pytest.raises(DataError) as caught:
        load_images(tmp_path / "one.npz")
    assert caught.value.code == "labels.one_class"


def test_a_skipped_picture_is_told_once(tmp_path: Path) -> None:
    data = write_classes(tmp_path, 2, 3)
    shutil.copy(__file__, data / "0" / "test.png")
    with pytest.warns(Notice) as told:
        images = load_images(data).train
    assert [notice.message.code for notice in told] == ["folder.skipped"]  # type: ignore[union-attr]
    assert told[0].message.fields["shown"] == ("0/test.png",)  # type: ignore[union-attr]
    assert len(images) == 6
