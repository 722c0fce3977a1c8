"""What is wrong with a training, in words: from what was measured at the end of an epoch."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from striate.network.graph import Graph
from striate.network.layers import activation_of
from striate.network.losses import BinaryCrossentropy, CategoricalCrossentropy, Loss, SparseCategoricalCrossentropy
from striate.training.measured import Measured

DEAD_CHANNELS, DEAD_UNITS = 0.5, 0.75  # shares: a unit of a dense layer may well be there for few pictures alone
FADED = 1e-5  # of the largest gradient among the layers
HARDLY, WILD = 1e-6, 1.0  # of its weights that a step moves a layer
FIRST_EPOCH, FIRST_STEP, LEAST_HELD_OUT = 2, 50, 30  # before that, guessing is no news
COMMON = 0.6  # share of a class above which the accuracy says little
NORMAL_99 = 2.3263478740408408  # 99 % of the standard normal distribution lie below
LEARNT = 0.05  # of its first loss: then gradients are small because there is little left to learn
WORSE_SHARE, WORSE_FACTOR = 0.15, 10.0  # what is worth saying again


class Verdict(NamedTuple):
    """Something that is wrong: its code and fields, the layer that it is about, if one, and how bad it is."""

    code: str
    fields: Mapping[str, object]
    layer: str = ""
    size: float = 0.0


@dataclass(frozen=True)
class Epoch:
    """What verdicts go by. `epoch` counts from 1; `ratios` say by what share of its weights a step moved a layer.

    `full_rate`: the learning rate is at least a tenth of the largest so far.
    """

    graph: Graph
    loss: Loss | None
    epoch: int
    steps: int
    logs: Mapping[str, float]
    first_loss: float
    measured: Measured
    ratios: Mapping[str, float]
    full_rate: bool


def verdicts(now: Epoch) -> list[Verdict]:
    """What is wrong; nothing, in most trainings."""
    dead = _dead(now)
    return [*dead, *([] if dead else _gradients(now)), *_steps(now), *_guessing(now)]


def materially_worse(verdict: Verdict, said: Verdict) -> bool:
    """Whether it is worth saying again."""
    if verdict.code == "health.dead":
        return verdict.size >= said.size + WORSE_SHARE
    return verdict.size > WORSE_FACTOR * said.size > 0


def told_from_guessing(accuracy: float, pictures: int, share: float) -> bool:
    """Whether an accuracy is above what naming the most frequent class would reach by luck once in a hundred times.

    Guessing is right for a binomial number of n pictures, with that class's share p: by its normal approximation 99 %
    of the time for at most n p + z sqrt(n p (1 - p)) of them, z = 2.326.
    """
    luck = pictures * share + NORMAL_99 * math.sqrt(pictures * share * (1 - share))
    return accuracy * pictures > luck


def chance_loss(loss: Loss | None, graph: Graph) -> float | None:
    """The cross-entropy of giving every class the same probability: ln K, of two ln 2; None for other losses."""
    if isinstance(loss, BinaryCrossentropy):
        return math.log(2)
    if isinstance(loss, CategoricalCrossentropy | SparseCategoricalCrossentropy) and graph.output_shape[-1] > 1:
        return math.log(graph.output_shape[-1])
    return None


def _dead(now: Epoch) -> list[Verdict]:
    last = now.graph.nodes[-1]
    return [
        Verdict("health.dead", {"layer": layer, "percent": 100 * share}, layer, share)
        for layer, share in now.measured.dead.items()
        if share >= (DEAD_CHANNELS if len(now.graph.node(layer).shape) > 1 else DEAD_UNITS)
        and (layer != last.name or activation_of(last.layer) == "relu")
    ]


def _gradients(now: Epoch) -> list[Verdict]:
    gradients = now.measured.gradients
    strongest = max(gradients, key=gradients.__getitem__, default="")
    if not strongest or not gradients[strongest]:
        return []
    found: list[Verdict] = []
    for layer, size in gradients.items():
        share = size / gradients[strongest]
        if size == 0:
            found.append(Verdict("health.no_gradient", {"layer": layer}, layer))
        elif share < FADED:
            fields = {"layer": layer, "share": share, "strongest": strongest}
            found.append(Verdict("health.vanishing", fields, layer, 1 / share))
    return found[:1]  # those before it have the same cause


def _steps(now: Epoch) -> list[Verdict]:
    found: list[Verdict] = []
    learning = now.logs.get("loss", 0.0) > LEARNT * now.first_loss
    for layer, ratio in now.ratios.items():
        if ratio > WILD:
            found.append(Verdict("health.wild", {"layer": layer, "percent": 100 * ratio}, layer, ratio))
        elif 0 < ratio < HARDLY and now.epoch >= FIRST_EPOCH and learning and now.full_rate:
            found.append(Verdict("health.hardly", {"layer": layer, "ratio": ratio}, layer, 1 / ratio))
    return found[:1]


def _guessing(now: Epoch) -> list[Verdict]:
    if now.epoch < FIRST_EPOCH or now.steps < FIRST_STEP:
        return []
    logs, guess = now.logs, now.measured.guess
    if guess and "val_accuracy" in logs and guess[0] >= LEAST_HELD_OUT and guess[1] <= COMMON:
        if not told_from_guessing(logs["val_accuracy"], *guess):
            fields = {
                "epoch": now.epoch,
                "percent": 100 * logs["val_accuracy"],
                "trained": 100 * logs.get("accuracy", 0.0),
                "pictures": guess[0],
                "guess": 100 * guess[1],
            }
            return [Verdict("health.nothing_generalises", fields)]
        return []
    chance = chance_loss(now.loss, now.graph)
    name = "val_loss" if now.measured.weighed else "loss"
    if chance is not None and logs.get(name, 0.0) >= chance:
        fields = {"epoch": now.epoch, "loss": logs[name], "chance": chance}
        return [Verdict("health.guessing", fields)]
    return []
