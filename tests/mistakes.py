"""Mistakes that a line can run into: how each is made, and what Striate must call it."""

import gzip
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from pictures import IDX_NAMES, digit, write_classes, write_idx, write_png
from safetensors import safe_open
from safetensors.numpy import save_file

from striate.data.preprocessing import Preprocessing
from striate.errors import (
    DataError,
    FileError,
    GraphError,
    ModelFileError,
    SettingError,
    SizeError,
    StriateError,
    UnknownNameError,
)
from striate.layers import Dense, Flatten, Input
from striate.sequential import Sequential

Make = Callable[[Path], object]
Fields = Mapping[str, object]


class Mistake(NamedTuple):
    """A line, the error that it runs into with the fields that matter, and how the mistake is made below a folder.

    In the line and in fields DIR is that folder, FOLDERS are good pictures beside it, PICTURE is one of them.
    """

    line: str
    error: type[StriateError]
    code: str
    fields: Fields
    make: Make = lambda folder: None


# How mistakes are made


def grey(count: int = 6, *shape: int) -> np.ndarray:
    return np.zeros((count, *(shape or (8, 8))), np.uint8)


def npz(**arrays: Any) -> Make:
    """An archive; what is not given is as it should be."""
    return lambda folder: np.savez(folder / "x.npz", **{"x_train": grey(), "y_train": np.arange(6) % 2, **arrays})


def file(name: str, content: bytes = b"mine", *, beside: Make | None = None) -> Make:
    """A file with a content, and perhaps something more."""

    def write(folder: Path) -> None:
        if beside:
            beside(folder)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)

    return write


def classes(count: int, each: int) -> Make:
    return lambda folder: write_classes(folder / "in", count, each)


def toml(text: str) -> Make:
    return file("net.toml", text.encode())


def saved(folder: Path) -> Path:
    """A small model, good in itself."""
    model = Sequential([Input((8, 8, 1)), Flatten(), Dense(3, activation="softmax")])
    model.class_names, model.preprocessing = ("0", "1", "2"), Preprocessing((8, 8), "grey")
    model.save(folder / "m.safetensors")
    return folder / "m.safetensors"


def cut(folder: Path) -> None:
    path = saved(folder)
    path.write_bytes(path.read_bytes()[:-1])


def rewritten(change: Callable[[dict[str, Any]], object]) -> Make:
    """A model file whose document was changed by hand."""

    def write(folder: Path) -> None:
        with safe_open(saved(folder), framework="np") as opened:
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118 (it is no dict)
            document = json.loads(opened.metadata()["striate"])
        change(document)
        save_file(tensors, folder / "m.safetensors", {"striate": json.dumps(document)})

    return write


def wider(document: dict[str, Any]) -> None:
    document["network"][2]["settings"]["units"] = 4
    document["class_names"] = None


def foreign(folder: Path) -> None:
    save_file({"weight": np.zeros(3, np.float32)}, folder / "m.safetensors", {"format": "pt"})


def half_an_idx(folder: Path) -> None:
    path = write_idx(folder / "idx") / IDX_NAMES["train"][0]
    path.write_bytes(path.read_bytes()[:1000])


def half_a_gzip(folder: Path) -> None:
    packed = write_idx(folder / "idx", packed=True) / f"{IDX_NAMES['train'][0]}.gz"
    packed.write_bytes(gzip.compress(bytes(999))[:12])


def linked(folder: Path) -> None:
    (folder / "link").symlink_to(write_classes(folder / "in", 2, 3) / "0")


# Rows

TRAIN = "train {} -o DIR/out --model softmax --epochs 1 --threads 1"
GOOD = TRAIN.format("FOLDERS")
M = "DIR/m.safetensors"


def pictures(code: str, fields: Fields, make: Make) -> Mistake:
    return Mistake(TRAIN.format("DIR/in"), DataError, f"folder.{code}", {"folder": "DIR/in", **fields}, make)


def arrays(code: str, fields: Fields, make: Make) -> Mistake:
    return Mistake(TRAIN.format("DIR/x.npz"), DataError, code, fields, make)


