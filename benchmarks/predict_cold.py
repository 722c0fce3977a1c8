"""How long `striate predict` takes for one picture, the whole process, from the model's file to the answer.

The models have their first weights, which take as long as trained ones; the picture is a PNG of the size that they
were drawn for. Each round starts every command once, so that noise falls on all alike; `import torch`, where it is
installed, is what a program on PyTorch waits for before it has read its model.
"""

from argparse import ArgumentParser, Namespace
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from benchmarks.programs import STRIATE, in_turns
from benchmarks.result import Limit, Result, Table
from striate.data.preprocessing import Preprocessing
from striate.model import Model
from striate.presets import models

MODELS = {"digits": models.digits, "vgg-small": models.vgg_small, "resnet18": models.resnet18}
BOUND = 0.5  # seconds


def add_arguments(parser: ArgumentParser) -> None:
    """How often to measure."""
    parser.add_argument("--runs", type=int, default=15, help="rounds (default: 15)")


def run(options: Namespace) -> Result:
    """Write models and pictures, then ask about them."""
    commands = {"python -c pass": ["-c", "pass"], "import numpy": ["-c", "import numpy"]}
    if find_spec("torch"):
        commands["import torch"] = ["-c", "import torch"]
    with TemporaryDirectory() as scratch:
        commands |= {f"striate predict, {name}": _asking(name, Path(scratch)) for name in MODELS}
        seconds = in_turns(commands, options.runs)
    medians = {name: median(of) for name, of in seconds.items()}
    peer = medians.get("import torch")
    rows = [(name, 1e3 * medians[name], 1e3 * min(of), peer and medians[name] / peer) for name, of in seconds.items()]
    columns = {"command": "", "median ms": ".0f", "fastest ms": ".0f", "x import torch": ".2f"}
    return Result(
        (Table(f"whole processes, {options.runs} rounds", columns, rows),),
        tuple(Limit(name, medians[name], "s", "at most", BOUND) for name in commands if name.startswith("striate")),
        () if peer else ("PyTorch is not installed, so there is no peer to compare with: pip install torch",),
    )


def _asking(name: str, folder: Path) -> list[str]:
    """Save a model and a picture; the answer is the command that brings them together."""
    model: Model = MODELS[name]()
    height, width, channels = (size or 1 for size in model.graph.input_shape)
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, channels), np.uint8)
    Image.fromarray(pixels.squeeze()).save(folder / f"{name}.png")
    model.preprocessing = Preprocessing(size=(height, width), colour="grey" if channels == 1 else "rgb")
    model.save(folder / f"{name}.safetensors")
    return ["-c", STRIATE, "predict", str(folder / f"{name}.safetensors"), str(folder / f"{name}.png")]
