"""Write layers.npz: outputs and gradients of Keras's layers, which the tests compare with ours.

The tests read the file alone; Keras and JAX are no test dependency. To write it again, in any environment:

    pip install keras jax
    python tests/parity/make_layers.py

Each entry holds an input x, a random dy of the output's shape, the weights, the output y, and the gradients of
sum(y * dy) with respect to x and each weight, in float64; pictures are NHWC, kernels HWIO.

Keras runs on JAX here. On PyTorch its average pooling with lopsided 'same' padding counts copies of the edge pixels:
6x6 with a 3x3 window, stride 2, the values 1 to 36, begins 8, 10, 11.67; on JAX 8, 10, 11.5, the mean of real pixels.
"""

import json
import os
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "jax"  # read once, while keras is imported

import jax
import keras
import numpy as np
from keras.src.backend.common import dtypes

Shape = tuple[int, ...]
Case = tuple[str, dict[str, Any], Shape]

CONVOLUTIONS: dict[str, Case] = {
    name: ("Conv2D", config, shape)
    for name, config, shape in [
        ("conv_valid", {"filters": 4, "kernel_size": 3}, (2, 7, 5, 3)),
        ("conv_same", {"filters": 4, "kernel_size": 3, "padding": "same"}, (2, 7, 5, 3)),
        ("conv_valid_2", {"filters": 2, "kernel_size": 3, "strides": 2}, (2, 8, 7, 2)),
        ("conv_same_2", {"filters": 2, "kernel_size": 3, "strides": 2, "padding": "same"}, (2, 8, 7, 2)),
        ("conv_valid_3", {"filters": 2, "kernel_size": 3, "strides": 3}, (1, 8, 7, 2)),
        ("conv_same_3", {"filters": 2, "kernel_size": 3, "strides": 3, "padding": "same"}, (1, 8, 7, 2)),
        ("conv_strides_pair", {"filters": 2, "kernel_size": (3, 2), "strides": (1, 2)}, (2, 6, 7, 2)),
        (
            "conv_same_strides_pair",
            {"filters": 2, "kernel_size": 4, "strides": (3, 1), "padding": "same"},
            (1, 8, 5, 2),
        ),
        ("conv_even_valid", {"filters": 3, "kernel_size": 2}, (2, 5, 4, 2)),
        ("conv_even_same", {"filters": 3, "kernel_size": 2, "padding": "same"}, (2, 5, 4, 2)),
        ("conv_even_same_2", {"filters": 3, "kernel_size": 2, "strides": 2, "padding": "same"}, (2, 5, 7, 2)),
        ("conv_4x3_same", {"filters": 2, "kernel_size": (4, 3), "padding": "same"}, (2, 6, 5, 3)),
        ("conv_4x3_same_2", {"filters": 2, "kernel_size": (4, 3), "strides": 2, "padding": "same"}, (2, 7, 6, 3)),
        ("conv_1x1", {"filters": 5, "kernel_size": 1}, (2, 4, 3, 3)),
        ("conv_1x1_stride_2", {"filters": 3, "kernel_size": 1, "strides": 2, "padding": "same"}, (2, 5, 4, 3)),
        ("conv_stride_over_kernel", {"filters": 2, "kernel_size": 2, "strides": 3}, (2, 9, 7, 2)),
        (
            "conv_same_stride_over_kernel",
            {"filters": 2, "kernel_size": 2, "strides": 3, "padding": "same"},
            (2, 8, 7, 2),
        ),
        ("conv_whole_picture", {"filters": 3, "kernel_size": (4, 5)}, (1, 4, 5, 2)),
        ("conv_kernel_over_picture", {"filters": 2, "kernel_size": 5, "padding": "same"}, (1, 3, 2, 1)),
        ("conv_no_bias", {"filters": 3, "kernel_size": 3, "use_bias": False}, (1, 5, 6, 1)),
        ("conv_relu", {"filters": 4, "kernel_size": 3, "padding": "same", "activation": "relu"}, (2, 5, 4, 2)),
    ]
}
POOLINGS: dict[str, Case] = {
    f"{short}_{name}": (layer, config, shape)
    for short, layer in [("max", "MaxPooling2D"), ("average", "AveragePooling2D")]
    for name, config, shape in [
        ("valid", {"pool_size": (2, 3)}, (2, 6, 7, 2)),
        ("valid_odd", {"pool_size": 2}, (2, 7, 5, 2)),
        ("valid_overlapping", {"pool_size": 3, "strides": 2}, (2, 7, 6, 2)),
        ("valid_stride_over_window", {"pool_size": 2, "strides": 3}, (1, 8, 7, 2)),
        ("same_odd", {"pool_size": 2, "padding": "same"}, (2, 7, 5, 2)),
        ("same_stride_1", {"pool_size": 2, "strides": 1, "padding": "same"}, (1, 4, 5, 2)),
        ("same_overlapping", {"pool_size": 3, "strides": 2, "padding": "same"}, (2, 7, 6, 2)),
        ("same_4x3", {"pool_size": (4, 3), "strides": (3, 2), "padding": "same"}, (1, 8, 6, 2)),
        ("same_stride_over_window", {"pool_size": 2, "strides": 3, "padding": "same"}, (1, 8, 7, 2)),
    ]
}
OTHERS: dict[str, Case] = {
    "max_ties": ("MaxPooling2D", {"pool_size": 3, "strides": 2, "padding": "same"}, (2, 7, 6, 2)),
    "dense": ("Dense", {"units": 4}, (5, 7)),
    "dense_one_picture": ("Dense", {"units": 3}, (1, 4)),
    "dense_no_bias": ("Dense", {"units": 3, "use_bias": False}, (4, 5)),
    "dense_softmax": ("Dense", {"units": 4, "activation": "softmax"}, (5, 3)),
    "flatten": ("Flatten", {}, (2, 3, 4, 2)),
    "relu": ("Activation", {"activation": "relu"}, (2, 3, 2, 4)),
    "sigmoid": ("Activation", {"activation": "sigmoid"}, (2, 3, 2, 4)),
    "tanh": ("Activation", {"activation": "tanh"}, (2, 3, 2, 4)),
    "softmax": ("Activation", {"activation": "softmax"}, (2, 3, 2, 4)),
}


