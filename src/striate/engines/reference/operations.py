"""Which functions a layer's description stands for: from a layer, its inputs and weights to an output, and back."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from striate.engines.contract import Key
from striate.engines.reference import activation, conv, pool
from striate.engines.reference.dense import dense, dense_backward
from striate.engines.reference.dropout import dropout, dropout_backward
from striate.engines.reference.norm import (
    moved,
    normalize,
    normalize_backward,
    normalize_by,
    normalize_by_backward,
    scale_and_centre,
    scale_and_centre_backward,
)
from striate.engines.reference.random import uniform
from striate.errors import GraphError
from striate.network.layers import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    CustomLayer,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Layer,
    LayerNormalization,
    MaxPooling2D,
    ReLU,
    Softmax,
    ZeroPadding2D,
)
from striate.network.shapes import joined_axis, windows

Array = NDArray[Any]


class Draw(NamedTuple):
    """What a layer that draws random numbers draws by."""

    key: Key
    node: int


class Call(NamedTuple):
    """What a layer works on: its inputs, its weights and running statistics in the order of shapes.weights."""

    inputs: Sequence[Array]
    weights: Sequence[Array]
    statistics: Sequence[Array]
    draw: Draw | None  # None: nothing is dropped
    batch_statistics: bool  # normalise by the batch, and move the running statistics


class Result(NamedTuple):
    """What a layer gives: its output before the activation, what its backward needs, its new running statistics."""

    output: Array
    saved: Any
    statistics: Sequence[Array] = ()


class Operation(NamedTuple):
    """A layer's arithmetic before its activation; backward gives the gradients of the inputs and of the weights."""

    forward: Callable[[Any, Call], Result]
    backward: Callable[[Any, Array, Any], tuple[Sequence[Array], Sequence[Array]]]


Backward = tuple[Sequence[Array], Sequence[Array]]


def _conv2d(layer: Conv2D, call: Call) -> Result:
    (x,) = call.inputs
    placed = windows(layer, (x.shape[1], x.shape[2]))
    kernel, bias = _kernel_and_bias(call.weights, layer.filters)
    if layer.groups == 1:
        return Result(*conv.conv2d(x, kernel, bias, placed.stride, placed.border, placed.dilation))
    return Result(*conv.grouped_conv2d(x, kernel, bias, placed.stride, placed.border, placed.dilation, layer.groups))


def _conv2d_backward(layer: Conv2D, dy: Array, saved: Any) -> Backward:
    back = conv.conv2d_backward if layer.groups == 1 else conv.grouped_conv2d_backward
    dx, dw, db = back(dy, saved)
    return (dx,), (dw, db)


def _depthwise(layer: DepthwiseConv2D, call: Call) -> Result:
    (x,) = call.inputs
    placed = windows(layer, (x.shape[1], x.shape[2]))
    kernel, bias = _kernel_and_bias(call.weights, x.shape[3] * layer.depth_multiplier)
    return Result(*conv.depthwise_conv2d(x, kernel, bias, placed.stride, placed.border, placed.dilation))


def _depthwise_backward(layer: DepthwiseConv2D, dy: Array, saved: Any) -> Backward:
    dx, dw, db = conv.depthwise_conv2d_backward(dy, saved)
    return (dx,), (dw, db)


def _dense(layer: Dense, call: Call) -> Result:
    return Result(*dense(call.inputs[0], *_kernel_and_bias(call.weights, layer.units)))


def _dense_backward(layer: Dense, dy: Array, saved: Any) -> Backward:
    dx, dw, db = dense_backward(dy, saved)
    return (dx,), (dw, db)


def _max_pool(layer: MaxPooling2D, call: Call) -> Result:
    (x,) = call.inputs
    placed = windows(layer, (x.shape[1], x.shape[2]))
    return Result(*pool.max_pool(x, placed.kernel, placed.stride, placed.border))


def _max_pool_backward(layer: MaxPooling2D, dy: Array, saved: Any) -> Backward:
    return (pool.max_pool_backward(dy, saved),), ()


def _average_pool(layer: AveragePooling2D, call: Call) -> Result:
    (x,) = call.inputs
    placed = windows(layer, (x.shape[1], x.shape[2]))
    return Result(*pool.average_pool(x, placed.kernel, placed.stride, placed.border))


