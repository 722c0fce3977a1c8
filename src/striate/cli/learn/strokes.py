"""`striate learn strokes`: kernels made by hand over digits."""

from dataclasses import asdict
from pathlib import Path

from striate.cli.computing import computing
from striate.cli.figure_files import check_figure, save_figure
from striate.cli.layout import grid, indented, side_by_side
from striate.cli.learn.trials import read_pictures
from striate.cli.output import write, write_json
from striate.cli.readers import Place, Text
from striate.cli.ui import argument, command, json_flag, option
from striate.engines.computer import Computer
from striate.inspection.by_hand.strokes import MEASURES, STROKES, StrokeAnswers
from striate.inspection.by_hand.strokes import strokes as answers_of
from striate.messages import render
from striate.views.columns import aligned


@command("learn.strokes")
@argument("data", Place(), required=False)
@option("--straight", reader=Text(), default="1")
@option("--curved", reader=Text(), default="0")
@computing
@option("-o", "--output", reader=Place())
@json_flag
def strokes(
    data: Path | None,
    straight: str,
    curved: str,
    computer: Computer,
    output: Path | None,
    json: bool,
) -> None:
    """`striate learn strokes`."""
    check_figure(output)
    found = answers_of(read_pictures(data, colour="grey"), straight, curved, **asdict(computer))
    if json:
        write_json(_json(found))
    else:
        write(_lines(found))
    save_figure(found, output)


def _lines(found: StrokeAnswers) -> list[str]:
    kernels = [
        (render(stroke.name), grid([[f"{weight:g}" for weight in row] for row in stroke.kernel])) for stroke in STROKES
    ]
    first, second = found.classes
    counts = {"count1": found.pictures[0], "count2": found.pictures[1]}
    lines = [render("strokes.kernels"), *indented(side_by_side(kernels)), ""]
    lines += [render("strokes.of", {"part": f"part.{found.part}", "first": first, "second": second, **counts}), ""]
    for measure in MEASURES:
        lines += [render(MEASURES[measure]), *indented(_table(found, measure)), ""]
    lines.append(render("strokes.claim", {"first": first, "second": second}))
    return [*lines, *indented(_verdict(found, measure) for measure in MEASURES)]


def _table(found: StrokeAnswers, measure: str) -> list[str]:
    heads = [render("strokes.column"), render("strokes.kind"), *found.classes, ""]
    rows = [
        [
            render(stroke.name),
            render("strokes.curved" if stroke.curved else "strokes.straight"),
            *(f"{getattr(answer, measure):.3f}" for answer in answers),
            "✓" if as_said else "✗",
        ]
        for stroke, answers, as_said in zip(STROKES, found.answers, found.higher(measure), strict=True)
    ]
    return aligned([heads, *rows], right=(2, 3))


def _verdict(found: StrokeAnswers, measure: str) -> str:
    said = list(zip(STROKES, found.higher(measure), strict=True))
    straight, curved = ([so for stroke, so in said if stroke.curved is bent] for bent in (False, True))
    fields = {"straight": sum(straight), "straights": len(straight), "curved": sum(curved), "curves": len(curved)}
    return render("strokes.verdict", {"measure": MEASURES[measure], **fields})


def _json(found: StrokeAnswers) -> dict[str, object]:
    return {
        "classes": found.classes,
        "pictures": found.pictures,
        "part": found.part,
        "kernels": [
            {
                "name": stroke.name.removeprefix("strokes."),
                "curved": stroke.curved,
                "kernel": stroke.kernel.tolist(),
                "answers": [asdict(answer) for answer in answers],
            }
            for stroke, answers in zip(STROKES, found.answers, strict=True)
        ],
        "as_said": {measure: found.higher(measure) for measure in MEASURES},
    }
