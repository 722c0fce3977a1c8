"""`striate predict`: what pictures show."""

import csv
import io
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from click import style

from striate.classify import Answer, Picture, Skip, answers
from striate.cli.computing import computing
from striate.cli.guard import Code
from striate.cli.output import aside, may_colour, write, write_json
from striate.cli.readers import Place, Threshold
from striate.cli.ui import argument, command, flag, json_flag, option
from striate.confidence import Confidence
from striate.data.folder import files_below
from striate.engines.computer import Computer
from striate.errors import DataError, FileError, SettingError, StriateError
from striate.files import exists
from striate.messages import render
from striate.model import load_model
from striate.run_folder import model_file
from striate.views.columns import GAP, aligned, printable


@command("predict")
@argument("model", Place())
@argument("files", Place(), many=True)
@option("--threshold", reader=Threshold())
@flag("--csv", code="cli.predict.csv")
@computing
@json_flag
def predict(
    model: Path,
    files: tuple[Path, ...],
    threshold: float | None,
    csv: bool,
    computer: Computer,
    json: bool,
) -> Code:
    """`striate predict`."""
    if csv and json:
        raise SettingError("predict.json_and_csv")
    loaded = load_model(model_file(model))
    loaded.use(**asdict(computer))
    if threshold is not None:
        loaded.confidence = replace(loaded.confidence or Confidence(), threshold=threshold)
    skipped: list[Picture] = []

    def skip(picture: Picture, error: StriateError) -> None:
        skipped.append(picture)
        aside("predict.skipped", reason=printable(str(error)))

    given = answers(loaded, _pictures(files, skip), skip)
    answered = _write_json(given) if json else _write_csv(given) if csv else _write_table(list(given))
    if not skipped:
        return Code.DONE
    return Code.PROBLEMS if answered else Code.BAD_DATA


def _pictures(files: Sequence[Path], skip: Skip) -> Iterator[Path]:
    """The files that are named, and those in the folders that are named; a folder without any is skipped."""
    for path in files:
        try:
            below = files_below(path) if exists(path) and path.is_dir() else [path]
        except FileError as error:
            skip(path, error)
            continue
        if not below:
            skip(path, DataError("predict.no_pictures", path=path))
        yield from below


def _write_json(given: Iterator[Answer]) -> bool:
    answered = False
    for answer in given:
        write_json({**vars(answer), "best": answer.best}, indent=None)
        answered = True
    return answered


def _write_csv(given: Iterator[Answer]) -> bool:
    answered = False
    write([_csv_line(["file", "label", "probability", "best"])])
    for answer in given:
        write([_csv_line([answer.file, answer.label, f"{answer.probability:.6f}", answer.best])])
        answered = True
    return answered


def _csv_line(cells: Sequence[str | None]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()


def _write_table(given: Sequence[Answer]) -> bool:
    """A row a picture. Behind "none of these" stands the best guess, grey where there are colours."""
    titles = [render(f"predict.{column}") for column in ("file", "label", "probability")]
    none = render("predict.none")
    rows = [[a.file or "", none if a.label is None else a.label, f"{100 * a.probability:.1f} %"] for a in given]
    if rows:
        head, *lines = aligned([titles, *rows], right={2})
        guesses = [_guess(answer) if answer.abstained else "" for answer in given]
        write([head, *(line + guess for line, guess in zip(lines, guesses, strict=True))])
    return bool(rows)


def _guess(answer: Answer) -> str:
    guess = render("predict.guess", {"best": printable(answer.best)})
    return GAP + (style(guess, fg="bright_black") if may_colour(sys.stdout) else guess)
