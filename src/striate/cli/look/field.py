"""`striate look field`: what a unit sees of the picture, and how much of that is padding."""

from pathlib import Path

from striate.cli.computing import computing
from striate.cli.figure_files import check_figure, save_figure
from striate.cli.look.opening import opened, picture_for
from striate.cli.output import say, write, write_json
from striate.cli.readers import Place, Text, Whole
from striate.cli.ui import argument, command, json_flag, option
from striate.cli.working import working_view
from striate.engines.computer import Computer
from striate.errors import SettingError
from striate.inspection.fields.field import Effective, FieldBox, ReceptiveField, receptive_field
from striate.inspection.fields.noise import PICTURES
from striate.inspection.fields.padding import Map, PaddingMap, padding_map
from striate.inspection.silence import CAUSES
from striate.inspection.why.attribution import nothing
from striate.messages import render
from striate.views.columns import aligned, printable

COLUMNS = (
    "field.column.weights",
    "field.column.spread",
    "field.column.size",
    "field.column.ratio",
    "field.column.sigmas",
    "field.column.angle",
    "field.column.fit",
)
MOST_ROWS = 12  # of a padding map that are printed; of a larger one the figure shows all


@command("look.field")
@argument("model", Text())
@argument("picture", Place(), required=False)
@option("--unit", reader=Text("cli.metavar.unit"))
@option("--padding", reader=Text())
@option("--pictures", reader=Whole(1), default=PICTURES)
@option("--seed", reader=Whole(0), default=0)
@option("-o", "--output", reader=Place())
@computing
@json_flag
def field(
    model: str,
    picture: Path | None,
    unit: str | None,
    padding: str | None,
    pictures: int,
    seed: int,
    output: Path | None,
    computer: Computer,
    json: bool,
) -> None:
    """`striate look field`."""
    if (unit is None) == (padding is None):
        raise SettingError("field.unit_or_padding")
    check_figure(output)
    loaded = opened(model, computer)
    seen = picture_for(loaded, picture) if picture else None
    if padding is not None:
        shares = padding_map(loaded, padding, seen.size if seen else None)
        write_json(_padding_json(shares)) if json else _say_padding(shares)
        save_figure(shares, output)
    elif unit is not None:
        with working_view("field.working") as progress:
            found = receptive_field(loaded, unit, seen, pictures=pictures, seed=seed, progress=progress or nothing)
        write_json(_field_json(found)) if json else _say_field(found)
        save_figure(found, output)


def _say_field(found: ReceptiveField) -> None:
    say("field.box", unit=printable(str(found.unit)), box=found.box.size, size=found.size, **_sides(found.box))
    if found.unclipped != found.box:
        fields = {"box": found.unclipped.size, "percent": 100 * found.padding}
        say("field.unclipped", **fields, **_sides(found.unclipped))
    if found.noise:
        say("field.by_noise", pictures=found.noise.pictures, seed=found.noise.seed)
    else:
        say("field.by_picture")
    now = "field.figure.now" if found.first else "field.figure.first"
    measured = [("field.figure.first", found.first)] if found.first else []
    rows = [[render(code, {"seed": found.seed}), *_cells(each)] for code, each in [*measured, (now, found.now)]]
    titles = [render(code) for code in COLUMNS]
    write(["", *aligned([titles, *rows], right=range(1, len(titles)))])
    if found.now.silent:
        _say_silence(found)


def _say_silence(found: ReceptiveField) -> None:
    """That no pixel moves the unit, and why."""
    say("field.silent", unit=printable(str(found.unit)))
    for cause in CAUSES:
        if layers := [printable(end.layer) for end in found.now.ends if end.cause == cause]:
            say(f"field.silent.{cause}", layers=layers)


def _sides(box: FieldBox) -> dict[str, int]:
    """The first and the last row and column."""
    return {"top": box.rows[0], "bottom": box.rows[1] - 1, "left": box.columns[0], "right": box.columns[1] - 1}


def _cells(each: Effective) -> list[str]:
    if each.silent:
        return ["-"] * 6
    (down, across), (height, width) = each.spread, each.size
    cells = [f"{down:.2f} x {across:.2f}", f"{height:.1f} x {width:.1f}", f"{100 * each.ratio:.0f} %"]
    bell = each.gaussian
    if bell is None:
        return [*cells, "-", "-", "-"]
    return [*cells, f"{bell.sigmas[0]:.2f}, {bell.sigmas[1]:.2f}", f"{bell.angle:.0f}°", f"{bell.goodness:.3f}"]


def _field_json(found: ReceptiveField) -> dict[str, object]:
    return {
        "unit": str(found.unit),
        "size": found.size,
        "box": _box_json(found.box),
        "unclipped": _box_json(found.unclipped),
        "padding": found.padding,
        "noise": vars(found.noise) if found.noise else None,
        "seed": found.seed,
        "first": _effective_json(found.first if found.first else found.now),
        "now": _effective_json(found.now),
        "trained": found.first is not None,
    }


def _box_json(box: FieldBox) -> dict[str, object]:
    """Rows and columns from the first to the last."""
    return {"rows": [box.rows[0], box.rows[1] - 1], "columns": [box.columns[0], box.columns[1] - 1], "size": box.size}


def _effective_json(each: Effective) -> dict[str, object]:
    return {
        "silent": each.silent,
        "ends": [vars(end) for end in each.ends],
        "spread": each.spread,
        "size": each.size,
        "ratio": each.ratio,
        "outside": each.outside,
        "gaussian": vars(each.gaussian) if each.gaussian else None,
    }


def _say_padding(shares: PaddingMap) -> None:
    fields = {"layer": printable(shares.layer), "size": shares.size, "map": shares.boxes.shape}
    say("padding.map", **fields)
    for code, values in (("padding.figure.boxes", shares.boxes), ("padding.figure.walks", shares.walks)):
        summary = {"mean": 100 * values.mean(), "most": 100 * values.max(), "middle": 100 * _middle(values)}
        write(["", render(code)])
        say("padding.summary", **summary)
        if max(values.shape) <= MOST_ROWS:
            rows = [[f"{100 * share:.1f}" for share in row] for row in values]
            write(aligned(rows, right=range(values.shape[1])))


def _middle(values: Map) -> float:
    """The share in the middle of the map."""
    return float(values[values.shape[0] // 2, values.shape[1] // 2])


def _padding_json(shares: PaddingMap) -> dict[str, object]:
    numbers = {"boxes": shares.boxes.tolist(), "walks": shares.walks.tolist()}
    return {"layer": shares.layer, "size": shares.size, **numbers}