def idx(code: str, fields: Fields, make: Make) -> Mistake:
    return Mistake(TRAIN.format("DIR/idx"), DataError, f"idx.{code}", fields, make)


def network(error: type[StriateError], code: str, fields: Fields, text: str | None) -> Mistake:
    return Mistake(GOOD.replace("softmax", "DIR/net.toml"), error, code, fields, toml(text) if text else lambda _: None)


def option(text: str, code: str, fields: Fields) -> Mistake:
    return Mistake(f"{GOOD} {text}", SettingError, code, fields)


def model(code: str, fields: Fields, make: Make) -> Mistake:
    return Mistake(f"predict {M} PICTURE", ModelFileError, f"model_file.{code}", {"path": M, **fields}, make)


def below(key: str, **fields: object) -> Fields:
    return {"where": f"DIR/x.npz: {key}", **fields}


MISTAKES = {
    # Folders of pictures
    "a collection that was not fetched": Mistake(
        TRAIN.format("DIR/mnist"), FileError, "data.not_fetched", {"name": "mnist", "typed": "DIR/mnist"}
    ),
    "no data": Mistake(TRAIN.format("DIR/no"), FileError, "file.not_found", {"path": "DIR/no"}),
    "an empty folder": pictures("empty", {}, lambda folder: (folder / "in").mkdir()),
    "pictures without classes": pictures("no_classes", {}, lambda folder: write_png(folder / "in" / "a.png", digit(0))),
    "one class only": pictures("one_class", {"name": "0"}, classes(1, 3)),
    "a class without pictures": pictures(
        "empty_class", {"name": "notes"}, file("in/notes/a.png", b"text", beside=classes(2, 3))
    ),
    "no picture anywhere": pictures("no_pictures", {}, file("in/a/a.png", beside=file("in/b/b.png"))),
    "one picture a class": Mistake(
        TRAIN.format("DIR/in"), DataError, "run.too_few_pictures", {"pictures": 3, "classes": 3}, classes(3, 1)
    ),
    # Arrays
    "one class in arrays": arrays("labels.one_class", below("y_train", name="0"), npz(y_train=np.zeros(6, int))),
    "a negative label": arrays("labels.range", below("y_train", came=-1), npz(y_train=np.arange(-1, 5))),
    "a label beyond the names": arrays(
        "labels.range",
        below("y_train", last=1, came=5),
        npz(y_train=np.arange(6), class_names=np.array(["a", "b"])),
    ),
    "a test label that training lacks": arrays(
        "labels.range", below("y_test", last=1, came=2), npz(x_test=grey(3), y_test=np.arange(3))
    ),
    "NaN among the labels": arrays("labels.nan", below("y_train"), npz(y_train=np.full(6, np.nan))),
    "NaN among the pixels": arrays(
        "array.dtype", below("x_train", came="float64"), npz(x_train=np.full((6, 8, 8), np.nan))
    ),
    "five channels": arrays("array.many_pictures", below("x_train", came=(6, 8, 8, 5)), npz(x_train=grey(6, 8, 8, 5))),
    "parts of two sizes": arrays(
        "data.sizes_differ",
        below("x_test", required=(8, 8), came=(8, 9)),
        npz(x_test=grey(2, 8, 9), y_test=np.arange(2)),
    ),
    "labels that are too few": arrays(
        "labels.count", below("y_train", pictures=6, labels=5), npz(y_train=np.arange(5))
    ),
    "arrays by other names": arrays("npz.keys", {"came": ["a"]}, lambda folder: np.savez(folder / "x.npz", a=grey())),
    "arrays that could run code": arrays(
        "npz.pickled", {"key": "y_train"}, npz(y_train=np.array([*"abcdef"], dtype=object))
    ),
    "a damaged archive": arrays("npz.damaged", {"file": "DIR/x.npz"}, file("x.npz", b"PK\3\4" * 9)),
    "half an IDX file": idx("ends_early", {"declared": (60, 8, 8)}, half_an_idx),
    "an IDX file too few": idx(
        "missing",
        {"missing": [IDX_NAMES["test"][1]]},
        lambda folder: (write_idx(folder / "idx") / IDX_NAMES["test"][1]).unlink(),
    ),
    "a damaged gzip": idx("damaged", {}, half_a_gzip),
    # Data of no kind
    "a picture as data": Mistake(TRAIN.format("PICTURE"), DataError, "data.unknown_source", {"file": "PICTURE"}),
    "a model as data": Mistake(TRAIN.format(M), DataError, "data.unknown_source", {"file": M}, saved),
    "a name that no file can have": Mistake(
        TRAIN.format("x" * 300), FileError, "file.cannot_read", {"path": "x" * 300}
    ),
    # Where to write
    "output below a file": Mistake(
        GOOD.replace("out", "f/out"), FileError, "file.cannot_write", {"path": "DIR/f/out"}, file("f")
    ),
    "output where nobody may write": Mistake(
        GOOD.replace("DIR/out", "/proc/striate"), FileError, "file.cannot_write", {"path": "/proc/striate"}
    ),
    "output that is there": Mistake(
        GOOD, FileError, "run.folder_taken", {"path": "DIR/out", "count": 1}, file("out/best.safetensors")
    ),
    "output that is a file": Mistake(GOOD, FileError, "run.no_folder", {"path": "DIR/out"}, file("out")),
    "output that is a file, forced": Mistake(
        f"{GOOD} --force", FileError, "run.no_folder", {"path": "DIR/out"}, file("out")
    ),
    "output that is the data": Mistake(
        "train DIR/in -o DIR/in --force",
        SettingError,
        "train.output_in_data",
        {"output": "DIR/in", "data": "DIR/in"},
        classes(2, 3),
    ),
    "output within the data": Mistake(
        "train DIR/in -o DIR/link/run",
        SettingError,
        "train.output_in_data",
        {"output": "DIR/link/run", "data": "DIR/in"},
        linked,
    ),
    # Settings
    "a negative learning rate": option("--lr -1", "usage.number_above", {"setting": "--lr", "came": "-1", "above": 0}),
    "no learning rate": option("--lr 0", "usage.number_above", {"setting": "--lr", "came": "0", "above": 0}),
    "a rate that is no number": option(
        "--lr nan", "usage.number_above", {"setting": "--lr", "came": "nan", "above": 0}
    ),
    "no minutes": option("--minutes 0", "usage.number_above", {"setting": "--minutes", "came": "0", "above": 0}),
    "epochs without end": option(
        f"--epochs {10**22}", "usage.whole_to", {"setting": "--epochs", "came": str(10**22), "maximum": 1_000_000_000}
    ),
    "no epochs": option("--epochs 0", "usage.whole_from", {"setting": "--epochs", "came": "0", "minimum": 1}),
    "no batch": option("--batch 0", "usage.batch", {"setting": "--batch", "came": "0"}),
    "half a size": option("--size 8x", "usage.size", {"setting": "--size", "came": "8x"}),
    "no width": option("--size 8x0", "usage.size", {"setting": "--size", "came": "8x0"}),
    "a size beyond all": option("--size 8x5000", "usage.size", {"came": "8x5000", "largest": 4096}),
    "a negative seed": option("--seed=-1", "usage.whole_from", {"setting": "--seed", "came": "-1"}),
    "an optimizer that is none": Mistake(
        f"{GOOD} --optimizer lion", UnknownNameError, "name.unknown", {"kind": "kind.optimizer", "name": "lion"}
    ),
    "no value for an optimizer's setting": option(
        "--optimizer sgd,momentum", "optimizer.text", {"came": "sgd,momentum"}
    ),
    "an engine that is none": option("--engine gpu", "usage.one_of", {"came": "gpu"}),
    "no name for the data": Mistake("train= -o DIR/out", SettingError, "usage.empty", {"setting": "DATA"}),
    "no name for the output": Mistake("train FOLDERS -o=", SettingError, "usage.empty", {"setting": "--output"}),
    # Networks
    "a network that is none": Mistake(
        GOOD.replace("softmax", "lenet"),
        UnknownNameError,
        "name.unknown_did_you_mean",
        {"close": ["lenet5", "mobilenetv2", "resnet34"]},
    ),
    "a network that is not there": network(FileError, "file.not_found", {"path": "DIR/net.toml"}, None),
    "an unknown layer": network(
        UnknownNameError,
        "name.unknown_did_you_mean",
        {"name": "Conv2d", "close": ["Conv2D"]},
        '[[layers]]\nlayer = "Conv2d"',
    ),
    "an unknown setting of a layer": network(
        UnknownNameError,
        "keyword.unknown_did_you_mean",
        {"where": "Dense", "name": "unit", "close": ["units"]},
        '[[layers]]\nlayer = "Dense"\nunit = 3',
    ),
    "no TOML": network(GraphError, "description.not_toml", {"path": "DIR/net.toml"}, "[[layers]\nlayer"),
    "a TOML without layers": network(GraphError, "description.no_layers", {}, "a = 1"),
    "an input of another size": network(
        GraphError,
        "run.input_differs",
        {"model": "DIR/net.toml", "required": (9, 8, 1), "came": (8, 8, 1)},
        '[[layers]]\nlayer = "InputLayer"\nshape = [9, 8, 1]\n[[layers]]\nlayer = "Flatten"',
    ),
    "a last layer of other classes": network(
        GraphError,
        "run.outputs",
        {"model": "DIR/net.toml", "layer": "dense1", "required": 3, "came": (5,)},
        '[[layers]]\nlayer = "Flatten"\n[[layers]]\nlayer = "Dense"\nunits = 5\nactivation = "softmax"',
    ),
    "a last layer without softmax": network(
        GraphError,
        "run.no_softmax",
        {"model": "DIR/net.toml", "layer": "dense1", "came": "linear"},
        '[[layers]]\nlayer = "Flatten"\n[[layers]]\nlayer = "Dense"\nunits = "classes"',
    ),
    "pictures too small for the network": Mistake(
        GOOD.replace("softmax", "lenet5"), SizeError, "size.kernel_too_large", {"layer": "C3", "size": (4, 4)}
    ),
    "a summary of what does not fit": Mistake(
        "summary lenet5 --size 8", SizeError, "size.kernel_too_large", {"layer": "C3", "kernel": (5, 5)}
    ),
    # Model files
    "no model": Mistake(f"predict {M} PICTURE", FileError, "file.not_found", {"path": M}),
    "a folder that is no run": Mistake("predict DIR PICTURE", FileError, "run.no_model", {"path": "DIR"}),
    "a model cut short": model("damaged", {}, cut),
    "an empty file as a model": model("damaged", {}, file("m.safetensors", b"")),
    "a picture as a model": Mistake(
        "evaluate PICTURE FOLDERS", ModelFileError, "model_file.damaged", {"path": "PICTURE"}
    ),
    "a model of others": model("foreign", {}, foreign),
    "a model of another format": model(
        "newer_format", {"came": 99, "required": 1}, rewritten(lambda document: document.update(format=99))
    ),
    "a model with a layer that is none": model(
        "document", {}, rewritten(lambda document: document["network"][1].update(layer="Exec"))
    ),
    "a model whose weights are others": model(
        "shape", {"name": "dense1/kernel", "required": (64, 4), "came": (64, 3)}, rewritten(wider)
    ),
    # Using
    "classes that differ": Mistake(
        f"evaluate {M} DIR/in",
        DataError,
        "evaluate.classes_differ",
        {"required": ("0", "1", "2"), "came": ("0", "1")},
        lambda folder: (saved(folder), write_classes(folder / "in", 2, 3)),
    ),
    "two forms at once": Mistake(f"predict {M} x --json --csv", SettingError, "predict.json_and_csv", {}, saved),
    "nothing to predict": Mistake(f"predict {M}", SettingError, "usage.missing", {"setting": "FILES"}, saved),
}
