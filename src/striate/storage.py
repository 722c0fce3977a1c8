"""The model file: one safetensors file, weights by name and one JSON document; reading it runs no code.

The document stands in the file's metadata under "striate". Every size that it declares is compared with the file's own
before anything is allocated.
"""

import json
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np

from striate.confidence import Confidence
from striate.data.preprocessing import Preprocessing
from striate.engines.contract import Array
from striate.errors import DataError, FileError, ModelFileError, SettingError, StriateError
from striate.files import exists, write_bytes
from striate.network.description import from_document, to_document
from striate.network.graph import Graph
from striate.network.layout import Layout, all_finite
from striate.network.settings import is_sequence
from striate.version import __version__

FORMAT = 1
ENDING = ".safetensors"
DOCUMENT = "striate"
LONGEST_DOCUMENT = 4_000_000  # characters: far more than the largest network needs
HEADER_LENGTH = 8  # bytes before the header that say how long it is: safetensors' format
LONGEST_HEADER = 32_000_000  # bytes: the longest document, its letters escaped, and a line for each of its weights

T = TypeVar("T")


@dataclass(frozen=True)
class ModelFile:
    """All that a model file holds. `about` is free: how it was trained, how well it did."""

    graph: Graph
    theta: Array
    state: Array
    class_names: tuple[str, ...] | None = None
    preprocessing: Preprocessing | None = None
    about: Mapping[str, Any] = field(default_factory=dict[str, Any])
    confidence: Confidence | None = None


def save(path: Path, model: ModelFile) -> None:
    """Write a model file, apart and then renamed. Raises `FileError` where it cannot, `DataError` for wrong names."""
    if model.class_names is not None:
        check_count(model.class_names, model.graph)
    from safetensors.numpy import save as serialized  # pyright: ignore[reportUnknownVariableType] (half typed)

    document: dict[str, Any] = {
        "format": FORMAT,
        "version": __version__,
        "network": to_document(model.graph),
        "class_names": model.class_names,
        "preprocessing": model.preprocessing.to_config() if model.preprocessing else None,
        "about": dict(model.about),
    }
    if model.confidence is not None:
        document["confidence"] = model.confidence.to_config()
    tensors = model.graph.theta.views(model.theta) | model.graph.state.views(model.state)
    try:
        text = json.dumps(document, ensure_ascii=False, allow_nan=False)
        text = text.encode(errors="backslashreplace").decode()  # JSON's own way, for names of files that are no UTF-8
    except (TypeError, ValueError) as error:
        raise SettingError("model.about_not_plain", reason=str(error)) from error
    if len(text) > LONGEST_DOCUMENT:
        raise SettingError("model.about_too_long", came=len(text), most=LONGEST_DOCUMENT)
    write_bytes(
        path, serialized({name: np.ascontiguousarray(each) for name, each in tensors.items()}, {DOCUMENT: text})
    )


def load(path: Path) -> ModelFile:
    """Read a model file. Raises `ModelFileError` where it is damaged, foreign or of another format version."""
    from safetensors import SafetensorError, safe_open

    if exists(path) and path.is_dir():
        raise FileError("file.is_folder", path=path)
    if not exists(path) or not path.is_file():
        raise FileError("file.not_found", path=path)
    try:
        check_header(path)
        with cast(AbstractContextManager[Any], safe_open(path, framework="np")) as file:
            document = _document(path, file.metadata())
            graph = _checked(path, lambda: from_document(document.get("network")))
            _compare(path, graph, file)
            theta, state = (_vector(path, layout, file) for layout in (graph.theta, graph.state))
    except (SafetensorError, OSError) as error:
        if isinstance(error, StriateError):
            raise
        raise ModelFileError("model_file.damaged", path=path, reason=str(error)) from error
    return ModelFile(graph, theta, state, *_annotations(path, document, graph))


def load_once(path: Path) -> ModelFile:
    """As `load`, but a file that is still the one that was read so last is not read again. For readers: nobody writes
    into its arrays. `forget_loaded` gives the memory back.
    """
    try:
        found = path.stat()
    except OSError:
        return load(path)  # which says what is wrong
    return _loaded(path, (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns))


def forget_loaded() -> None:
    """Let go of what `load_once` has read."""
    _loaded.cache_clear()


@lru_cache(maxsize=1)
def _loaded(path: Path, stamp: tuple[int, ...]) -> ModelFile:
    loaded = load(path)
    for vector in (loaded.theta, loaded.state):
        vector.flags.writeable = False
    return loaded


def check_header(path: Path) -> None:
    """Before a parser sees it: a header longer than any of ours is refused unread, and one that names a thing twice,
    of which readers would take different ones.
    """
    with path.open("rb") as file:
        length = int.from_bytes(file.read(HEADER_LENGTH), "little")
        if length > LONGEST_HEADER:
            raise ModelFileError("model_file.damaged", path=path, reason=f"{length} > {LONGEST_HEADER}")
        header = file.read(length)
    try:
        _table(path, header)
    except (ValueError, RecursionError) as error:
        raise ModelFileError("model_file.damaged", path=path, reason=str(error)) from error


