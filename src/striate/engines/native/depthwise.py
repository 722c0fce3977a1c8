"""Lowering of DepthwiseConv2D, and of Conv2D in small groups.

With several filters a channel each channel is first laid out so many times.
"""

from dataclasses import dataclass

from striate.engines.native.convolution_gradients import reduced
from striate.engines.native.convolutions import Behind
from striate.engines.native.fusing import Chain
from striate.engines.native.geometry import Geometry, Phase, phases, widened
from striate.engines.native.lowering import Into, Lowering, Value, gate_of
from striate.engines.native.memory import Maps, Vector
from striate.engines.native.norms import Affine
from striate.engines.native.operations import Depthwise, DepthwiseWeightGradient, Pack, Repeat, RepeatGradient
from striate.engines.native.recording import CHUNKS
from striate.engines.native.tensors import Region, Tensor, Windows, rounded_up
from striate.network.graph import Node
from striate.network.layers import Conv2D, DepthwiseConv2D, Layer
from striate.network.layout import Span
from striate.network.shapes import windows

GROUPS = (1, 2, 4, 8)  # channels that see one another, as the kernels have them


@dataclass(frozen=True)
class Each(Geometry):
    """A layer whose channels go by themselves, or in groups of g: its weights are (R, S, g, C)."""

    channels: int
    group: int
    span: Span
    bias: Span | None

    @property
    def rows(self) -> int:
        """Rows of the weights."""
        return self.taps * self.group

    @property
    def work(self) -> int:
        return self.count[0] * self.count[1] * self.rows * self.channels


def goes_by_channels(layer: Layer, channels: int) -> bool:
    """Whether each channel goes by itself, or with the few of its group to as many."""
    if isinstance(layer, Conv2D) and layer.groups > 1:
        return layer.filters == channels and channels // layer.groups in GROUPS
    return isinstance(layer, DepthwiseConv2D)


def lower_depthwise(low: Lowering, node: Node, value: Value, chain: Chain) -> Value:
    """A depthwise convolution, with what is done in the same pass."""
    layer = node.layer
    assert isinstance(layer, Conv2D | DepthwiseConv2D)
    span = low.weight(node, "kernel")
    assert span is not None
    if isinstance(layer, DepthwiseConv2D):
        value = repeated(low, node.name, value, layer.depth_multiplier)
    channels = value.shape[2]
    group = channels // layer.groups if isinstance(layer, Conv2D) else 1
    at, bias = windows(layer, value.shape[:2]), low.weight(node, "bias")
    of = Each(at.kernel, at.stride, at.dilation, at.border, at.count, channels, group, span, bias)
    y = Maps(chain.label, (*of.count, of.channels))
    _forward(low, of, value.maps, y, Behind.of(low, chain, y, of.bias))
    result = Value(y, low.backward, gate_of(chain.function, asked=chain.end in low.asked))
    return low.going_back(result, lambda dy: _back(low, of, value, low.before_function(dy, result, chain.function)))


def _forward(low: Lowering, of: Each, x: Maps, y: Maps, behind: Behind) -> None:
    widened(x, of)
    weights = _packed(low, of, behind.norm)
    bias = behind.norm.shift if behind.norm else low.packed_bias(of.bias)
    other = behind.other
    (top, _), (left, _) = of.border
    low.step(
        behind.label,
        [x, weights, bias, other],
        [y],
        lambda: Depthwise(
            x.tensor,
            y.tensor,
            weights.region,
            offsets(of, x.tensor),
            Windows(*of.count, -top, -left, *of.stride),
            Windows(*of.count),
            bias.region if bias else None,
            other.tensor if other else None,
            function=behind.function,
            group=of.group,
        ),
        work=of.work,
    )


def offsets(of: Each, x: Tensor) -> list[int]:
    """Where each tap lies, from the window's first pixel."""
    rows, columns = of.kernel
    return [r * of.dilation[0] * x.row + s * of.dilation[1] * x.pixel for r in range(rows) for s in range(columns)]


