"""What keeping a film costs a training: `PYTHONPATH=src python -m benchmarks.film MNIST [EPOCHS]`.

The time in the callback against that of the whole `train_run`, by the clock and by the processor, which other processes
on a busy computer do not lengthen. MNIST is a folder with its four IDX files.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from striate.callbacks import Snapshots
from striate.data.load import load_images
from striate.recipe import Recipe
from striate.run_folder import FILM
from striate.runs.train import train_run

HOOKS = ("on_train_begin", "on_epoch_begin", "on_train_batch_end", "on_train_end", "snapshot")


def counted(hook: Callable[..., Any], spent: list[float]) -> Callable[..., Any]:
    """The same hook; its seconds are added, by the clock and by the processor."""

    def run(*args: Any) -> Any:
        began = time.perf_counter(), time.thread_time()
        try:
            return hook(*args)
        finally:
            spent[0] += time.perf_counter() - began[0]
            spent[1] += time.thread_time() - began[1]

    return run


def main(data: str, epochs: int) -> None:
    """Print it for the preset's network."""
    spent = [0.0, 0.0]
    for name in HOOKS:
        setattr(Snapshots, name, counted(getattr(Snapshots, name), spent))
    pictures = load_images(data)
    with tempfile.TemporaryDirectory() as place:
        began = time.perf_counter(), time.process_time()
        train_run(pictures, Path(place) / "run", Recipe(epochs=epochs), verbose=0)
        whole = time.perf_counter() - began[0], time.process_time() - began[1]
        count = len(list((Path(place) / "run" / FILM).glob("*.safetensors")))
    shares = [
        f"{part:.3f} s of {all_:.1f} s: {100 * part / all_:.2f} %" for part, all_ in zip(spent, whole, strict=True)
    ]
    print(f"{epochs} epochs, {count} snapshots; by the clock {shares[0]}; by the processor {shares[1]}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 2)
