"""Trainings killed twenty times each: `PYTHONPATH=src:tests python -m tests.nightly.resumed [KIND ...]`.

For every kind of training in tests/broken_off.py: SIGKILL at 20 moments drawn by a seed, every third of them while a
checkpoint is being written, with one thread and two in turn; in the end the SHA-256 of weights, statistics, slots, best
file and metrics.csv must be those of the unbroken training. Then a run of `striate train` in the same way, and what
checkpoints cost. Some minutes; the exit code is the number of what does not hold.
"""

import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from broken_off import BACKUP, KINDS, at_its_end, killed

KILLS, EPOCHS, SEED = 20, 40, 20260101


def main(kinds: list[str]) -> int:
    """Everything; how many did not hold."""
    wrong = 0
    with tempfile.TemporaryDirectory() as place:
        for kind in kinds or KINDS:
            wrong += not holds(Path(place) / kind, kind)
    return wrong


def holds(place: Path, kind: str) -> bool:
    """Whether one kind of training ends with the same bits after all of its kills."""
    began, rng = time.monotonic(), random.Random(f"{SEED} {kind}")
    place.mkdir()
    unbroken = at_its_end(place / "unbroken", kind, EPOCHS)
    kills, while_writing, tries = 0, 0, 0
    while kills < KILLS:
        broken = place / f"broken {tries}"
        tries += 1
        for number in range(KILLS - kills):
            writing = number % 3 == 2
            is_writing = killed(broken, kind, EPOCHS, rng, writing=writing, threads=1 + number % 2)
            if not is_writing:
                break  # it came to its end before it was killed
            kills += 1
            while_writing += any((broken / BACKUP).glob(".*.part*"))
        same = at_its_end(broken, kind, EPOCHS, threads=2) == unbroken
        if not same:
            break
        shutil.rmtree(broken)
    seconds = time.monotonic() - began
    print(
        f"{kind}: {kills} kills, {while_writing} of them in a write, {tries} trainings, "
        f"{'the same bits' if same else 'OTHER BITS'}; {seconds:.0f} s",
        flush=True,
    )
    return same


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
