"""`striate predict`: what pictures show."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from striate.classify import Answer, Picture, Skip, answers
from striate.cli.computing import computing
from striate.cli.guard import Code
from striate.cli.output import aside, write, write_json
from striate.cli.readers import Place
from striate.cli.ui import argument, command, flag, json_flag
from striate.data.folder import files_below
from striate.errors import DataError, FileError, SettingError, StriateError
from striate.files import exists
from striate.messages import render
from striate.model import load_model
from striate.runs import model_file
from striate.views.columns import aligned, printable


@command("predict")
@argument("model", Place())
@argument("files", Place(), many=True)
@flag("--csv", code="cli.predict.csv")
@computing
@json_flag
def predict(
    model: Path,
    files: tuple[Path, ...],
    csv: bool,
    engine: str | None,
    isa: str | None,
    threads: int | None,
    json: bool,
) -> Code:
    """`striate predict`."""
    if csv and json:
        raise SettingError("predict.json_and_csv")
    loaded = load_model(model_file(model))
    loaded.use(engine=engine, isa=isa, threads=threads)
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
        write_json(vars(answer), indent=None)
        answered = True
    return answered


def _write_csv(given: Iterator[Answer]) -> bool:
    answered = False
    write([_csv_line(["file", "label", "probability"])])
    for answer in given:
        write([_csv_line([answer.file, answer.label, f"{answer.probability:.6f}"])])
        answered = True
    return answered


def _csv_line(cells: Sequence[str | None]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()


def _write_table(given: Sequence[Answer]) -> bool:
    titles = [render(f"predict.{column}") for column in ("file", "label", "probability")]
    rows = [[answer.file or "", answer.label, f"{100 * answer.probability:.1f} %"] for answer in given]
    if rows:
        write(aligned([titles, *rows], right={2}))
    return bool(rows)
