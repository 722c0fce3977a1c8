"""Write losses.npz: values and gradients of Keras's losses, which the tests compare with ours.

The tests read the file alone; Keras and PyTorch are no test dependency. To write it again, in any environment:

    pip install torch keras
    python tests/parity/make_losses.py

Each entry holds the loss of a batch of 5 (a number) and its gradient with respect to the prediction, in float64.

With from_logits=False Keras divides categorical predictions by their sum over the classes (binary ones it takes as they
are), clips the result to [1e-7, 1 - 1e-7] and differentiates through both. Its gradient with respect to p is therefore
    1 - t / p    per picture, where p sums to 1 and nothing is clipped. The 1 comes from the division, and softmax's
                 gradient cancels it: at the logits this is the fused p - t;
    0            from the logarithm of a clipped element, where the fused form says p - t: the loss stops there at
                 -log(1e-7) = 16.118 and the network cannot learn from its worst mistakes (`clipped_probabilities`);
    (1 - t / p) / s    where the sum s is not 1; p is already divided by it (`scores`).
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

BATCH, CLASSES = 5, 4


def make_inputs(rng: np.random.Generator) -> dict[str, np.ndarray]:
    logits = 2 * rng.standard_normal((BATCH, CLASSES))
    labels = np.array([2, 0, 3, 1, 2])
    extreme = np.array([[800.0, -800, 3, 0], [-60, 60, 0, 1], [0, 0, 0, 0], [40, 40, -40, -40], [1e-9, 0, -1e-9, 5]])
    clipped = np.array([[1.0, 0, 0, 0], [0, 1, 0, 0], [1e-9, 0.5, 0.25, 0.25], [0.1, 0.2, 0.3, 0.4], [0, 0.5, 0.5, 0]])
    return {
        "prediction": rng.standard_normal((BATCH, CLASSES)),
        "target": rng.standard_normal((BATCH, CLASSES)),
        "logits": logits,
        "extreme_logits": extreme,
        "probabilities": np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True),
        "clipped_probabilities": clipped,
        "scores": rng.uniform(0.05, 0.95, (BATCH, CLASSES)),
        "labels": labels,
        "one_hot": np.eye(CLASSES)[labels],
        "many_hot": rng.integers(0, 2, (BATCH, CLASSES)).astype(np.float64),
        "logits_1": 2 * rng.standard_normal((BATCH, 1)),
        "scores_1": rng.uniform(0.05, 0.95, (BATCH, 1)),
        "binary": np.array([[1.0], [0], [0], [1], [1]]),
        "sample_weight": np.array([0.5, 2, 0, 1, 0.25]),
    }


# name: class, the predictions to try, the target, Keras's arguments
CATEGORICAL, BINARY = ("probabilities", "scores", "clipped_probabilities"), ("scores", "clipped_probabilities")
LOGITS, SMOOTH = {"from_logits": True}, {"label_smoothing": 0.1}
CASES: dict[str, tuple[Any, tuple[str, ...], str, dict[str, Any]]] = {
    "mse": (keras.losses.MeanSquaredError, ("prediction",), "target", {}),
    "cce": (keras.losses.CategoricalCrossentropy, CATEGORICAL, "one_hot", {}),
    "cce_smooth": (keras.losses.CategoricalCrossentropy, CATEGORICAL, "one_hot", SMOOTH),
    "cce_logits": (keras.losses.CategoricalCrossentropy, ("logits", "extreme_logits"), "one_hot", LOGITS),
    "cce_logits_smooth": (
        keras.losses.CategoricalCrossentropy,
        ("logits", "extreme_logits"),
        "one_hot",
        LOGITS | SMOOTH,
    ),
    "scce": (keras.losses.SparseCategoricalCrossentropy, CATEGORICAL, "labels", {}),
    "scce_logits": (keras.losses.SparseCategoricalCrossentropy, ("logits", "extreme_logits"), "labels", LOGITS),
    "bce": (keras.losses.BinaryCrossentropy, BINARY, "many_hot", {}),
    "bce_smooth": (keras.losses.BinaryCrossentropy, BINARY, "many_hot", SMOOTH),
    "bce_logits": (keras.losses.BinaryCrossentropy, ("logits", "extreme_logits"), "many_hot", LOGITS),
    "bce_logits_smooth": (keras.losses.BinaryCrossentropy, ("logits", "extreme_logits"), "many_hot", LOGITS | SMOOTH),
    "bce_1": (keras.losses.BinaryCrossentropy, ("scores_1",), "binary", {}),
    "bce_1_logits": (keras.losses.BinaryCrossentropy, ("logits_1",), "binary", LOGITS),
}


def value_and_gradient(
    loss: keras.losses.Loss, target: np.ndarray, prediction: np.ndarray, weight: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    y = torch.from_numpy(prediction.copy()).requires_grad_()
    value = loss(target, y, sample_weight=weight)
    value.backward()
    assert y.grad is not None
    assert value.dtype == y.grad.dtype == torch.float64
    return value.detach().numpy(), y.grad.numpy()


def assert_reduction(inputs: dict[str, np.ndarray], value: np.ndarray) -> None:
    """With sample_weight Keras divides the sum of weight * loss by the number of pictures, not by the weights' sum.

    Measured on mse with weights 0.5, 2, 0, 1, 0.25: 1.85639 = 9.28193 / 5; over their sum, 3.75, it would be 2.47518.
    """
    per_picture = np.square(inputs["prediction"] - inputs["target"]).mean(axis=1)
    np.testing.assert_allclose(value, (inputs["sample_weight"] * per_picture).sum() / BATCH, rtol=1e-14)


def main() -> None:
    keras.config.set_floatx("float64")
    # Outside TensorFlow Keras promotes float64 to float32, also in the division that ends every loss.
    dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"
    inputs = make_inputs(np.random.default_rng(20240230))
    arrays, description = dict(inputs), {}
    for name, (loss, predictions, target, config) in CASES.items():
        for prediction in predictions:
            for weight in (None, "sample_weight"):
                key = f"{name}-{prediction}" + "-weighted" * (weight is not None)
                value, gradient = value_and_gradient(
                    loss(**config), inputs[target], inputs[prediction], None if weight is None else inputs[weight]
                )
                arrays[f"{key}/value"], arrays[f"{key}/gradient"] = value, gradient
                description[key] = {
                    "library": "keras",
                    "version": keras.__version__,
                    "class": loss.__name__,
                    "config": config,
                    "prediction": prediction,
                    "target": target,
                    "sample_weight": weight,
                }
    assert_reduction(inputs, arrays["mse-prediction-weighted/value"])
    np.savez_compressed(Path(__file__).with_name("losses.npz"), description=json.dumps(description), **arrays)


if __name__ == "__main__":
    main()
