"""A training's weights, kept at steps that lie evenly on a logarithmic scale: what a film is made of."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from striate.engines.contract import Array
from striate.errors import FileError, tell
from striate.files import as_path, remove_parts, write_text
from striate.network.graph import Graph
from striate.network.layers import Conv2D, Dense, DepthwiseConv2D
from striate.network.settings import convert, flag, keywords_checked, positive
from striate.training.callbacks import NO_LOGS, Kept, Logs
from striate.training.class_parts import ClassParts
from striate.training.film_folder import DESCRIPTION, Description, FilmFolder, Snapshot
from striate.training.watching import Learning, Watcher

BUDGET = 32_000_000  # bytes
DENSEST = 4.0  # snapshots for each doubling of the steps
MOST = 100  # snapshots
SPARSE = 32  # so many, one for each doubling up to 2^31 steps, must fit into the budget
LEAST = 4  # the first two, one between, and the last


class Snapshots(Watcher):
    """Keep the weights in a folder at steps 0, 1, 2, ... and the last, evenly in the logarithm of the step.

        model.fit(x, y, epochs=10, callbacks=striate.callbacks.Snapshots("film"))

    `striate look film` and `striate.inspection.film` show them. All files together take at most `budget` bytes: of a
    network's layers, from the first to the last convolution, as many are kept as fit in it 32 times; there are at
    first four snapshots for each doubling of the steps, and every second one goes whenever they would be too large, or
    more than 100. With `classes` it is kept what the pictures of each class did to each weight, for plain SGD alone; a
    step then takes about twice as long, and with batch normalisation or dropout as many times as there are classes.
    Raises `FileError`, and with `classes` `StateError` for another rule and `DataError` for targets without classes.
    """

    @keywords_checked("Snapshots")
    def __init__(self, folder: str | Path, budget: int = BUDGET, *, classes: bool = False) -> None:
        self.film = FilmFolder(as_path("Snapshots", folder, "folder"))
        self.budget = convert("Snapshots", "budget", positive, budget)
        self.watches = convert("Snapshots", "classes", flag, classes)
        self._start()

    def _start(self) -> None:
        self._first = 0  # the step that this training began with
        self._density = DENSEST
        self._steps: list[int] = []  # of the snapshots, counted from the first
        self._unsynced: list[int] = []
        self._layers: tuple[str, ...] = ()
        self._size, self._goes_on = 0, False
        self._parts: ClassParts | None = None

    def on_train_begin(self, logs: Logs = NO_LOGS) -> None:
        self._start()
        graph = self.run.graph
        classes = max(graph.output_shape[-1] or 1, 2) if self.watches else 0
        self._layers, weights = kept_layers(graph, self.budget // SPARSE // (classes + 2 if classes else 1) // 4)
        self._size = 4 * weights * (classes + 2 if classes else 1) + 4096
        if self._layers and LEAST * self._size > self.budget:
            tell("film.too_large", layer=self._layers[0], size=self._size, budget=self.budget)
            self._layers = ()
        if classes:
            spans = [span for span in graph.theta.spans if span.layer in self._layers]
            self._parts = ClassParts(self.run, spans, classes)

    def on_epoch_begin(self, epoch: int, logs: Logs = NO_LOGS) -> None:
        # Here, not as training begins: what was broken off has now been put back, if it was.
        if not self._steps and self._layers:
            self._first = self.run.step
            self.film.begin(self._description())
            self._take()

    def on_learning(self, part: Learning) -> None:
        if self._parts is not None and self._layers:
            self._parts.add(part)

    def on_train_batch_end(self, batch: int, logs: Logs = NO_LOGS) -> None:
        if self._parts is not None:
            self._parts.step(self.run)
        step = self.run.step - self._first
        if self._steps and step > self._steps[-1] and on_grid(step, self._density):
            self._make_room()
            if on_grid(step, self._density):
                self._take()

    def on_train_end(self, logs: Logs = NO_LOGS) -> None:
        if not self._steps:
            return
        if self._steps[-1] == self.run.step - self._first and self._steps[-1]:
            self._steps.pop()  # again: with averaging a training ends with other weights than those of its last step
        self._make_room()
        self._take()

    def snapshot(self) -> Kept:
        """Those that are there must outlast a power failure, as the checkpoint does that speaks of them.

        Only then: to wait for the disk takes longer than everything else about a snapshot.
        """
        self.film.sync(self._unsynced)
        self._unsynced = []
        parts = {} if self._parts is None else self._parts.parts
        return {"first": self._first, "density": self._density, "steps": self._steps, "classes": parts}

    def restore(self, kept: Kept) -> None:
        self._first, self._density, self._steps = kept["first"], kept["density"], list(kept["steps"])
        if self._parts is not None:
            self._parts.parts = {name: np.array(kept["classes"][name]) for name in self._parts.parts}
        if not self._layers:
            return
        remove_parts(self.film.folder)
        known = {self._first + step for step in self._steps}
        self.film.remove(step for step in self.film.steps() if step not in known)
        if not (self.film.folder / DESCRIPTION).exists():
            write_text(self.film.folder / DESCRIPTION, self._description().to_json())

    def _take(self) -> None:
        run, step = self.run, self.run.step - self._first
        if not self.film.folder.is_dir():  # or it would be made anew, without the snapshots before
            raise FileError("run.folder_gone", path=self.film.folder)
        loss = run.recent[-1][0] if step and run.recent else None
        parts = {} if self._parts is None else self._parts.parts
        self.film.write(Snapshot(run.step, run.epoch + (run.position > 0), loss, self._weights(), parts))
        self._steps.append(step)
        self._unsynced.append(run.step)

    def _make_room(self) -> None:
        """Every second snapshot goes, the first never, until there is room for one more."""
        kept = self._steps
        while len(kept) >= MOST or (len(kept) + 1) * self._size > self.budget:
            self._density /= 2
            kept = [step for step in kept if on_grid(step, self._density)]
        gone = [self._first + step for step in self._steps if step not in kept]
        self.film.remove(gone)
        self._steps, self._unsynced = kept, [step for step in self._unsynced if step not in gone]

    def _weights(self) -> dict[str, Array]:
        run = self.run
        vectors = ((run.graph.theta, run.theta), (run.graph.state, run.state))
        return {
            span.name: layout.view(vector, span)
            for layout, vector in vectors
            for span in layout.spans
            if span.layer in self._layers
        }

    def _description(self) -> Description:
        model: Any = self.model
        names = None if model is None else model.class_names
        preprocessing = None if model is None else model.preprocessing
        return Description(self.run.graph, self._layers, names, preprocessing, self.watches)


def on_grid(step: int, density: float) -> bool:
    """Whether a step is the nearest to 2^(i / density) for a whole i >= 0, or 0: so many for each doubling."""
    if step == 0:
        return True
    nearest = round(density * math.log2(step))
    return any(i >= 0 and round(2 ** (i / density)) == step for i in (nearest - 1, nearest, nearest + 1))


def kept_layers(graph: Graph, most: int) -> tuple[tuple[str, ...], int]:
    """The layers whose weights are kept, and how many numbers these are: at most so many, but the first whole layer.

    From the input to the last convolution; to the first dense layer where there is no convolution.
    """
    sizes = _sizes(graph)
    names: list[str] = []
    total = 0
    for name in _wanted(graph, sizes):
        if names and total + sizes[name] > most:
            break
        names.append(name)
        total += sizes[name]
    return tuple(names), total


def _sizes(graph: Graph) -> dict[str, int]:
    """How many numbers each layer with weights has, running statistics counted; in their order."""
    spans = [span for layout in (graph.theta, graph.state) for span in layout.spans]
    sizes = {node.name: sum(span.size for span in spans if span.layer == node.name) for node in graph.nodes}
    return {name: size for name, size in sizes.items() if size}


def _wanted(graph: Graph, sizes: dict[str, int]) -> Sequence[str]:
    names = list(sizes)
    layers = [graph.node(name).layer for name in names]
    convolutions = [i for i, layer in enumerate(layers) if isinstance(layer, Conv2D | DepthwiseConv2D)]
    dense = [i for i, layer in enumerate(layers) if isinstance(layer, Dense)]
    ends = convolutions[-1:] or dense[:1]
    return names[: ends[0] + 1] if ends else names