def make_input(name: str, layer: str, shape: Shape, rng: np.random.Generator) -> np.ndarray:
    """Random; activations see exact zeros and far values, max pooling sees no ties but in max_ties.

    All is below zero for max pooling, so that a padding of zeros would win.
    """
    x = rng.standard_normal(shape)
    if layer == "Activation":
        x.flat[:8] = [0, 0, 30, -30, 0, -0.0, 800, -800]
    if layer == "MaxPooling2D":
        x -= 10
    return x.round() if name == "max_ties" else x


def run(name: str, case: Case, rng: np.random.Generator) -> dict[str, np.ndarray]:
    class_name, config, shape = case
    layer = getattr(keras.layers, class_name)(**config)
    x = make_input(name, class_name, shape, rng)
    layer.build(shape)
    weights = {weight.name: rng.standard_normal(weight.shape) for weight in layer.weights}

    def forward(x: jax.Array, weights: dict[str, jax.Array]) -> jax.Array:
        return layer.stateless_call([weights[weight.name] for weight in layer.weights], [], x)[0]

    y, backward = jax.vjp(forward, jax.numpy.asarray(x), {key: jax.numpy.asarray(w) for key, w in weights.items()})
    dy = rng.standard_normal(y.shape)
    dx, gradients = backward(jax.numpy.asarray(dy))
    arrays = {"x": x, "dy": dy, "y": y, "dx": dx, **weights, **{f"d{key}": g for key, g in gradients.items()}}
    assert {str(array.dtype) for array in arrays.values()} == {"float64"}
    return {key: np.asarray(array) for key, array in arrays.items()}


def main() -> None:
    jax.config.update("jax_enable_x64", True)
    keras.config.set_floatx("float64")
    # Outside TensorFlow Keras promotes float64 to float32, in tanh for one.
    dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"
    rng = np.random.default_rng(20240231)
    arrays: dict[str, np.ndarray] = {}
    description: dict[str, dict[str, Any]] = {}
    for name, case in {**CONVOLUTIONS, **POOLINGS, **OTHERS}.items():
        entry = run(name, case, rng)
        arrays |= {f"{name}/{key}": array for key, array in entry.items()}
        description[name] = {
            "library": "keras",
            "version": keras.__version__,
            "class": case[0],
            "config": case[1],
            "input_shape": case[2],
            "output_shape": entry["y"].shape,
            "weights": [key for key in ("kernel", "bias") if key in entry],
        }
    np.savez_compressed(Path(__file__).with_name("layers.npz"), description=json.dumps(description), **arrays)


if __name__ == "__main__":
    main()
