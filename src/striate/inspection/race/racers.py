"""Who runs in a race: update rules by the names that races know them by."""

from collections.abc import Sequence

from striate.errors import SettingError, unknown_name
from striate.network.optimizers import MAKERS, Rule

FULL = "gd"  # gradient descent on the whole gradient: of all pictures, or without noise
STOCHASTIC = "sgd"  # the same rule on the gradient of a batch, or with noise
MOMENTUM, AHEAD = "momentum", "nag"
RACERS = (FULL, STOCHASTIC, MOMENTUM, AHEAD, "adagrad", "adadelta", "rmsprop", "adam", "nadam")
KNOWN = (*RACERS, "nesterov", "adamw")
GRID = (3.0, 1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001)  # the learning rates that each may choose from


def rule_of(racer: str, learning_rate: float) -> Rule:
    """The rule of a racer, its other settings as they are where nobody sets them."""
    return MAKERS[STOCHASTIC if racer == FULL else racer](learning_rate)


def checked_racers(racers: Sequence[str]) -> tuple[str, ...]:
    """The racers, each once. Raises `UnknownNameError` for one that is none, `SettingError` where there are none."""
    for racer in racers:
        if racer not in KNOWN:
            raise unknown_name("optimizer", racer, KNOWN)
    if not racers:
        raise SettingError("race.nobody", known=KNOWN)
    return tuple(dict.fromkeys(racers))
