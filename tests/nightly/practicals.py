"""The three practicals of docs/practicals.md, each by its commands, and the figures that they must reach.

    python -m tests.nightly.practicals [--data FOLDER] [--only digits pets smiles]

FOLDER holds mnist/ (the four IDX files), cats_dogs.zip and smiles.zip; without it ../shared/data beside the checkout.
Takes about a quarter of an hour on two cores; the exit code is 1 where a figure is missed.
"""

import json
import shlex
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))
from photographed import any_one, ten

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"

# As the page has them; what is not written by them is taken from FOLDER.
TRAININGS = {
    "digits": "striate train mnist -o digits --model mnist",
    "pets": "striate train cats_dogs.zip -o pets",
    "smiles": "striate train smiles.zip -o smiles",
}
PHOTOGRAPHS = 200


class Figure(NamedTuple):
    """What was reached, and what must be: at least, or with a bound below zero at most minus it."""

    what: str
    value: float
    bound: float

    @property
    def holds(self) -> bool:
        """Whether it is reached."""
        return self.value >= self.bound if self.bound >= 0 else self.value <= -self.bound


def main() -> int:
    """Run what is asked for, print the figures; the answer is the exit code."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--only", nargs="+", choices=list(TRAININGS), default=list(TRAININGS))
    options = parser.parse_args()
    missed = 0
    with TemporaryDirectory() as scratch:
        for name in options.only:
            for figure in PRACTICALS[name](options.data, Path(scratch)):
                missed += not figure.holds
                verdict = "ok" if figure.holds else "MISSED"
                print(f"{name}: {figure.what}: {figure.value:.2f} (bound {figure.bound:g}) {verdict}")
    return 1 if missed else 0


def digits(data: Path, out: Path) -> Iterator[Figure]:
    """MNIST, then photographs."""
    yield Figure("accuracy on MNIST's test digits, %", 100 * train("digits", data, out)["accuracy"], 99)
    rng = np.random.default_rng(0)
    sets = {"ten": list(enumerate(ten(rng))), "many": [(i % 10, any_one(i % 10, rng)) for i in range(PHOTOGRAPHS)]}
    for name, pictures in sets.items():
        (out / name).mkdir()
        for number, (digit, picture) in enumerate(pictures):
            Image.fromarray(picture).save(out / name / f"{number:03d}-is-{digit}.png")
        answers = lines("striate", "predict", str(out / "digits"), str(out / name), "--json")
        right = [max(each["scores"], key=each["scores"].get) == Path(each["file"]).stem[-1] for each in answers]
        bound = 9 if name == "ten" else 0.95 * len(pictures)
        yield Figure(f"photographed digits read, of {len(pictures)}", sum(right), bound)


def pets(data: Path, out: Path) -> Iterator[Figure]:
    """Cats and dogs."""
    began = perf_counter()
    yield Figure("accuracy on 2,000 test photographs, %", 100 * train("pets", data, out)["accuracy"], 82)
    yield Figure("minutes", (perf_counter() - began) / 60, -10)


def smiles(data: Path, out: Path) -> Iterator[Figure]:
    """Smiles, then a photograph."""
    began = perf_counter()
    train("smiles", data, out)
    yield Figure("minutes", (perf_counter() - began) / 60, -5)
    (judged,) = lines("striate", "evaluate", str(out / "smiles"), str(data / "smiles.zip"), "--json")
    yield Figure("accuracy on the test faces, %", 100 * judged["accuracy"], 94)
    yield Figure("balanced accuracy, %", 100 * judged["balanced_accuracy"], 92)
    from skimage.data import astronaut

    Image.fromarray(astronaut()).save(out / "astronaut.png")
    model = str(out / "smiles")
    faces = lines("striate", "smile", str(out / "astronaut.png"), "--model", model, "--json")
    yield Figure("the astronaut smiles", float([face["label"] for face in faces] == ["smile"]), 1)


PRACTICALS = {"digits": digits, "pets": pets, "smiles": smiles}


def train(name: str, data: Path, out: Path) -> dict[str, Any]:
    """What the page's command gives at its end."""
    words = shlex.split(TRAININGS[name])
    words[2], words[4] = str(data / words[2]), str(out / words[4])
    return lines(*words, "--json")[-1]


def lines(*words: str) -> list[dict[str, Any]]:
    """The JSON lines that a command of Striate's prints."""
    done = subprocess.run([sys.executable, "-m", *words], stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


if __name__ == "__main__":
    sys.exit(main())
