"""Beginning with the weights of another model: layers that fit are taken, of the others it is said why not.

A layer fits where the other model has one of the same name with weights of the same names and shapes, running
statistics among them. The last one, which answers, is not taken where the two tell apart different classes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from striate.data.dataset import Dataset
from striate.data.preprocessing import Preprocessing
from striate.engines.contract import Array
from striate.errors import GraphError, SettingError, tell, unknown_name
from striate.network.graph import Graph
from striate.network.settings import keywords_checked
from striate.storage import load_once

TAKEN_RATE = 0.1  # of the learning rate is that of layers that were taken


class Weighted(Protocol):
    """What has weights: a model, or what a model file holds."""

    @property
    def graph(self) -> Graph: ...

    @property
    def theta(self) -> Array: ...

    @property
    def state(self) -> Array: ...

    @property
    def class_names(self) -> tuple[str, ...] | None: ...


class Fitted(Weighted, Protocol):
    """A model that will learn."""

    preprocessing: Preprocessing | None

    def freeze(self, *layers: str) -> None: ...

    def scale_rate(self, factor: float, *layers: str) -> None: ...


@dataclass(frozen=True)
class Left:
    """A layer that keeps its own first weights, and why: the code of a sentence, and its fields."""

    layer: str
    code: str
    fields: Mapping[str, object] = field(default_factory=dict[str, object])

    @property
    def told(self) -> tuple[str, Mapping[str, object]]:
        """The code, and all fields that its sentence needs."""
        return self.code, {"layer": self.layer, **self.fields}


@dataclass(frozen=True)
class Taken:
    """What came of taking weights: the layers that got them, how many numbers, the layers that did not.

    `unused` are layers of the other model that have no place in this one.
    """

    layers: tuple[str, ...]
    count: int
    left: tuple[Left, ...]
    unused: tuple[str, ...]


@dataclass(frozen=True)
class Start:
    """How a training begins: from which file, what was taken from it, which layers stay as they are."""

    file: str
    taken: Taken
    frozen: tuple[str, ...] = ()

    def lead(self, model: "Fitted") -> None:
        """Let a model learn so: what was taken slowly, what is new at the whole rate, what is frozen not at all.

        After Howard and Ruder 2018, Universal Language Model Fine-tuning, section 3.2.
        """
        model.scale_rate(TAKEN_RATE, *self.taken.layers)
        if self.frozen:
            model.freeze(*self.frozen)


class Transfer:
    """The part of a model that takes over what another has learned."""

    @keywords_checked("take_weights")
    def take_weights(self: Weighted, other: Weighted) -> Taken:
        """Begin with the weights of another model, or of what `storage.load` read, layer by layer where they fit.

        Raises `GraphError` where no layer fits.
        """
        return take(self, other)


def take(model: Weighted, other: Weighted) -> Taken:
    """Copy the weights of layers that fit. Raises `GraphError` where none does."""
    own, theirs = _by_layer(model), _by_layer(other)
    reasons = {name: _why_not(name, model, other, own, theirs) for name in own}
    taken = [name for name, why in reasons.items() if why is None]
    if not taken:
        raise GraphError(
            "start.nothing", left=[(why.code, {"layer": why.layer, **why.fields}) for why in _those(reasons)]
        )
    for name in taken:
        for weight, values in own[name].items():
            values[...] = theirs[name][weight]
    count = sum(values.size for name in taken for values in own[name].values())
    return Taken(tuple(taken), count, tuple(_those(reasons)), tuple(name for name in theirs if name not in own))


def first_layers(model: Weighted, freeze: str) -> list[str]:
    """The layers that a text names: so many from the first, or names with commas between; only those with weights.

    Raises `SettingError` for a number that leaves none to learn, `UnknownNameError` for a name that none has.
    """
    names = list(_by_layer(model))
    if len(names) == 1:
        raise SettingError("start.freeze_only", layer=names[0])
    if freeze.strip().isdecimal():
        if not 0 < int(freeze) < len(names):
            raise SettingError("start.freeze", came=int(freeze), most=len(names) - 1)
        return names[: int(freeze)]
    wanted = [name.strip() for name in freeze.split(",")]
    for name in wanted:
        if name not in names:
            raise unknown_name("node", name, names)
    if set(wanted) == set(names):
        raise SettingError("start.freeze", came=len(wanted), most=len(names) - 1)
    return wanted


def start_from(file: str, model: "Fitted", freeze: str | None) -> Start:
    """Let a model begin with a file's weights, and freeze layers. Raises what `take` and `first_layers` raise."""
    other = load_once(Path(file))
    taken = take(model, other)
    start = Start(file, taken, tuple(first_layers(model, freeze)) if freeze is not None else ())
    start.lead(model)
    now, then = model.preprocessing, other.preprocessing
    if now and then and replace(now, size=then.size) != then:
        tell("start.preprocessing", file=file, required=then, came=now)
    return start


def read_as(data: Dataset, file: str) -> Dataset:
    """The data, their pixels scaled as those that a file's model learned from."""
    then = load_once(Path(file)).preprocessing
    return data if then is None else scaled(data, then.scale)


def scaled(data: Dataset, scale: float) -> Dataset:
    """The data, their pixels scaled so."""
    if scale == data.preprocessing.scale:
        return data
    parts = {name: getattr(data, name) for name in ("train", "validation", "test")}
    preprocessing = replace(data.preprocessing, scale=scale)
    images = {name: part and replace(part, preprocessing=preprocessing) for name, part in parts.items()}
    return replace(data, preprocessing=preprocessing, **images)


def _those(reasons: Mapping[str, Left | None]) -> list[Left]:
    return [why for why in reasons.values() if why is not None]


def _by_layer(model: Weighted) -> dict[str, dict[str, Array]]:
    """The weights of each layer that has some, by their own names, sharing the model's memory; in the net's order."""
    graph, found = model.graph, dict[str, dict[str, Array]]()
    views = graph.theta.views(model.theta) | graph.state.views(model.state)
    for full, values in views.items():
        layer, _, weight = full.rpartition("/")
        found.setdefault(layer, {})[weight] = values
    order = {node.name: place for place, node in enumerate(graph.nodes)}
    return dict(sorted(found.items(), key=lambda each: order[each[0]]))


def _why_not(
    name: str,
    model: Weighted,
    other: Weighted,
    own: Mapping[str, Mapping[str, Array]],
    theirs: Mapping[str, Mapping[str, Array]],
) -> Left | None:
    """Why a layer's weights cannot be taken; None: they can."""
    if name not in theirs:
        return Left(name, "start.left.absent")
    shapes, came = _shapes(own[name]), _shapes(theirs[name])
    last = name == list(own)[-1]
    if last and None not in (model.class_names, other.class_names) and model.class_names != other.class_names:
        return Left(name, "start.left.classes")
    if shapes.keys() != came.keys():
        return Left(name, "start.left.kind")
    for weight, required in shapes.items():
        if came[weight] != required:
            return Left(name, "start.left.shape", {"weight": weight, "required": required, "came": came[weight]})
    return None


def _shapes(weights: Mapping[str, Array]) -> dict[str, tuple[int, ...]]:
    return {name: values.shape for name, values in weights.items()}
