"""What stopped a training whose numbers were no longer finite, as lines below the error."""

from collections.abc import Sequence

from striate.messages import render
from striate.training.autopsy import Autopsy
from striate.views.columns import aligned, printable

MOST_NAMED = 8  # pictures of a batch


def autopsy_lines(autopsy: Autopsy) -> list[str]:
    """The last losses and gradient norms as a table, then the pictures of the batch."""
    head = [render(f"autopsy.column.{name}") for name in ("step", "loss", "norm")]
    rows = [[f"{p.step:,}", f"{p.loss:.6g}", f"{p.norm:.6g}"] for p in autopsy.recent]
    lines = ["", *(f"  {line}" for line in aligned([head, *rows], right=range(3)))]
    if autopsy.files:
        lines += ["", printable(_batch("autopsy.files", autopsy.files))]
    elif autopsy.pictures:
        lines += ["", _batch("autopsy.pictures", autopsy.pictures)]
    return lines


def _batch(code: str, names: Sequence[object]) -> str:
    text = render(code, {"shown": names[:MOST_NAMED]})
    more = len(names) - MOST_NAMED
    return f"{text} {render('autopsy.more', {'count': more})}" if more > 0 else text
