"""`striate train`: from a folder of pictures to a run's folder."""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from os.path import realpath
from pathlib import Path
from typing import Any, Literal

from striate.cli.ahead import Ahead
from striate.cli.ahead import ahead as looking_ahead
from striate.cli.computing import computing
from striate.cli.fitting import Fitting, fitting, show_choices, show_start, show_trying, write_choices
from striate.cli.guard import Code
from striate.cli.output import as_typed, aside, say, write_json
from striate.cli.readers import Number, OneOf, Place, Text, Unreadable, Whole
from striate.cli.ui import argument, command, flag, json_flag, option
from striate.data.dataset import Dataset
from striate.data.preprocessing import LARGEST_SIDE
from striate.errors import SettingError
from striate.files import exists
from striate.judging import Trained
from striate.network.window import Pair
from striate.preparing import Prepared, prepared
from striate.recipe import SCHEDULES, Recipe, recipe_of
from striate.run_folder import LAST, claimed
from striate.runs import train_run
from striate.tuning import Tuning
from striate.views.lines import JsonLines
from striate.views.progress import progress_view


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


@command("train")
@argument("data", Place())
@option("-o", "--output", reader=Place(), required=True)
@option("--model", reader=Text())
@option("--epochs", reader=Whole(1))
@option("--batch", reader=Batch())
@option("--optimizer", reader=Text())
@option("--lr", reader=Number())
@option("--schedule", reader=OneOf(tuple(SCHEDULES)))
@option("--weight-decay", reader=Number())
@option("--label-smoothing", reader=Number())
@option("--augment", reader=Text())
@option("--seed", reader=Whole(0), default=0)
@option("--size", reader=Size())
@option("--width", reader=Number(), default=1.0)
@fitting
@looking_ahead
@computing
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
    engine: str | None,
    isa: str | None,
    threads: int | None,
    force: bool,
    json: bool,
) -> Code:
    """`striate train`."""
    recipe = Recipe(
        model,
        epochs,
        batch,
        optimizer,
        lr,
        seed,
        engine,
        threads,
        width,
        schedule=schedule,
        weight_decay=weight_decay,
        label_smoothing=label_smoothing,
        augment=augment,
        isa=isa,
        **fit.of_recipe(),
    )
    fit.tuning.check(recipe)
    if model:  # a mistake in the network is told before reading pictures for minutes
        recipe.layers(classes=2)
        recipe_of(model)
    source = realpath(data)  # not Path.resolve: its error about links in a circle is none of the system's
    if Path(realpath(output)).is_relative_to(source):
        raise SettingError("train.output_in_data", output=output, data=data)
    begins = ahead.after(write_choices if json else _show_what_begins, json=json)
    if ahead.dry_run:
        begins(prepared(fit.read(data, size), recipe, fit.tuning))
        return Code.PROBLEMS if ahead.mistakes else Code.DONE
    with claimed(output, overwrite=force):  # also before reading
        images = fit.read(data, size)
        if not json:
            show_trying(fit)
        trained = train_and_show(
            images, source, output, recipe, overwrite=force, json=json, begins=begins, tuning=fit.tuning
        )
    if not json:
        aside("train.files", folder=output, files=sorted(trained.files))
        aside("train.next", folder=as_typed(output))
    return Code.DONE


def train_and_show(
    data: Dataset,
    source: str,
    output: Path,
    recipe: Recipe,
    *,
    overwrite: bool,
    json: bool,
    begins: Callable[[Prepared], None] | None = None,
    tuning: Tuning | None = None,
) -> Trained:
    """Train, show how it goes, and give the result: the accuracy as a line, or everything as JSON lines."""
    try:
        with JsonLines(sys.stdout) if json else progress_view() as view:
            trained = train_run(
                data,
                output,
                recipe,
                source=source,
                overwrite=overwrite,
                progress=view,
                begins=begins,
                tuning=tuning,
            )
    except KeyboardInterrupt:
        if exists(output / LAST):
            aside("train.stopped", file=output / LAST)
        raise
    if json:
        write_json(result(trained), indent=None)
    else:
        _show_confidence(trained)
        say("train.accuracy", percent=100 * trained.judged["accuracy"])
        aside(f"train.judged_on_{trained.judged_on}", pictures=trained.pictures, loss=trained.judged["loss"])
    return trained


def _show_confidence(trained: Trained) -> None:
    if (sure := trained.model.confidence) is not None:
        code = "train.confidence" if sure.threshold else "train.always_answers"
        percent = 100 * sure.threshold
        aside(code, pictures=trained.validation_pictures, temperature=sure.temperature, percent=percent)
        if sure.mirrored:
            aside("train.mirrored")


def _show_what_begins(run: Prepared) -> None:
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
        weights=run.model.count_params(),
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
        "files": {name: str(path) for name, path in trained.files.items()},
    }