def _average_pool_backward(layer: AveragePooling2D, dy: Array, saved: Any) -> Backward:
    return (pool.average_pool_backward(dy, saved),), ()


def _global_average_pool(layer: GlobalAveragePooling2D, call: Call) -> Result:
    y, saved = pool.global_average_pool(call.inputs[0])
    return Result(y[:, None, None] if layer.keepdims else y, saved)


def _global_average_pool_backward(layer: GlobalAveragePooling2D, dy: Array, saved: Any) -> Backward:
    return (pool.global_average_pool_backward(_flat(dy), saved),), ()


def _global_max_pool(layer: GlobalMaxPooling2D, call: Call) -> Result:
    y, saved = pool.global_max_pool(call.inputs[0])
    return Result(y[:, None, None] if layer.keepdims else y, saved)


def _global_max_pool_backward(layer: GlobalMaxPooling2D, dy: Array, saved: Any) -> Backward:
    return (pool.global_max_pool_backward(_flat(dy), saved),), ()


def _zero_padding(layer: ZeroPadding2D, call: Call) -> Result:
    return Result(np.pad(call.inputs[0], ((0, 0), *layer.padding, (0, 0))), None)


def _zero_padding_backward(layer: ZeroPadding2D, dy: Array, saved: Any) -> Backward:
    (top, bottom), (left, right) = layer.padding
    return (dy[:, top : dy.shape[1] - bottom, left : dy.shape[2] - right],), ()


def _flatten(layer: Flatten, call: Call) -> Result:
    (x,) = call.inputs
    return Result(_flat(x), x.shape)


def _flatten_backward(layer: Flatten, dy: Array, saved: Any) -> Backward:
    return (dy.reshape(saved),), ()


def _batch_normalization(layer: BatchNormalization, call: Call) -> Result:
    (x,), (mean, variance) = call.inputs, call.statistics
    gamma, beta = _gamma_and_beta(layer, call)
    if call.batch_statistics:
        over = tuple(range(x.ndim - 1))
        z, batch_mean, batch_variance, saved = normalize(x, over, layer.epsilon)
        running = (
            moved(mean, batch_mean.ravel(), layer.momentum),
            moved(variance, batch_variance.ravel(), layer.momentum),
        )
    else:
        z, saved = normalize_by(x, mean, variance, layer.epsilon)
        running = (mean, variance)
    y, scaled = scale_and_centre(z, gamma, beta)
    return Result(y, (call.batch_statistics, saved, scaled), running)


def _batch_normalization_backward(layer: BatchNormalization, dy: Array, saved: Any) -> Backward:
    by_batch, normalized, scaled = saved
    dz, dgamma, dbeta = scale_and_centre_backward(dy, scaled)
    dx = (normalize_backward if by_batch else normalize_by_backward)(dz, normalized)
    return (dx,), (dgamma,) * layer.scale + (dbeta,) * layer.center


def _layer_normalization(layer: LayerNormalization, call: Call) -> Result:
    z, _, _, saved = normalize(call.inputs[0], (-1,), layer.epsilon)
    y, scaled = scale_and_centre(z, *_gamma_and_beta(layer, call))
    return Result(y, (saved, scaled))


def _layer_normalization_backward(layer: LayerNormalization, dy: Array, saved: Any) -> Backward:
    normalized, scaled = saved
    dz, dgamma, dbeta = scale_and_centre_backward(dy, scaled)
    return (normalize_backward(dz, normalized),), (dgamma,) * layer.scale + (dbeta,) * layer.center


def _add(layer: Add, call: Call) -> Result:
    total = call.inputs[0]
    for x in call.inputs[1:]:
        total = total + x
    return Result(total, len(call.inputs))


def _add_backward(layer: Add, dy: Array, saved: Any) -> Backward:
    return (dy,) * saved, ()


def _concatenate(layer: Concatenate, call: Call) -> Result:
    axis = joined_axis(layer, call.inputs[0].shape[1:]) + 1
    ends = np.cumsum([x.shape[axis] for x in call.inputs])[:-1]
    return Result(np.concatenate(call.inputs, axis=axis), (axis, ends))


def _concatenate_backward(layer: Concatenate, dy: Array, saved: Any) -> Backward:
    axis, ends = saved
    return np.split(dy, ends, axis=axis), ()


