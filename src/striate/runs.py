"""A whole training with its folder: what `striate train` and `striate demo` do, for scripts and notebooks too.

The folder holds best.safetensors and last.safetensors, settings.toml, split.csv, metrics.csv and the same as
metrics.jsonl, report.html and, where matplotlib is there, curves.png.
"""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Literal

from striate.data.dataset import Dataset
from striate.data.dividing import split_csv
from striate.errors import FileError
from striate.files import write_text
from striate.judging import Trained, judged
from striate.preparing import Prepared, prepared, settings_toml
from striate.recipe import Recipe
from striate.run_folder import (
    AUTOPSY,
    BEST,
    CURVES,
    EPOCHS,
    HEALTH,
    LAST,
    METRICS,
    REPORT,
    SETTINGS,
    SPLIT,
    claimed,
)
from striate.training.autopsy import autopsy_kept
from striate.training.callbacks import NO_LOGS, Callback, CSVLogger, Logs, ModelCheckpoint
from striate.training.events import Progress
from striate.training.health import Health
from striate.training.json_lines import JSONLinesLogger
from striate.tuning import RATES_CSV, RATES_PNG, Tuning, write_range
from striate.views.progress import Verbose

OF_A_RUN = (BEST, LAST, METRICS, EPOCHS, CURVES, REPORT, SPLIT, RATES_CSV, RATES_PNG, AUTOPSY, HEALTH)


def train_run(
    data: Dataset,
    folder: Path,
    recipe: Recipe,
    *,
    source: str | None = None,
    overwrite: bool = False,
    verbose: Verbose = "auto",
    progress: Progress | None = None,
    begins: Callable[[Prepared], None] | None = None,
    tuning: Tuning | None = None,
) -> Trained:
    """Train a network on pictures and write the run's folder.

    `source` is where the pictures come from, for the settings; `begins` is called when all is prepared. Raises
    `FileError` where the folder holds something already (unless `overwrite`) or cannot be written to, `DataError` and
    `GraphError` where the network cannot learn from the data, `TrainingError` where numbers stop being finite.
    """
    with claimed(folder, overwrite=overwrite), autopsy_kept(folder / AUTOPSY):
        run = prepared(data, recipe, tuning)
        if begins:
            begins(run)
        rates = write_range(folder, run.found, run.recipe.learning_rate) if run.found else {}
        keepers = _keepers(folder, settings_toml(run, source), rates)
        keepers.append(_Division(folder / SPLIT, run.data, run.recipe.seed))
        if run.stop:
            keepers.append(run.stop)
        history = run.model.fit(
            run.training,
            # Only a batch that somebody asked for is worth a notice when there are fewer pictures.
            batch_size=recipe.batch_size or _at_most(run.recipe.batch_size, len(run.training)),
            epochs=run.epochs,
            verbose=verbose,
            callbacks=keepers,
            validation_data=run.validation,
            augmentation=run.recipe.augmentation,
            class_weight=run.class_weight,
            progress=progress,
        )
        return judged(folder, run, history)


def _at_most(batch_size: int | Literal["all"], pictures: int) -> int | Literal["all"]:
    return min(batch_size, pictures) if isinstance(batch_size, int) else batch_size


class _Settings(Callback):
    """Writes the settings as training begins; what an earlier run left beside them goes, for it had others."""

    def __init__(self, folder: Path, text: str, written: Collection[str]) -> None:
        self._folder, self._text, self._written = folder, text, written

    def on_train_begin(self, logs: Logs = NO_LOGS) -> None:
        for name in {*OF_A_RUN}.difference(self._written):
            try:
                (self._folder / name).unlink(missing_ok=True)
            except OSError as error:
                raise FileError("file.cannot_write", path=self._folder / name, reason=error.strerror) from error
        write_text(self._folder / SETTINGS, self._text)


class _Division(Callback):
    """Writes down which picture is used for what, as training begins."""

    def __init__(self, file: Path, data: Dataset, seed: int) -> None:
        self._file, self._data, self._seed = file, data, seed

    def on_train_begin(self, logs: Logs = NO_LOGS) -> None:
        write_text(self._file, split_csv(self._data, self._seed))


def _keepers(folder: Path, settings: str, written: Mapping[str, Path]) -> list[Callback]:
    def pattern(name: str) -> str:
        return str(folder / name).replace("{", "{{").replace("}", "}}")

    return [
        _Settings(folder, settings, written),
        ModelCheckpoint(pattern(BEST), save_best_only=True),
        ModelCheckpoint(pattern(LAST)),
        CSVLogger(folder / METRICS),
        JSONLinesLogger(folder / EPOCHS),
        Health(folder / HEALTH),
    ]
