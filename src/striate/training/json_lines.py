"""The logs of every epoch as JSON, a line each: for programs that follow a training."""

import json
import math
import time
from pathlib import Path

from striate.errors import FileError
from striate.network.settings import keywords_checked
from striate.training.callbacks import NO_LOGS, Callback, Logs


class JSONLinesLogger(Callback):
    """One line an epoch: {"epoch": 0, "seconds": ..., "loss": ..., ...}; the seconds are those since training began.

    A number that is not finite, which JSON does not have, is null.
    """

    @keywords_checked("JSONLinesLogger")
    def __init__(self, filename: str | Path) -> None:
        self.filename = Path(filename)
        self._begun = 0.0

    def on_train_begin(self, logs: Logs = NO_LOGS) -> None:
        self._begun = time.perf_counter()
        self._write("w", "")

    def on_epoch_end(self, epoch: int, logs: Logs = NO_LOGS) -> None:
        seconds = round(time.perf_counter() - self._begun, 3)
        values = {name: value if math.isfinite(value) else None for name, value in logs.items()}
        self._write("a", json.dumps({"epoch": epoch, "seconds": seconds, **values}, allow_nan=False) + "\n")

    def _write(self, mode: str, text: str) -> None:
        try:
            with self.filename.open(mode, encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise FileError("file.cannot_write", path=self.filename, reason=error.strerror) from error
