"""From a preset's name or a TOML file to layers."""

import tomllib
from importlib.resources import files
from pathlib import Path

from striate.data.reading import cannot_read
from striate.errors import GraphError, unknown_name
from striate.network.description import layers_from_toml
from striate.network.layers import Layer

PRESETS = ("digits", "lenet5", "softmax")


def network(name: str, classes: int) -> list[Layer]:
    """The layers of a preset, or of a TOML file; its last layer has as many units as there are classes.

    Raises `UnknownNameError` for a name that is neither, `GraphError` where the file is no network.
    """
    return layers_from_toml(tomllib.loads(source(name)), classes)


def source(name: str) -> str:
    """The TOML text of a preset or of a file."""
    if name in PRESETS:
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
