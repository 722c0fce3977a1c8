"""Lowering of Conv2D and Dense: sums over windows."""

from dataclasses import dataclass, replace

from striate.engines.native.convolution_gradients import convolution_back
from striate.engines.native.fusing import Chain
from striate.engines.native.geometry import PASS_BYTES, Sum, stretches, widened
from striate.engines.native.lowering import (
    Lowering,
    Value,
    gate_of,
)
from striate.engines.native.memory import FLOAT, Maps, Vector
from striate.engines.native.norms import Affine
from striate.engines.native.operations import Convolve, Pack
from striate.engines.native.tensors import Function, Region, Windows, rounded_up
from striate.engines.native.tiles import line_tile
from striate.network.graph import Node
from striate.network.layers import Conv2D, Dense
from striate.network.layout import Span
from striate.network.shapes import windows


def lower_sum(low: Lowering, node: Node, value: Value, chain: Chain) -> Value:
    """A convolution or a dense layer, with what is done in the same pass: functions in registers alone."""
    of = _sum(low, node, value)
    y = Maps(chain.label, (*of.count, of.filters * of.groups))
    _forward(low, of, value.maps, y, Behind.of(low, chain, y, of.bias))
    result = Value(y, low.backward, gate_of(chain.function, asked=chain.end in low.asked))
    return low.going_back(
        result, lambda dy: convolution_back(low, of, value, low.before_function(dy, result, chain.function))
    )


@dataclass(frozen=True)
class Behind:
    """What is done with the sums before they are stored."""

    label: str
    function: Function
    norm: Affine | None = None
    other: Maps | None = None

    @staticmethod
    def of(low: Lowering, chain: Chain, y: Maps, bias: Span | None) -> "Behind":
        """What a chain does with the sums that become y: a normalisation is folded into the weights and the bias."""
        other = low.values[chain.other].maps if chain.other is not None else None
        if chain.norm is None:
            return Behind(chain.label, chain.function, None, other)
        height, width, channels = y.shape
        norm = Affine(low, low.graph.nodes[chain.norm], channels)
        norm.statistics(low, height * width, None, bias)
        return Behind(chain.label, chain.function, norm, other)


def _sum(low: Lowering, node: Node, value: Value) -> Sum:
    layer = node.layer
    span, bias = low.weight(node, "kernel"), low.weight(node, "bias")
    assert span is not None
    height, width, channels = value.shape
    if isinstance(layer, Dense):
        # Behind a flattening the kernel (H W C, K) is a window over the whole map; on maps it is one of 1x1.
        whole = span.shape[0] == height * width * channels
        kernel = (height, width) if whole else (1, 1)
        count = (1, 1) if whole else (height, width)
        return Sum(kernel, (1, 1), (1, 1), ((0, 0), (0, 0)), count, channels, layer.units, 1, span, bias)
    assert isinstance(layer, Conv2D)
    at = windows(layer, low.size_before(node))
    return Sum(
        at.kernel,
        at.stride,
        at.dilation,
        at.border,
        low.extents[node.name],
        channels // layer.groups,
        layer.filters // layer.groups,
        layer.groups,
        span,
        bias,
    )


def _forward(low: Lowering, of: Sum, x: Maps, y: Maps, behind: Behind) -> None:
    widened(x, of)
    bias = behind.norm.shift if behind.norm else low.packed_bias(of.bias)
    for group in range(of.groups):
        weights = _packed(low, of, group, behind.norm)
        low.step(
            behind.label,
            [x, weights, bias, behind.other],
            [y],
            lambda group=group, weights=weights: _convolve(low, of, x, y, weights, bias, behind, group),
            depth=of.depth,
            work=of.work // of.groups * (1 if of.depth else low.recording.capacity),
        )


def _convolve(
    low: Lowering, of: Sum, x: Maps, y: Maps, weights: Vector, bias: Vector | None, behind: Behind, group: int
) -> Convolve:
    (top, _), (left, _) = of.border
    along = of.count[1] == 1 and low.recording.capacity > 1
    tile = line_tile(low.isa, of.filters, of.count[1], low.recording.capacity)
    return Convolve(
        x.tensor,
        y.tensor,
        weights.region,
        stretches(of, x.tensor),
        Windows(*of.count, -top, -left, *of.stride),
        Windows(*of.count),
        of.filters,
        tile.panel,
        tile.windows,
        PASS_BYTES // (tile.panel * FLOAT),
        along,
        bias.region if bias else None,
        behind.other.tensor if behind.other else None,
        function=behind.function,
        x_channel=group * of.inputs,
        y_channel=group * of.filters,
    )


def _packed(low: Lowering, of: Sum, group: int, norm: Affine | None) -> Vector:
    """The kernel of a group, panel after panel; a normalisation's scale multiplied into it."""
    columns = of.filters * of.groups  # of a row (r, s, c) in theta
    tile = line_tile(low.isa, of.filters, of.count[1], low.recording.capacity)
    taps = [tap * of.inputs * columns + group * of.filters for tap in range(of.taps)]
    key, scale = (group, tile.panel, norm and norm.node.name), norm.scale if norm else None

    def pack(kernel: Region, packed: Region) -> Pack:
        factors = _part(scale, group * of.filters) if scale else None
        return Pack(kernel, packed, taps, of.inputs, columns, 1, of.filters, tile.panel, factors)

    return low.laid_out("pack", of.span, key, of.rows * rounded_up(of.filters), pack, scale=scale)


def _part(vector: Vector, first: int) -> Region:
    region = vector.region
    return replace(region, offset=region.offset + first, size=region.size - first)
