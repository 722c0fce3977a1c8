"""Memory that is left: asked before a plan takes its own, so that nothing is killed half way."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from striate.engines.native.memory import FLOAT
from striate.errors import OutOfMemoryError
from striate.network.layout import Layout

LARGE = 1 << 24  # weights, 64 MiB: fewer are not worth asking the system
GUESSES = 5  # plans that are made to find a batch that fits


def check_room(needed: int, capacity: int, needs: Callable[[int], int], free: int | None) -> None:
    """Raise `OutOfMemoryError` where a plan for `capacity` pictures needs more than the `free` bytes; None: unknown.

    `needs(pictures)` plans for fewer: the largest number that fits is told.
    """
    if free is None or needed <= free:
        return
    fits = _largest(needed, capacity, needs, free)
    if fits == 0:
        raise OutOfMemoryError("engine.no_memory_for_one", needed=needed, pictures=capacity, free=free)
    raise OutOfMemoryError("engine.no_memory", needed=needed, pictures=capacity, free=free, fits=fits)


def check_weights(layout: Layout, free: Callable[[], int | None]) -> None:
    """Raise `OutOfMemoryError` where weights cannot be drawn, each in float64 and then into the vector of all."""
    if layout.size < LARGE:
        return
    largest = max(layout.spans, key=lambda span: span.size)
    needed, room = FLOAT * layout.size + 2 * FLOAT * largest.size, free()
    if room is not None and needed > room:
        raise OutOfMemoryError(
            "engine.no_memory_for_weights", needed=needed, weight=largest.name, shape=largest.shape, free=room
        )


def _largest(needed: int, capacity: int, needs: Callable[[int], int], free: int) -> int:
    """The most pictures whose plan fits: between one that does and one that does not, nearly a straight line."""
    low, high = 1, capacity
    if capacity == 1 or (low_bytes := needs(1)) > free:
        return 0
    high_bytes = needed
    for _ in range(GUESSES):
        if high - low <= 1:
            break
        middle = low + int((high - low) * (free - low_bytes) / (high_bytes - low_bytes))
        middle = min(max(middle, low + 1), high - 1)
        if (bytes_there := needs(middle)) <= free:
            low, low_bytes = middle, bytes_there
        else:
            high, high_bytes = middle, bytes_there
    return low


def free_bytes(root: Path = Path("/")) -> int | None:
    """Bytes that this process may still take: what the system has, and what its control groups leave it.

    None where the system tells neither. `root`: where the files of Linux are looked for.
    """
    known = [_available(root), *_left_in_groups(root)]
    return min((number for number in known if number is not None), default=None)


def resident_bytes(root: Path = Path("/")) -> int:
    """Bytes of memory that this process holds now, VmRSS of proc(5); 0 where the system does not tell."""
    for line in _text(root / "proc/self/status").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def _available(root: Path) -> int | None:
    """MemAvailable of proc(5); elsewhere all of the computer's memory, where POSIX's sysconf tells it."""
    for line in _text(root / "proc/meminfo").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    if root == Path("/") and "SC_PHYS_PAGES" in getattr(os, "sysconf_names", {}):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return None


# Where a group's limit and its use stand, and which lines of memory.stat count what can be dropped: cgroups(7).
VERSION_2 = "memory.max", "memory.current", "inactive_file"
VERSION_1 = "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"


def _left_in_groups(root: Path) -> Iterator[int]:
    """What each control group of this process, from the innermost out, still leaves below its limit."""
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        names = VERSION_1 if controllers else VERSION_2
        mounted = root / "sys/fs/cgroup" / ("memory" if controllers else "")
        inner = PurePosixPath(path.lstrip("/"))
        for group in (inner, *inner.parents):
            if (left := _left(mounted / group, *names)) is not None:
                yield left


def _left(group: Path, limit: str, use: str, droppable: str) -> int | None:
    most, used = _text(group / limit).strip(), _text(group / use).strip()
    if not (most.isdigit() and used.isdigit()):  # no such file, or "max"
        return None
    counts = dict(line.split(maxsplit=1) for line in _text(group / "memory.stat").splitlines())
    return max(0, int(most) - int(used) + int(counts.get(droppable, 0)))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
