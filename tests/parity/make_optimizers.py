"""Write optimizers.npz: the paths that Keras's and PyTorch's update rules take, which the tests compare with ours.

The tests read the file alone; Keras and PyTorch are no test dependency. To write it again, in any environment:

    pip install torch keras
    python tests/parity/make_optimizers.py

The problem is the same for every rule: start at theta0 (12), apply the stored gradients (100, 12) in order, store theta
after each step (100, 12). The gradients do not depend on theta, so a difference stays where it arose. All is float64.
"""

import json
import os
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "torch"  # read once, while keras is imported

import keras
import numpy as np
import torch

STEPS, SIZE = 100, 12
CHANGE = {"after_steps": 40, "learning_rate": 0.03125}

KERAS: dict[str, tuple[Any, dict[str, Any]]] = {
    "sgd": (keras.optimizers.SGD, {"learning_rate": 0.0625}),
    "momentum": (keras.optimizers.SGD, {"learning_rate": 0.0625, "momentum": 0.9}),
    "nesterov": (keras.optimizers.SGD, {"learning_rate": 0.0625, "momentum": 0.9, "nesterov": True}),
    "adagrad": (keras.optimizers.Adagrad, {"learning_rate": 0.0625}),
    "adagrad_other": (
        keras.optimizers.Adagrad,
        {"learning_rate": 0.25, "initial_accumulator_value": 0.0, "epsilon": 1e-3},
    ),
    "adadelta": (keras.optimizers.Adadelta, {"learning_rate": 1.0}),
    "adadelta_other": (keras.optimizers.Adadelta, {"learning_rate": 0.5, "rho": 0.8, "epsilon": 1e-3}),
    "rmsprop": (keras.optimizers.RMSprop, {"learning_rate": 0.0078125}),
    "rmsprop_other": (keras.optimizers.RMSprop, {"learning_rate": 0.03125, "rho": 0.75, "epsilon": 1e-3}),
    "rmsprop_momentum": (keras.optimizers.RMSprop, {"learning_rate": 0.0078125, "momentum": 0.9}),
    "rmsprop_centered": (keras.optimizers.RMSprop, {"learning_rate": 0.0078125, "centered": True}),
    "adam": (keras.optimizers.Adam, {"learning_rate": 0.0078125}),
    "adam_other": (
        keras.optimizers.Adam,
        {"learning_rate": 0.03125, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3},
    ),
    "adamw": (keras.optimizers.AdamW, {"learning_rate": 0.0078125}),
    "adamw_other": (
        keras.optimizers.AdamW,
        {"learning_rate": 0.03125, "weight_decay": 0.1, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3},
    ),
    "nadam": (keras.optimizers.Nadam, {"learning_rate": 0.0078125}),
    "nadam_other": (
        keras.optimizers.Nadam,
        {"learning_rate": 0.03125, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3},
    ),
}
TORCH: dict[str, tuple[Any, dict[str, Any]]] = {
    "momentum": (torch.optim.SGD, {"lr": 0.0625, "momentum": 0.9}),
    "nesterov": (torch.optim.SGD, {"lr": 0.0625, "momentum": 0.9, "nesterov": True}),
    "adagrad": (torch.optim.Adagrad, {}),
    "adadelta": (torch.optim.Adadelta, {}),
    "rmsprop": (torch.optim.RMSprop, {}),
    "adam": (torch.optim.Adam, {}),
    "adamw": (torch.optim.AdamW, {}),
    "nadam": (torch.optim.NAdam, {}),
}
CHANGED = ("momentum", "nesterov")  # run a second time, with the learning rate of CHANGE from there on

# Settings that are no part of the formula: switched off in every entry, or about speed.
NO_FORMULA = {
    "name", "clipnorm", "clipvalue", "global_clipnorm", "use_ema", "ema_momentum", "ema_overwrite_frequency",
    "loss_scale_factor", "gradient_accumulation_steps", "foreach", "fused", "capturable", "differentiable", "maximize",
}  # fmt: skip


def make_gradients(rng: np.random.Generator) -> np.ndarray:
    """Twelve scales from 1e-6 to 10, so that epsilon's place and size matter in some; one coordinate starts late."""
    gradients = rng.standard_normal((STEPS, SIZE)) * np.logspace(-6, 1, SIZE)
    gradients[:10, 7] = 0.0
    return gradients


def keras_path(
    optimizer: keras.optimizers.Optimizer, theta0: np.ndarray, gradients: np.ndarray, *, change: bool
) -> np.ndarray:
    theta = keras.Variable(theta0, dtype="float64")
    optimizer.build([theta])
    slots = [variable for variable in optimizer.variables if variable is not optimizer.iterations]
    assert {str(variable.dtype) for variable in [theta, *slots]} == {"float64"}
    path: list[np.ndarray] = []
    for step, gradient in enumerate(gradients):
        if change and step == CHANGE["after_steps"]:
            optimizer.learning_rate = CHANGE["learning_rate"]
        optimizer.apply([torch.from_numpy(gradient)], [theta])
        path.append(theta.numpy().copy())
    return np.stack(path)


def torch_path(
    optimizer: torch.optim.Optimizer, theta: torch.nn.Parameter, gradients: np.ndarray, *, change: bool
) -> np.ndarray:
    path: list[np.ndarray] = []
    for step, gradient in enumerate(gradients):
        if change and step == CHANGE["after_steps"]:
            optimizer.param_groups[0]["lr"] = CHANGE["learning_rate"]
        theta.grad = torch.from_numpy(gradient)
        optimizer.step()
        path.append(theta.detach().numpy().copy())
    return np.stack(path)


def describe(library: str, version: str, rule: str, settings: dict[str, Any], *, change: bool) -> dict[str, Any]:
    formula = {key: value for key, value in settings.items() if key not in NO_FORMULA}
    return {
        "library": library,
        "version": version,
        "rule": rule,
        "hyperparameters": formula,
        "learning_rate_change": CHANGE if change else None,
    }


def main() -> None:
    # Keras keeps the learning rate in floatx; PyTorch keeps NAdam's product of momenta in its default dtype.
    keras.config.set_floatx("float64")
    torch.set_default_dtype(torch.float64)
    rng = np.random.default_rng(20240229)
    theta0, gradients = rng.standard_normal(SIZE), make_gradients(rng)
    arrays, description = {"theta0": theta0, "gradients": gradients}, {}
    for name, (rule, settings) in KERAS.items():
        for change in (False, True) if name in CHANGED else (False,):
            optimizer, key = rule(**settings), f"keras_{name}" + "_change" * change
            description[key] = describe(
                "keras", keras.__version__, rule.__name__, optimizer.get_config(), change=change
            )
            arrays[key] = keras_path(optimizer, theta0, gradients, change=change)
    for name, (rule, settings) in TORCH.items():
        for change in (False, True) if name in CHANGED else (False,):
            theta = torch.nn.Parameter(torch.from_numpy(theta0.copy()))
            optimizer, key = rule([theta], **settings), f"torch_{name}" + "_change" * change
            description[key] = describe("torch", torch.__version__, rule.__name__, optimizer.defaults, change=change)
            arrays[key] = torch_path(optimizer, theta, gradients, change=change)
    np.savez_compressed(Path(__file__).with_name("optimizers.npz"), description=json.dumps(description), **arrays)


if __name__ == "__main__":
    main()
