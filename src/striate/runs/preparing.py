"""From pictures and a recipe to a training that can begin, and the settings that it is made with."""

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np

from striate.choices.choose import choose
from striate.choices.facts import Choice, Facts, Pair
from striate.data.dataset import Dataset, Images
from striate.data.dividing import divided
from striate.errors import GraphError
from striate.model import Model
from striate.network.description import tables_of
from striate.network.graph import Graph
from striate.network.layers import activation_of
from striate.network.optimizers import Rule
from striate.network.schedules import Schedule
from striate.network.settings import config
from striate.presets.read import is_model, tables
from striate.recipe import Decided, Recipe
from striate.run_folder import model_file
from striate.runs.tuning import Material, Tuning, try_out
from striate.storage import forget_loaded, load_once
from striate.training.class_weight import weights_by
from striate.training.rate_range import RateRange
from striate.training.time_limit import StopAfter
from striate.transfer import Start, read_as, start_from
from striate.version import __version__


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
    forget_loaded()  # a copy of all weights
    weights = weights_by(chosen.recipe.class_weights or "none", counts_of(training, data))
    material = Material(model, training, validation, data.test, weights, start)
    tried = try_out(chosen, material, tuning, began)
    decided = tried.chosen.recipe
    compiled(model, decided, decided.rule_for(len(training)))
    model.about = {"recipe": asdict(decided), "pictures": len(training)}
    if start:
        model.about["start"] = {"file": start.file, "taken": list(start.taken.layers), "frozen": list(start.frozen)}
    told = (decided.epochs, model, tried.chosen.choices, weights, tried.found, start, tried.stop)
    return Prepared(decided, data, training, validation, *told)


def facts(data: Dataset, training: Images, start: str | None = None) -> Facts:
    """What `choose` goes by, about those pictures of the data that are for learning."""
    read_by = load_once(Path(start)).preprocessing if start else None
    resized = [notice.fields for notice in data.notices if notice.code == "data.size_chosen"]
    sizes = [(cast(Pair, fields["smallest"]), cast(Pair, fields["largest"])) for fields in resized]
    return Facts(
        len(training),
        data.preprocessing.shape,
        tuple(counts_of(training, data)),
        data.class_names,
        sizes[0] if sizes else None,
        data.size_given,
        read_by is not None and read_by.size == data.preprocessing.size,
    )


def counts_of(images: Images, data: Dataset) -> list[int]:
    """How many pictures each class has."""
    counted: list[int] = np.bincount(images.labels, minlength=len(data.class_names)).tolist()
    return counted


def settings_toml(run: Prepared, source: str | None) -> str:
    """Everything that a run is made with, as TOML that a person reads; with its layers it can serve as `model`."""
    recipe, data, rule = run.recipe, run.data, run.recipe.rule
    sections: dict[str, Mapping[str, object]] = {
        "train": asdict(recipe),
        "optimizer": {"rule": type(rule).__name__, **_said(rule)},
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
    found = tables_of(run.model.graph) if is_model(recipe.model) else tables(recipe.model, recipe.width)
    layers = [("[[layers]]", each) for each in found]
    parts = [*((f"[{name}]", table) for name, table in sections.items()), *layers]
    return "\n".join([_line("striate", __version__), *(f"{head}\n{_lines(table)}" for head, table in parts)])


def _said(rule: Rule) -> dict[str, object]:
    """The settings of a rule, without those of an average that is not taken."""
    return {name: value for name, value in config(rule).items() if rule.use_ema or "ema" not in name.split("_")}


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


def compiled(model: Model, recipe: Recipe, rule: Rule) -> None:
    """Let a model learn by a rule as the recipe says."""
    model.compile(rule, recipe.loss, metrics=["accuracy"], engine=recipe.engine, threads=recipe.threads, isa=recipe.isa)
