"""The logs of every epoch as JSON, a line each: for programs that follow a training."""

import json
import math
import time
from pathlib import Path

from striate.files import append_text, as_path, empty, write_bytes
from striate.network.settings import keywords_checked
from striate.training.callbacks import NO_LOGS, Callback, Kept, Logs


class JSONLinesLogger(Callback):
    """One line an epoch: {"epoch": 0, "seconds": ..., "loss": ..., ...}; the seconds are those since training began.

    A number that is not finite, which JSON does not have, is null.
    """

    @keywords_checked("JSONLinesLogger")
    def __init__(self, filename: str | Path) -> None:
        self.filename = as_path("JSONLinesLogger", filename, "filename")
        self._begun = 0.0

    def on_train_begin(self, logs: Logs = NO_LOGS) -> None:
        self._begun = time.perf_counter()
        empty(self.filename)

    def on_epoch_end(self, epoch: int, logs: Logs = NO_LOGS) -> None:
        values = {name: value if math.isfinite(value) else None for name, value in logs.items()}
        line = {"epoch": epoch, "seconds": round(self._seconds, 3), **values}
        append_text(self.filename, json.dumps(line, allow_nan=False) + "\n")

    @property
    def _seconds(self) -> float:
        return time.perf_counter() - self._begun

    def snapshot(self) -> Kept:
        return {"seconds": self._seconds, "text": self.filename.read_text(encoding="utf-8")}

    def restore(self, kept: Kept) -> None:
        self._begun = time.perf_counter() - kept["seconds"]
        write_bytes(self.filename, kept["text"].encode())
