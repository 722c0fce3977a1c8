"""Snapshots of a training's weights in a folder: a description, and a safetensors file for each.

    film.json               the network, the layers that are kept, classes and preprocessing
    00000128.safetensors    the weights after step 128, by name; in the metadata step, epoch, loss and a checksum

Each is written apart and renamed. Reading runs no code; a file that is damaged is told and left out.
"""

import json
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import numpy as np

from striate.data.preprocessing import Preprocessing
from striate.engines.contract import Array
from striate.errors import FileError, ModelFileError, StateError, StriateError, tell
from striate.files import exists, remove_parts, sync_file, sync_folder, write_bytes, write_text
from striate.network.description import from_document, to_document
from striate.network.graph import Graph
from striate.storage import check_header

FORMAT = 1
DESCRIPTION, ENDING, DOCUMENT = "film.json", ".safetensors", "striate-film"
DIGITS = 8
OF_CLASSES = "classes/"  # before a weight's name: what each class did to it
LONGEST_DESCRIPTION = 4_000_000  # bytes

Weights = Mapping[str, Array]


@dataclass(frozen=True, eq=False)
class Description:
    """What every snapshot of a training has in common. `by_class`: they hold what each class did, too."""

    graph: Graph
    layers: tuple[str, ...]
    class_names: tuple[str, ...] | None = None
    preprocessing: Preprocessing | None = None
    by_class: bool = False

    def to_json(self) -> str:
        """All of it."""
        return json.dumps(
            {
                "format": FORMAT,
                "network": to_document(self.graph),
                "layers": list(self.layers),
                "class_names": self.class_names and list(self.class_names),
                "preprocessing": self.preprocessing and self.preprocessing.to_config(),
                "by_class": self.by_class,
            }
        )

    @staticmethod
    def from_json(text: str) -> "Description":
        """The inverse. What `to_json` did not write raises `ValueError`, `KeyError`, `TypeError` or one of ours."""
        known = json.loads(text)
        if known["format"] != FORMAT:
            raise FileError("checkpoint.other_format", required=FORMAT, came=known["format"])
        graph = from_document(known["network"])
        layers, names, preprocessing = tuple(known["layers"]), known["class_names"], known["preprocessing"]
        for name in layers:
            graph.node(name)
        return Description(
            graph,
            layers,
            None if names is None else tuple(map(str, names)),
            None if preprocessing is None else Preprocessing.from_config(preprocessing),
            bool(known["by_class"]),
        )

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Of each weight that a snapshot holds, by its name; those of `OF_CLASSES` aside."""
        spans = (span for layout in (self.graph.theta, self.graph.state) for span in layout.spans)
        return {span.name: span.shape for span in spans if span.layer in self.layers}


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The weights after so many steps, by name. `epoch` is the one it is in, from 1; 0 before the first step.

    `loss` is that of the last step. `classes`, where they were kept: (classes + 1, *shape) of each weight that learns,
    what the pictures of each class have added to it since the first snapshot, last what weight decay has.
    """

    step: int
    epoch: int
    loss: float | None
    weights: Weights
    classes: Weights = field(default_factory=dict[str, Array])