def _table(path: Path, text: str | bytes) -> object:
    """What JSON says. Raises `ModelFileError` where a table has two entries of one name."""

    def unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        table = dict(pairs)
        if len(table) != len(pairs):
            twice = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
            raise ModelFileError("model_file.name_twice", path=path, name=twice)
        return table

    return json.loads(text, object_pairs_hook=unambiguous, parse_constant=_no_number, parse_float=_finite)


def _no_number(name: str) -> float:
    """NaN and Infinity are Python's, not JSON's; none was ever written."""
    raise ValueError(name)


def _finite(digits: str) -> float:
    """A number; 1e999 is none that could be written again."""
    if not math.isfinite(number := float(digits)):
        raise ValueError(digits)
    return number


def checked_names(names: object) -> tuple[str, ...]:
    """Names of classes as a tuple. Raises `DataError` unless they are different texts, at least one."""
    texts = [name for name in names if isinstance(name, str)] if is_sequence(names) else []
    if not is_sequence(names) or not texts or len(texts) != len(names) or len(set(texts)) != len(texts):
        raise DataError("names.not_different_texts", came=names)
    return tuple(texts)


def check_count(names: Sequence[str], graph: Graph) -> None:
    """Raise `DataError` unless there is a name for each output, or two for a single one."""
    outputs = graph.output_shape[-1]
    if len(names) != max(outputs, 2):
        raise DataError("names.count", required=max(outputs, 2), came=len(names))


def _document(path: Path, metadata: Mapping[str, str] | None) -> dict[str, Any]:
    text = (metadata or {}).get(DOCUMENT)
    if text is None:
        raise ModelFileError("model_file.foreign", path=path)
    if len(text) > LONGEST_DOCUMENT:
        raise ModelFileError("model_file.document", path=path, reason=f"{len(text)} > {LONGEST_DOCUMENT}")
    try:
        document = _table(path, text)
    except (ValueError, RecursionError) as error:
        raise ModelFileError("model_file.document", path=path, reason=str(error)) from error
    if not isinstance(document, dict):
        raise ModelFileError("model_file.document", path=path, reason=type(document).__name__)
    fields = cast(dict[str, Any], document)
    version = fields.get("format")
    if isinstance(version, int) and version > FORMAT:
        raise ModelFileError("model_file.newer_format", path=path, required=FORMAT, came=version)
    if version != FORMAT:
        raise ModelFileError("model_file.other_format", path=path, required=FORMAT, came=version)
    return fields


def _checked(path: Path, read: Callable[[], T]) -> T:
    """What `read` gives; its refusal as one of this file."""
    try:
        return read()
    except StriateError as error:
        raise ModelFileError("model_file.document", path=path, reason=error) from error


def _compare(path: Path, graph: Graph, file: Any) -> None:
    """The file's tensors must be exactly the network's: names, shapes, float32."""
    required = {span.name: span.shape for layout in (graph.theta, graph.state) for span in layout.spans}
    present = set(cast(list[str], file.keys()))
    if present != set(required):
        raise ModelFileError(
            "model_file.tensors",
            path=path,
            missing=sorted(required.keys() - present),
            extra=sorted(present - required.keys()),
        )
    for name, shape in required.items():
        tensor = file.get_slice(name)
        came = tuple(cast(list[int], tensor.get_shape()))
        if came != shape or tensor.get_dtype() != "F32":
            raise ModelFileError(
                "model_file.shape", path=path, name=name, required=shape, came=came, dtype=tensor.get_dtype()
            )


def _vector(path: Path, layout: Layout, file: Any) -> Array:
    vector = np.zeros(layout.size, np.float32)
    for name, view in layout.views(vector).items():
        view[...] = file.get_tensor(name)
        if not all_finite(view):
            raise ModelFileError("model_file.not_finite", path=path, name=name)
    return vector


def _annotations(
    path: Path, document: Mapping[str, Any], graph: Graph
) -> tuple[tuple[str, ...] | None, Preprocessing | None, Mapping[str, Any], Confidence | None]:
    names, preprocessing, about = (document.get(key) for key in ("class_names", "preprocessing", "about"))
    checked = None if names is None else _checked(path, lambda: checked_names(names))
    if checked is not None:
        _checked(path, lambda: check_count(checked, graph))
    if not isinstance(about, dict):
        raise ModelFileError("model_file.document", path=path, reason="about")
    prepared = None if preprocessing is None else _checked(path, lambda: Preprocessing.from_config(preprocessing))
    sure = document.get("confidence")  # files of earlier versions have none
    confidence = None if sure is None else _checked(path, lambda: Confidence.from_config(sure))
    return checked, prepared, cast(dict[str, Any], about), confidence
