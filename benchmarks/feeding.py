"""How long training waits for its pictures: read in place, decoded once, kept, decoded again in each epoch.

Trains on a folder or an archive of pictures with a network as `striate train` chooses it, each way in a process's fresh
memory of pictures: with an empty cache, with a full one, in memory without a cache, and with neither, where every batch
is decoded when it is asked for. The share of waiting is that of an epoch's time, validation not counted; memory a
picture is what stands in Python's and NumPy's memory between batches, names counted, what is mapped from the cache not.
"""

import tracemalloc
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.result import Limit, Result, Table
from striate.data import load, parts
from striate.data.cache import BOUND, Cache
from striate.data.dataset import Dataset
from striate.data.load import load_images
from striate.recipe import Recipe
from striate.runs.train import train_run
from striate.training.events import EpochDone, Event

JUDGED = "cache, full"
MOST_WAITING = 5  # percent of an epoch's time, from the second on
MOST_MEMORY = 200  # bytes a picture
# {way: (bytes of cache, bytes of decoded pictures that may stay in memory)}
WAYS = {
    "cache, empty": (BOUND, parts.SMALL),
    JUDGED: (BOUND, parts.SMALL),
    "memory": (0, parts.SMALL),
    "when asked for": (0, 0),
}
LEAN = (JUDGED, "when asked for")


def add_arguments(parser: ArgumentParser) -> None:
    """Which pictures, how large, how long."""
    parser.add_argument("data", type=Path, help="a folder or an archive of pictures, such as cats_dogs.zip")
    parser.add_argument("--size", type=int, default=64, help="pixels of a side (default: 64)")
    parser.add_argument("--epochs", type=int, default=3, help="epochs of each way, two or more (default: 3)")
    parser.add_argument("--model", help="the network (default: as striate train chooses it)")


def run(options: Namespace) -> Result:
    """Read and train in each way."""
    parts.SMALL_FILES = -1  # also of few pictures it is to be known
    found: dict[str, tuple[float, ...]] = {}
    with TemporaryDirectory(prefix="striate-feeding-") as scratch:

        def own_cache(bound: int) -> Cache | None:
            return Cache(Path(scratch) / "cache", bound) if bound else None

        load.users_cache = own_cache
        for way, (cache, parts.SMALL) in WAYS.items():
            found[way] = _measured(options, cache, Path(scratch) / way)
    columns = {
        "way": "",
        "reading s": ".2f",
        "first epoch s": ".2f",
        "later epochs s": ".2f",
        "first waits %": ".2f",
        "later wait %": ".2f",
        "bytes a picture": ",.0f",
    }
    waits = Limit(f"waiting, {JUDGED}", found[JUDGED][-2], "%", "at most", MOST_WAITING)
    lean = [Limit(f"memory, {way}", found[way][-1], "bytes a picture", "at most", MOST_MEMORY) for way in LEAN]
    rows = [(way, *figures) for way, figures in found.items()]
    return Result((Table(f"{options.data.name} at {options.size} px", columns, rows),), (waits, *lean))


def _measured(options: Namespace, cache: int, folder: Path) -> tuple[float, ...]:
    """Seconds of reading, of the first and the later epochs, percent of waiting in them, bytes a picture."""

    def read() -> Dataset:
        return load_images(options.data, size=options.size, colour="rgb", cache=cache)

    since = perf_counter()
    data = read()
    reading = perf_counter() - since
    epochs: list[EpochDone] = []

    def note(event: Event) -> None:
        if isinstance(event, EpochDone):
            epochs.append(event)

    train_run(data, folder, Recipe(options.model, options.epochs), progress=note)
    first, *later = epochs
    seconds, waits = (mean(e.seconds for e in later), 100 * mean(e.waiting for e in later))
    return reading, first.seconds, seconds, 100 * first.waiting, waits, _memory(read)


def _memory(read: Callable[[], Dataset]) -> float:
    """Bytes a picture, once everything is read."""
    tracemalloc.start()
    data = read()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return held / sum(len(part) for part in (data.train, data.validation, data.test) if part)
