"""`striate look maps`: what layers make of a picture."""

from pathlib import Path
from typing import Literal, cast

import numpy as np

from striate.cli.computing import computing
from striate.cli.figure_files import check_figure, save_figure
from striate.cli.look.columns import column, json_number, json_numbers
from striate.cli.look.opening import opened, picture_for
from striate.cli.output import say, write, write_json
from striate.cli.readers import OneOf, Place, Text
from striate.cli.ui import argument, command, flag, json_flag, option
from striate.engines.computer import Computer
from striate.engines.contract import Array
from striate.inspection.maps import MOST, Maps
from striate.inspection.maps import maps as maps_of
from striate.messages import render
from striate.views.columns import aligned, printable

LISTED = 12  # channels, or numbers of a vector, in the table of one layer


@command("look.maps")
@argument("model", Text())
@argument("picture", Place())
@option("--layer", reader=Text(), multiple=True)
@option("--scale", reader=OneOf(("shared", "own")), default="shared")
@flag("--all", "all_")
@option("-o", "--output", reader=Place())
@computing
@json_flag
def maps(
    model: str,
    picture: Path,
    layer: tuple[str, ...],
    scale: str,
    all_: bool,
    output: Path | None,
    computer: Computer,
    json: bool,
) -> None:
    """`striate look maps`."""
    check_figure(output)
    loaded = opened(model, computer)
    scaled = cast(Literal["shared", "own"], scale)
    found = maps_of(loaded, picture_for(loaded, picture), layer or None, scale=scaled, most=None if all_ else MOST)
    if json:
        write_json([_as_dict(each) for each in found])
    elif len(found) == 1:
        _show_one(found[0])
    else:
        _show_all(found)
    for each in found if output else ():
        save_figure(each, named_file(cast(Path, output), each.layer, alone=len(found) == 1))


def named_file(output: Path, layer: str, *, alone: bool) -> Path:
    """Where a layer's figure goes: of several each has its name behind the file's."""
    return output if alone else output.with_stem(f"{output.stem}-{layer.replace(':', '_').replace('/', '_')}")


def _show_all(found: list[Maps]) -> None:
    """A row a layer."""
    titles = [render(f"maps.column.{name}") for name in ("layer", "shape", "least", "greatest", "mean", "zero")]
    rows = [[each.layer, "x".join(map(str, each.values.shape)), *_facts(each.values)] for each in found]
    write(aligned([titles, *rows], right={2, 3, 4, 5}))


def _facts(values: Array) -> list[str]:
    cells = [f"{float(value):.4g}" for value in (values.min(), values.max(), values.mean())]
    return [*cells, f"{100 * _zeros(values):.1f} %"]


def _zeros(values: Array) -> float:
    """The share of numbers that are 0."""
    return 1 - np.count_nonzero(values) / values.size


def _show_one(found: Maps) -> None:
    """Of maps a row a channel, the one with the largest value first; of a vector its numbers."""
    values = found.values
    if not found.are_maps:
        say("maps.vector", layer=found.layer, count=len(values))
        order = np.argsort(-np.abs(values), kind="stable")[:LISTED]
        cells = column(values[order])
        rows = [[_name(found, int(i)), cell] for i, cell in zip(order, cells, strict=True)]
        write(aligned([[render("maps.column.number"), render("maps.column.value")], *rows], right={1}))
        _left(len(values) - len(order))
        return
    height, width, count = values.shape
    say("maps.maps", layer=found.layer, count=count, size=(height, width))
    order = np.argsort(-np.abs(values).max(axis=(0, 1)), kind="stable")[:LISTED]
    titles = [render(f"maps.column.{name}") for name in ("channel", "least", "greatest", "mean", "zero", "at")]
    rows = [[str(k), *_facts(values[:, :, k]), _strongest(found, int(k))] for k in order]
    write(aligned([titles, *rows], right={1, 2, 3, 4}))
    _left(count - len(order))


def _left(count: int) -> None:
    if count > 0:
        write([render("trace.others", {"count": count})])


def _name(found: Maps, i: int) -> str:
    return printable(found.names[i]) if found.names else f"{found.layer}:{i}"


def _strongest(found: Maps, channel: int) -> str:
    """The address of the number furthest from 0, for `trace`."""
    row, place = np.unravel_index(int(np.abs(found.values[:, :, channel]).argmax()), found.values.shape[:2])
    return f"{found.layer}:{channel}:{row},{place}"


def _as_dict(found: Maps) -> dict[str, object]:
    values, names = found.values, {"names": list(found.names)} if found.names else {}
    if not found.are_maps:
        return {"layer": found.layer, "shape": list(values.shape), "values": json_numbers(values), **names}
    channels = [
        {"channel": k, "least": json_number(float(m.min())), "greatest": json_number(float(m.max())),
         "mean": json_number(float(m.mean())),
         "zero": _zeros(m), "strongest": _strongest(found, k)}
        for k, m in enumerate(np.moveaxis(values, 2, 0))
    ]  # fmt: skip
    return {"layer": found.layer, "shape": list(values.shape), "channels": channels}
