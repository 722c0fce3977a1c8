"""Lowering of DepthwiseConv2D; with several filters a channel each channel is first laid out so many times."""

from dataclasses import dataclass

from striate.engines.native.convolution_gradients import reduced, through
from striate.engines.native.convolutions import Behind
from striate.engines.native.fusing import Chain
from striate.engines.native.geometry import Geometry, phase_halo, phase_taps, widened
from striate.engines.native.lowering import GATES, Lowering, Value, given_vector
from striate.engines.native.memory import Maps, Vector
from striate.engines.native.norms import Affine
from striate.engines.native.operations import Depthwise, DepthwiseWeightGradient, Pack, Repeat, RepeatGradient
from striate.engines.native.recording import CHUNKS
from striate.engines.native.tensors import LINEAR, Function, Space, Tensor, Windows, rounded_up
from striate.network.graph import Node
from striate.network.layers import DepthwiseConv2D
from striate.network.layout import Span
from striate.network.shapes import windows
from striate.network.window import Pair


@dataclass(frozen=True)
class Each(Geometry):
    """A depthwise layer: its weights are (R, S, C)."""

    channels: int
    span: Span
    bias: Span | None

    @property
    def work(self) -> int:
        return self.count[0] * self.count[1] * self.kernel[0] * self.kernel[1] * self.channels


def lower_depthwise(low: Lowering, node: Node, value: Value, chain: Chain) -> Value:
    """A depthwise convolution, with what is done in the same pass."""
    layer = node.layer
    assert isinstance(layer, DepthwiseConv2D)
    span = low.weight(node, "kernel")
    assert span is not None
    value = repeated(low, node.name, value, layer.depth_multiplier)
    at = windows(layer, value.shape[:2])
    of = Each(at.kernel, at.stride, at.dilation, at.border, at.count, value.shape[2], span, low.weight(node, "bias"))
    norm = Affine(low, low.graph.nodes[chain.norm], of.channels) if chain.norm is not None else None
    if norm:
        norm.statistics(low, of.count[0] * of.count[1], None, of.bias)
    other = low.values[chain.other] if chain.other is not None else None
    y = Maps(chain.label, (*of.count, of.channels))
    _forward(low, of, value.maps, y, Behind(chain.label, chain.function, norm, other.maps if other else None))
    gates = chain.function.curve in GATES and chain.end not in low.asked
    result = Value(y, low.backward, chain.function if gates else None)
    if low.backward:
        low.tape.append(lambda: _back(low, of, value, result, chain.function))
    return result


def _forward(low: Lowering, of: Each, x: Maps, y: Maps, behind: Behind) -> None:
    widened(x, of)
    taps = list(range(of.kernel[0] * of.kernel[1]))
    weights = _packed(low, of, taps, behind.norm)
    bias = behind.norm.shift if behind.norm else _packed_bias(low, of)
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
        ),
        work=of.work,
    )


def offsets(of: Each, x: Tensor) -> list[int]:
    """Where each tap lies, from the window's first pixel."""
    rows, columns = of.kernel
    return [r * of.dilation[0] * x.row + s * of.dilation[1] * x.pixel for r in range(rows) for s in range(columns)]


def _packed(low: Lowering, of: Each, taps: list[int], norm: Affine | None) -> Vector:
    def make() -> Vector:
        packed = Vector(f"{of.span.name} packed", len(taps) * rounded_up(of.channels))
        source = given_vector(Space.THETA, of.span)
        scale = norm.scale if norm else None
        places = [tap * of.channels for tap in taps]
        low.prepare(
            f"pack {of.span.name}",
            [source, scale],
            [packed],
            lambda: Pack(
                source.region,
                packed.region,
                places,
                1,
                0,
                1,
                of.channels,
                rounded_up(of.channels),
                scale.region if scale else None,
            ),
        )
        return packed

    return low.recording.once((of.span.name, tuple(taps), norm and norm.node.name), make)