def _relu(layer: ReLU, call: Call) -> Result:
    (x,) = call.inputs
    return Result(activation.bounded_relu(x, layer.max_value, layer.negative_slope, layer.threshold), x)


def _relu_backward(layer: ReLU, dy: Array, saved: Any) -> Backward:
    dx = activation.bounded_relu_backward(dy, saved, layer.max_value, layer.negative_slope, layer.threshold)
    return (dx,), ()


def _dropout(layer: Dropout, call: Call) -> Result:
    (x,) = call.inputs
    if call.draw is None:
        return Result(x, np.ones((), x.dtype))
    return Result(*dropout(x, uniform(call.draw.key, call.draw.node, x.shape), layer.rate))


def _dropout_backward(layer: Dropout, dy: Array, saved: Any) -> Backward:
    return (dropout_backward(dy, saved),), ()


def _unchanged(layer: Activation | Softmax, call: Call) -> Result:
    return Result(call.inputs[0], None)  # the program applies every layer's activation itself


def _unchanged_backward(layer: Activation | Softmax, dy: Array, saved: Any) -> Backward:
    return (dy,), ()


def _custom(layer: CustomLayer, call: Call) -> Result:
    output, saved = layer.forward(*call.inputs, *call.weights)
    given, required = np.shape(output), (len(call.inputs[0]), *layer.output_shape(*(x.shape[1:] for x in call.inputs)))
    if given != required:
        raise GraphError("layer.other_output", layer=type(layer).__name__, required=required, came=given)
    return Result(np.asarray(output, call.inputs[0].dtype), ([*call.inputs, *call.weights], len(call.inputs), saved))


def _custom_backward(layer: CustomLayer, dy: Array, saved: Any) -> Backward:
    values, inputs, own = saved
    gradients = layer.backward(dy, own)
    required, came = [value.shape for value in values], [np.shape(gradient) for gradient in gradients]
    if came != required:
        raise GraphError("layer.other_gradients", layer=type(layer).__name__, required=required, came=came)
    return gradients[:inputs], gradients[inputs:]


def _kernel_and_bias(weights: Sequence[Array], outputs: int) -> tuple[Array, Array]:
    return weights[0], weights[1] if len(weights) == 2 else np.zeros_like(weights[0], shape=outputs)


def _gamma_and_beta(layer: BatchNormalization | LayerNormalization, call: Call) -> tuple[Array, Array]:
    given, channels, like = list(call.weights), call.inputs[0].shape[-1], call.inputs[0]
    gamma = given.pop(0) if layer.scale else np.ones_like(like, shape=channels)
    beta = given.pop(0) if layer.center else np.zeros_like(like, shape=channels)
    return gamma, beta


def _flat(x: Array) -> Array:
    return x.reshape(len(x), int(np.prod(x.shape[1:])))


OPERATIONS: Mapping[type[Layer], Operation] = {
    Conv2D: Operation(_conv2d, _conv2d_backward),
    DepthwiseConv2D: Operation(_depthwise, _depthwise_backward),
    Dense: Operation(_dense, _dense_backward),
    MaxPooling2D: Operation(_max_pool, _max_pool_backward),
    AveragePooling2D: Operation(_average_pool, _average_pool_backward),
    GlobalAveragePooling2D: Operation(_global_average_pool, _global_average_pool_backward),
    GlobalMaxPooling2D: Operation(_global_max_pool, _global_max_pool_backward),
    ZeroPadding2D: Operation(_zero_padding, _zero_padding_backward),
    Flatten: Operation(_flatten, _flatten_backward),
    BatchNormalization: Operation(_batch_normalization, _batch_normalization_backward),
    LayerNormalization: Operation(_layer_normalization, _layer_normalization_backward),
    Add: Operation(_add, _add_backward),
    Concatenate: Operation(_concatenate, _concatenate_backward),
    ReLU: Operation(_relu, _relu_backward),
    Softmax: Operation(_unchanged, _unchanged_backward),
    Activation: Operation(_unchanged, _unchanged_backward),
    Dropout: Operation(_dropout, _dropout_backward),
}
CUSTOM = Operation(_custom, _custom_backward)


def operation_of(layer: Layer) -> Operation:
    """The arithmetic of a layer: ours, or for a user's own layer what it brings."""
    return CUSTOM if isinstance(layer, CustomLayer) else OPERATIONS[type(layer)]
