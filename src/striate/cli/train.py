"""`striate train`: from a folder of pictures to a run's folder."""

import re
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from os.path import realpath
from pathlib import Path
from typing import Any, Literal

from striate.bits import bits_of
from striate.checkpoints import Checkpoints
from striate.cli.ahead import Ahead
from striate.cli.ahead import ahead as looking_ahead
from striate.cli.computing import computing
from striate.cli.fitting import Fitting, fitting, show_choices, show_start, show_trying, write_choices
from striate.cli.guard import Code
from striate.cli.output import aside, say, write_json
from striate.cli.readers import Bytes, Number, OneOf, Place, Text, Unreadable, Whole
from striate.cli.ui import argument, command, flag, json_flag, option
from striate.data.dataset import Dataset
from striate.data.preprocessing import LARGEST_SIDE
from striate.engines.computer import Computer
from striate.errors import DataError, SettingError
from striate.files import as_typed
from striate.messages import render
from striate.network.window import Pair
from striate.recipe import SCHEDULES, Recipe, recipe_of
from striate.run_folder import CHECKPOINTS, claimed, unfinished
from striate.runs.judging import Trained
from striate.runs.preparing import Prepared, prepared
from striate.runs.train import Filming, Keeping, train_in
from striate.runs.tuning import Tuning
from striate.training.interrupts import Interrupts
from striate.training.keeping import Frequency
from striate.views.lines import JsonLines, View
from striate.views.progress import progress_view

MOST_EPOCHS = 1_000_000_000  # far beyond any use, and still a number that the schedules can count with
# After these errors there is nothing to go on with, or another process is at it.
NOT_TO_RESUME = ("resume.record_damaged", "checkpoint.none_whole", "run.in_use")


@dataclass(frozen=True)
class Size:
    """64, or 48x64: height and width."""

    def metavar(self) -> str:
        """N or HxW."""
        return "N|HxW"

    def read(self, text: str) -> Pair:
        """The two numbers."""
        found = re.fullmatch(r"([1-9][0-9]{0,8})(?:x([1-9][0-9]{0,8}))?", text)
        size = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if not 0 < max(size) <= LARGEST_SIDE:
            raise Unreadable("usage.size", largest=LARGEST_SIDE)
        return size


@dataclass(frozen=True)
class Batch:
    """A number of pictures, or all of them."""

    def metavar(self) -> str:
        """N or all."""
        return "N|all"

    def read(self, text: str) -> int | Literal["all"]:
        """The number, or "all"."""
        if text == "all":
            return "all"
        if not re.fullmatch("[1-9][0-9]{0,17}", text):
            raise Unreadable("usage.batch")
        return int(text)


@dataclass(frozen=True)
class Often:
    """500, or 60s, or never: steps or seconds from one checkpoint to the next."""

    def metavar(self) -> str:
        """N or Ns or never."""
        return "N|Ns|never"

    def read(self, text: str) -> float | Frequency:
        """A number of seconds as float, of steps as int, or "never"."""
        if text == "never":
            return text
        found = re.fullmatch(r"([1-9][0-9]{0,8})(s?)", text)
        if not found:
            raise Unreadable("usage.often")
        return float(found[1]) if found[2] else int(found[1])


def kept(often: float | Frequency | None, film: Filming | None = None) -> Keeping:
    """How a run is kept that a signal may end."""
    seconds = often if isinstance(often, float) else None
    frequency = "auto" if often is None or isinstance(often, float) else often
    return Keeping(frequency, seconds, Interrupts(), film=film or Filming())


@command("train")
@argument("data", Place())
@option("-o", "--output", reader=Place(), required=True)
@option("--model", reader=Text())
@option("--epochs", reader=Whole(1, MOST_EPOCHS))
@option("--batch", reader=Batch())
@option("--optimizer", reader=Text())
@option("--lr", reader=Number(above=0))
@option("--schedule", reader=OneOf(tuple(SCHEDULES)))
@option("--weight-decay", reader=Number(minimum=0))
@option("--label-smoothing", reader=Number())
@option("--augment", reader=Text())
@option("--seed", reader=Whole(0), default=0)
@option("--size", reader=Size())
@option("--width", reader=Number(above=0), default=1.0)
@fitting
@looking_ahead
@computing
@option("--checkpoint", reader=Often())
@option("--film", reader=Bytes(), default="32MB")
@flag("--film-classes")
@flag("--force")
@json_flag
def train(
    data: Path,
    output: Path,
    model: str | None,
    epochs: int | None,
    batch: int | Literal["all"] | None,
    optimizer: str | None,
    lr: float | None,
    schedule: str | None,
    weight_decay: float | None,
    label_smoothing: float | None,
    augment: str | None,
    seed: int,
    size: Pair | None,
    width: float,
    fit: Fitting,
    ahead: Ahead,
    computer: Computer,
    checkpoint: float | Frequency | None,
    film: int,
    film_classes: bool,
    force: bool,
    json: bool,
) -> Code:
    """`striate train`."""
    if film_classes and not film:
        raise SettingError("film.classes_without_film")
    recipe = Recipe(
        model=model,
        epochs=epochs,
        batch_size=batch,
        optimizer=optimizer,
        learning_rate=lr,
        seed=seed,
        width=width,
        schedule=schedule,
        weight_decay=weight_decay,
        label_smoothing=label_smoothing,
        augment=augment,
        **asdict(computer),
        **fit.of_recipe(),
    )
    fit.tuning.check(recipe)
    if model:  # a mistake in the network is told before reading pictures for minutes
        recipe.layers(classes=2)
        recipe_of(model)
    source = realpath(data)  # not Path.resolve: its error about links in a circle is none of the system's
    if Path(realpath(output)).is_relative_to(source):
        raise SettingError("train.output_in_data", output=output, data=data)
    begins = ahead.after(write_choices if json else show_what_begins, json=json)
    if ahead.dry_run:
        begins(prepared(fit.read(data, size), recipe, fit.tuning))
        return Code.PROBLEMS if ahead.mistakes else Code.DONE
    with claimed(output, overwrite=force):  # also before reading
        images = fit.read(data, size)
        if not json:
            show_trying(fit)
        trained = train_and_show(
            images,
            source,
            output,
            recipe,
            json=json,
            begins=begins,
            tuning=fit.tuning,
            reading=fit.reading,
            keeping=kept(checkpoint, Filming(film, film_classes)),
        )
    if not json:
        show_next(output, trained)
    return Code.DONE