def _packed(low: Lowering, of: Each, norm: Affine | None) -> Vector:
    """The kernel's rows, rounded up; a normalisation's scale multiplied into them."""
    width, scale = rounded_up(of.channels), norm.scale if norm else None
    rows = [row * of.channels for row in range(of.rows)]

    def pack(kernel: Region, packed: Region) -> Pack:
        return Pack(kernel, packed, rows, 1, 0, 1, of.channels, width, scale.region if scale else None)

    return low.laid_out("pack", of.span, (norm and norm.node.name,), of.rows * width, pack, scale=scale)


def _turned(low: Lowering, of: Each, taps: list[int]) -> Vector:
    """The rows of some taps; in groups with inputs and filters exchanged: row (t, k), channel c."""
    if of.group == 1 and taps == list(range(of.taps)):
        return _packed(low, of, None)
    width, rows = rounded_up(of.channels), [tap * of.group * of.channels for tap in taps]
    step, group = (of.channels, of.group) if of.group > 1 else (1, 0)

    def turn(kernel: Region, turned: Region) -> Pack:
        return Pack(kernel, turned, rows, of.group, 1, step, of.channels, width, group=group, group_step=group)

    return low.laid_out("turn", of.span, tuple(taps), len(taps) * of.group * width, turn)


def _back(low: Lowering, of: Each, value: Value, dy: Maps) -> None:
    _weight_gradient(low, of, value, dy)
    if value.wanted:
        _input_gradient(low, of, value, dy)


def _weight_gradient(low: Lowering, of: Each, value: Value, dy: Maps) -> None:
    x = value.remake() if value.remake else value.maps
    widened(x, of)
    dw = Vector(f"d {of.span.name}", of.rows * rounded_up(of.channels), chunks=CHUNKS)
    db = Vector(f"d {of.bias.name}", of.channels, chunks=CHUNKS) if of.bias else None
    (top, _), (left, _) = of.border
    low.step(
        f"d {of.span.name}",
        [x, dy],
        [dw, *([db] if db else [])],
        lambda: DepthwiseWeightGradient(
            x.tensor,
            dy.tensor,
            dw.region,
            offsets(of, x.tensor),
            Windows(*of.count, -top, -left, *of.stride),
            db.region if db else None,
            of.group,
        ),
        chunks=CHUNKS,
        work=of.work,
    )
    reduced(low, dw, of.span, (of.rows, of.channels), of.channels, 0, CHUNKS)
    if of.bias is not None and db is not None:
        reduced(low, db, of.bias, (1, of.channels), of.channels, 0, CHUNKS)


def _input_gradient(low: Lowering, of: Each, value: Value, dy: Maps) -> None:
    """As for a convolution: for each phase of the stride a depthwise one of dy, the taps in reverse."""
    into = low.into(value, gated=True)
    for phase in phases(of, value.shape[:2], dy):
        _phase(low, of, dy, into, phase)


def _phase(low: Lowering, of: Each, dy: Maps, into: Into, phase: Phase) -> None:
    """dx at the pixels of a phase."""
    taps, windows = phase.taps(of), phase.windows
    weights = _turned(low, of, taps or [0])

    def make() -> Depthwise:
        d = dy.tensor
        return Depthwise(
            d,
            into.maps.tensor,
            weights.region,
            [o * d.row + q * d.pixel for _, o in phase.rows for _, q in phase.columns],
            windows,
            phase.places,
            add=into.before.tensor if into.before else None,
            at=into.at.tensor if into.at else None,
            slope=into.slope,
            group=of.group,
        )

    low.step(
        f"d input of {of.span.layer}",
        [dy, weights, into.at, into.before],
        [into.maps],
        make,
        work=windows.rows * windows.columns * len(taps) * of.group * of.channels,
    )


def repeated(low: Lowering, name: str, value: Value, times: int) -> Value:
    """Each channel so many times."""
    if times == 1:
        return value
    height, width, channels = value.shape
    x, y = value.maps, Maps(f"{name}: repeated", (height, width, channels * times))
    low.step(f"{name}: repeat", [x], [y], lambda: Repeat(x.tensor, y.tensor, times))
    result = Value(y, low.backward and value.wanted)

    def operation(dy: Maps, dx: Maps, accumulate: bool) -> RepeatGradient:
        return RepeatGradient(dy.tensor, dx.tensor, times, accumulate)

    return low.back(f"d {name}: repeat", value, result, operation)
