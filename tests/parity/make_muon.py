"""Write muon.npz: the paths of two matrices and a vector under Keras's Muon, which the tests compare with ours.

The tests read the file alone. To write it again, in any environment:

    pip install torch keras
    python tests/parity/make_muon.py

A tall and a wide matrix, and a vector, which Keras leaves to Adam, start at theta0 and follow the stored gradients, 20
of them, in float64.
"""

import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"  # read once, while keras is imported

import keras
import numpy as np

# Keras takes the root of a matrix's longer side in float32: 4 and 3 are exact.
SHAPES = {"tall": (16, 5), "wide": (3, 9), "vector": (12,)}
STEPS = 20
SETTINGS = {
    "plain": {"learning_rate": 0.0625, "weight_decay": None},
    "other": {
        "learning_rate": 0.125,
        "weight_decay": 0.1,
        "momentum": 0.6,
        "ns_steps": 3,
        "nesterov": False,
        "adam_beta_2": 0.95,
        "adam_weight_decay": 0.2,
        "adam_lr_ratio": 0.25,
    },
}


def main() -> None:
    keras.config.set_floatx("float64")
    rng = np.random.default_rng(11)
    found: dict[str, np.ndarray] = {}
    for shape_name, shape in SHAPES.items():
        theta0, gradients = rng.standard_normal(shape), rng.standard_normal((STEPS, *shape))
        found |= {f"{shape_name}_theta0": theta0, f"{shape_name}_gradients": gradients}
        for name, settings in SETTINGS.items():
            variable = keras.Variable(theta0, dtype="float64", name="kernel")
            rule = keras.optimizers.Muon(**settings)
            path = []
            for gradient in gradients:
                rule.apply([keras.ops.convert_to_tensor(gradient, dtype="float64")], [variable])
                path.append(keras.ops.convert_to_numpy(variable).copy())
            found[f"{shape_name}_{name}"] = np.stack(path)
    np.savez(Path(__file__).with_name("muon.npz"), **found)  # pyright: ignore[reportArgumentType]


if __name__ == "__main__":
    main()
