"""What comes behind a training: the best model calibrated and judged, the report, the curves."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from striate.bits import record
from striate.data.augment import Augmentation
from striate.data.usual_augmentation import SMALL
from striate.engines.select import engine as engine_named
from striate.errors import MissingExtraError, tell
from striate.history import History
from striate.model import Model, from_file
from striate.network.window import Pair
from striate.recipe import Recipe
from striate.report import Report, class_report, confidence_of
from striate.report_page import read_settings, write_report
from striate.run_folder import BEST, CURVES, EPOCHS, FILM, HEALTH, LAST, METRICS, REPORT, SETTINGS, SPLIT
from striate.runs.preparing import Prepared, compiled
from striate.runs.tuning import RATES_CSV, RATES_PNG
from striate.storage import load


@dataclass(frozen=True)
class Trained:
    """What came of it: the best model by validation loss, how it does on pictures held out, the files written.

    `judged_on` says on which: "test", or "validation" where the data have no test part.
    """

    model: Model
    history: History
    judged: Mapping[str, float]
    judged_on: str
    pictures: int
    files: Mapping[str, Path]
    validation_pictures: int
    report: Report


def judged(folder: Path, run: Prepared, history: History) -> Trained:
    """Judge the best model of a training that has ended, and write the rest of its folder."""
    best, recipe = from_file(load(folder / BEST)), run.recipe
    compiled(best, recipe, recipe.rule)
    looks = _looks(recipe.augmentation, run.data.preprocessing.size)
    best.confidence = confidence_of(best, run.validation, **looks, **_computing(recipe))
    held_out, judged_on = (run.data.test, "test") if run.data.test else (run.validation, "validation")
    report = class_report(best, held_out, loss=recipe.loss, **_computing(recipe))
    how_well = {"loss": report.loss, "accuracy": report.accuracy}
    best.about |= {"judged_on": judged_on, "accuracy": how_well["accuracy"], "loss": how_well["loss"]}
    record(best, engine_named(recipe.engine, isa=recipe.isa))
    best.save(folder / BEST)
    write_report(
        folder / REPORT,
        report,
        best,
        held_out,
        title=folder.resolve().name,
        part=judged_on,
        settings=read_settings(folder / SETTINGS),
        history=history.history,
        chosen_here=judged_on == "validation",
    )
    files = {name: folder / name for name in (BEST, LAST, METRICS, EPOCHS, HEALTH, SETTINGS, SPLIT, REPORT)}
    files |= {name: folder / name for name in (FILM, RATES_CSV, RATES_PNG) if (folder / name).exists()}
    files |= _drawn(history, folder)
    return Trained(best, history, how_well, judged_on, len(held_out), files, len(run.validation), report)


def _looks(augmentation: Augmentation | None, size: Pair) -> dict[str, Any]:
    """How an answer looks at a picture: mirrored where training mirrored; small ones also moved, where it did both."""
    if augmentation is None or not augmentation.flip:
        return {}
    return {"mirrored": True, "shifted": int(augmentation.shift > 0 and max(size) < SMALL)}


def _computing(recipe: Recipe) -> dict[str, Any]:
    return {"engine": recipe.engine, "threads": recipe.threads, "isa": recipe.isa}


def _drawn(history: History, folder: Path) -> dict[str, Path]:
    try:
        history.plot(folder / CURVES)
    except MissingExtraError as error:
        tell("run.no_curves", reason=error)
        return {}
    return {CURVES: folder / CURVES}
