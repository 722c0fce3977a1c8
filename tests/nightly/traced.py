"""Traced numbers of the real networks: on every preset the terms come to what the map holds, the parts to the gradient.

    python -m tests.nightly.traced                  # all presets, both engines, about two minutes on two cores
    python -m tests.nightly.traced --only resnet18

First weights, numbers drawn at random for a picture; so many units of each layer. The bound is the one that a trace
prints. The tests hold the small networks to the same. An assertion fails where a number is off.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests")]

from tracing import check_gradients, check_terms, traced  # noqa: E402 (found once tests/ is on the path)

from striate.engines.native import core  # noqa: E402
from striate.inspection import Trace  # noqa: E402
from striate.model import Model  # noqa: E402
from striate.network.graph import Graph  # noqa: E402
from striate.presets.read import PRESETS, wired  # noqa: E402

EACH = 20  # units of a layer
SHAPES = {"resnet18": (224, 224, 3), "resnet34": (96, 96, 3), "mobilenetv2": (96, 96, 3), "photos": (64, 64, 3)}
SHAPES |= {"faces": (64, 64, 1)}
COLOUR, GREY = (32, 32, 3), (28, 28, 1)
IN_COLOUR = ("cifar10", "vgg-small")


def shape_of(name: str) -> tuple[int, ...]:
    """What a preset is tried on."""
    return SHAPES.get(name, COLOUR if name in IN_COLOUR else GREY)


def worst(found: Sequence[Trace]) -> float:
    """The largest distance from the map as a share of its bound."""
    shares = [
        abs(each.value - each.computed) / each.bound
        for each in found
        if each.computed is not None and each.bound and each.value != each.computed
    ]
    return max(shares, default=0.0)


def main(line: Sequence[str] | None = None) -> None:
    """Print a row for each preset and engine."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=sorted(PRESETS))
    only = parser.parse_args(line).only
    total = 0
    for name in [only] if only else sorted(PRESETS):
        graph = Graph.to(wired(name, 10, shape_of(name), 1.0))
        for engine in ("reference", *(["native"] if core.available() else [])):
            rng = np.random.default_rng(7)
            model = Model.of(graph)
            model.use(engine=engine)
            found = traced(model, EACH, rng)
            check_gradients(found)
            total += check_terms(found)
            print(f"{name:12} {engine:10} {len(found):6,} numbers   worst {worst(found):.3f} of the bound", flush=True)
    print(f"{total:,} numbers in all")


if __name__ == "__main__":
    main()
