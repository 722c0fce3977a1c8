"""`striate learn conv`: a convolution written out."""

from pathlib import Path

from striate.cli.figure_files import EITHER, check_figure, write_figure
from striate.cli.learn.typed import KERNEL, PICTURE, Padding, Place, matrix_json, slid_json
from striate.cli.learn.written import convolution_lines
from striate.cli.numbers import as_json
from striate.cli.output import write, write_json
from striate.cli.readers import Place as File
from striate.cli.readers import Whole
from striate.cli.ui import command, json_flag, option
from striate.errors import SettingError
from striate.inspection.by_hand.windows import Convolution, Rows, Sum, convolution
from striate.network.window import Pair


@command("learn.conv")
@option("--image", reader=PICTURE, multiple=True, required=True)
@option("--kernel", reader=KERNEL, multiple=True, required=True)
@option("--stride", reader=Whole(1), default=1)
@option("--padding", reader=Padding(), default=0)
@option("--at", reader=Place())
@option("-o", "--output", reader=File())
@json_flag
def conv(
    image: tuple[Rows, ...],
    kernel: tuple[Rows, ...],
    stride: int,
    padding: str | int,
    at: Pair | None,
    output: Path | None,
    json: bool,
) -> None:
    """`striate learn conv`."""
    check_figure(output, EITHER)
    facts = convolution(image, kernel, stride, padding)
    chosen = _sum_at(facts, at) if at else None
    if json:
        write_json(_convolution_json(facts, image, kernel, chosen))
    else:
        write(convolution_lines(facts, image, kernel, chosen))
    if output:
        from striate.inspection.by_hand.slides import FRAME, sliding  # what it needs to draw with is not needed without

        shown = sliding(facts, image, kernel, at)
        write_figure(output, shown.figure, shown.frames, FRAME)


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
        "image": list(map(matrix_json, image)),
        "kernel": list(map(matrix_json, kernel)),
        **slid_json(facts),
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
