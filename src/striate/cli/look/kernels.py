"""`striate look kernels`: what the filters of a layer look for."""

from pathlib import Path
from typing import Literal, cast

import numpy as np

from striate.cli.figure_files import check_figure, save_figure
from striate.cli.look.columns import column, json_numbers
from striate.cli.look.opening import opened
from striate.cli.look.several import Several
from striate.cli.output import say, write, write_json
from striate.cli.readers import OneOf, Place, Text
from striate.cli.ui import argument, command, json_flag, option
from striate.inspection.kernels import Kernels
from striate.inspection.kernels import kernels as kernels_of
from striate.messages import render
from striate.views.columns import aligned

LISTED = 12  # filters in the table


@command("look.kernels")
@argument("model", Text())
@option("--layer", reader=Text())
@option("--filters", reader=Several())
@option("--channels", reader=Several())
@option("--scale", reader=OneOf(("shared", "own")), default="shared")
@option("-o", "--output", reader=Place())
@json_flag
def kernels(
    model: str,
    layer: str | None,
    filters: tuple[int, ...] | None,
    channels: tuple[int, ...] | None,
    scale: str,
    output: Path | None,
    json: bool,
) -> None:
    """`striate look kernels`."""
    check_figure(output)
    loaded = opened(model)
    scaled = cast(Literal["shared", "own"], scale)
    found = kernels_of(loaded, layer, filters=filters, channels=channels, scale=scaled)
    if json:
        write_json(_as_dict(found))
    else:
        _show(found)
    save_figure(found, output)


def _show(found: Kernels) -> None:
    """A row a filter, the largest first."""
    height, width, channels, count = found.values.shape
    say("kernels.kernels", layer=found.layer, kind=found.kind, count=count, size=(height, width), channels=channels)
    lengths = _lengths(found)
    order = np.argsort(-lengths, kind="stable")[:LISTED]
    flat = found.values.reshape(-1, count)[:, order]
    facts = [lengths[order], flat.min(axis=0), flat.max(axis=0), flat.mean(axis=0)]
    columns = [[str(k) for k in order], *(column(values) for values in facts)]
    titles = [render(f"kernels.column.{name}") for name in ("filter", "length", "least", "greatest", "mean")]
    rows = [list(row) for row in zip(*columns, strict=True)]
    write(aligned([titles, *rows], right={1, 2, 3, 4}))
    if count > len(order):
        write([render("trace.others", {"count": count - len(order)})])


def _lengths(found: Kernels) -> np.ndarray[tuple[int, ...], np.dtype[np.floating]]:
    """The length of each filter: the root of the sum of its squared weights."""
    return np.sqrt(np.square(found.values.astype(float)).sum(axis=(0, 1, 2)))


def _as_dict(found: Kernels) -> dict[str, object]:
    """The weights of what would be drawn, [filter][row][column][channel]."""
    chosen = found.values[:, :, list(found.channels)][..., list(found.filters)]
    return {
        "layer": found.layer,
        "kind": found.kind,
        "shape": list(found.values.shape),
        "filters": list(found.filters),
        "channels": list(found.channels),
        "lengths": json_numbers(_lengths(found)),
        "weights": json_numbers(np.moveaxis(chosen, 3, 0)),
    }
