"""`striate learn`: convolution, pooling and sizes by hand."""

import re
from dataclasses import asdict, dataclass

from striate.cli.guard import Code
from striate.cli.numbers import TypedMatrix, as_json
from striate.cli.output import aside, write, write_json
from striate.cli.readers import OneOf, Unreadable, Whole
from striate.cli.ui import command, flag, group, json_flag, option
from striate.cli.written import convolution_lines, pooling_lines
from striate.cli.written_sizes import size_lines
from striate.errors import SettingError
from striate.inspection.by_hand import KINDS, Convolution, Kind, Matrix, Pooling, Rows, Sum, convolution, pooling
from striate.inspection.calc import LayerFacts, SizeFacts, layer_facts, size_facts
from striate.network.window import Pair

learn = group("learn")


@dataclass(frozen=True)
class _Padding:
    """0 or more pixels on every side, or one of Keras's words."""

    def metavar(self) -> str:
        return "N|same|valid"

    def read(self, text: str) -> str | int:
        if text in ("same", "valid"):
            return text
        if not re.fullmatch("[0-9]{1,9}", text):
            raise Unreadable("learn.padding")
        return int(text)


@dataclass(frozen=True)
class _Place:
    """A row and a column of the map."""

    def metavar(self) -> str:
        return "R,C"

    def read(self, text: str) -> Pair:
        found = re.fullmatch("([0-9]{1,9}) *, *([0-9]{1,9})", text.strip())
        if not found:
            raise Unreadable("learn.place")
        return int(found[1]), int(found[2])


_picture = TypedMatrix("learn.picture")
_kernel = TypedMatrix("learn.kernel")


@learn.add
@command("learn.conv")
@option("--image", reader=_picture, multiple=True, required=True)
@option("--kernel", reader=_kernel, multiple=True, required=True)
@option("--stride", reader=Whole(1), default=1)
@option("--padding", reader=_Padding(), default=0)
@option("--at", reader=_Place())
@json_flag
def conv(
    image: tuple[Rows, ...], kernel: tuple[Rows, ...], stride: int, padding: str | int, at: Pair | None, json: bool
) -> None:
    """`striate learn conv`."""
    facts = convolution(image, kernel, stride, padding)
    chosen = _sum_at(facts, at) if at else None
    if json:
        write_json(_convolution_json(facts, image, kernel, chosen))
    else:
        write(convolution_lines(facts, image, kernel, chosen))


@learn.add
@command("learn.pool")
@option("--image", reader=_picture, required=True)
@option("--size", reader=Whole(1), default=2)
@option("--stride", reader=Whole(1))
@option("--kind", reader=OneOf(KINDS), default="max")
@option("--padding", reader=_Padding(), default=0)
@json_flag
def pool(image: Rows, size: int, stride: int | None, kind: Kind, padding: str | int, json: bool) -> None:
    """`striate learn pool`."""
    facts = pooling(image, size, stride, padding, kind)
    if json:
        write_json(_pooling_json(facts, image))
    else:
        write(pooling_lines(facts, image))


@learn.add
@command("learn.calc")
@option("--n", reader=Whole(1), required=True)
@option("--f", reader=Whole(1), required=True)
@option("--s", reader=Whole(1), default=1)
@option("--p", reader=Whole(0), default=0)
@option("--channels", reader=Whole(1), default=1)
@option("--filters", reader=Whole(1), default=1)
@flag("--strict")
@json_flag
def calc(n: int, f: int, s: int, p: int, channels: int, filters: int, strict: bool, json: bool) -> int | None:
    """`striate learn calc`."""
    facts = size_facts(n, f, s, p)
    layer = layer_facts(n, f, s, p, channels, filters)
    if json:
        write_json(_size_json(facts, layer))
    else:
        write(size_lines(facts, layer))
    if strict and not facts.divides:
        aside("learn.refused")
        return Code.PROBLEMS
    return None


def _sum_at(facts: Convolution, at: Pair) -> Sum:
    rows, columns = facts.windows.count
    if at[0] >= rows or at[1] >= columns:
        raise SettingError("learn.at_outside", row=at[0], column=at[1], last_row=rows - 1, last_column=columns - 1)
    return facts.sums[at[0]][at[1]]


def _convolution_json(
    facts: Convolution, image: tuple[Rows, ...], kernel: tuple[Rows, ...], chosen: Sum | None
) -> dict[str, object]:
    sums = [chosen] if chosen else [number for row in facts.sums for number in row]
    return {
        "image": list(map(_matrix_json, image)),
        "kernel": list(map(_matrix_json, kernel)),
        **_slid_json(facts),
        "multiply_adds": facts.multiply_adds,
        "sums": list(map(_sum_json, sums)),
    }


def _sum_json(number: Sum) -> dict[str, object]:
    products = [
        {
            "channel": channel,
            "row": product.cell.row,
            "column": product.cell.column,
            "pixel": as_json(product.cell.value),
            "weight": as_json(product.weight),
            "padding": product.cell.padding,
        }
        for channel, products in enumerate(number.channels)
        for product in products
    ]
    return {"row": number.row, "column": number.column, "value": as_json(number.value), "products": products}


def _pooling_json(facts: Pooling, image: Rows) -> dict[str, object]:
    pools = [
        {
            "row": number.row,
            "column": number.column,
            "pixels": [as_json(cell.value) for cell in number.cells],
            "value": as_json(number.value),
        }
        for row in facts.pools
        for number in row
    ]
    return {"image": _matrix_json(image), "kind": facts.kind, **_slid_json(facts), "windows": pools}


def _slid_json(facts: Convolution | Pooling) -> dict[str, object]:
    rows, columns = facts.unseen
    return {
        "stride": facts.windows.stride,
        "padding": facts.windows.border,
        "size": facts.windows.count,
        "map": _matrix_json(facts.map),
        "unseen": {"rows": rows, "columns": columns},
    }


def _matrix_json(rows: Matrix) -> list[list[int | float]]:
    return [[as_json(number) for number in row] for row in rows]


def _size_json(facts: SizeFacts, layer: LayerFacts) -> dict[str, object]:
    axis, same = facts.axis, facts.same
    return {
        "n": axis.size,
        "f": axis.kernel,
        "s": axis.stride,
        "p": axis.before,
        "k": axis.result,
        "exact": as_json(axis.exact),
        "divides": facts.divides,
        "left_over": facts.left_over,
        "looks": facts.looks,
        "unseen": facts.unseen,
        "neighbours": asdict(facts.neighbours),
        "keeping": {"formula": as_json(facts.keeping), "rounded": facts.keeping_rounded},
        "same": {
            "k": same.result,
            "before": same.before,
            "after": same.after,
            "lopsided": facts.same_is_lopsided,
            "keeps_size": facts.same_keeps_size,
        },
        "layer": asdict(layer),
    }
