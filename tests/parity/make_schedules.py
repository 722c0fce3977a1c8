"""Write schedules.npz: the learning rates of Keras's and PyTorch's schedules, which the tests compare with ours.

The tests read the file alone; Keras and PyTorch are no test dependency. To write it again, in any environment:

    pip install torch keras
    python tests/parity/make_schedules.py

Each entry holds the learning rates of steps 0 to 119 (120,), in float64.
"""

import json
import os
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "torch"  # read once, while keras is imported

import keras
import numpy as np
import torch
from keras.optimizers import schedules

STEPS = 120

KERAS: dict[str, tuple[Any, dict[str, Any]]] = {
    "exponential": (
        schedules.ExponentialDecay,
        {"initial_learning_rate": 0.1, "decay_steps": 25, "decay_rate": 0.5},
    ),
    "exponential_staircase": (
        schedules.ExponentialDecay,
        {"initial_learning_rate": 0.1, "decay_steps": 25, "decay_rate": 0.5, "staircase": True},
    ),
    "cosine": (schedules.CosineDecay, {"initial_learning_rate": 0.1, "decay_steps": 90}),
    "cosine_alpha": (schedules.CosineDecay, {"initial_learning_rate": 0.1, "decay_steps": 90, "alpha": 0.125}),
    "cosine_warm": (
        schedules.CosineDecay,
        {"initial_learning_rate": 0.0, "decay_steps": 80, "alpha": 0.01, "warmup_target": 0.2, "warmup_steps": 17},
    ),
    "linear": (schedules.PolynomialDecay, {"initial_learning_rate": 0.1, "decay_steps": 90}),
    "polynomial": (
        schedules.PolynomialDecay,
        {"initial_learning_rate": 0.5, "decay_steps": 40, "end_learning_rate": 0.01, "power": 2.5, "cycle": True},
    ),
    "piecewise": (schedules.PiecewiseConstantDecay, {"boundaries": [30, 31, 75], "values": [0.5, 0.25, 0.125, 0.0]}),
}
TORCH: dict[str, dict[str, Any]] = {
    "one_cycle": {"max_learning_rate": 0.1, "total_steps": 120},
    "one_cycle_other": {
        "max_learning_rate": 0.5,
        "total_steps": 120,
        "warm_share": 0.25,
        "first_divisor": 10.0,
        "last_divisor": 100.0,
    },
}
NAMES = {"warm_share": "pct_start", "first_divisor": "div_factor", "last_divisor": "final_div_factor"}


def keras_rates(schedule: Any) -> np.ndarray:
    return np.array([float(schedule(torch.tensor(step, dtype=torch.float64))) for step in range(STEPS)])


def torch_rates(settings: dict[str, Any]) -> np.ndarray:
    theirs = {NAMES[name]: value for name, value in settings.items() if name in NAMES}
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    one_cycle = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, settings["max_learning_rate"], settings["total_steps"], cycle_momentum=False, **theirs
    )
    rates: list[float] = []
    for step in range(STEPS):
        rates.append(float(one_cycle.get_last_lr()[0]))
        if step < STEPS - 1:
            optimizer.step()
            one_cycle.step()
    return np.array(rates)


def main() -> None:
    keras.config.set_floatx("float64")
    torch.set_default_dtype(torch.float64)
    arrays: dict[str, np.ndarray] = {}
    description: dict[str, Any] = {}
    for name, (schedule, settings) in KERAS.items():
        arrays[name] = keras_rates(schedule(**settings))
        description[name] = {
            "library": "keras",
            "version": keras.__version__,
            "class": schedule.__name__,
            "settings": settings,
        }
    for name, settings in TORCH.items():
        arrays[name] = torch_rates(settings)
        description[name] = {
            "library": "torch",
            "version": torch.__version__,
            "class": "OneCycle",
            "settings": settings,
        }
    np.savez_compressed(Path(__file__).with_name("schedules.npz"), description=json.dumps(description), **arrays)


if __name__ == "__main__":
    main()
