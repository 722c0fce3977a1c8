"""Convolutions and poolings written out as lines of text."""

from collections.abc import Sequence

from striate.cli.layout import grid, indented, side_by_side
from striate.cli.numbers import places, shown, term
from striate.inspection.by_hand.windows import Cell, Convolution, Matrix, Number, Pooled, Pooling, Product, Sum
from striate.messages import render
from striate.network.window import Border
from striate.views.table import formula_text

PADDING = "[0]"  # how a place of padding is written


def convolution_lines(
    facts: Convolution, channels: Sequence[Matrix], kernels: Sequence[Matrix], at: Sum | None
) -> list[str]:
    """Sizes, picture and kernel, every sum or only the one at a place, and the map."""
    lines = [*_sizes(facts), ""]
    for picture, kernel in zip(channels, kernels, strict=True):
        blocks = [(render("learn.picture"), _framed(facts, picture)), (render("learn.kernel"), _matrix(kernel))]
        lines += [*indented(side_by_side(blocks)), ""]
    written = _one_sum(at) if at else [line for row in facts.sums for number in row for line in _sum(number)]
    return [*lines, *written, "", *_map(facts), "", _cost(facts), *_padding_counts(facts), *_unseen(facts)]


def pooling_lines(facts: Pooling, picture: Matrix) -> list[str]:
    """Sizes, the picture, every window with its value, and the map."""
    windows = [_pool(number, facts.kind) for row in facts.pools for number in row]
    drawn = indented([render("learn.picture"), *_framed(facts, picture)])
    return [*_sizes(facts), "", *drawn, "", *windows, "", *_map(facts), *_unseen(facts)]


def _sizes(facts: Convolution | Pooling) -> list[str]:
    placed = facts.windows
    fields = {"size": placed.size, "window": placed.kernel, "stride": placed.stride[0], "map": placed.count}
    formulas = [formula_text(axis) for axis in facts.axes]
    lines = [render("learn.sizes", {**fields, "padding": _padding(placed.border)})]
    if formulas[0] == formulas[1]:
        return [*lines, render("learn.formula", {"formula": formulas[0]})]
    return [*lines, render("learn.formulas", {"rows": formulas[0], "columns": formulas[1]})]


def _padding(border: Border) -> str:
    (top, bottom), (left, right) = border
    if top == bottom == left == right:
        return str(top)
    return render("learn.padding_sides", {"top": top, "bottom": bottom, "left": left, "right": right})


def _framed(facts: Convolution | Pooling, picture: Matrix) -> list[str]:
    """The picture with its padding around it."""
    (top, bottom), (left, right) = facts.windows.border
    across = left + len(picture[0]) + right
    rows = [[PADDING] * left + [shown(number) for number in row] + [PADDING] * right for row in picture]
    return grid([[PADDING] * across] * top + rows + [[PADDING] * across] * bottom)


def _matrix(rows: Matrix) -> list[str]:
    return grid([[shown(number) for number in row] for row in rows])


def _map(facts: Convolution | Pooling) -> list[str]:
    return indented([render("learn.map"), *_matrix(facts.map)])


def _sum(number: Sum) -> list[str]:
    """(0, 0): 8*0 + 8*(-1) = -8; of several channels a line for each, and their sum."""
    where = f"({number.row}, {number.column}): "
    if len(number.channels) == 1:
        return [where + _written_out(number.channels[0], number.channel_values[0])]
    lines = [*_channel_sums(number), _total(number)]
    return [where + lines[0], *indented(lines[1:], " " * len(where))]


def _channel_sums(number: Sum) -> list[str]:
    """A line for each channel, named where there are several."""
    written = list(map(_written_out, number.channels, number.channel_values))
    if len(written) == 1:
        return written
    return [render("learn.channel", {"channel": channel, "sum": line}) for channel, line in enumerate(written)]


def _written_out(products: Sequence[Product], value: Number) -> str:
    return " + ".join(f"{_place(p.cell)}*{term(p.weight)}" for p in products) + f" = {shown(value)}"


def _total(number: Sum) -> str:
    return " + ".join(map(term, number.channel_values)) + f" = {shown(number.value)}"


def _place(cell: Cell) -> str:
    return PADDING if cell.padding else term(cell.value)


def _one_sum(number: Sum) -> list[str]:
    """One number of the map, laid out at length: what the window sees, the kernel, their products, the sums."""
    first, last = number.channels[0][0].cell, number.channels[0][-1].cell
    covered = {"top": first.row, "bottom": last.row, "left": first.column, "right": last.column}
    lines = [render("learn.at", {"row": number.row, "column": number.column, **covered}), ""]
    for products in number.channels:
        lines += [*indented(_patch_kernel_products(products)), ""]
    sums = _channel_sums(number)
    return [*lines, *sums, *([_total(number)] if len(sums) > 1 else [])]


def _patch_kernel_products(products: Sequence[Product]) -> list[str]:
    def block(code: str, sign: str, cells: Sequence[str]) -> tuple[str, list[str]]:
        across = products[-1].cell.column - products[0].cell.column + 1
        rows = [cells[start : start + across] for start in range(0, len(cells), across)]
        return sign + render(code), indented(grid(rows), " " * len(sign))

    seen = [PADDING if p.cell.padding else shown(p.cell.value) for p in products]
    return side_by_side(
        [
            block("learn.window", "", seen),
            block("learn.kernel", "* ", [shown(p.weight) for p in products]),
            block("learn.products", "= ", [shown(p.value) for p in products]),
        ]
    )


def _pool(number: Pooled, kind: str) -> str:
    """(0, 0): max(1, 2, 4, -1) = 4, or (0, 0): (1 + 2 + 4 + (-1))/4 = 1.5."""
    values = [cell.value for cell in number.cells]
    if kind == "max":
        taken = f"max({', '.join(map(shown, values))})"
    else:
        total = " + ".join(map(term, values))
        taken = f"({total})/{len(values)}" if len(values) > 1 else f"{total}/1"
    return f"({number.row}, {number.column}): {taken} = {shown(number.value)}"


def _cost(facts: Convolution) -> str:
    outputs = facts.windows.count[0] * facts.windows.count[1]
    fields = {"outputs": outputs, "products": facts.multiply_adds // outputs, "all": facts.multiply_adds}
    return render("learn.multiply_adds", fields)


def _padding_counts(facts: Convolution) -> list[str]:
    """How much of each window is padding, where there is any."""
    if not any(number.padding for row in facts.sums for number in row):
        return []
    rows = [[str(number.padding) for number in row] for row in facts.sums]
    covered = facts.windows.kernel[0] * facts.windows.kernel[1]
    return ["", *indented([render("learn.padding_counts", {"places": covered}), *grid(rows)])]


def _unseen(facts: Convolution | Pooling) -> list[str]:
    """The rows and columns that no window looks at, where there are any."""
    rows, columns = facts.unseen
    told = [("learn.unseen_rows", rows), ("learn.unseen_columns", columns)]
    lines = [render(code, {"numbers": places(unseen)}) for code, unseen in told if unseen]
    return ["", *lines] if lines else []
