"""Why numbers stopped being finite, most likely, and what to change: from where it began and how it came there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import cast

import numpy as np

from striate.engines.contract import Array
from striate.engines.reference.activation import ACTIVATIONS
from striate.engines.reference.dissect import largest_of
from striate.engines.reference.replay import Origin
from striate.network.graph import Graph
from striate.network.layers import activation_of
from striate.network.losses import CategoricalCrossentropy, Loss, SparseCategoricalCrossentropy
from striate.network.optimizers import Rule
from striate.training.autopsy import Passed

RISEN = 3.0  # times its least within the last steps: a loss that runs away
STEEP = 10.0  # times their median: gradients that run away
LARGE_WEIGHT = 1e4  # no trained network of ours holds one
LARGE_PIXEL = 1e4  # bytes end at 255
USUAL_RATE = 0.01
EXP = ("exp", "expm1", "exp2", "sinh", "cosh")
LOGARITHMS = ("log", "log2", "log10", "log1p")

Cause = tuple[str, Mapping[str, object]]


@dataclass(frozen=True)
class Circumstances:
    """What is known of a step that went wrong; `taken` counts the steps of this training before it."""

    graph: Graph
    loss: Loss
    rule: Rule
    learning_rate: float
    recent: Sequence[Passed]
    taken: int
    theta: Array
    began: float  # the largest weight when training began
    x: Array | None
    pictures: Sequence[int]
    files: Sequence[str]


def cause_of(origin: Origin | None, known: Circumstances) -> Cause:
    """The code of the likely cause, and its fields."""
    return (
        (origin and (_given(origin, known) or _own(origin, known) or _no_probabilities(origin, known)))
        or _running_away(known)
        or _too_large(known)
        or (origin and _operation(origin))
        or ("autopsy.cause.unsure", _rates(known))
    )


def _given(origin: Origin, known: Circumstances) -> Cause | None:
    if origin.way != "given":
        return None
    if origin.bad.operation.word == "weight":
        code = "autopsy.cause.weight" if known.taken else "autopsy.cause.first_weight"
        return code, {"weight": origin.bad.operation.name}
    first = origin.bad.pictures[0]
    picture = known.pictures[first] if known.pictures else first
    if known.files:
        return "autopsy.cause.file", {"file": known.files[first]}
    return "autopsy.cause.picture", {"picture": picture, "what": f"autopsy.operation.{origin.bad.operation.word}"}


def _own(origin: Origin, known: Circumstances) -> Cause | None:
    """Code of the user's own: a layer, an activation, a loss, a rule."""
    word, name = origin.bad.operation
    layer = known.graph.node(origin.layer).layer if word in ("activation", "slope") else None
    functions = ACTIVATIONS[activation_of(layer)] if layer else None
    own = (
        word.startswith("own")
        or (functions is not None and not functions.forward.__module__.startswith("striate."))
        or (word.startswith("loss") and not _ours(known.loss))
        or (word in ("rule", "slot") and not _ours(known.rule))
    )
    if not own:
        return None
    functions_heard = [function for _, function in origin.bad.heard]
    if any(function in EXP for function in functions_heard):
        return "autopsy.cause.exp", {"name": name, "largest": origin.bad.largest}
    if any(function in LOGARITHMS for function in functions_heard):
        return "autopsy.cause.log", {"name": name}
    return "autopsy.cause.own", {"name": name, "largest": origin.bad.largest}


def _ours(thing: object) -> bool:
    return type(thing).__module__.startswith("striate.")


def _no_probabilities(origin: Origin, known: Circumstances) -> Cause | None:
    """A cross-entropy divides by the sum of the outputs, which is 0 where nothing made probabilities of them."""
    crossentropy = isinstance(known.loss, CategoricalCrossentropy | SparseCategoricalCrossentropy)
    last = known.graph.nodes[-1]
    divides = crossentropy and not cast(CategoricalCrossentropy, known.loss).from_logits
    if not (divides and origin.bad.operation.word.startswith("loss") and activation_of(last.layer) != "softmax"):
        return None
    return "autopsy.cause.no_softmax", {"layer": last.name}


def _running_away(known: Circumstances) -> Cause | None:
    """Losses or gradients that grew before, or weights that grew in training: the learning rate."""
    passed = [p for p in known.recent if np.isfinite(p.loss)]
    losses, norms = [p.loss for p in passed], [p.norm for p in passed if np.isfinite(p.norm)]
    rates = _rates(known)
    if len(losses) > 1 and losses[-1] > RISEN * (least := min(losses)) > 0:
        since = passed[losses.index(least)].step
        return "autopsy.cause.loss_rose", {"low": least, "high": losses[-1], "since": since, **rates}
    if len(norms) > 2 and norms[-1] > STEEP * median(norms[:-1]) > 0:
        return "autopsy.cause.gradient_rose", {"low": median(norms[:-1]), "high": norms[-1], **rates}
    if known.taken and (largest := largest_of([known.theta])) > max(LARGE_WEIGHT, STEEP * known.began):
        return "autopsy.cause.weights_grew", {"largest": largest, **rates}
    return None


def _too_large(known: Circumstances) -> Cause | None:
    """Something that was too large from the beginning."""
    weights = {name: largest_of([values]) for name, values in known.graph.theta.views(known.theta).items()}
    if weights and max(weights.values()) > LARGE_WEIGHT:
        name = max(weights, key=weights.__getitem__)
        return "autopsy.cause.large_weight", {"weight": name, "largest": weights[name]}
    if known.x is not None and (largest := largest_of([known.x])) > LARGE_PIXEL:
        return "autopsy.cause.large_picture", {"largest": largest}
    if known.learning_rate > 1:
        return "autopsy.cause.rate", _rates(known)
    return None


def _operation(origin: Origin) -> Cause | None:
    if origin.bad.operation.word in ("mean", "variance", "normalisation"):
        return "autopsy.cause.variance", {"layer": origin.layer, "largest": origin.bad.largest}
    return None


def _rates(known: Circumstances) -> dict[str, object]:
    """The learning rate, and one to try: a tenth, or where that would be far from all that is usual, a usual one."""
    rate = known.learning_rate
    return {"learning_rate": rate, "better": rate / 10 if rate <= 1 else USUAL_RATE}
