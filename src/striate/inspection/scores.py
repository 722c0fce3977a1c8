"""What a gradient is the gradient of: the score of one class.

Behind a softmax or a sigmoid the slopes vanish where a model is sure, so the score is taken before it: what the last
layer adds up. The score of a network that ends in maps is the sum of one channel.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from striate.engines.reference.operations import Call, operation_of
from striate.engines.reference.program import owned
from striate.errors import SettingError, unknown_name
from striate.model import Model
from striate.network.graph import Graph, Node
from striate.network.layers import activation_of
from striate.network.part import PROBABILITIES

Array = NDArray[Any]
Kind = Literal["class", "output", "channel"]


@dataclass(frozen=True)
class Score:
    """The score of one class of one picture: its channel of the output, its name if it has one.

    `before`: taken before the last layer's activation. `side` is -1 for the class that a single output is low for.
    `kind`: where nothing says that the model tells classes apart it is of an "output", or of a "channel" of maps.
    """

    channel: int
    name: str | None
    before: bool
    side: int = 1
    kind: Kind = "class"

    @property
    def label(self) -> str:
        """The class as users call it."""
        return self.name if self.name is not None else str(self.channel)

    @property
    def code(self) -> str:
        """The code of what it is called, with `label` in it."""
        return f"trace.score.{self.kind}"


def score_of(model: Model, graph: Graph, output: Array, named: str | int | None) -> Score:
    """The score of a class by its name or number; None: of the winner of this output (..., K).

    Raises `UnknownNameError` or `SettingError` for a class that is not there.
    """
    activation = activation_of(graph.nodes[-1].layer)
    before = activation in PROBABILITIES
    names, count = model.class_names, graph.output_shape[-1]
    classes = 2 if count == 1 and (names is not None or before) else count
    if named is None:
        chosen = _winner(output, classes, 0.0 if activation == "linear" else 0.5)
    else:
        chosen = class_number(named, names, classes)
    name = None if names is None else names[chosen]
    if classes != count:
        return Score(0, name, before, (-1, 1)[chosen])
    return Score(chosen, name, before, kind=_kind(graph, classes=names is not None or before))


def _kind(graph: Graph, *, classes: bool) -> Kind:
    return "class" if classes else "output" if len(graph.output_shape) == 1 else "channel"


def _winner(output: Array, classes: int, middle: float) -> int:
    """By the mean over the places of maps; a single output (..., 1) speaks for class 1 above the middle."""
    means = output.reshape(-1, output.shape[-1]).mean(axis=0)
    return int(means[0] > middle) if classes != len(means) else int(np.argmax(means))


def class_number(named: str | int, names: Sequence[str] | None, classes: int) -> int:
    """The number of a class by its name, or by its number where no class is called so.

    Raises `UnknownNameError` or `SettingError` for a class that is not there.
    """
    if names is not None and named in names:
        return names.index(str(named))
    numbered = isinstance(named, int) or named.isdecimal()
    if numbered and 0 <= int(named) < classes:
        return int(named)
    if names is None or numbered:
        raise SettingError("trace.no_class", came=named, last=classes - 1)
    raise unknown_name("class", named, names)


def last_sums_gradient(graph: Graph, score: Score) -> Array:
    """dS/dz (1, ...) of what the last layer adds up, or of what it gives where the score is not taken before."""
    dz = np.zeros((1, *graph.output_shape), np.float32)
    dz[..., score.channel] = score.side
    return dz


def seeds(model: Model, graph: Graph, score: Score, kept: dict[str, Array]) -> dict[str, Array]:
    """Where the way back begins: gradients (1, ...) by the name of a layer, as `Model.gradients` takes them.

    `kept` holds, among others, what reaches the last layer, by name.
    """
    last, dz = graph.nodes[-1], last_sums_gradient(graph, score)
    if not score.before:
        return {last.name: dz}
    begun: dict[str, Array] = {}
    for place, dx in zip(last.inputs, way_back(model, graph, last, kept, dz), strict=True):
        name = graph.nodes[place].name
        begun[name] = begun[name] + dx if name in begun else dx
    return begun


def way_back(model: Model, graph: Graph, node: Node, kept: dict[str, Array], dz: Array) -> list[Array]:
    """What a layer sends back to each of its inputs for the gradient (1, ...) of its sums before the activation."""
    call = Call(
        [kept[graph.nodes[place].name] for place in node.inputs],
        owned(graph, graph.theta)(node, model.theta),
        owned(graph, graph.state)(node, model.state),
        None,
        batch_statistics=False,
    )
    operation = operation_of(node.layer)
    gradients, _ = operation.backward(node.layer, dz, operation.forward(node.layer, call).saved)
    return [np.asarray(dx, np.float32) for dx in gradients]
