"""Ctrl-C and its like, heard between two steps, so that a training can be kept before it ends."""

import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Self

# Ctrl-C; what `kill`, a shutdown and batch systems send; what a closed terminal sends, where the system has it.
HEARD = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Interrupted(KeyboardInterrupt):
    """A training was kept and then ended, because a signal asked for it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Interrupts:
    """While the block runs, the first signal is noted in `heard`; the second does at once what it does elsewhere.

    Only the main thread hears signals; a signal that is ignored, as under nohup, stays so.
    """

    def __init__(self) -> None:
        self.heard: int | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in HEARD:
                if signal.getsignal(number) not in (signal.SIG_IGN, None):
                    self._before[number] = signal.signal(number, self._hear)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._give_back()

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self.heard = number
        self._give_back()

    def _give_back(self) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)
        self._before = {}
