"""What a program is handed, looked at before any arithmetic: one clear error, whichever engine it is."""

from collections.abc import Mapping
from math import prod
from typing import Any

from numpy.typing import NDArray

from striate.errors import DataError, SizeError
from striate.network.graph import Graph

NUMBERS = "fiub"  # kinds of dtypes that become float32: floating-point and whole numbers, truth values


def check_weights(graph: Graph, theta: NDArray[Any], state: NDArray[Any]) -> None:
    """Raise `SizeError` unless theta and state are vectors of floats as long as the graph's layouts say."""
    if theta.shape != (graph.theta.size,) or theta.dtype.kind != "f":
        _refuse_weights("engine.vector_theta", graph.theta.size, theta)
    if state.shape != (graph.state.size,) or state.dtype.kind != "f":
        _refuse_weights("engine.vector_state", graph.state.size, state)


def _refuse_weights(vector: str, required: int, came: NDArray[Any]) -> None:
    raise SizeError("engine.weights_differ", vector=vector, required=required, dtype=came.dtype, came=came.shape)


def check_pictures(graph: Graph, capacity: int, x: NDArray[Any]) -> None:
    """Raise `DataError` unless x holds from one picture to `capacity` of them, in the graph's shape, as numbers."""
    if x.shape[1:] != graph.input_shape or not x.ndim or x.dtype.kind not in NUMBERS:
        raise DataError("engine.pictures_differ", required=("N", *graph.input_shape), dtype=x.dtype, came=x.shape)
    if len(x) > capacity:
        raise DataError("engine.batch_too_large", capacity=capacity, came=len(x))
    if len(x) == 0:
        raise DataError("data.no_pictures")


def check_targets(graph: Graph, pictures: int, y: NDArray[Any], sample_weight: NDArray[Any] | None) -> None:
    """Raise `DataError` unless each output has a target, or each row a class number; so too each picture a weight."""
    *rows, classes = pictures, *graph.output_shape
    outputs = prod(rows) * classes
    if y.dtype.kind not in NUMBERS or y.size not in (outputs, outputs // classes):
        required = ("N", *graph.output_shape)
        raise DataError("engine.targets_differ", required=required, dtype=y.dtype, came=y.shape)
    if y.size != outputs and not (y.min() >= 0 and y.max() < classes):
        wrong = next(
            i for i, label in enumerate(y.reshape(pictures, -1)) if not ((label >= 0) & (label < classes)).all()
        )
        raise DataError(
            "data.label_out_of_range", picture=wrong, came=y.reshape(pictures, -1)[wrong][0], last=classes - 1
        )
    if sample_weight is not None and (sample_weight.shape != (pictures,) or sample_weight.dtype.kind not in NUMBERS):
        dtype, came = sample_weight.dtype, sample_weight.shape
        raise DataError("engine.shares_differ", required=pictures, dtype=dtype, came=came)


def check_gradients(graph: Graph, pictures: int, dy: Mapping[str, NDArray[Any]]) -> None:
    """Raise `DataError` unless each gradient has its node's shape, once for every picture."""
    for name, values in dy.items():
        required = (pictures, *graph.node(name).shape)
        if values.shape != required or values.dtype.kind not in NUMBERS:
            raise DataError(
                "engine.gradient_differs", node=name, required=required, dtype=values.dtype, came=values.shape
            )
