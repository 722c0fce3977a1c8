"""Model files that mean harm, or were harmed: what each holds, and the code that refuses it."""

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

GOLDEN = Path(__file__).parent / "golden" / "v1-chain.safetensors"
Entry = dict[str, Any]
Change = Callable[[Entry], object]


def parts(file: bytes) -> tuple[Entry, bytes]:
    """The header and the data of a safetensors file."""
    length = int.from_bytes(file[:8], "little")
    return json.loads(file[8 : 8 + length]), file[8 + length :]


def put_together(header: Entry | str | bytes, data: bytes, length: int | None = None) -> bytes:
    text = json.dumps(header, ensure_ascii=False) if isinstance(header, dict) else header
    raw = text.encode() if isinstance(text, str) else text
    return struct.pack("<Q", len(raw) if length is None else length) + raw + data


def with_header(change: Change) -> bytes:
    header, data = parts(GOLDEN.read_bytes())
    change(header)
    return put_together(header, data)


def with_document(change: Change) -> bytes:
    def changed(header: Entry) -> None:
        document = json.loads(header["__metadata__"]["striate"])
        change(document)
        header["__metadata__"]["striate"] = json.dumps(document, ensure_ascii=False)

    return with_header(changed)


def with_text(old: str, new: str) -> bytes:
    """The document with a piece of its text replaced, once."""

    def changed(header: Entry) -> None:
        text = header["__metadata__"]["striate"]
        assert old in text
        header["__metadata__"]["striate"] = text.replace(old, new, 1)

    return with_header(changed)


def setting(place: int, name: str, value: object) -> bytes:
    return with_document(lambda d: d["network"][place]["settings"].update({name: value}))


def entry(place: int, **fields: object) -> bytes:
    return with_document(lambda d: d["network"][place].update(fields))


def with_confidence(**fields: object) -> bytes:
    sound = {"temperature": 1.5, "threshold": 0.5, "mirrored": False}
    return with_document(lambda d: d.update(confidence={**sound, **fields}))


def repeated(text: str, tensor: str, data: int) -> bytes:
    """A raw header around the golden document."""
    header, _ = parts(GOLDEN.read_bytes())
    document = json.dumps(header["__metadata__"], ensure_ascii=False)
    return put_together('{"__metadata__":' + document + "," + tensor + text, bytes(data))


def nan_weight() -> bytes:
    header, data = parts(GOLDEN.read_bytes())
    return put_together(header, struct.pack("<f", float("nan")) + data[4:])


DAMAGED, DOCUMENT = "model_file.damaged", "model_file.document"
SHAPE, TENSORS, TWICE = "model_file.shape", "model_file.tensors", "model_file.name_twice"
F32 = '"dtype":"F32","shape":[1]'

FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    # The bytes
    "cut short in the header": (lambda: GOLDEN.read_bytes()[:900], DAMAGED),
    "cut short by a byte": (lambda: GOLDEN.read_bytes()[:-1], DAMAGED),
    "a byte too many": (lambda: GOLDEN.read_bytes() + b"\0", DAMAGED),
    "a second file behind it": (lambda: GOLDEN.read_bytes() * 2, DAMAGED),
    "a header of 2^64 - 1 bytes": (lambda: put_together("{}", b"", 2**64 - 1), DAMAGED),
    "a header of 33 MB": (lambda: put_together(" " * 33_000_000, b""), DAMAGED),
    "a header of blanks": (lambda: put_together(" " * 1_000_000, b""), DAMAGED),
    "a header that is no UTF-8": (lambda: put_together(b'{"\xff":1}', b""), DAMAGED),
    "a header in UTF-16": (lambda: put_together('{"a":{}}'.encode("utf-16"), b""), DAMAGED),
    "a header with a byte order mark": (lambda: put_together("\ufeff{}", b""), DAMAGED),
    "a header that is a list": (lambda: put_together("[]", b""), DAMAGED),
    "a header nested too deeply": (lambda: put_together('{"a":' * 200_000 + "1" + "}" * 200_000, b""), DAMAGED),
    "a number of a million digits": (lambda: put_together('{"a":' + "9" * 1_000_000 + "}", b""), DAMAGED),
    "a lone surrogate in the document": (lambda: put_together('{"__metadata__":{"striate":"\\ud800"}}', b""), DAMAGED),
    # The tensors
    "overlapping": (
        lambda: repeated(f',"b":{{{F32},"data_offsets":[0,4]}}}}', f'"a":{{{F32},"data_offsets":[0,4]}}', 4),
        DAMAGED,
    ),
    "a tensor twice": (
        lambda: repeated(f',"a":{{{F32},"data_offsets":[0,4]}}}}', f'"a":{{{F32},"data_offsets":[0,4]}}', 4),
        TWICE,
    ),
    "metadata twice": (lambda: repeated(',"__metadata__":{}}', f'"a":{{{F32},"data_offsets":[0,4]}}', 4), TWICE),
    "a negative size": (lambda: with_header(lambda h: h["conv1/bias"].update(shape=[-3])), DAMAGED),
    "a size that is no number": (lambda: with_header(lambda h: h["conv1/bias"].update(shape=["3"])), DAMAGED),
    "sizes whose product overflows": (
        lambda: with_header(lambda h: h["conv1/bias"].update(shape=[2**40] * 4)),
        DAMAGED,
    ),
    "offsets of 2^63": (lambda: with_header(lambda h: h["conv1/bias"].update(data_offsets=[0, 2**63])), DAMAGED),
    "a type that nobody knows": (lambda: with_header(lambda h: h["conv1/bias"].update(dtype="F128")), DAMAGED),
    "another type of the same size": (lambda: with_header(lambda h: h["conv1/bias"].update(dtype="I32")), SHAPE),
    "another shape of the same size": (lambda: with_header(lambda h: h["conv1/bias"].update(shape=[1, 3])), SHAPE),
    "two tensors in each other's place": (
        lambda: with_header(
            lambda h: h.update({"conv1/kernel": h["둘째/kernel"], "둘째/kernel": h["conv1/kernel"]})
        ),
        SHAPE,
    ),
    "a missing tensor": (lambda: with_header(lambda h: h.update({"other": h.pop("conv1/bias")})), TENSORS),
    "a weight that is NaN": (nan_weight, "model_file.not_finite"),
    # The document
    "no document": (lambda: with_header(lambda h: h.pop("__metadata__")), "model_file.foreign"),
    "an empty format": (lambda: with_document(lambda d: d.update(format=None)), "model_file.other_format"),
    "format 0": (lambda: with_document(lambda d: d.update(format=0)), "model_file.other_format"),
    "a format of a million": (lambda: with_document(lambda d: d.update(format=10**6)), "model_file.newer_format"),
    "a format twice": (lambda: with_text('"format": 1', '"format": 2, "format": 1'), TWICE),
    "a setting twice": (lambda: with_text('"filters": 3', '"filters": 3, "filters": 3'), TWICE),
    "a document of 5 MB": (lambda: with_document(lambda d: d.update(about={"a": "x" * 5_000_000})), DOCUMENT),
    "a remark nested too deeply": (
        lambda: with_text('"history"', '"x": ' + "[" * 99_999 + "]" * 99_999 + ', "h"'),
        DOCUMENT,
    ),
    "a temperature of 0": (lambda: with_confidence(temperature=0), DOCUMENT),
    "a temperature below 0": (lambda: with_confidence(temperature=-2.5), DOCUMENT),
    "a temperature that is infinite": (lambda: with_confidence(temperature=float("inf")), DOCUMENT),
    "a temperature that is NaN": (lambda: with_confidence(temperature=float("nan")), DOCUMENT),
    "a temperature that is a text": (lambda: with_confidence(temperature="1"), DOCUMENT),
    "a threshold above 1": (lambda: with_confidence(threshold=1.5), DOCUMENT),
    "a threshold below 0": (lambda: with_confidence(threshold=-0.1), DOCUMENT),
    "a threshold that is null": (lambda: with_confidence(threshold=None), DOCUMENT),
    "a confidence with more in it": (lambda: with_confidence(more=1), DOCUMENT),
    "a confidence that is a number": (lambda: with_document(lambda d: d.update(confidence=0.5)), DOCUMENT),
    # The network
    "a cycle of two": (
        lambda: with_document(lambda d: (d["network"][3].update(inputs=["activation1"]))),
        DOCUMENT,
    ),
    "a cycle of one": (lambda: entry(1, inputs=["conv1"]), DOCUMENT),
    "an input that is nowhere": (lambda: entry(2, inputs=["nowhere"]), DOCUMENT),
    "an input that is a number": (lambda: entry(2, inputs=[1]), DOCUMENT),
    "an input that is a list": (lambda: entry(2, inputs=[["conv1"]]), DOCUMENT),
    "two inputs for one": (lambda: entry(2, inputs=["conv1", "conv1"]), DOCUMENT),
    "no input": (lambda: entry(2, inputs=[]), DOCUMENT),
    "no inputs at all": (lambda: with_document(lambda d: d["network"][2].pop("inputs")), DOCUMENT),
    "two beginnings": (
        lambda: with_document(lambda d: d["network"].insert(1, {**d["network"][0], "name": "i"})),
        DOCUMENT,
    ),
    "a name twice": (lambda: entry(2, name="conv1"), DOCUMENT),
    "an empty name": (lambda: entry(2, name=""), DOCUMENT),
    "a name with a slash": (lambda: entry(1, name="conv1/kernel"), DOCUMENT),
    "a name that steers a terminal": (lambda: entry(1, name="\x1b[2J"), DOCUMENT),
    "a name of a megabyte": (lambda: entry(1, name="n" * 1_000_000), DOCUMENT),
    "a dead end": (
        lambda: with_document(
            lambda d: d["network"].insert(2, {"name": "z", "layer": "Flatten", "settings": {}, "inputs": ["conv1"]})
        ),
        DOCUMENT,
    ),
    "an unknown layer": (lambda: entry(2, layer="Lambda"), DOCUMENT),
    "a class by its import path": (lambda: entry(2, layer="os.system"), DOCUMENT),
    "a layer that is only to be built upon": (lambda: entry(2, layer="Layer"), DOCUMENT),
    "an entry that is a text": (lambda: with_document(lambda d: d["network"].__setitem__(1, "conv1")), DOCUMENT),
    "a network that is a table": (lambda: with_document(lambda d: d.update(network={"a": 1})), DOCUMENT),
    "settings that are a list": (lambda: entry(1, settings=[3, 3]), DOCUMENT),
    "a share of nothing": (lambda: with_document(lambda d: d["network"].append(
        {"name": "s", "shared": "nowhere", "inputs": ["dense1"]})), DOCUMENT),
    "a share of the input": (lambda: with_document(lambda d: d["network"].append(
        {"name": "s", "shared": "input1", "inputs": ["dense1"]})), DOCUMENT),
    "an unknown setting": (lambda: setting(1, "lambda", "x"), DOCUMENT),
    "a setting that is Python's": (lambda: setting(1, "__class__", "x"), DOCUMENT),
    "a name among the settings": (lambda: setting(1, "self", "x"), DOCUMENT),
    "a missing setting": (lambda: with_document(lambda d: d["network"][1]["settings"].pop("filters")), DOCUMENT),
    "filters below 0": (lambda: setting(1, "filters", -3), DOCUMENT),
    "filters that are a fraction": (lambda: setting(1, "filters", 3.5), DOCUMENT),
    "filters that are infinite": (lambda: with_text('"filters": 3', '"filters": Infinity'), DOCUMENT),
    "filters that are true": (lambda: setting(1, "filters", True), DOCUMENT),
    "10^18 filters": (lambda: setting(1, "filters", 10**18), SHAPE),
    "10^4000 filters": (lambda: setting(1, "filters", 10**4000), SHAPE),
    "a kernel of 10^9": (lambda: setting(1, "kernel_size", [10**9, 10**9]), DOCUMENT),
    "a kernel of three sizes": (lambda: setting(1, "kernel_size", [3, 3, 3]), DOCUMENT),
    "padding of 10^12": (lambda: setting(1, "padding", [[10**12, 0], [0, 10**12]]), SHAPE),
    "a stride of 10^30": (lambda: setting(1, "strides", [10**30, 1]), DOCUMENT),
    "pictures of 10^9 x 10^9": (lambda: setting(0, "shape", [10**9, 10**9, 1]), SHAPE),
    "pictures without a size": (lambda: setting(0, "shape", []), DOCUMENT),
    "pictures of a thousand axes": (lambda: setting(0, "shape", [1] * 1000), DOCUMENT),
    "a rate of 1": (lambda: setting(7, "rate", 1), DOCUMENT),
    "a rate that is NaN": (lambda: with_text('"rate": 0.25', '"rate": NaN'), DOCUMENT),
    "an activation that is a list": (lambda: setting(1, "activation", ["relu"]), DOCUMENT),
    "settings nested deeply": (
        lambda: with_text('"kernel_size": [3, 2]', '"kernel_size": ' + "[" * 500 + "]" * 500),
        DOCUMENT,
    ),
    # What stands beside it
    "fewer names than classes": (lambda: with_document(lambda d: d.update(class_names=["a"])), DOCUMENT),
    "names of one kind": (lambda: with_document(lambda d: d.update(class_names=["a", "a", "b"])), DOCUMENT),
    "remarks that are a text": (lambda: with_document(lambda d: d.update(about="x")), DOCUMENT),
    "a size of pictures below 0": (lambda: with_document(lambda d: d["preprocessing"].update(size=[-1, 8])), DOCUMENT),
    "a remark that is NaN": (lambda: with_text('"accuracy": 0', '"x": NaN, "accuracy": 0'), DOCUMENT),
    "a remark that is minus infinity": (lambda: with_text('"accuracy": 0', '"x": -Infinity, "accuracy": 0'), DOCUMENT),
    "a remark of 1e999": (lambda: with_text('"accuracy": 0', '"x": 1e999, "accuracy": 0'), DOCUMENT),
    "a scale that is NaN": (lambda: with_text('"scale": 0.0039', '"scale": NaN, "x": 0.0039'), DOCUMENT),
}  # fmt: skip
