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
import sys
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "jax"  # read once, while keras is imported

import jax
import keras
import numpy as np
from keras.src.backend.common import dtypes

sys.path.insert(0, str(Path(__file__).parents[1]))
from wirings import WIRINGS

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
# Appended, so that what was drawn for the entries above stays as it was.
ACTIVATIONS: dict[str, Case] = {
    name: ("Activation", {"activation": name}, (2, 3, 2, 4))
    for name in ("leaky_relu", "relu6", "elu", "selu", "silu", "softplus", "hard_sigmoid", "gelu_tanh")
}
CHANNELS: dict[str, Case] = {
    name: (layer, config, shape)
    for name, layer, config, shape in [
        ("dilated", "Conv2D", {"filters": 3, "kernel_size": 3, "dilation_rate": 2}, (2, 7, 8, 2)),
        ("dilated_pair", "Conv2D", {"filters": 2, "kernel_size": (2, 3), "dilation_rate": (3, 2)}, (1, 6, 9, 2)),
        (
            "dilated_same",
            "Conv2D",
            {"filters": 2, "kernel_size": (3, 2), "padding": "same", "dilation_rate": 2},
            (2, 7, 5, 2),
        ),
        ("groups", "Conv2D", {"filters": 4, "kernel_size": 3, "padding": "same", "groups": 2}, (2, 5, 4, 6)),
        ("groups_stride", "Conv2D", {"filters": 6, "kernel_size": 2, "strides": 3, "groups": 3}, (1, 7, 8, 3)),
        ("groups_dilated", "Conv2D", {"filters": 4, "kernel_size": 2, "groups": 4, "dilation_rate": 3}, (2, 5, 6, 4)),
        ("depthwise", "DepthwiseConv2D", {"kernel_size": 3}, (2, 7, 5, 3)),
        ("depthwise_multiplier", "DepthwiseConv2D", {"kernel_size": (3, 2), "depth_multiplier": 3}, (2, 5, 6, 2)),
        ("depthwise_same_2", "DepthwiseConv2D", {"kernel_size": 3, "strides": 2, "padding": "same"}, (2, 8, 7, 3)),
        ("depthwise_stride_over_kernel", "DepthwiseConv2D", {"kernel_size": 2, "strides": 3}, (1, 9, 7, 2)),
        (
            "depthwise_dilated",
            "DepthwiseConv2D",
            {"kernel_size": 3, "padding": "same", "dilation_rate": 2, "use_bias": False, "activation": "relu6"},
            (2, 7, 8, 2),
        ),
        ("global_average", "GlobalAveragePooling2D", {}, (2, 4, 5, 3)),
        ("global_average_keepdims", "GlobalAveragePooling2D", {"keepdims": True}, (1, 3, 5, 2)),
        ("global_max", "GlobalMaxPooling2D", {}, (2, 4, 5, 3)),
        ("global_max_keepdims", "GlobalMaxPooling2D", {"keepdims": True}, (1, 5, 3, 17)),
        ("zero_padding", "ZeroPadding2D", {}, (2, 3, 4, 2)),
        ("zero_padding_pair", "ZeroPadding2D", {"padding": (2, 0)}, (1, 3, 2, 3)),
        ("zero_padding_lopsided", "ZeroPadding2D", {"padding": ((0, 2), (3, 1))}, (2, 3, 4, 2)),
        ("batch_norm", "BatchNormalization", {}, (3, 4, 3, 3)),
        ("batch_norm_vector", "BatchNormalization", {"momentum": 0.5, "epsilon": 0.1}, (6, 5)),
        ("batch_norm_no_scale", "BatchNormalization", {"scale": False}, (2, 3, 4, 2)),
        ("batch_norm_no_centre", "BatchNormalization", {"center": False}, (2, 3, 4, 2)),
        ("layer_norm", "LayerNormalization", {}, (2, 3, 4, 5)),
        ("layer_norm_vector", "LayerNormalization", {"epsilon": 0.1, "center": False}, (3, 17)),
        ("layer_norm_no_scale", "LayerNormalization", {"scale": False}, (1, 2, 3, 4)),
        ("relu_layer", "ReLU", {}, (2, 3, 2, 4)),
        ("relu_layer_all", "ReLU", {"max_value": 1.5, "negative_slope": 0.2, "threshold": 0.4}, (2, 3, 4, 4)),
        ("relu_layer_bounded", "ReLU", {"max_value": 0.7}, (2, 3, 4, 4)),
        ("softmax_layer", "Softmax", {}, (2, 3, 2, 4)),
        ("add", "Add", {"inputs": 3}, (2, 3, 4, 2)),
        ("concatenate", "Concatenate", {"inputs": 2}, (2, 3, 4, 2)),
        ("concatenate_rows", "Concatenate", {"inputs": 3, "axis": 1}, (2, 3, 4, 2)),
        ("concatenate_columns", "Concatenate", {"inputs": 2, "axis": 2}, (1, 3, 4, 2)),
    ]
}
# Whole networks with branches: the wiring stands in tests/wirings.py, in layers' names alone.
NETS: dict[str, Shape] = {name: (3, *shape) for name, (_, shape) in WIRINGS.items()}


