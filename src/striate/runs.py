"""A whole training with its folder: what `striate train` and `striate demo` do, for scripts and notebooks too.

The folder holds best.safetensors and last.safetensors, settings.toml, split.csv, metrics.csv and the same as
metrics.jsonl, report.html and, where matplotlib is there, curves.png.
"""

import json
import time
from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np

from striate import toml
from striate.choices.choose import choose
from striate.choices.facts import Choice, Facts, Pair
from striate.data.dataset import Dataset, Images
from striate.data.dividing import divided, split_csv
from striate.errors import FileError, GraphError, MissingExtraError, tell
from striate.files import exists, write_text
from striate.history import History
from striate.model import Model, from_file
from striate.network.graph import Graph
from striate.network.layers import activation_of
from striate.network.optimizers import Rule
from striate.network.schedules import Schedule
from striate.network.settings import config
from striate.presets.read import tables
from striate.recipe import Decided, Recipe
from striate.report import Report, class_report, confidence_of
from striate.report_page import read_settings, write_report
from striate.storage import load
from striate.training.callbacks import NO_LOGS, Callback, CSVLogger, Logs, ModelCheckpoint
from striate.training.class_weight import weights_by
from striate.training.events import Progress
from striate.training.json_lines import JSONLinesLogger
from striate.training.rate_range import RateRange
from striate.training.time_limit import StopAfter
from striate.transfer import Start, read_as, start_from
from striate.tuning import RATES_CSV, RATES_PNG, Material, Tuning, try_out, write_range
from striate.version import __version__
from striate.views.progress import Verbose

BEST, LAST = "best.safetensors", "last.safetensors"
METRICS, SETTINGS, CURVES = "metrics.csv", "settings.toml", "curves.png"
EPOCHS, REPORT, SPLIT = "metrics.jsonl", "report.html", "split.csv"
OF_A_RUN = (BEST, LAST, METRICS, EPOCHS, CURVES, REPORT, SPLIT, RATES_CSV, RATES_PNG)


@dataclass(frozen=True)
class Prepared:
    """A training that can begin: what to learn from, what to choose the best epoch by, the model with first weights.

    What the recipe had left open is decided in this one.
    """

    recipe: Decided
    data: Dataset
    training: Images
    validation: Images
    epochs: int
    model: Model
    choices: tuple[Choice, ...] = ()
    class_weight: dict[int, float] | None = None  # what a picture of each class weighs; None: all the same
    found: RateRange | None = None  # what trying learning rates showed
    start: Start | None = None  # whose weights it begins with
    stop: StopAfter | None = None  # ends the training when its time is over


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
    with claimed(folder, overwrite=overwrite):
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
        best = from_file(load(folder / BEST))
        _compile(best, run.recipe, run.recipe.rule)
        flips = run.recipe.augmentation is not None and run.recipe.augmentation.flip
        best.confidence = confidence_of(best, run.validation, mirrored=flips, **_computing(recipe))
        held_out, judged_on = (data.test, "test") if data.test else (run.validation, "validation")
        report = class_report(best, held_out, loss=run.recipe.loss, **_computing(recipe))
        judged = {"loss": report.loss, "accuracy": report.accuracy}
        best.about |= {"judged_on": judged_on, "accuracy": judged["accuracy"], "loss": judged["loss"]}
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
        files = {name: folder / name for name in (BEST, LAST, METRICS, EPOCHS, SETTINGS, SPLIT, REPORT)}
        files |= rates | _drawn(history, folder)
        return Trained(best, history, judged, judged_on, len(held_out), files, len(run.validation), report)


def prepared(data: Dataset, recipe: Recipe, tuning: Tuning | None = None) -> Prepared:
    """Divide the data, build the model, try out what is to be tried.

    Raises `DataError`, `GraphError` where data and model do not fit together.
    """
    began, tuning = time.monotonic(), tuning or Tuning()
    tuning.check(recipe)
    if recipe.start:
        recipe = replace(recipe, start=str(model_file(Path(recipe.start))))
        data = read_as(data, str(recipe.start))
    training, validation = divided(data, recipe.seed)
    chosen = choose(recipe, facts(data, training, recipe.start))
    model = Model.of(Graph.to(chosen.recipe.wired(len(data.class_names), data.preprocessing.shape)), seed=recipe.seed)
    _check_fit(model.graph, chosen.recipe.model, data)
    model.class_names, model.preprocessing = data.class_names, data.preprocessing
    start = start_from(recipe.start, model, recipe.freeze) if recipe.start else None
    weights = weights_by(chosen.recipe.class_weights or "none", _counts(training, data))
    material = Material(model, training, validation, data.test, weights, start)
    tried = try_out(chosen, material, tuning, began)
    decided = tried.chosen.recipe
    _compile(model, decided, decided.rule_for(len(training)))
    model.about = {"recipe": asdict(decided), "pictures": len(training)}
    if start:
        model.about["start"] = {"file": start.file, "taken": list(start.taken.layers), "frozen": list(start.frozen)}
    told = (decided.epochs, model, tried.chosen.choices, weights, tried.found, start, tried.stop)
    return Prepared(decided, data, training, validation, *told)


def facts(data: Dataset, training: Images, start: str | None = None) -> Facts:
    """What `choose` goes by, about those pictures of the data that are for learning."""
    read_by = load(Path(start)).preprocessing if start else None
    resized = [notice.fields for notice in data.notices if notice.code == "data.size_chosen"]
    sizes = [(cast(Pair, fields["smallest"]), cast(Pair, fields["largest"])) for fields in resized]
    return Facts(
        len(training),
        data.preprocessing.shape,
        tuple(_counts(training, data)),
        data.class_names,
        sizes[0] if sizes else None,
        data.size_given,
        read_by is not None and read_by.size == data.preprocessing.size,
    )