def train_and_show(
    data: Dataset,
    source: str,
    output: Path,
    recipe: Recipe,
    *,
    json: bool,
    begins: Callable[[Prepared], None] | None = None,
    tuning: Tuning | None = None,
    reading: Mapping[str, Any] | None = None,
    keeping: Keeping | None = None,
) -> Trained:
    """Train into a folder that was claimed, and show how it goes and what came of it."""

    def work(view: View) -> Trained:
        return train_in(
            output,
            data,
            recipe,
            source=source,
            reading=reading,
            progress=view,
            begins=begins,
            tuning=tuning,
            keeping=keeping or Keeping(interrupts=Interrupts()),
        )

    return shown(output, work, json=json)


def shown(output: Path, work: Callable[[View], Trained], *, json: bool) -> Trained:
    """Show how a training goes, and give the result: the accuracy as a line, or everything as JSON lines."""
    with _resumable(output), JsonLines(sys.stdout) if json else progress_view() as view:
        trained = work(view)
    if json:
        write_json(result(trained), indent=None)
    else:
        _show_confidence(trained)
        say("train.accuracy", percent=100 * trained.judged["accuracy"])
        aside(f"train.judged_on_{trained.judged_on}", pictures=trained.pictures, loss=trained.judged["loss"])
        bits = bits_of(trained.model)
        aside("train.bits", sha256=bits.short, isa=bits.isa)
    return trained


def show_next(output: Path, trained: Trained) -> None:
    """Which files there are, and what can be done with them."""
    aside("train.files", folder=output, files=sorted(trained.files))
    aside("train.next", folder=as_typed(output))


@contextmanager
def _resumable(folder: Path) -> Generator[None]:
    """Say how a training goes on that does not come to its end."""
    try:
        yield
    except KeyboardInterrupt:
        if unfinished(folder):
            code = "train.resume_anew" if _nothing_kept(folder) else "train.resume"
            aside(code, folder=as_typed(folder))
        raise
    except (DataError, OSError, MemoryError) as error:
        if unfinished(folder) and getattr(error, "code", "") not in NOT_TO_RESUME:
            code = "train.resume_anew_then" if _nothing_kept(folder) else "train.resume_then"
            error.add_note(render(code, {"folder": as_typed(folder)}))
        raise


def _nothing_kept(folder: Path) -> bool:
    return Checkpoints(folder / CHECKPOINTS).is_empty()


def _show_confidence(trained: Trained) -> None:
    if (sure := trained.model.confidence) is not None:
        code = "train.confidence" if sure.threshold else "train.always_answers"
        percent = 100 * sure.threshold
        aside(code, pictures=trained.validation_pictures, temperature=sure.temperature, percent=percent)
        if sure.mirrored:
            aside("train.shifted" if sure.shifted else "train.mirrored", looks=sure.looks)


def show_what_begins(run: Prepared) -> None:
    """The pictures, the network, how it learns, and what was chosen."""
    data, recipe, test = run.data, run.recipe, run.data.test
    aside(
        "train.data",
        pictures=len(run.training),
        validation=len(run.validation),
        test=len(test) if test else 0,
        classes=len(data.class_names),
        shape=data.preprocessing.shape,
    )
    aside(
        "train.model",
        model=recipe.model,
        weights=run.model.graph.theta.count,
        epochs=run.epochs,
        batch=recipe.batch_size,
        optimizer=recipe.optimizer,
        learning_rate=recipe.learning_rate,
        seed=recipe.seed,
    )
    show_start(run)
    show_choices(run.choices)


def result(trained: Trained) -> dict[str, Any]:
    """The last of the JSON lines: how well it did, and where everything is."""
    return {
        "event": "result",
        **trained.judged,
        "judged_on": trained.judged_on,
        "pictures": trained.pictures,
        "confidence": trained.model.confidence and trained.model.confidence.to_config(),
        "fingerprint": trained.model.fingerprint,
        "isa": bits_of(trained.model).isa,
        "files": {name: str(path) for name, path in trained.files.items()},
    }
