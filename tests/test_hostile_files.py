"""Files that are no model of ours: damaged, foreign, hostile. Each is refused in words, at once, and nothing runs."""

import json
import os
import struct
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from striate import Sequential, load_model
from striate.errors import FileError, ModelFileError
from striate.layers import Dense, Flatten
from striate.network.description import to_document

Tensors = dict[str, np.ndarray]


def small(seed: int = 0) -> Sequential:
    return Sequential([Flatten(input_shape=(2, 2, 1)), Dense(3, "softmax")], seed=seed)


def written(path: Path, document: object, tensors: Tensors | None = None) -> Path:
    """A file as ours, with this document in place of a right one."""
    model = small()
    text = document if isinstance(document, str) else json.dumps(document)
    save_file(dict(model.weights) if tensors is None else tensors, path, {"striate": text})
    return path


def right_document(**changed: object) -> dict[str, Any]:
    network = json.loads(json.dumps(to_document(small().graph)))
    document = {"format": 1, "version": "0", "network": network, "class_names": None, "preprocessing": None}
    return {**document, "about": {}, **changed}


NET = right_document()["network"]
PREPARED = {"size": [2, 2], "colour": "grey", "scale": 1.0, "resize": "crop"}
DOCUMENTS: dict[str, tuple[object, str]] = {
    "garbage": ("{", "model_file.document"),
    "empty": ("", "model_file.document"),
    "a number": ("5", "model_file.document"),
    "a list": ("[1]", "model_file.document"),
    "null": ("null", "model_file.document"),
    "a number too long to read": ("9" * 5000, "model_file.document"),
    "nested too deeply": ("[" * 100_000 + "]" * 100_000, "model_file.document"),
    "nested within limits": (right_document(network=json.loads("[" * 400 + "]" * 400)), "model_file.document"),
    "longer than any network needs": (" " * 4_000_000 + json.dumps(right_document()), "model_file.document"),
    "no format": ({"network": NET}, "model_file.other_format"),
    "a later format": (right_document(format=2), "model_file.newer_format"),
    "a format as a text": (right_document(format="1"), "model_file.other_format"),
    "a format as a list": (right_document(format=[1]), "model_file.other_format"),
    "no network": (right_document(network=None), "model_file.document"),
    "a network of nothing": (right_document(network=[]), "model_file.document"),
    "an unknown layer": (right_document(network=[NET[0], {**NET[1], "layer": "Lambda"}]), "model_file.document"),
    "a layer as a table": (right_document(network=[NET[0], {**NET[1], "layer": {}}]), "model_file.document"),
    "another network": (right_document(network=NET[:2]), "model_file.tensors"),
    "another size": (
        right_document(network=[{**NET[0], "settings": {"shape": [2, 3, 1]}}, *NET[1:]]),
        "model_file.shape",
    ),
    "no about": ({k: v for k, v in right_document().items() if k != "about"}, "model_file.document"),
    "about as a list": (right_document(about=[]), "model_file.document"),
    "names as a text": (right_document(class_names="abc"), "model_file.document"),
    "names that are numbers": (right_document(class_names=[0, 1, 2]), "model_file.document"),
    "too few names": (right_document(class_names=["a", "b"]), "model_file.document"),
    "no names in a list": (right_document(class_names=[]), "model_file.document"),
    "a name twice": (right_document(class_names=["a", "b", "a"]), "model_file.document"),
    "preprocessing as a list": (right_document(preprocessing=[1]), "model_file.document"),
    "preprocessing half there": (right_document(preprocessing={"size": [2, 2]}), "model_file.document"),
    "preprocessing of pictures too large": (
        right_document(preprocessing={**PREPARED, "size": [10**9, 10**9]}),
        "model_file.document",
    ),
    "preprocessing with self": (right_document(preprocessing={**PREPARED, "self": 1}), "model_file.document"),
    "preprocessing with a list for a colour": (
        right_document(preprocessing={**PREPARED, "colour": ["grey"]}),
        "model_file.document",
    ),
    "a network of a terabyte": (
        right_document(
            network=[
                {"name": "x", "layer": "InputLayer", "settings": {"shape": [10**6]}, "inputs": []},
                {"name": "dense1", "layer": "Dense", "settings": {"units": 10**6}, "inputs": ["x"]},
            ]
        ),
        "model_file.shape",
    ),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_that_is_none(name: str, tmp_path: Path) -> None:
    document, code = DOCUMENTS[name]
    file = written(tmp_path / "m.safetensors", document)
    with pytest.raises(ModelFileError) as caught:
        load_model(file)
    assert (caught.value.code, caught.value.fields["path"]) == (code, file)
    assert str(file) in str(caught.value) and len(str(caught.value)) < 3000


def test_the_document_that_the_others_are_made_from_is_right(tmp_path: Path) -> None:
    file = written(tmp_path / "m.safetensors", right_document(class_names=["a", "b", "c"], preprocessing=PREPARED))
    assert load_model(file).class_names == ("a", "b", "c")


KERNEL, BIAS = np.zeros((4, 3), np.float32), np.zeros(3, np.float32)
TENSORS: dict[str, tuple[Tensors, str, dict[str, object]]] = {
    "missing": ({"dense1/kernel": KERNEL}, "model_file.tensors", {"missing": ["dense1/bias"], "extra": []}),
    "extra": (
        {"dense1/kernel": KERNEL, "dense1/bias": BIAS, "more": BIAS},
        "model_file.tensors",
        {"missing": [], "extra": ["more"]},
    ),
    "turned": ({"dense1/kernel": KERNEL.T.copy(), "dense1/bias": BIAS}, "model_file.shape", {"came": (3, 4)}),
    "flat": ({"dense1/kernel": KERNEL.ravel(), "dense1/bias": BIAS}, "model_file.shape", {"came": (12,)}),
    "float16": (
        {"dense1/kernel": KERNEL.astype(np.float16), "dense1/bias": BIAS},
        "model_file.shape",
        {"dtype": "F16", "required": (4, 3)},
    ),
    "float64": ({"dense1/kernel": KERNEL.astype(float), "dense1/bias": BIAS}, "model_file.shape", {"dtype": "F64"}),
    "whole numbers": ({"dense1/kernel": KERNEL.astype(np.int32), "dense1/bias": BIAS}, "model_file.shape", {}),
}


@pytest.mark.parametrize("name", TENSORS)
def test_tensors_that_are_not_the_networks(name: str, tmp_path: Path) -> None:
    tensors, code, fields = TENSORS[name]
    file = written(tmp_path / "m.safetensors", right_document(), tensors)
    with pytest.raises(ModelFileError) as caught:
        load_model(file)
    assert caught.value.code == code
    assert fields.items() <= caught.value.fields.items()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_weights_that_are_no_finite_numbers(bad: float, tmp_path: Path) -> None:
    """The model would answer NaN to everything."""
    tensors = {"dense1/kernel": KERNEL, "dense1/bias": BIAS + np.array([0, bad, 0], np.float32)}
    with pytest.raises(ModelFileError):
        load_model(written(tmp_path / "m.safetensors", right_document(), tensors))


def test_a_safetensors_file_of_somebody_else(tmp_path: Path) -> None:
    for metadata in (None, {"format": "pt"}):
        save_file({"a": BIAS}, tmp_path / "m.safetensors", metadata)
        with pytest.raises(ModelFileError) as caught:
            load_model(tmp_path / "m.safetensors")
        assert caught.value.code == "model_file.foreign"


def header(text: str, length: int | None = None, data: bytes = b"") -> bytes:
    return struct.pack("<Q", len(text) if length is None else length) + text.encode() + data


RAW: dict[str, bytes] = {
    "empty": b"",
    "seven bytes": b"1234567",
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "a zip": b"PK\x03\x04" + bytes(100),
    "a pickle": b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94.",
    "a header of 2^63 bytes": header("{}", 1 << 63),
    "a header longer than the file": header("{}", 1 << 20),
    "a header that is no JSON": header("{{{{"),
    "a tensor of 2^60 values": header(
        '{"a":{"dtype":"F32","shape":[1152921504606846976],"data_offsets":[0,4]}}', None, bytes(4)
    ),
    "a shape that overflows": header(
        '{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,0]}}'
    ),
    "offsets behind the end": header('{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}', None, bytes(8)),
    "offsets backwards": header('{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}', None, bytes(8)),
    "a hole between tensors": header(
        '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}',
        None,
        bytes(12),
    ),
}


@pytest.mark.parametrize("name", RAW)
def test_bytes_that_are_no_model(name: str, tmp_path: Path) -> None:
    file = tmp_path / "m.safetensors"
    file.write_bytes(RAW[name])
    with pytest.raises(ModelFileError) as caught:
        load_model(file)
    assert caught.value.code == "model_file.damaged"


def test_cut_short_anywhere(tmp_path: Path) -> None:
    file, whole = tmp_path / "m.safetensors", tmp_path / "whole.safetensors"
    small().save(whole)
    content = whole.read_bytes()
    for length in {0, 1, 7, 8, 9, 100, len(content) // 2, len(content) - 4, len(content) - 1}:
        file.write_bytes(content[:length])
        with pytest.raises(ModelFileError) as caught:
            load_model(file)
        assert caught.value.code == "model_file.damaged"


def test_what_declares_a_terabyte_allocates_nothing(tmp_path: Path) -> None:
    file = written(tmp_path / "m.safetensors", DOCUMENTS["a network of a terabyte"][0])
    load_model(written(tmp_path / "right.safetensors", right_document()))  # imports are no part of this
    tracemalloc.start()
    with pytest.raises(ModelFileError):
        load_model(file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


def test_nothing_is_there(tmp_path: Path) -> None:
    for path in (tmp_path / "none.safetensors", tmp_path, tmp_path / ("a" * 300)):
        with pytest.raises(FileError):
            load_model(path)


def test_what_is_no_ordinary_file_is_not_waited_for(tmp_path: Path) -> None:
    """Opening a pipe waits for a writer, for ever."""
    os.mkfifo(tmp_path / "pipe.safetensors")
    code = f"""
import striate
try: striate.load_model({str(tmp_path / "pipe.safetensors")!r})
except striate.errors.FileError: print("refused")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == "refused\n"


def test_an_error_deep_in_a_long_network_stays_short(tmp_path: Path) -> None:
    """A file that describes 20,000 layers and then one that does not fit: the walk there is no help."""
    inputs = ["x", *(f"f{i}" for i in range(20_000))]
    many = [{"name": f"f{i}", "layer": "Flatten", "settings": {}, "inputs": [inputs[i]]} for i in range(20_000)]
    last = {"name": "c", "layer": "Conv2D", "settings": {"filters": 1, "kernel_size": 1}, "inputs": [inputs[-1]]}
    first = {"name": "x", "layer": "InputLayer", "settings": {"shape": [2, 2, 1]}, "inputs": []}
    with pytest.raises(ModelFileError) as caught:
        load_model(written(tmp_path / "m.safetensors", right_document(network=[first, *many, last])))
    assert len(str(caught.value)) < 3000
