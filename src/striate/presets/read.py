"""From a preset's name or a TOML file to layers."""

from collections.abc import Generator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from striate import toml
from striate.data.reading import cannot_read
from striate.errors import GraphError, SettingError, StriateError, unknown_name
from striate.network.description import for_others, layers_from_toml, tables_of, wired_from_toml
from striate.network.graph import Graph, Input, Symbol
from striate.network.layers import Layer
from striate.network.settings import convert, positive_real
from striate.presets.nets import FIXED, SCALED
from striate.storage import ENDING, ModelFile, load_once

RECORDED = ("batch_size", "optimizer", "learning_rate", "schedule", "weight_decay", "label_smoothing", "augment")
PRESETS = (*FIXED, *SCALED)
DESCRIBED_AT = (224, 224, 3)  # a net of another width is described on pictures of this shape, and is one of any


def network(name: str, classes: int, width: float = 1.0) -> list[Layer]:
    """The layers of a preset, or of a TOML file; its last layer has as many units as there are classes.

    Raises `UnknownNameError` for a name that is neither, `GraphError` where the file is no network, `SettingError`
    for a width other than 1 where the network has none.
    """
    if is_model(name):
        _check_width(name, width)
        return _of_file(name).graph.layers
    document = _document(name, width)
    with _placed_in(name):
        return layers_from_toml(document, classes)


def wired(name: str, classes: int, shape: tuple[int, ...], width: float = 1.0) -> Symbol:
    """The answers of a preset, a TOML file or a model file's network, for pictures of a shape.

    Raises what `network` raises.
    """
    if is_model(name):
        _check_width(name, width)
        return for_others(_of_file(name).graph, classes, shape)
    if name in PRESETS:
        return _built(name, classes, shape, width)
    document = _document(name, width)
    with _placed_in(name):
        return wired_from_toml(document, classes, shape)


def tables(name: str, width: float = 1.0) -> list[dict[str, Any]]:
    """The `[[layers]]` of a preset or of a file."""
    return cast(list[dict[str, Any]], _document(name, width)["layers"])


def recipe_table(name: str) -> dict[str, Any]:
    """The `[recipe]` of a preset or of a file: how to train it; empty where it has none.

    A model file's is how it was trained, but for the epochs.
    """
    if is_model(name):
        recorded: object = _of_file(name).about.get("recipe")
        known = cast(dict[str, Any], recorded) if isinstance(recorded, dict) else {}
        return {key: known[key] for key in RECORDED if known.get(key) is not None}
    table: object = toml.parsed(source(name)).get("recipe", {})
    if not isinstance(table, dict):
        raise GraphError("recipe.no_table", path=name)
    return cast(dict[str, Any], table)


@contextmanager
def _placed_in(name: str) -> Generator[None]:
    """Errors about a file say which."""
    try:
        yield
    except StriateError as error:
        if name not in PRESETS:
            error.place = f"{name}, {error.place}" if error.place else name
        raise


def source(name: str) -> str:
    """The TOML text of a preset or of a file."""
    if name in PRESETS:
        return files("striate.presets").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    if not name.endswith(".toml"):
        raise unknown_name("preset", name, PRESETS)
    path = Path(name)
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(toml.LARGEST + 1)
        toml.parsed(text)
    except OSError as error:
        raise cannot_read(path, error) from error
    except ValueError as error:  # also of bytes that are no UTF-8
        raise GraphError("description.not_toml", path=path, reason=str(error)) from error
    return text


def is_model(name: str) -> bool:
    """Whether a name is that of a model file, of which the network is meant."""
    return name.endswith(ENDING)


def _of_file(name: str) -> ModelFile:
    return load_once(Path(name))


def _document(name: str, width: float) -> dict[str, Any]:
    """The file; for a preset of another width the same by its function."""
    if is_model(name):
        return {"layers": tables_of(_of_file(name).graph)}
    text = source(name)
    if width == 1:
        return toml.parsed(text)
    return {"layers": tables_of(Graph.to(_built(name, 1, DESCRIBED_AT, width)))}


def _built(name: str, classes: int, shape: tuple[int, ...], width: float) -> Symbol:
    width = convert(name, "width", positive_real, width)
    if name in SCALED:
        return SCALED[name](Input(shape), classes, width)
    _check_width(name, width)
    return FIXED[name](Input(shape), classes)


def _check_width(name: str, width: float) -> None:
    """Raise `SettingError` where a network without widths is asked for another than its own."""
    if width != 1:
        raise SettingError("preset.no_width", model=name, known=list(SCALED), came=width)