def _counts(images: Images, data: Dataset) -> list[int]:
    """How many pictures each class has."""
    counted: list[int] = np.bincount(images.labels, minlength=len(data.class_names)).tolist()
    return counted


@contextmanager
def claimed(folder: Path, *, overwrite: bool) -> Generator[None]:
    """The folder, made and free to use. If the block fails before anything is in it, it goes away again.

    Raises `FileError` where it cannot be made or holds something already (unless `overwrite`).
    """
    is_new = not exists(folder)
    _check_free(folder, overwrite=overwrite)
    try:
        yield
    except BaseException:
        if is_new:
            with suppress(OSError):  # it is not empty, and stays
                folder.rmdir()
        raise


def _check_free(folder: Path, *, overwrite: bool) -> None:
    if exists(folder) and not folder.is_dir():
        raise FileError("run.no_folder", path=folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        taken = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise FileError("file.cannot_write", path=folder, reason=error.strerror) from error
    if taken and not overwrite:
        raise FileError("run.folder_taken", path=folder, files=taken[:3], count=len(taken))


def model_file(model_or_run: Path) -> Path:
    """A model file, or the best one of a run's folder. Raises `FileError` for a folder that has none."""
    if not (exists(model_or_run) and model_or_run.is_dir()):
        return model_or_run
    if not (model_or_run / BEST).is_file():
        raise FileError("run.no_model", path=model_or_run, file=BEST)
    return model_or_run / BEST


def source_of(folder: Path) -> str | None:
    """Where the pictures of the run in a folder came from, by its settings; None where there is no such thing."""
    try:
        settings = toml.parsed((folder / SETTINGS).read_text(encoding="utf-8"))
    except (OSError, ValueError):  # none, or none of ours
        return None
    data: object = settings.get("data")
    source = cast(dict[str, object], data).get("source") if isinstance(data, dict) else None
    return source if isinstance(source, str) else None


def learned_from(model_or_run: Path, source: Path) -> bool:
    """Whether a run's settings name this as where its pictures came from."""
    folder = model_or_run if model_or_run.is_dir() else model_or_run.parent
    named = source_of(folder)
    return named is not None and Path(named).resolve() == source.resolve()


def settings_toml(run: Prepared, source: str | None) -> str:
    """Everything that a run is made with, as TOML that a person reads; with its layers it can serve as `model`."""
    recipe, data, rule = run.recipe, run.data, run.recipe.rule
    sections: dict[str, Mapping[str, object]] = {
        "train": asdict(recipe),
        "optimizer": {"rule": type(rule).__name__, **config(rule)},
        "data": {
            "source": source,
            "classes": list(data.class_names),
            "pictures": len(run.training),
            "validation_pictures": len(run.validation),
            "test_pictures": len(data.test) if data.test else 0,
        },
        "preprocessing": data.preprocessing.to_config(),
    }
    if run.choices:
        sections["why"] = {choice.setting.replace("-", "_"): choice.why for choice in run.choices}
    rate = recipe.rule_for(len(run.training)).learning_rate
    if isinstance(rate, Schedule):
        sections["schedule"] = {"kind": type(rate).__name__, **config(rate)}
    layers = [("[[layers]]", each) for each in tables(recipe.model, recipe.width)]
    parts = [*((f"[{name}]", table) for name, table in sections.items()), *layers]
    return "\n".join([_line("striate", __version__), *(f"{head}\n{_lines(table)}" for head, table in parts)])


def _lines(table: Mapping[str, object]) -> str:
    return "".join(_line(name, value) for name, value in table.items() if value is not None)  # TOML has no null


def _line(name: str, value: object) -> str:
    # JSON's texts, numbers, booleans and lists are TOML's; only DEL may stand in a text of JSON's, and not of TOML's.
    return f"{name} = {json.dumps(value, ensure_ascii=False)}\n".replace("\x7f", "\\u007f")


def _check_fit(graph: Graph, model: str, data: Dataset) -> None:
    """The network must take such pictures, and give a probability for each class."""
    if graph.input_shape != data.preprocessing.shape:
        raise GraphError("run.input_differs", model=model, required=graph.input_shape, came=data.preprocessing.shape)
    check_outputs(graph, model, len(data.class_names))


def check_outputs(graph: Graph, model: str, classes: int) -> None:
    """Raise `GraphError` unless the last layer gives a probability for each class."""
    last = graph.nodes[-1]
    if graph.output_shape != (classes,):
        raise GraphError("run.outputs", model=model, layer=last.name, required=classes, came=graph.output_shape)
    if activation_of(last.layer) != "softmax":
        raise GraphError("run.no_softmax", model=model, layer=last.name, came=activation_of(last.layer))


def _compile(model: Model, recipe: Recipe, rule: Rule) -> None:
    model.compile(rule, recipe.loss, metrics=["accuracy"], engine=recipe.engine, threads=recipe.threads, isa=recipe.isa)


def _computing(recipe: Recipe) -> dict[str, Any]:
    return {"engine": recipe.engine, "threads": recipe.threads, "isa": recipe.isa}


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
    ]


def _drawn(history: History, folder: Path) -> dict[str, Path]:
    try:
        history.plot(folder / CURVES)
    except MissingExtraError as error:
        tell("run.no_curves", reason=error)
        return {}
    return {CURVES: folder / CURVES}
