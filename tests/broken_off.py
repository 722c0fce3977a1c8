"""Trainings that are killed: real processes, real SIGKILLs, at moments drawn by a seed; and how they are gone on with.

`python tests/broken_off.py FOLDER KIND EPOCHS` is one: it learns in FOLDER, goes on where it was broken off, and writes
the hash of its weights, slots and logs to FOLDER/result when it has come to its end.
"""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

RESULT, BACKUP, LOGS, BEST = "result", "backup", "metrics.csv", "best.safetensors"


class Kind(NamedTuple):
    """A training: the rule, its settings, and what else takes part."""

    rule: str
    settings: dict[str, Any]
    augmented: bool = False
    plateau: bool = False
    batch_size: int | str = 16


KINDS = {
    "adam-gathered-augmented": Kind("Adam", {"gradient_accumulation_steps": 3}, augmented=True, plateau=True),
    "momentum-plateau": Kind("Momentum", {"learning_rate": 0.02}, plateau=True),
    "muon-cosine-averaged": Kind(
        "Muon",
        {"schedule": True, "gradient_accumulation_steps": 2, "use_ema": True, "ema_momentum": 0.8},
        augmented=True,
    ),
    "nag-whole-batches": Kind("NAG", {"learning_rate": 0.02}, batch_size="all"),
}


def learn(folder: Path, kind: Kind, epochs: int, threads: int) -> None:
    """Train with batch norm and dropout, keeping it after each third step, to its end."""
    import striate
    from striate.callbacks import BackupAndRestore, CSVLogger, EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
    from striate.data.augment import Augmentation
    from striate.layers import BatchNormalization, Conv2D, Dense, Dropout, Flatten, ReLU
    from striate.network import optimizers
    from striate.network.schedules import CosineDecay

    rng = np.random.default_rng(7)
    x, y = rng.standard_normal((112, 9, 8, 1)).astype(np.float32), rng.integers(0, 3, 112)
    layers = [Conv2D(6, 3, input_shape=(9, 8, 1)), BatchNormalization(), ReLU()]
    layers += [Conv2D(8, 3, activation="relu"), Flatten(), Dropout(0.3), Dense(16, "relu"), Dense(3, "softmax")]
    settings = dict(kind.settings)
    if settings.pop("schedule", False):
        settings["learning_rate"] = CosineDecay(0.01, 6 * epochs)
    model = striate.Sequential(layers, seed=3)
    rule = getattr(optimizers, kind.rule)(**settings)
    model.compile(rule, "sparse_categorical_crossentropy", metrics=["accuracy", "f1", "ece"], threads=threads)
    callbacks: list[Any] = [
        ModelCheckpoint(folder / BEST, save_best_only=True),
        CSVLogger(folder / LOGS),
        EarlyStopping(patience=epochs, restore_best_weights=True),
        BackupAndRestore(folder / BACKUP, 3),
    ]
    callbacks += [ReduceLROnPlateau(patience=1, factor=0.5)] if kind.plateau else []
    history = model.fit(
        x[:90],
        y[:90],
        kind.batch_size,  # type: ignore[arg-type]
        epochs,
        0,
        callbacks,
        validation_data=(x[90:], y[90:]),
        augmentation=Augmentation.of("shift=1,flip") if kind.augmented else None,
    )
    run: Any = model._run
    slots = [sha256(slot.tobytes()).hexdigest() for slot in run.slots]
    found = {"weights": model.fingerprint, "slots": slots, "history": history.history, "step": run.step}
    found |= {name: sha256((folder / name).read_bytes()).hexdigest() for name in (LOGS, BEST)}
    (folder / RESULT).write_text(json.dumps(found))


def start(folder: Path, kind: str, epochs: int, threads: int = 1) -> "subprocess.Popen[bytes]":
    """One more try, as a process."""
    folder.mkdir(exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OPENBLAS_NUM_THREADS": "1"}
    line = [sys.executable, str(Path(__file__)), str(folder), kind, str(epochs), str(threads)]
    return subprocess.Popen(line, env=environment, stderr=subprocess.PIPE)


def at_its_end(folder: Path, kind: str, epochs: int, threads: int = 1) -> str:
    """Let a try run to its end; its result."""
    running = start(folder, kind, epochs, threads)
    _, said = running.communicate()
    assert running.returncode == 0, said.decode()
    return (folder / RESULT).read_text()


def killed(folder: Path, kind: str, epochs: int, rng: random.Random, *, writing: bool, threads: int = 1) -> bool:
    """Kill a try: as it writes a checkpoint, or after some more steps; whether it was still running.

    The moment is drawn, but follows what the process does, not the clock: some checkpoints more, and then at once, or
    as soon as the next one is begun.
    """
    backup = folder / BACKUP
    running = start(folder, kind, epochs, threads)
    behind = _newest(backup) + rng.randrange(1, 4)
    while running.poll() is None and _newest(backup) < behind:
        time.sleep(0.0005)
    if not writing:
        time.sleep(0.02 * rng.random())
    while writing and running.poll() is None and not any(backup.glob(".*.part*")):
        pass
    alive = running.poll() is None
    running.kill()
    running.communicate()
    return alive


def _newest(backup: Path) -> int:
    return max((int(path.stem) for path in backup.glob("[0-9]*.json")), default=0)


def main(arguments: Sequence[str]) -> None:
    """One try."""
    folder, kind, epochs, threads = arguments
    learn(Path(folder), KINDS[kind], int(epochs), int(threads))


if __name__ == "__main__":
    main(sys.argv[1:])
