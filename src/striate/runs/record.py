"""What a run is made with, written down as it begins, so that it can be resumed: with its settings, nobody else's."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, cast

from striate.data.fingerprint import fingerprint
from striate.engines.native.engine import NativeEngine
from striate.engines.select import engine
from striate.errors import FileError
from striate.files import sync_folder, write_text
from striate.network.description import to_document
from striate.recipe import Recipe
from striate.run_folder import CHECKPOINTS, RECORD
from striate.runs.preparing import Prepared
from striate.version import __version__

FORMAT = 1
# What stands in a record, and of which kind; under "reading" arguments of `load_images`.
TEXT, TABLE, NOTHING = str, dict, type(None)
KINDS: Mapping[str, type | tuple[type, ...]] = {
    "version": TEXT,
    "engine": TEXT,
    "isa": TEXT,
    "recipe": TABLE,
    "network": list,
    "about": TABLE,
    "preprocessing": TABLE,
    "class_names": list,
    "batch_size": (int, TEXT),
    "seconds": (int, float, NOTHING),
    "source": (TEXT, NOTHING),
    "reading": TABLE,
    "frequency": TABLE,
    "film": TABLE,
    "data": TABLE,
    "settings": TEXT,
}
READING: Mapping[str, type | tuple[type, ...]] = {"cache": int, "skip": (TEXT, NOTHING), "strict": bool}

Record = Mapping[str, Any]


def record_of(
    run: Prepared,
    settings: str,
    batch_size: int | Literal["all"],
    source: str | None,
    reading: Mapping[str, Any],
    frequency: Mapping[str, Any],
    film: Mapping[str, Any],
) -> Record:
    """All of it, as JSON has it.

    `reading` are arguments of `load_images`, `frequency` those of `Cadence`, `film` those of `Filming`.
    """
    model = run.model
    return {
        "format": FORMAT,
        "version": __version__,
        **arithmetic_of(run.recipe),
        "recipe": asdict(run.recipe),
        "network": to_document(model.graph),
        "about": model.about,
        "preprocessing": run.data.preprocessing.to_config(),
        "class_names": list(run.data.class_names),
        "batch_size": batch_size,
        "seconds": run.stop.left if run.stop else None,
        "source": source,
        "reading": dict(reading),
        "frequency": dict(frequency),
        "film": dict(film),
        "data": fingerprint(run.data),
        "settings": settings,
    }


def arithmetic_of(recipe: Recipe) -> dict[str, str]:
    """What computes: the engine, and its instruction set, on which the bits depend."""
    chosen = engine(recipe.engine, isa=recipe.isa)
    return {"engine": chosen.name, "isa": chosen.isa.name if isinstance(chosen, NativeEngine) else ""}


def write_record(folder: Path, record: Record) -> None:
    """Write it into a run's folder. Raises `FileError`."""
    text = json.dumps(record)
    sealed = {"sha256": sha256(text.encode()).hexdigest(), "run": text}
    write_text(folder / CHECKPOINTS / RECORD, json.dumps(sealed))
    sync_folder(folder / CHECKPOINTS)


def read_record(folder: Path) -> Record:
    """What was written. Raises `FileError` where there is none, or a damaged one."""
    path = folder / CHECKPOINTS / RECORD
    try:
        sealed = json.loads(path.read_text(encoding="utf-8"))
        text = cast(str, sealed["run"])
        if sha256(text.encode()).hexdigest() != sealed["sha256"]:
            raise ValueError("SHA-256")
        record = cast(dict[str, Any], json.loads(text))
        if record["format"] != FORMAT:
            raise FileError("checkpoint.other_format", required=FORMAT, came=record["format"])
        _check(record)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise FileError("resume.record_damaged", path=path, reason=str(error)) from error
    return record


def _check(record: dict[str, Any]) -> None:
    """Raise `ValueError` or `KeyError` where something is missing, or is what no run writes."""
    reading = cast(dict[str, Any], record["reading"])
    wrong = [name for name, kind in KINDS.items() if not isinstance(record[name], kind)]
    wrong += [name for name, value in reading.items() if not isinstance(value, READING[name])]
    if wrong:
        raise ValueError(", ".join(wrong))