def make_input(name: str, layer: str, shape: Shape, rng: np.random.Generator) -> np.ndarray:
    """Random; activations see exact zeros and far values, max pooling sees no ties but in max_ties.

    All is below zero for max pooling, so that a padding of zeros would win.
    """
    x = rng.standard_normal(shape)
    if layer == "Activation" and name not in ACTIVATIONS:
        x.flat[:8] = [0, 0, 30, -30, 0, -0.0, 800, -800]
    if layer == "MaxPooling2D":
        x -= 10
    return x.round() if name == "max_ties" else x


def built(class_name: str, config: dict[str, Any], shape: Shape) -> keras.Model:
    """A model of the layer alone; one that joins gets x and multiples of it."""
    x = keras.Input(shape[1:], batch_size=shape[0])
    if class_name in ("Add", "Concatenate"):
        settings = {key: value for key, value in config.items() if key != "inputs"}
        scaled = [x, *(keras.layers.Rescaling(1.0 + i)(x) for i in range(1, config["inputs"]))]
        return keras.Model(x, getattr(keras.layers, class_name)(**settings)(scaled))
    if config.get("activation") == "gelu_tanh":
        return keras.Model(x, keras.layers.Activation(lambda z: keras.activations.gelu(z, approximate=True))(x))
    return keras.Model(x, getattr(keras.layers, class_name)(**config)(x))


def drawn(name: str, shape: Shape, rng: np.random.Generator) -> np.ndarray:
    return rng.uniform(0.5, 2, shape) if name == "moving_variance" else rng.standard_normal(shape)


def run(name: str, case: Case, rng: np.random.Generator) -> dict[str, np.ndarray]:
    class_name, config, shape = case
    x = make_input(name, class_name, shape, rng)
    model = built(class_name, config, shape)
    return passed(model, x, {each.name: each for each in model.weights}, rng)


def run_net(name: str, shape: Shape, rng: np.random.Generator) -> dict[str, np.ndarray]:
    wire = WIRINGS[name][0]
    x = keras.Input(shape[1:], batch_size=shape[0])
    model = keras.Model(x, wire(keras.layers, x))
    return passed(model, rng.standard_normal(shape), {each.path: each for each in model.weights}, rng)


def passed(
    model: keras.Model, x: np.ndarray, weights: dict[str, Any], rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Forward and back; where there are running statistics, in training mode too, and what they become."""
    learned, rest = model.trainable_variables, model.non_trainable_variables
    of = {id(variable): name for name, variable in weights.items()}
    values = {name: drawn(variable.name, variable.shape, rng) for name, variable in weights.items()}
    start = [jax.numpy.asarray(values[of[id(variable)]]) for variable in learned]
    running = [jax.numpy.asarray(values[of[id(variable)]]) for variable in rest]
    arrays: dict[str, Any] = {"x": x, **values}
    for mode, training in (("", False), ("training_", True))[: 2 if rest else 1]:

        def forward(x: jax.Array, weights: list[jax.Array], training: bool = training) -> tuple[jax.Array, Any]:
            return model.stateless_call(weights, running, x, training=training)

        y, backward, moved = jax.vjp(forward, jax.numpy.asarray(x), start, has_aux=True)
        if "dy" not in arrays:
            arrays["dy"] = rng.standard_normal(y.shape)
        dx, gradients = backward(jax.numpy.asarray(arrays["dy"]))
        arrays |= {f"{mode}y": y, f"{mode}dx": dx}
        arrays |= {f"{mode}d{of[id(each)]}": g for each, g in zip(learned, gradients, strict=True)}
        if training:
            arrays |= {f"moved_{of[id(each)]}": new for each, new in zip(rest, moved, strict=True)}
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
    every = {**CONVOLUTIONS, **POOLINGS, **OTHERS, **ACTIVATIONS, **CHANNELS}
    for name, case in {**every, **{name: ("net", {}, shape) for name, shape in NETS.items()}}.items():
        entry = run_net(name, case[2], rng) if case[0] == "net" else run(name, case, rng)
        arrays |= {f"{name}/{key}": array for key, array in entry.items()}
        description[name] = {
            "library": "keras",
            "version": keras.__version__,
            "class": case[0],
            "config": case[1],
            "input_shape": case[2],
            "output_shape": entry["y"].shape,
            "weights": [key for key in entry if f"d{key}" in entry and key not in ("x", "y")],
        }
    np.savez_compressed(Path(__file__).with_name("layers.npz"), description=json.dumps(description), **arrays)


if __name__ == "__main__":
    main()
