"""A whole training with its folder: what `striate train` and `striate demo` do, for scripts and notebooks too.

The folder holds best.safetensors and last.safetensors, metrics.csv, settings.toml and, where matplotlib is there,
curves.png.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from striate.data.load import Dataset, Images
from striate.data.split import stratified
from striate.errors import DataError, FileError, MissingExtraError, tell
from striate.files import exists, write_text
from striate.history import History
from striate.model import Model, from_file
from striate.network.optimizers import Rule, rule_named
from striate.network.settings import config
from striate.presets import network
from striate.sequential import Sequential
from striate.storage import load
from striate.training.callbacks import Callback, CSVLogger, ModelCheckpoint
from striate.training.events import Progress
from striate.views.progress import Verbose

BEST, LAST = "best.safetensors", "last.safetensors"
METRICS, SETTINGS, CURVES = "metrics.csv", "settings.toml", "curves.png"
HOLDING_OUT = 2  # keeps this draw apart from others of the same seed
HELD_OUT_SHARE = 0.1  # for validation, where the data have no part for it
# How long to train where nobody says: about so many pictures in all, but neither less nor more often than this.
PICTURES_IN_ALL, FEWEST_EPOCHS, MOST_EPOCHS = 300_000, 5, 25


@dataclass(frozen=True)
class Recipe:
    """How to train. `epochs` None: by the number of pictures; `learning_rate` None: the optimizer's own default."""

    model: str = "digits"
    epochs: int | None = None
    batch_size: int | Literal["all"] = 32
    optimizer: str = "adam"
    learning_rate: float | None = None
    seed: int = 0
    engine: str | None = None
    threads: int | None = None


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


def train_run(
    data: Dataset,
    folder: Path,
    recipe: Recipe,
    *,
    overwrite: bool = False,
    verbose: Verbose = "auto",
    progress: Progress | None = None,
) -> Trained:
    """Train a network on pictures and write the run's folder.

    Raises `FileError` where the folder holds something already (unless `overwrite`) or cannot be written to,
    `DataError` where the data cannot be learned from, `TrainingError` where numbers stop being finite.
    """
    prepare_folder(folder, overwrite=overwrite)
    training, validation = _parts(data, recipe.seed)
    rule = _rule(recipe)
    epochs = recipe.epochs or usual_epochs(len(training))
    model = Sequential(network(recipe.model, len(data.class_names)), seed=recipe.seed)
    model.build(data.preprocessing.shape)
    model.class_names, model.preprocessing = data.class_names, data.preprocessing
    model.compile(rule, "sparse_categorical_crossentropy", ["accuracy"], engine=recipe.engine, threads=recipe.threads)
    model.about = {"recipe": {**asdict(recipe), "epochs": epochs}, "pictures": len(training)}
    write_text(folder / SETTINGS, settings_toml(recipe, rule, epochs, data, len(training), len(validation)))
    history = model.fit(
        training, None, recipe.batch_size, epochs, verbose, _keepers(folder), 0.0, validation, progress=progress
    )
    best = from_file(load(folder / BEST))
    best.compile(rule, "sparse_categorical_crossentropy", ["accuracy"], engine=recipe.engine, threads=recipe.threads)
    held_out = data.test or validation
    judged_on = "test" if data.test else "validation"
    judged = best.judge(held_out)
    best.about |= {"judged_on": judged_on, "accuracy": judged["accuracy"], "loss": judged["loss"]}
    best.save(folder / BEST)
    files = {name: folder / name for name in (BEST, LAST, METRICS, SETTINGS)} | _drawn(history, folder)
    return Trained(best, history, judged, judged_on, len(held_out), files)


def usual_epochs(pictures: int) -> int:
    """How often to go over the pictures where nobody says: small sets more often than large ones."""
    return min(MOST_EPOCHS, max(FEWEST_EPOCHS, round(PICTURES_IN_ALL / pictures)))


def prepare_folder(folder: Path, *, overwrite: bool) -> None:
    """Make the folder, or see that it is free to use. Raises `FileError` where it is not."""
    if exists(folder) and not folder.is_dir():
        raise FileError("file.exists", path=folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        taken = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise FileError("file.cannot_write", path=folder, reason=error.strerror) from error
    if taken and not overwrite:
        raise FileError("run.folder_taken", path=folder, files=taken[:3], count=len(taken))


def model_file(model_or_run: Path) -> Path:
    """A model file, or the best one of a run's folder."""
    return model_or_run / BEST if model_or_run.is_dir() else model_or_run


def settings_toml(recipe: Recipe, rule: Rule, epochs: int, data: Dataset, training: int, validation: int) -> str:
    """Everything that the run was made with, as TOML that a person reads."""
    sections: dict[str, Mapping[str, object]] = {
        "train": {**asdict(recipe), "epochs": epochs, "optimizer": type(rule).__name__},
        "optimizer": config(rule),
        "data": {
            "classes": list(data.class_names),
            "pictures": training,
            "validation_pictures": validation,
            "test_pictures": len(data.test) if data.test else 0,
        },
        "preprocessing": data.preprocessing.to_config(),
    }
    return "\n".join(f"[{name}]\n" + "".join(_lines(table)) for name, table in sections.items())


def _lines(table: Mapping[str, object]) -> list[str]:
    # JSON's texts, numbers, booleans and lists are TOML's; what is None is left out, as TOML has no word for it.
    return [f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in table.items() if value is not None]


def _parts(data: Dataset, seed: int) -> tuple[Images, Images]:
    """What to learn from and what to choose the best epoch by."""
    if data.validation is not None:
        return data.train, data.validation
    kept, held = stratified(data.train.labels, HELD_OUT_SHARE, np.random.default_rng([seed, HOLDING_OUT]))
    if len(held) == 0:
        raise DataError("run.too_few_pictures", pictures=len(data.train), classes=len(data.class_names))
    return data.train.take(kept), data.train.take(held)


def _rule(recipe: Recipe) -> Rule:
    rule = rule_named(recipe.optimizer)
    return rule if recipe.learning_rate is None else type(rule)(recipe.learning_rate)


def _keepers(folder: Path) -> list[Callback]:
    return [
        ModelCheckpoint(folder / BEST, save_best_only=True),
        ModelCheckpoint(folder / LAST),
        CSVLogger(folder / METRICS),
    ]


def _drawn(history: History, folder: Path) -> dict[str, Path]:
    try:
        history.plot(folder / CURVES)
    except MissingExtraError as error:
        tell("run.no_curves", reason=error)
        return {}
    return {CURVES: folder / CURVES}
