"""`striate look patches`: what excites the units of a layer most."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from striate.cli.computing import computing
from striate.cli.figure_files import check_figure, save_figure
from striate.cli.look.opening import opened
from striate.cli.look.several import Several
from striate.cli.output import say, write, write_json
from striate.cli.readers import Bytes, Place, Text, Whole
from striate.cli.ui import argument, command, json_flag, option
from striate.cli.working import working_view
from striate.data.dataset import Dataset
from striate.data.load import load_images
from striate.engines.computer import Computer
from striate.errors import SettingError, StateError
from striate.inspection.patches import COUNT, Patches
from striate.inspection.patches import patches as patches_of
from striate.messages import render
from striate.model import Model
from striate.views.columns import aligned
from striate.views.reading import reading_view

TITLES = (
    "patches.channel",
    "patches.value",
    "patches.picture",
    "patches.place",
    "patches.rows",
    "patches.columns",
)


@command("look.patches")
@argument("model", Text())
@argument("data", Place())
@option("--layer", reader=Text(), required=True)
@option("--units", reader=Several())
@option("--count", reader=Whole(1), default=COUNT)
@option("--per-picture", reader=Whole(1), default=1)
@computing
@option("--cache", reader=Bytes(), default="4GB", code="cli.train.cache")
@option("-o", "--output", reader=Place())
@json_flag
def patches(
    model: str,
    data: Path,
    layer: str,
    units: tuple[int, ...] | None,
    count: int,
    per_picture: int,
    computer: Computer,
    cache: int,
    output: Path | None,
    json: bool,
) -> None:
    """`striate look patches`."""
    check_figure(output)
    loaded = opened(model, computer)
    _check(loaded, layer, units or ())  # before reading pictures for minutes
    pictures = _read(loaded, data, cache)
    with working_view("patches.scanning") as scanned:
        found = patches_of(loaded, pictures, layer, count=count, per_picture=per_picture, progress=scanned)
    found = found if units is None else found.of(units)
    if json:
        write_json(patches_json(found))
    else:
        _show(found)
    save_figure(found, output)


def _check(model: Model, layer: str, units: Sequence[int]) -> None:
    node = model.graph.node(layer)
    if not node.inputs:
        raise SettingError("patches.input", layer=layer)
    channels = node.shape[-1]
    if wrong := [unit for unit in units if unit >= channels]:
        raise SettingError("patches.no_unit", layer=layer, came=wrong[0], last=channels - 1)


def _read(model: Model, source: Path, cache: int) -> Dataset:
    """The pictures, read as the model reads them."""
    taken = model.preprocessing
    if taken is None:
        raise StateError("model.no_preprocessing")
    with reading_view() as progress:
        return load_images(
            source, size=taken.size, colour=taken.colour, resize=taken.resize, cache=cache, progress=progress
        )


def _show(found: Patches) -> None:
    say("patches.title", layer=found.layer)
    if found.field is None:
        say("patches.whole", size=found.size)
    else:
        say("patches.field", field=found.field, size=found.size)
    say("patches.about", count=found.values.shape[1], pictures=len(found.pictures), each=found.per_picture)
    titles = list(map(render, TITLES))
    write(aligned([titles, *(_row(found, row) for row in range(len(found.units)))], right={0, 1}))


def _row(found: Patches, row: int) -> list[str]:
    """The best of a unit."""
    if found.same[row]:
        return [str(found.units[row]), f"{found.values[row, 0]:.4g}", render("patches.nothing"), "", "", ""]
    box, number = found.box(row, 0), int(found.numbers[row, 0])
    place = "" if found.places[row, 0, 0] < 0 else "{},{}".format(*found.places[row, 0])
    return [
        str(found.units[row]),
        f"{found.values[row, 0]:.4g}",
        found.file(row, 0) or str(number),
        place,
        f"{box.top}-{box.bottom - 1}",
        f"{box.left}-{box.right - 1}",
    ]


def patches_json(found: Patches) -> dict[str, Any]:
    """All of it: for each unit its patches, the best first."""
    return {
        "layer": found.layer,
        "field": found.field,
        "size": found.size,
        "pictures": len(found.pictures),
        "per_picture": found.per_picture,
        "units": [
            {
                "unit": int(unit),
                "same_everywhere": bool(found.same[row]),
                "patches": [_patch_json(found, row, rank) for rank in range(found.values.shape[1])],
            }
            for row, unit in enumerate(found.units)
        ],
    }


def _patch_json(found: Patches, row: int, rank: int) -> dict[str, Any]:
    place, box = found.places[row, rank].tolist(), found.box(row, rank)
    return {
        "value": float(found.values[row, rank]),
        "picture": int(found.numbers[row, rank]),
        "file": found.file(row, rank),
        "place": None if place[0] < 0 else place,
        "box": {"rows": [box.top, box.bottom - 1], "columns": [box.left, box.right - 1]},
    }
