"""The nets on Keras with the backend that KERAS_BACKEND names, by Keras's guides to training loops of one's own.

`fit` would be timed with its callbacks and its feeding of data; these loops are the fastest that Keras can do.
"""

import math
import os
from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import layers

from benchmarks.peers.nets import EPSILON, MOMENTUM, Net, Op, walk
from benchmarks.peers.work import RATE, Built, Task


class Framework:
    """Keras in float32."""

    def start(self, threads: int, settings: dict[str, Any]) -> str:
        """There are no settings; JAX has as many threads as the process may use cores."""
        backend = keras.backend.backend()
        if backend == "tensorflow":
            import tensorflow

            tensorflow.config.threading.set_intra_op_parallelism_threads(threads)
            tensorflow.config.threading.set_inter_op_parallelism_threads(1)
            return f"Keras {keras.__version__}, TensorFlow {tensorflow.__version__}"
        if backend == "jax":
            import jax

            return f"Keras {keras.__version__}, JAX {jax.__version__}"
        raise ValueError(f"no loop is written for the backend {os.environ.get('KERAS_BACKEND')}")

    def variants(self, what: str) -> list[str]:
        """TensorFlow's own kernels or XLA; JAX is XLA."""
        return ["", "XLA"] if keras.backend.backend() == "tensorflow" else [""]

    def build(self, task: Task) -> Built:
        """The model, and a compiled function of it."""
        model = model_of(task.drawing, softmax=task.what == "infer")
        weights = sum(math.prod(variable.shape) for variable in model.trainable_variables)
        ways = {"tensorflow": (_train_tensorflow, _infer_tensorflow), "jax": (_train_jax, _infer_jax)}
        train, infer = ways[keras.backend.backend()]
        return Built((train if task.what == "train" else infer)(model, task), weights)


def model_of(net: Net, *, softmax: bool) -> Any:
    """The net as a functional model; without softmax it ends in logits."""
    pictures = keras.Input(net.shape)

    def step(place: int, op: Op, inputs: Sequence[Any]) -> Any:
        x: Any = list(inputs) if op.kind == "add" else inputs[0]
        for layer in _layers(op, net.shapes[op.inputs[0]], net.shapes[place]):
            x = layer(x)
        return x

    output: Any = walk(net, pictures, step)
    return keras.Model(pictures, layers.Softmax()(output) if softmax else output)


def _train_tensorflow(model: Any, task: Task) -> Callable[[], object]:
    import tensorflow as tf

    loss, rule = _loss(), _rule()
    x, y = map(tf.constant, task.pictures())

    @tf.function(jit_compile="XLA" in task.variant)
    def step(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            value = loss(y, model(x, training=True))
        rule.apply(tape.gradient(value, model.trainable_weights), model.trainable_weights)
        return value

    rule.build(model.trainable_weights)
    return lambda: step(x, y).numpy()


def _infer_tensorflow(model: Any, task: Task) -> Callable[[], object]:
    import tensorflow as tf

    x = tf.constant(task.pictures()[0])

    @tf.function(jit_compile="XLA" in task.variant)
    def answer(x: Any) -> Any:
        return model(x, training=False)

    return lambda: answer(x).numpy()


def _train_jax(model: Any, task: Task) -> Callable[[], object]:
    import jax

    loss, rule = _loss(), _rule()
    rule.build(model.trainable_variables)
    x, y = map(jax.numpy.asarray, task.pictures())

    def judged(theta: Any, statistics: Any) -> Any:
        output, statistics = model.stateless_call(theta, statistics, x, training=True)
        return loss(y, output), statistics

    def step(state: Any) -> Any:
        theta, statistics, slots = state
        (value, statistics), gradient = jax.value_and_grad(judged, has_aux=True)(theta, statistics)
        theta, slots = rule.stateless_apply(slots, gradient, theta)
        return value, (theta, statistics, slots)

    compiled = jax.jit(step, donate_argnums=0)
    vectors = (model.trainable_variables, model.non_trainable_variables, rule.variables)
    state: Any = tuple([variable.value + 0 for variable in vector] for vector in vectors)  # copies: they are given away

    def once() -> None:
        nonlocal state
        _, state = compiled(state)
        jax.block_until_ready(state)

    return once


def _infer_jax(model: Any, task: Task) -> Callable[[], object]:
    import jax

    x = jax.numpy.asarray(task.pictures()[0])
    state = [
        [variable.value for variable in vector] for vector in (model.trainable_variables, model.non_trainable_variables)
    ]
    answer = jax.jit(lambda theta, statistics, x: model.stateless_call(theta, statistics, x, training=False)[0])
    return lambda: answer(*state, x).block_until_ready()


def _loss() -> Any:
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def _rule() -> Any:
    return keras.optimizers.Adam(learning_rate=RATE)


def _layers(op: Op, before: tuple[int, ...], after: tuple[int, ...]) -> list[Any]:
    """The layer of an operation; padding that is not Keras's "same" is a layer before it, as in keras.applications."""
    same = op.padding > 0 and before[:2] == after[:2]
    padded = [layers.ZeroPadding2D(op.padding)] if op.padding and not same else []
    padding = "same" if same else "valid"
    match op.kind:
        case "conv":
            convolution = layers.Conv2D(op.filters, op.kernel, op.stride, padding, use_bias=op.bias)
            return [*padded, convolution]
        case "depthwise":
            return [*padded, layers.DepthwiseConv2D(op.kernel, op.stride, padding, use_bias=False)]
        case "norm":
            return [layers.BatchNormalization(momentum=MOMENTUM, epsilon=EPSILON)]
        case "relu":
            return [layers.ReLU()]
        case "relu6":
            return [layers.ReLU(6.0)]
        case "max_pool":  # what it pools are outputs of ReLU, so zeros around them change no maximum
            return [*padded, layers.MaxPooling2D(op.kernel, op.stride, padding)]
        case "global_pool":
            return [layers.GlobalAveragePooling2D()]
        case "flatten":
            return [layers.Flatten()]
        case "dense":
            return [layers.Dense(op.filters)]
        case "add":
            return [layers.Add()]
