"""From a preset's name or a TOML file to layers."""

import tomllib
from collections.abc import Generator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from striate.data.reading import cannot_read
from striate.errors import GraphError, StriateError, unknown_name
from striate.network.description import layers_from_toml, tables_of, wired_from_toml
from striate.network.graph import Graph, Input, Symbol
from striate.network.layers import Layer
from striate.presets.nets import NETS

FILES = ("digits", "lenet5", "softmax")
PRESETS = (*FILES, *NETS)
DESCRIBED_AT = (224, 224, 3)  # a net by function is described on pictures of this shape; the description is of any


def network(name: str, classes: int) -> list[Layer]:
    """The layers of a preset, or of a TOML file; its last layer has as many units as there are classes.

    Raises `UnknownNameError` for a name that is neither, `GraphError` where the file is no network.
    """
    if name in NETS:
        return layers_from_toml({"layers": tables(name)}, classes)
    document = tomllib.loads(source(name))
    with _placed_in(name):
        return layers_from_toml(document, classes)


def wired(name: str, classes: int, shape: tuple[int, ...]) -> Symbol:
    """The answers of a preset, or of a TOML file, for pictures of a shape. Raises what `network` raises."""
    if name in NETS:
        return NETS[name](Input(shape), classes)
    document = tomllib.loads(source(name))
    with _placed_in(name):
        return wired_from_toml(document, classes, shape)


def tables(name: str) -> list[dict[str, Any]]:
    """The `[[layers]]` of a preset or of a file."""
    if name in NETS:
        return tables_of(Graph.to(NETS[name](Input(DESCRIBED_AT), 1)))
    return cast(list[dict[str, Any]], tomllib.loads(source(name))["layers"])


@contextmanager
def _placed_in(name: str) -> Generator[None]:
    """Errors about a file say which."""
    try:
        yield
    except StriateError as error:
        if name not in FILES:
            error.place = f"{name}, {error.place}" if error.place else name
        raise


def source(name: str) -> str:
    """The TOML text of a preset or of a file."""
    if name in FILES:
        return files("striate.presets").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    if not name.endswith(".toml"):
        raise unknown_name("preset", name, PRESETS)
    path = Path(name)
    try:
        text = path.read_text(encoding="utf-8")
        tomllib.loads(text)
    except OSError as error:
        raise cannot_read(path, error) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise GraphError("description.not_toml", path=path, reason=str(error)) from error
    return text
