"""`striate learn pool`: a pooling written out."""

from pathlib import Path

from striate.cli.figure_files import EITHER, check_figure, write_figure
from striate.cli.learn.typed import PICTURE, Padding, matrix_json, slid_json
from striate.cli.learn.written import pooling_lines
from striate.cli.numbers import as_json
from striate.cli.output import write, write_json
from striate.cli.readers import OneOf, Place, Whole
from striate.cli.ui import command, json_flag, option
from striate.inspection.by_hand.windows import KINDS, Kind, Pooling, Rows, pooling


@command("learn.pool")
@option("--image", reader=PICTURE, required=True)
@option("--size", reader=Whole(1), default=2)
@option("--stride", reader=Whole(1))
@option("--kind", reader=OneOf(KINDS), default="max")
@option("--padding", reader=Padding(), default=0)
@option("-o", "--output", reader=Place())
@json_flag
def pool(
    image: Rows,
    size: int,
    stride: int | None,
    kind: Kind,
    padding: str | int,
    output: Path | None,
    json: bool,
) -> None:
    """`striate learn pool`."""
    check_figure(output, EITHER)
    facts = pooling(image, size, stride, padding, kind)
    if json:
        write_json(_pooling_json(facts, image))
    else:
        write(pooling_lines(facts, image))
    if output:
        from striate.inspection.by_hand.slides import FRAME, sliding  # what it needs to draw with is not needed without

        shown = sliding(facts, [image])
        write_figure(output, shown.figure, shown.frames, FRAME)


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
    return {"image": matrix_json(image), "kind": facts.kind, **slid_json(facts), "windows": pools}