def _packed_bias(low: Lowering, of: Each) -> Vector | None:
    if of.bias is None:
        return None
    bias = of.bias

    def make() -> Vector:
        packed = Vector(f"{bias.name} packed", bias.size)
        source = given_vector(Space.THETA, bias)
        low.prepare(
            f"pack {bias.name}",
            [source],
            [packed],
            lambda: Pack(source.region, packed.region, [0], 1, 0, 1, bias.size, rounded_up(bias.size)),
        )
        return packed

    return low.recording.once(bias.name, make)


def _back(low: Lowering, of: Each, value: Value, result: Value, function: Function) -> None:
    dy = low.gradient_of(result)
    if dy is None:
        return
    if function != LINEAR and result.gate is None:
        dy = through(low, dy, result.maps, function)
    _weight_gradient(low, of, value, dy)
    if value.wanted:
        _input_gradient(low, of, value, dy)


def _weight_gradient(low: Lowering, of: Each, value: Value, dy: Maps) -> None:
    x = value.remake() if value.remake else value.maps
    widened(x, of)
    taps = of.kernel[0] * of.kernel[1]
    dw = Vector(f"d {of.span.name}", taps * rounded_up(of.channels), chunks=CHUNKS)
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
        ),
        chunks=CHUNKS,
        work=of.work,
    )
    reduced(low, dw, of.span, (taps, of.channels), of.channels, 0, CHUNKS)
    if of.bias is not None and db is not None:
        reduced(low, db, of.bias, (1, of.channels), of.channels, 0, CHUNKS)


def _input_gradient(low: Lowering, of: Each, value: Value, dy: Maps) -> None:
    """As for a convolution: for each phase of the stride a depthwise one of dy, the taps in reverse."""
    gate = value.gate
    into, accumulate = low.into(value, gated=True)
    at = value.maps if gate else None
    for a in range(of.stride[0]):
        for b in range(of.stride[1]):
            rows, columns = phase_taps(of, 0, a), phase_taps(of, 1, b)
            height, width = (
                -(-(n - first) // s) for n, first, s in zip(value.shape[:2], (a, b), of.stride, strict=True)
            )
            if height < 1 or width < 1:
                continue
            phase_halo(dy, 0, [o for _, o in rows], height)
            phase_halo(dy, 1, [o for _, o in columns], width)
            _phase(low, of, dy, into, Windows(height, width, a, b, *of.stride), rows, columns, accumulate, at, gate)


def _phase(
    low: Lowering,
    of: Each,
    dy: Maps,
    dx: Maps,
    places: Windows,
    rows: list[Pair],
    columns: list[Pair],
    accumulate: bool,
    at: Maps | None,
    gate: Function | None,
) -> None:
    taps = [r * of.kernel[1] + s for r, _ in rows for s, _ in columns]
    weights = _packed(low, of, taps or [0], None)

    def make() -> Depthwise:
        d = dy.tensor
        return Depthwise(
            d,
            dx.tensor,
            weights.region,
            [o * d.row + q * d.pixel for _, o in rows for _, q in columns],
            Windows(places.rows, places.columns),
            places,
            add=dx.tensor if accumulate else None,
            at=at.tensor if at else None,
            slope=gate or LINEAR,
        )

    low.step(
        f"d input of {of.span.layer}",
        [dy, weights, at, dx if accumulate else None],
        [dx],
        make,
        work=places.rows * places.columns * len(taps) * of.channels,
    )


def repeated(low: Lowering, name: str, value: Value, times: int) -> Value:
    """Each channel so many times."""
    if times == 1:
        return value
    height, width, channels = value.shape
    x, y = value.maps, Maps(f"{name}: repeated", (height, width, channels * times))
    low.step(f"{name}: repeat", [x], [y], lambda: Repeat(x.tensor, y.tensor, times))
    result = Value(y, low.backward and value.wanted)

    def backward() -> None:
        dy = low.gradient_of(result)
        if dy is None:
            return
        into, accumulate = low.into(value)
        low.step(
            f"d {name}: repeat",
            [dy, into if accumulate else None],
            [into],
            lambda: RepeatGradient(dy.tensor, into.tensor, times, accumulate),
        )

    if result.wanted:
        low.tape.append(backward)
    return result
