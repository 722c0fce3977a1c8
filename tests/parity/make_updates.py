"""Write updates.npz: what Keras does to gradients and weights around its update rules, to compare ours with.

The tests read the file alone; Keras is no test dependency. To write it again, in any environment:

    pip install torch keras
    python tests/parity/make_updates.py

Two weights, (12,) and (3,), start at the first 15 numbers of `theta0`; the stored gradients (40, 15) are applied in
order, theta after each step is stored (40, 15), and where a rule averages the mean after the last, NAME_mean (15,).
All is float64.
"""

import json
import os
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "torch"  # read once, while keras is imported

import keras
import numpy as np
import torch
from keras.src.backend.common import dtypes

STEPS, SIZES = 40, (12, 3)

CASES: dict[str, tuple[Any, dict[str, Any]]] = {
    "sgd_decay": (keras.optimizers.SGD, {"learning_rate": 0.125, "weight_decay": 0.25}),
    "momentum_decay": (keras.optimizers.SGD, {"learning_rate": 0.125, "momentum": 0.5, "weight_decay": 0.25}),
    "adam_decay": (keras.optimizers.Adam, {"learning_rate": 0.125, "weight_decay": 0.25}),
    "adagrad_decay": (keras.optimizers.Adagrad, {"learning_rate": 0.125, "weight_decay": 0.25}),
    "sgd_clipnorm": (keras.optimizers.SGD, {"learning_rate": 0.125, "clipnorm": 2.0}),
    "sgd_clipvalue": (keras.optimizers.SGD, {"learning_rate": 0.125, "clipvalue": 0.5}),
    "sgd_global_clipnorm": (keras.optimizers.SGD, {"learning_rate": 0.125, "global_clipnorm": 3.0}),
    "rmsprop_clipnorm": (keras.optimizers.RMSprop, {"learning_rate": 0.125, "clipnorm": 2.0}),
    "rmsprop_centered_momentum": (
        keras.optimizers.RMSprop,
        {"learning_rate": 0.0078125, "momentum": 0.5, "centered": True, "rho": 0.8},
    ),
    "sgd_gathered": (keras.optimizers.SGD, {"learning_rate": 0.125, "gradient_accumulation_steps": 3}),
    "adam_gathered": (
        keras.optimizers.Adam,
        {"learning_rate": 0.125, "gradient_accumulation_steps": 4, "clipnorm": 1.0, "weight_decay": 0.25},
    ),
    "sgd_averaged": (keras.optimizers.SGD, {"learning_rate": 0.125, "use_ema": True, "ema_momentum": 0.75}),
    "adam_averaged": (
        keras.optimizers.Adam,
        {"learning_rate": 0.125, "use_ema": True, "ema_momentum": 0.75, "ema_overwrite_frequency": 7},
    ),
    "nadam_gathered": (keras.optimizers.Nadam, {"learning_rate": 0.125, "gradient_accumulation_steps": 4}),
}


def path(
    optimizer: keras.optimizers.Optimizer, theta0: np.ndarray, gradients: np.ndarray
) -> tuple[np.ndarray, np.ndarray | None]:
    """Theta after each step; in the end its mean, where there is one."""
    parts = np.cumsum(SIZES)[:-1]
    weights = [keras.Variable(part, dtype="float64") for part in np.split(theta0, parts)]
    found: list[np.ndarray] = []
    for gradient in gradients:
        optimizer.apply([torch.from_numpy(part.copy()) for part in np.split(gradient, parts)], weights)
        found.append(np.concatenate([weight.numpy() for weight in weights]))
    optimizer.finalize_variable_values(weights)
    mean = np.concatenate([weight.numpy() for weight in weights]) if optimizer.use_ema else None
    return np.stack(found), mean


def main() -> None:
    keras.config.set_floatx("float64")
    torch.set_default_dtype(torch.float64)
    # Outside TensorFlow Keras promotes float64 to float32, also in the norms that it clips by.
    dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"
    rng = np.random.default_rng(20240301)
    theta0, gradients = rng.standard_normal(sum(SIZES)), rng.standard_normal((STEPS, sum(SIZES)))
    gradients *= np.logspace(-1, 1, STEPS)[:, None]  # norms below and above what is allowed
    arrays, description = {"theta0": theta0, "gradients": gradients, "sizes": np.array(SIZES)}, {}
    for name, (rule, settings) in CASES.items():
        arrays[name], mean = path(rule(**settings), theta0, gradients)
        if mean is not None:
            arrays[f"{name}_mean"] = mean
        description[name] = {
            "library": "keras",
            "version": keras.__version__,
            "rule": rule.__name__,
            "settings": settings,
        }
    np.savez_compressed(Path(__file__).with_name("updates.npz"), description=json.dumps(description), **arrays)


if __name__ == "__main__":
    main()
