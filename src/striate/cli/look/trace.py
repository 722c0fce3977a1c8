"""`striate look trace`: one number of a model, from the pixels to the class."""

from pathlib import Path

from striate.cli.computing import computing
from striate.cli.figure_files import check_figure, save_figure
from striate.cli.look.opening import opened, picture_for
from striate.cli.look.traced import trace_lines
from striate.cli.look.traced_json import trace_json
from striate.cli.output import write, write_json
from striate.cli.readers import Place, Text, Whole
from striate.cli.ui import argument, command, flag, json_flag, option
from striate.engines.computer import Computer
from striate.inspection.tracing.trace import trace as traced
from striate.inspection.tracing.traced import Trace


@command("look.trace")
@argument("model", Text())
@argument("picture", Place())
@option("--unit", reader=Text("cli.metavar.unit"), required=True)
@option("--open", "open_", reader=Text("cli.metavar.unit"), multiple=True)
@option("--depth", reader=Whole(0), default=0)
@flag("--down")
@option("--class", "class_", reader=Text())
@flag("--all", "all_")
@option("-o", "--output", reader=Place())
@computing
@json_flag
def trace(
    model: str,
    picture: Path,
    unit: str,
    open_: tuple[str, ...],
    depth: int,
    down: bool,
    class_: str | None,
    all_: bool,
    output: Path | None,
    computer: Computer,
    json: bool,
) -> None:
    """`striate look trace`."""
    check_figure(output)
    loaded = opened(model, computer)
    found = [traced(loaded, picture_for(loaded, picture), unit, class_=class_)]
    for address in open_:
        found.append(found[-1].open(address))
    found += found[-1].down(None if down else depth)
    if json:
        write_json([trace_json(each) for each in found] if len(found) > 1 else trace_json(found[0]))
    else:
        write([line for i, each in enumerate(found) for line in _section(i, each, all_=all_)])
    save_figure(found[-1 if open_ else 0], output)


def _section(i: int, each: Trace, *, all_: bool) -> list[str]:
    return [*([""] if i else []), *trace_lines(each, all_=all_)]
