"""`striate resume`: go on with a training that was broken off."""

from dataclasses import replace
from os.path import realpath
from pathlib import Path

from striate.cli.output import aside
from striate.cli.readers import Place, Whole
from striate.cli.train import Often, kept, show_next, show_what_begins, shown
from striate.cli.ui import argument, command, flag, json_flag, option
from striate.data.dataset import Dataset
from striate.errors import StateError
from striate.runs.judging import Trained
from striate.runs.preparing import Prepared
from striate.runs.record import Record
from striate.runs.resuming import check_unfinished, read_again, resume_run
from striate.training.keeping import Frequency
from striate.training.run import Run
from striate.views.lines import View
from striate.views.reading import reading_view


@command("resume")
@argument("run", Place())
@option("--data", reader=Place())
@option("--threads", reader=Whole(1), code="cli.computing.threads")
@option("--checkpoint", reader=Often(), code="cli.train.checkpoint")
@flag("--anyway")
@json_flag
def resume(
    run: Path,
    data: Path | None,
    threads: int | None,
    checkpoint: float | Frequency | None,
    anyway: bool,
    json: bool,
) -> None:
    """`striate resume`."""
    try:
        check_unfinished(run)
    except StateError as done:  # what was wanted is there
        aside("cli.note", text=str(done))
        return

    def read(record: Record) -> Dataset:
        with reading_view() as progress:
            return read_again(record, realpath(data) if data else None, progress=progress)

    def begins(prepared: Prepared) -> None:
        if not json:
            show_what_begins(prepared)

    def resumed(state: Run) -> None:
        if not json:
            aside("resume.goes_on", epoch=state.epoch + 1, step=state.position + 1)

    keeping = replace(kept(checkpoint), resumed=resumed)

    def work(view: View) -> Trained:
        return resume_run(run, threads=threads, anyway=anyway, progress=view, begins=begins, keeping=keeping, read=read)

    trained = shown(run, work, json=json)
    if not json:
        show_next(run, trained)
