"""The spread of the effective receptive field behind n linear 3x3 layers with random weights, against sqrt(2n/3).

    python -m tests.nightly.fields [--draws 30]

Luo, Li, Urtasun and Zemel 2016, section 2. The mean squared gradient of so many draws of 8 channels; the exit code is 1
where its spread is more than 5 % off. Takes under a minute.
"""

import math
from argparse import ArgumentParser

import numpy as np

from striate.inspection.fields.field import receptive_field
from striate.layers import Conv2D
from striate.models import Sequential

LAYERS = (1, 2, 3, 5, 8, 12, 16, 20)
CHANNELS = 8


def spread(layers: int, draws: int) -> tuple[float, float]:
    """The root of the second moment of the mean map, the mean of rows' and columns'; and the ratio of sizes."""
    side = 2 * layers + 1
    net = [Conv2D(CHANNELS, 3, use_bias=False, input_shape=(side, side, 1))]
    net += [Conv2D(CHANNELS, 3, use_bias=False) for _ in range(layers - 1)]
    black = np.zeros((side, side, 1))
    fields = [receptive_field(Sequential(net, seed=s), f"conv{layers}:0:0,0", black).now for s in range(draws)]
    share = np.mean([each.share for each in fields], axis=0)
    places = np.arange(side)
    moments = [
        np.sum(along * (places - np.sum(along * places)) ** 2) for along in (share.sum(axis=1), share.sum(axis=0))
    ]
    return math.sqrt(float(np.mean(moments))), float(np.mean([each.ratio for each in fields]))


def main() -> int:
    """Print a row for each number of layers; the answer is the exit code."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=30)
    draws = parser.parse_args().draws
    print("layers  box  spread  sqrt(2n/3)      off  effective / box")
    missed = 0
    for layers in LAYERS:
        (found, ratio), theory = spread(layers, draws), math.sqrt(2 * layers / 3)
        off = found / theory - 1
        missed += abs(off) > 0.05
        print(f"{layers:6} {2 * layers + 1:4} {found:7.3f} {theory:11.3f} {100 * off:+7.2f} % {ratio:16.2f}")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
