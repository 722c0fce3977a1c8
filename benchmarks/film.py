"""What keeping a film costs a training: `PYTHONPATH=src python -m benchmarks.film MNIST [EPOCHS]`.

The time in the callback against the time of the whole `train_run`, and the bytes that stay; MNIST is a folder with its
four IDX files.
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
from striate.runs import train_run

HOOKS = ("on_train_begin", "on_epoch_begin", "on_train_batch_end", "on_train_end", "snapshot")


def timed(spent: dict[str, float]) -> None:
    """Let each hook of the callback add its seconds."""
    for name in HOOKS:
        setattr(Snapshots, name, counted(getattr(Snapshots, name), name, spent))


def counted(hook: Callable[..., Any], name: str, spent: dict[str, float]) -> Callable[..., Any]:
    """The same hook; its seconds are added under its name."""

    def run(*args: Any) -> Any:
        began = time.perf_counter()
        try:
            return hook(*args)
        finally:
            spent[name] = spent.get(name, 0.0) + time.perf_counter() - began

    return run


def main(data: str, epochs: int) -> None:
    """Print it for the preset's network."""
    spent: dict[str, float] = {}
    timed(spent)
    pictures = load_images(data)
    with tempfile.TemporaryDirectory() as place:
        began = time.perf_counter()
        train_run(pictures, Path(place) / "run", Recipe(epochs=epochs), verbose=0)
        whole = time.perf_counter() - began
        files = list((Path(place) / "run" / FILM).iterdir())
    size = f"{len(files) - 1} snapshots"
    print(
        f"{epochs} epochs: {sum(spent.values()):.3f} s of {whole:.1f} s: {100 * sum(spent.values()) / whole:.2f} %; {size}"
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 2)
