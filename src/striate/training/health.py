"""The health of a training: at the end of each epoch a few numbers a layer, and a word where something is wrong."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.engines.contract import Array
from striate.errors import tell
from striate.files import append_text, as_path, empty, write_bytes
from striate.network.settings import keywords_checked
from striate.training.callbacks import NO_LOGS, Callback, Kept, Logs
from striate.training.probe import by_layer, layers_of
from striate.training.verdicts import Epoch, Verdict, materially_worse, verdicts

Numbers = NDArray[np.float64]


class Health(Callback):
    """Measures every layer at the end of each epoch, and gives a `Notice` where something is wrong, once.

    Afterwards, with a row for each epoch and a column for each of `layers`, NaN where there is no such number:

    - `dead`: the share of units that never fire, for 128 fixed pictures of the training data
    - `gradients`: the root mean square of the kernels' gradient for them
    - `ratios`: |what the epoch's first step changed| / |what was there|, of the kernels

    `verdicts` are the codes and fields of what was wrong, a tuple each epoch. With a `filename` all of it is written
    there, one line of JSON an epoch.
    """

    @keywords_checked("Health")
    def __init__(self, filename: str | Path | None = None) -> None:
        self.filename = None if filename is None else as_path("Health", filename, "filename")
        self._start()

    def _start(self) -> None:
        self.layers: tuple[str, ...] = ()
        self.verdicts: list[tuple[Verdict, ...]] = []
        self._rows: dict[str, list[list[float]]] = {"dead": [], "gradients": [], "ratios": []}
        self._said: dict[tuple[str, str], Verdict] = {}
        self._before: Array | None = None
        self._ratios: dict[str, float] = {}
        self._first_loss, self._largest_rate, self._first_step = 0.0, 0.0, 0

    @property
    def dead(self) -> Numbers:
        """The share of units that never fire: (epochs, layers)."""
        return self._array("dead")

    @property
    def gradients(self) -> Numbers:
        """The root mean square of the kernels' gradients: (epochs, layers)."""
        return self._array("gradients")

    @property
    def ratios(self) -> Numbers:
        """By what share of themselves the epoch's first step changed the kernels: (epochs, layers)."""
        return self._array("ratios")

    def on_train_begin(self, logs: Logs = NO_LOGS) -> None:
        self._start()
        self.layers, self._first_step = layers_of(self.run.graph), self.run.step
        if self.run.probe:
            self.run.probe.begin()
        if self.filename and not self.run.epoch:
            empty(self.filename)

    def on_epoch_begin(self, epoch: int, logs: Logs = NO_LOGS) -> None:
        self._before, self._ratios = self.run.theta.copy(), {}

    def on_train_batch_end(self, batch: int, logs: Logs = NO_LOGS) -> None:
        self._largest_rate = max(self._largest_rate, self.run.learning_rate)
        self._first_loss = self._first_loss or logs.get("loss", 0.0)
        # A rule that gathers gradients moves the weights only every few steps.
        if self._before is not None and not np.array_equal(self._before, self.run.theta):
            spans, moved = self.run.spans, by_layer(self.run.spans, self.run.theta, self._before)
            there = by_layer(spans, self._before)
            self._ratios = {layer: moved[layer] / size for layer, size in there.items() if size}
            self._before = None

    def on_epoch_end(self, epoch: int, logs: Logs = NO_LOGS) -> None:
        run = self.run
        if run.probe is None:
            return
        measured = run.probe.measured()
        now = Epoch(
            run.graph,
            run.loss,
            run.epochs_before + epoch + 1,
            run.step - self._first_step,
            logs,
            self._first_loss,
            measured,
            self._ratios,
            run.learning_rate >= self._largest_rate / 10,
        )
        found = tuple(verdicts(now))
        for name, values in (
            ("dead", measured.dead),
            ("gradients", measured.gradients),
            ("ratios", self._ratios),
        ):
            self._rows[name].append([values.get(layer, np.nan) for layer in self.layers])
        self.verdicts.append(found)
        if self.filename:
            append_text(self.filename, json.dumps(self._line(epoch, found), allow_nan=False) + "\n")
        for verdict in found:
            self._say(verdict)

    def _say(self, verdict: Verdict) -> None:
        """Give notice of it, unless that was done and it is hardly worse since."""
        key = verdict.code, verdict.layer
        if key not in self._said or materially_worse(verdict, self._said[key]):
            self._said[key] = verdict
            tell(verdict.code, **verdict.fields)

    def _line(self, epoch: int, found: Sequence[Verdict]) -> dict[str, Any]:
        layers: dict[str, Mapping[str, float]] = {}
        for i, layer in enumerate(self.layers):
            row = {name: rows[-1][i] for name, rows in self._rows.items()}
            layers[layer] = {name: value for name, value in row.items() if not np.isnan(value)}
        return {"epoch": epoch, "layers": layers, "verdicts": [{"code": v.code, **v.fields} for v in found]}

    def _array(self, name: str) -> Numbers:
        return np.array(self._rows[name], np.float64).reshape(-1, len(self.layers))

    def snapshot(self) -> Kept:
        return {
            "rows": self._rows,
            "verdicts": [[list(verdict) for verdict in epoch] for epoch in self.verdicts],
            "said": [[*key, list(verdict)] for key, verdict in self._said.items()],
            "before": self._before,
            "ratios": self._ratios,
            "firsts": [self._first_loss, self._largest_rate, self._first_step],
            "text": self.filename.read_text(encoding="utf-8") if self.filename else None,
        }

    def restore(self, kept: Kept) -> None:
        self._rows = {name: [list(row) for row in rows] for name, rows in kept["rows"].items()}
        self.verdicts = [tuple(Verdict(*verdict) for verdict in epoch) for epoch in kept["verdicts"]]
        self._said = {(code, layer): Verdict(*verdict) for code, layer, verdict in kept["said"]}
        self._before, self._ratios = kept["before"], dict(kept["ratios"])
        self._first_loss, self._largest_rate, self._first_step = kept["firsts"]
        if self.filename:
            write_bytes(self.filename, kept["text"].encode())
