"""Callbacks that look at what a step learns from, before the weights move."""

from typing import NamedTuple

from striate.data.batches import Batch
from striate.engines.contract import Array, Key, Program
from striate.training.callbacks import Callback


class Learning(NamedTuple):
    """The pictures of a step, or a part of them, and with what their gradient was taken: by `program`, at `theta`."""

    batch: Batch
    theta: Array
    state: Array
    key: Key
    program: Program


class Watcher(Callback):
    """Is shown the pictures of every step, if it `watches`."""

    watches = True

    def on_learning(self, part: Learning) -> None:
        """Before the weights move. A step over many pictures comes in parts, one behind the other."""
