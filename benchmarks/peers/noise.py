"""How much of the computer other programs take meanwhile, as Linux counts it."""

import os
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

WAITING = (3, 4)  # of the figures of a "cpu" line in /proc/stat: idle, iowait
GUESTS = slice(0, 8)  # what follows is counted before, too
USER, SYSTEM = 11, 12  # of the figures behind the name in /proc/PID/stat


class Watch:
    """From its making on: what is not the work of these processes is that of others."""

    def __init__(self, pids: Sequence[int]) -> None:
        self._pids = pids
        self._began = self._look()

    def others(self) -> float | None:
        """The share of all cores that others took, 0 to 1; None where the system does not tell."""
        if self._began is None or (now := self._look()) is None:
            return None
        seconds, busy, own = (after - before for after, before in zip(now, self._began, strict=True))
        return max(0.0, (busy - own) / seconds / (os.cpu_count() or 1))

    def _look(self) -> tuple[float, float, float] | None:
        """Seconds by the clock, of work on all cores, and of work of the processes."""
        try:
            return perf_counter(), _busy(), sum(map(_used, self._pids))
        except OSError:
            return None


def _busy() -> float:
    figures = [int(figure) for figure in Path("/proc/stat").read_text().splitlines()[0].split()[1:]][GUESTS]
    return sum(figure for place, figure in enumerate(figures) if place not in WAITING) / os.sysconf("SC_CLK_TCK")


def _used(pid: int) -> float:
    figures = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(figures[USER]) + int(figures[SYSTEM])) / os.sysconf("SC_CLK_TCK")