@dataclass(frozen=True)
class FilmFolder:
    """A folder with the snapshots of one training."""

    folder: Path

    def begin(self, described: Description) -> None:
        """Make the folder ready for a training's first snapshot: others go. Raises `FileError`."""
        self.clear()
        write_text(self.folder / DESCRIPTION, described.to_json())

    def write(self, shot: Snapshot) -> None:
        """Keep one. It outlasts a power failure after `sync`. Raises `FileError`."""
        from safetensors.numpy import save  # pyright: ignore[reportUnknownVariableType] (half typed)

        tensors = {**shot.weights, **{OF_CLASSES + name: each for name, each in shot.classes.items()}}
        tensors = {name: np.ascontiguousarray(each, np.float32) for name, each in tensors.items()}
        facts = {"format": FORMAT, "step": shot.step, "epoch": shot.epoch, "loss": shot.loss, "sha256": _hash(tensors)}
        write_bytes(self._path(shot.step), save(tensors, {DOCUMENT: json.dumps(facts)}), synced=False)

    def sync(self, steps: Iterable[int]) -> None:
        """Let these outlast a power failure."""
        listed = list(steps)
        for step in listed:
            with suppress(OSError):  # a disk that cannot is told of by what is written next
                sync_file(self._path(step))
        if listed:
            sync_folder(self.folder)

    def remove(self, steps: Iterable[int]) -> None:
        """Take some out."""
        for step in steps:
            with suppress(OSError):
                self._path(step).unlink(missing_ok=True)

    def clear(self) -> None:
        """Remove all, and what was never finished; the folder, too, if nothing else is in it."""
        self.remove(self.steps())
        remove_parts(self.folder)
        with suppress(OSError):
            (self.folder / DESCRIPTION).unlink(missing_ok=True)
            self.folder.rmdir()

    def steps(self) -> list[int]:
        """Of the snapshots that are there."""
        found = self.folder.glob(f"{'[0-9]' * DIGITS}{ENDING}")
        return sorted(int(path.stem) for path in found)

    def description(self) -> Description:
        """What was written. Raises `StateError` where the folder holds no film, `FileError` where it is damaged."""
        path = self.folder / DESCRIPTION
        if not exists(path):
            raise StateError("film.none", path=self.folder)
        try:
            if path.stat().st_size > LONGEST_DESCRIPTION:
                raise ValueError(f"{path.stat().st_size} > {LONGEST_DESCRIPTION}")
            return Description.from_json(path.read_text(encoding="utf-8"))
        except (OSError, StriateError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise FileError("film.damaged_description", path=path, reason=_reason(error)) from error

    def read(self, described: Description) -> list[Snapshot]:
        """All that are whole, in order; of the others it is said. Raises `StateError` where there is none."""
        shots: list[Snapshot] = []
        for step in self.steps():
            try:
                shots.append(self._read(self._path(step), described))
            except (OSError, StriateError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                tell("film.damaged", path=self._path(step), reason=_reason(error))
        if not shots:
            raise StateError("film.none", path=self.folder)
        return shots

    def _path(self, step: int) -> Path:
        return self.folder / f"{step:0{DIGITS}d}{ENDING}"

    @staticmethod
    def _read(path: Path, described: Description) -> Snapshot:
        from safetensors import SafetensorError, safe_open

        check_header(path)
        try:
            with cast(AbstractContextManager[Any], safe_open(path, framework="np")) as file:
                facts = json.loads(cast(dict[str, str], file.metadata() or {})[DOCUMENT])
                if facts["format"] != FORMAT:
                    raise FileError("checkpoint.other_format", required=FORMAT, came=facts["format"])
                tensors = {name: np.array(file.get_tensor(name)) for name in file.keys()}  # noqa: SIM118
        except SafetensorError as error:
            raise ValueError(str(error)) from error
        if _hash(tensors) != facts["sha256"]:
            raise FileError("checkpoint.checksum")
        weights = {name: each for name, each in tensors.items() if not name.startswith(OF_CLASSES)}
        classes = {name.removeprefix(OF_CLASSES): each for name, each in tensors.items() if name not in weights}
        shapes = described.shapes
        fit = {name: each.shape for name, each in weights.items()} == shapes
        if not fit or any(each.shape[1:] != shapes.get(name) for name, each in classes.items()):
            raise ModelFileError("film.other_network", path=path)
        loss = None if facts["loss"] is None else float(facts["loss"])
        return Snapshot(int(facts["step"]), int(facts["epoch"]), loss, weights, classes)


def _hash(tensors: Weights) -> str:
    together = sha256()
    for name in sorted(tensors):
        together.update(f"{name} {tensors[name].shape}\n".encode())
        together.update(np.ascontiguousarray(tensors[name]).data)
    return together.hexdigest()


def _reason(error: Exception) -> object:
    if isinstance(error, StriateError):
        return error
    return (error.strerror if isinstance(error, OSError) else None) or repr(error)
