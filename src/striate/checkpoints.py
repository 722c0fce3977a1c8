"""Checkpoints of a training in a folder: each a safetensors file with one JSON document, and its checksum beside it.

    00000012.safetensors    arrays, and in the metadata the document: everything else
    00000012.json           how long that file is, its SHA-256; written last, so what has none was never finished

Reading one runs no code. A file that is not what its checksum says is told, and the one before it taken.
"""

import json
import math
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import numpy as np

from striate.engines.contract import Array
from striate.errors import FileError, StriateError, tell
from striate.files import remove_parts, sync_folder, write_bytes, write_text
from striate.storage import check_header

FORMAT = 1
KEPT = 2  # the newest, and one more should that be damaged
DOCUMENT = "striate-checkpoint"
TENSORS, SEAL = ".safetensors", ".json"
DIGITS = 8

Kept = Mapping[str, Any]


@dataclass(frozen=True)
class Checkpoints:
    """The checkpoints in a folder, of which the newest `keep` stay."""

    folder: Path
    keep: int = KEPT

    def write(self, kept: Kept) -> None:
        """Keep one more: apart, then renamed, so that those before stay good. Raises `FileError`."""
        name = f"{max(self._numbers(), default=0) + 1:0{DIGITS}d}"
        data = _packed(kept)
        write_bytes(self.folder / f"{name}{TENSORS}", data)
        seal = {"format": FORMAT, "bytes": len(data), "sha256": sha256(data).hexdigest()}
        write_text(self.folder / f"{name}{SEAL}", json.dumps(seal))
        sync_folder(self.folder)
        for number in sorted(self._numbers())[: -self.keep]:
            self._remove(number)

    def newest(self) -> Kept | None:
        """The newest that is whole; of those that are not it is said. None: there is none."""
        for number in sorted(self._numbers(), reverse=True):
            path = self._path(number, TENSORS)
            try:
                return self._read(number)
            except (OSError, StriateError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                tell("checkpoint.damaged", path=path, reason=_reason(error))
        return None

    def is_empty(self) -> bool:
        """Whether none was ever finished."""
        return next(self._numbers(), None) is None

    def clear(self) -> None:
        """Remove all, and what was never finished."""
        for number in self._numbers():
            self._remove(number)
        remove_parts(self.folder)
        for stray in self.folder.glob(f"{'[0-9]' * DIGITS}{TENSORS}"):
            with suppress(OSError):
                stray.unlink()

    def _numbers(self) -> Iterator[int]:
        """Those that were finished."""
        for path in self.folder.glob(f"{'[0-9]' * DIGITS}{SEAL}"):
            yield int(path.stem)

    def _path(self, number: int, ending: str) -> Path:
        return self.folder / f"{number:0{DIGITS}d}{ending}"

    def _remove(self, number: int) -> None:
        # The checksum first: without it the other is nothing.
        for ending in (SEAL, TENSORS):
            with suppress(OSError):
                self._path(number, ending).unlink()

    def _read(self, number: int) -> Kept:
        path, seal = self._path(number, TENSORS), json.loads(self._path(number, SEAL).read_text(encoding="utf-8"))
        data = path.read_bytes()
        if (len(data), sha256(data).hexdigest()) != (seal["bytes"], seal["sha256"]):
            raise FileError("checkpoint.checksum")
        return _unpacked(path)


def _packed(kept: Kept) -> bytes:
    from safetensors.numpy import save  # pyright: ignore[reportUnknownVariableType] (half typed)

    tensors: dict[str, Array] = {}
    document = {"format": FORMAT, "kept": _plain(kept, "", tensors)}
    return save(tensors, {DOCUMENT: json.dumps(document, allow_nan=False)})


def _unpacked(path: Path) -> Kept:
    from safetensors import SafetensorError, safe_open

    check_header(path)
    try:
        with cast(AbstractContextManager[Any], safe_open(path, framework="np")) as file:
            document = json.loads(cast(dict[str, str], file.metadata() or {})[DOCUMENT])
            if document["format"] != FORMAT:
                raise FileError("checkpoint.other_format", required=FORMAT, came=document["format"])
            tensors = {name: np.array(file.get_tensor(name)) for name in file.keys()}  # noqa: SIM118
            kept = _filled(document["kept"], tensors)
            if not isinstance(kept, dict):
                raise TypeError(type(kept).__name__)
            return cast(Kept, kept)
    except SafetensorError as error:
        raise ValueError(str(error)) from error


def _plain(value: object, name: str, tensors: dict[str, Array]) -> Any:
    """A value as JSON has it: arrays go among the tensors, tables and numbers that are not finite get a word."""
    match value:
        case np.ndarray():
            tensors[name] = np.ascontiguousarray(cast(Array, value))
            return {"tensor": name}
        case Mapping():
            table = cast(Mapping[str, object], value)
            return {"table": {key: _plain(each, f"{name}/{key}", tensors) for key, each in table.items()}}
        case list() | tuple():
            return [_plain(each, f"{name}/{i}", tensors) for i, each in enumerate(cast(list[object], value))]
        case np.generic():
            return _plain(cast(object, value.item()), name, tensors)
        case float() if not math.isfinite(value):
            return {"float": str(value)}
        case _:
            return value


def _filled(value: Any, tensors: Mapping[str, Array]) -> Any:
    """The way back. What this module did not write raises `KeyError`, `TypeError` or `AttributeError`."""
    match value:
        case {"tensor": str(name)}:
            return tensors[name]
        case {"table": table}:
            return {key: _filled(each, tensors) for key, each in cast(dict[str, Any], table).items()}
        case {"float": str(text)}:
            return float(text)
        case list():
            return [_filled(each, tensors) for each in cast(list[Any], value)]
        case _:
            return value


def _reason(error: Exception) -> object:
    if isinstance(error, StriateError):
        return error
    return (error.strerror if isinstance(error, OSError) else None) or repr(error)
