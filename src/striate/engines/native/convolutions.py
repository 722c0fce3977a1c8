"""Lowering of Conv2D and Dense: sums over windows, their gradients of the input and of the weights."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from striate.engines.native.fusing import Chain
from striate.engines.native.lowering import (
    GATES,
    Lowering,
    Value,
    given_vector,
)
from striate.engines.native.memory import FLOAT, Maps, Vector
from striate.engines.native.norms import Affine
from striate.engines.native.operations import (
    LINEAR,
    Convolve,
    Function,
    Pack,
    Reduce,
    Region,
    Slope,
    Space,
    Stretch,
    Tensor,
    WeightGradient,
    Windows,
    rounded_up,
)
from striate.engines.native.recording import CHUNKS
from striate.engines.native.tiles import forward_tile, gradient_tile
from striate.network.graph import Node
from striate.network.layers import Conv2D, Dense
from striate.network.layout import Span
from striate.network.shapes import windows
from striate.network.window import Border, Pair

DEPTH_BYTES = 640 * 1024  # weights beyond it leave the cache between two pictures, so all pictures go by at once
PASS_BYTES = 256 * 1024  # of one panel's weights: they stay in the second cache while the windows go by
LONGEST = 512  # values of a stretch, so that passes can be cut between stretches


@dataclass(frozen=True)
class Sum:
    """A layer as sums over windows: its geometry and its kernel (R, S, C, K), of each group."""

    kernel: Pair
    stride: Pair
    dilation: Pair
    border: Border
    count: Pair  # windows
    inputs: int  # channels that a filter sees
    filters: int  # of a group
    groups: int
    span: Span
    bias: Span | None

    @property
    def taps(self) -> int:
        return self.kernel[0] * self.kernel[1]

    @property
    def rows(self) -> int:
        """Values that a window sees: rows of the matrix of weights."""
        return self.taps * self.inputs

    @property
    def work(self) -> int:
        """Multiply-adds for a picture."""
        return self.count[0] * self.count[1] * self.rows * self.filters * self.groups

    @property
    def depth(self) -> bool:
        """Whether the weights stay in the cache while pictures go by one at a time."""
        many = self.count[0] * self.count[1] >= 4
        return many and self.rows * rounded_up(self.filters) * self.groups * FLOAT <= DEPTH_BYTES


def lower_sum(low: Lowering, node: Node, value: Value, chain: Chain) -> Value:
    """A convolution or a dense layer, with what is done in the same pass: functions in registers alone."""
    of = _sum(low, node, value)
    y = Maps(chain.label, (*of.count, of.filters * of.groups))
    norm = _folded(low, of, chain)
    other = low.values[chain.other] if chain.other is not None else None
    _forward(low, of, value.maps, y, Behind(chain.label, chain.function, norm, other.maps if other else None))
    gates = chain.function.curve in GATES and chain.end not in low.asked
    result = Value(y, low.backward, chain.function if gates else None)
    if low.backward:
        low.tape.append(lambda: _back(low, of, value, result, chain.function))
    return result


@dataclass(frozen=True)
class Behind:
    """What is done with the sums before they are stored."""

    label: str
    function: Function
    norm: Affine | None = None
    other: Maps | None = None


def _folded(low: Lowering, of: Sum, chain: Chain) -> Affine | None:
    """A normalisation by running statistics, as factors of the weights and a bias."""
    if chain.norm is None:
        return None
    norm = Affine(low, low.graph.nodes[chain.norm], of.filters * of.groups)
    norm.statistics(low, of.count[0] * of.count[1], None, of.bias)
    return norm


def _back(low: Lowering, of: Sum, value: Value, result: Value, function: Function) -> None:
    dy = low.gradient_of(result)
    if dy is None:
        return
    if function != LINEAR and result.gate is None:
        dy = through(low, dy, result.maps, function)
    _weight_gradient(low, of, value, dy)
    if value.wanted:
        _input_gradient(low, of, value, dy)


def through(low: Lowering, dy: Maps, y: Maps, function: Function) -> Maps:
    """dy times the function's slope, as told by its output."""
    dz = Maps(f"{dy.name} slope", dy.shape)
    low.step("slope", [dy, y], [dz], lambda: Slope(dy.tensor, y.tensor, dz.tensor, function))
    return dz


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
    at = windows(layer, (height, width))
    return Sum(
        at.kernel,
        at.stride,
        at.dilation,
        at.border,
        at.count,
        channels // layer.groups,
        layer.filters // layer.groups,
        layer.groups,
        span,
        bias,
    )


# Forward


def _forward(low: Lowering, of: Sum, x: Maps, y: Maps, behind: Behind) -> None:
    widened(x, of)
    bias = behind.norm.shift if behind.norm else _packed_bias(low, of)
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


def widened(x: Maps, of: Sum) -> None:
    """A halo as wide as the windows hang over the map."""
    (top, _), (left, _) = of.border
    reach = [d * (k - 1) + 1 for k, d in zip(of.kernel, of.dilation, strict=True)]
    last = [(n - 1) * s + r for n, s, r in zip(of.count, of.stride, reach, strict=True)]
    if top or left or last[0] > x.shape[0] or last[1] > x.shape[1]:
        x.with_halo(top, last[0] - top - x.shape[0], left, last[1] - left - x.shape[1])


def stretches(of: Sum, x: Tensor) -> list[Stretch]:
    """What a window sees, in the order of the kernel's rows (R, S, C): values that lie side by side in one stretch."""
    joined = of.dilation[1] == 1 and x.pixel == of.inputs
    pieces: list[Stretch] = []
    for r in range(of.kernel[0]):
        row = r * of.dilation[0] * x.row
        if joined:
            pieces.append(Stretch(row, of.kernel[1] * of.inputs))
        else:
            pieces += [Stretch(row + s * of.dilation[1] * x.pixel, of.inputs) for s in range(of.kernel[1])]
    return cut(pieces)


def cut(pieces: Sequence[Stretch]) -> list[Stretch]:
    """Neighbours made one, then no stretch longer than LONGEST."""
    joined: list[Stretch] = []
    for piece in pieces:
        if joined and joined[-1].offset + joined[-1].size == piece.offset:
            joined[-1] = Stretch(joined[-1].offset, joined[-1].size + piece.size)
        else:
            joined.append(piece)
    return [
        Stretch(piece.offset + first, min(LONGEST, piece.size - first))
        for piece in joined
        for first in range(0, piece.size, LONGEST)
    ]


def _convolve(
    low: Lowering, of: Sum, x: Maps, y: Maps, weights: Vector, bias: Vector | None, behind: Behind, group: int
) -> Convolve:
    (top, _), (left, _) = of.border
    along = of.count[1] == 1 and low.recording.capacity > 1
    tile = forward_tile(low.isa, of.filters, low.recording.capacity if along else of.count[1])
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
    tile = forward_tile(low.isa, of.filters, low.recording.capacity if of.count[1] == 1 else of.count[1])

    def make() -> Vector:
        packed = Vector(f"{of.span.name} packed", of.rows * rounded_up(of.filters))
        source = given_vector(Space.THETA, of.span)
        taps = [tap * of.inputs * columns + group * of.filters for tap in range(of.taps)]
        scale = norm.scale if norm else None
        low.prepare(
            f"pack {of.span.name}",
            [source, scale],
            [packed],
            lambda: Pack(
                source.region,
                packed.region,
                taps,
                of.inputs,
                columns,
                1,
                of.filters,
                tile.panel,
                _part(scale, group * of.filters) if scale else None,
            ),
        )
        return packed

    return low.recording.once((of.span.name, group, tile.panel, norm and norm.node.name), make)


def _part(vector: Vector, first: int) -> Region:
    region = vector.region
    return replace(region, offset=region.offset + first, size=region.size - first)


def _packed_bias(low: Lowering, of: Sum) -> Vector | None:
    if of.bias is None:
        return None
    bias = of.bias

    def make() -> Vector:
        packed = Vector(f"{bias.name} packed", bias.size + 16)
        source = given_vector(Space.THETA, bias)
        low.prepare(
            f"pack {bias.name}",
            [source],
            [packed],
            lambda: Pack(source.region, packed.region, [0], 1, 0, 1, bias.size, rounded_up(bias.size)),
        )
        return packed

    return low.recording.once(bias.name, make)


# Backward


def _weight_gradient(low: Lowering, of: Sum, value: Value, dy: Maps) -> None:
    x = value.remake() if value.remake else value.maps
    widened(x, of)
    chunks = CHUNKS if of.depth else 1
    columns = of.filters * of.groups
    for group in range(of.groups):
        dw = Vector(f"d {of.span.name}", of.rows * rounded_up(of.filters), chunks=chunks)
        db = Vector(f"d {of.bias.name}", of.filters, chunks=chunks) if of.bias else None
        low.step(
            f"d {of.span.name}",
            [x, dy],
            [dw, *([db] if db else [])],
            lambda group=group, dw=dw, db=db: _gradient_of_weights(low, of, x, dy, dw, db, group),
            depth=of.depth,
            chunks=chunks,
            work=of.work // of.groups * (1 if of.depth else low.recording.capacity),
        )
        reduced(low, dw, of.span, (of.rows, of.filters), columns, group * of.filters, chunks)
        if of.bias is not None and db is not None:
            reduced(low, db, of.bias, (1, of.filters), of.filters, group * of.filters, chunks)


def _gradient_of_weights(
    low: Lowering, of: Sum, x: Maps, dy: Maps, dw: Vector, db: Vector | None, group: int
) -> WeightGradient:
    (top, _), (left, _) = of.border
    tile = gradient_tile(low.isa, of.filters, of.rows)
    return WeightGradient(
        x.tensor,
        dy.tensor,
        dw.region,
        stretches(of, x.tensor),
        Windows(*of.count, -top, -left, *of.stride),
        of.filters,
        tile.panel,
        tile.windows,
        db.region if db else None,
        group * of.inputs,
        group * of.filters,
    )


def reduced(low: Lowering, sums: Vector, span: Span, size: tuple[int, int], step: int, first: int, chunks: int) -> None:
    """The chunks' sums added up, into a weight's gradient; what is there already is added to, in the last steps."""
    target = given_vector(Space.GRADIENT, span)
    key = f"{span.name} {first}"
    accumulate = key in low.done
    low.done.add(key)

    def make() -> Reduce:
        region = replace(target.region, offset=target.region.offset + first, size=target.region.size - first)
        return Reduce(sums.region, region, *size, step, chunks, accumulate)

    low.later(f"add up {sums.name}", [sums], [target], make)


def _input_gradient(low: Lowering, of: Sum, value: Value, dy: Maps) -> None:
    """dx[i] = sum of dy[p] w[r] over all p stride + r dilation - border = i: for each phase of the stride a sum over
    windows of dy, the kernel's taps in reverse."""
    gate = value.gate
    into, accumulate = low.into(value, gated=True)
    at = value.maps if gate else None
    if of.kernel == value.shape[:2] and of.count == (1, 1) and of.groups == 1 and of.dilation == (1, 1):
        _map_gradient(low, of, dy, into, accumulate, at, gate)
        return
    for a in range(of.stride[0]):
        for b in range(of.stride[1]):
            rows, columns = phase_taps(of, 0, a), phase_taps(of, 1, b)
            size = tuple(-(-(n - first) // s) for n, first, s in zip(value.shape[:2], (a, b), of.stride, strict=True))
            if min(size) < 1:
                continue
            phase_halo(dy, 0, [o for _, o in rows], size[0])
            phase_halo(dy, 1, [o for _, o in columns], size[1])
            for group in range(of.groups):
                _phase(low, of, dy, into, (a, b), (size[0], size[1]), rows, columns, group, accumulate, at, gate)


def _map_gradient(
    low: Lowering, of: Sum, dy: Maps, dx: Maps, accumulate: bool, at: Maps | None, gate: Function | None
) -> None:
    """Of one window over the whole map, a dense layer's: each value that it sees is a sum over the filters."""
    channels = of.inputs
    if channels != rounded_up(channels):
        for tap in range(of.taps):
            place = Windows(1, 1, *divmod(tap, of.kernel[1]))
            _sums_of_filters(low, of, dy, dx, [tap], lambda place=place: [place], accumulate, at, gate)
        return

    def places() -> list[Windows]:
        # Without halos the whole map is one pixel of many channels.
        if dx.halo == (0, 0, 0, 0) and (at is None or at.halo == dx.halo):
            return []
        return [Windows(1, 1, r, s) for r in range(of.kernel[0]) for s in range(of.kernel[1])]

    _sums_of_filters(low, of, dy, dx, list(range(of.taps)), places, accumulate, at, gate)


def _sums_of_filters(
    low: Lowering,
    of: Sum,
    dy: Maps,
    dx: Maps,
    taps: list[int],
    places: Callable[[], list[Windows]],
    accumulate: bool,
    at: Maps | None,
    gate: Function | None,
) -> None:
    """dx at each place; where there are no places all of it at once."""
    pictures, channels = low.recording.capacity, of.inputs
    tile = forward_tile(low.isa, channels, pictures)
    # A panel that ends with a pixel's channels, so that weights for all pixels are those of one after the other.
    panel = tile.panel if channels % tile.panel == 0 else 16
    weights = _turned(low, of, 0, taps, panel, joined=True)

    def one(place: Windows | None, number: int) -> Convolve:
        size = of.filters * rounded_up(channels)
        region = replace(weights.region, offset=weights.region.offset + number * size)
        target, slope_at = (maps.tensor if place else _as_pixel(maps.tensor) for maps in (dx, at or dx))
        return Convolve(
            dy.tensor,
            target,
            region if place is None else replace(region, size=size),
            cut([Stretch(0, of.filters)]),
            Windows(1, 1),
            place or Windows(1, 1),
            channels if place else channels * len(taps),
            panel,
            tile.windows,
            PASS_BYTES // (panel * FLOAT),
            pictures > 1,
            add=target if accumulate else None,
            at=slope_at if at else None,
            slope=gate or LINEAR,
        )

    low.step(
        f"d input of {of.span.layer}",
        [dy, weights, at, dx if accumulate else None],
        [dx],
        lambda: [one(place, number) for number, place in enumerate(places() or [None])],
        depth=False,
        work=len(taps) * channels * of.filters * pictures,
    )


def _as_pixel(tensor: Tensor) -> Tensor:
    """Maps without halo and rounding as one pixel of many channels."""
    values = tensor.height * tensor.row
    return replace(tensor, row=values, pixel=values, height=1, width=1, channels=values)


def _phase(
    low: Lowering,
    of: Sum,
    dy: Maps,
    dx: Maps,
    first: Pair,
    size: Pair,
    rows: list[Pair],
    columns: list[Pair],
    group: int,
    accumulate: bool,
    at: Maps | None,
    gate: Function | None,
) -> None:
    taps = [r * of.kernel[1] + s for r, _ in rows for s, _ in columns]
    along = size[1] == 1 and low.recording.capacity > 1
    tile = forward_tile(low.isa, of.inputs, low.recording.capacity if along else size[1])
    weights = _turned(low, of, group, taps, tile.panel) if taps else None

    def make() -> Convolve:
        d = dy.tensor
        pieces = cut([Stretch(o * d.row + q * d.pixel, of.filters) for _, o in rows for _, q in columns])
        return Convolve(
            d,
            dx.tensor,
            weights.region if weights else None,
            pieces,
            Windows(*size),
            Windows(*size, *first, *of.stride),
            of.inputs,
            tile.panel,
            tile.windows,
            PASS_BYTES // (tile.panel * FLOAT),
            along,
            add=dx.tensor if accumulate else None,
            at=at.tensor if at else None,
            slope=gate or LINEAR,
            x_channel=group * of.filters,
            y_channel=group * of.inputs,
        )

    low.step(
        f"d input of {of.span.layer}",
        [dy, weights, at, dx if accumulate else None],
        [dx],
        make,
        depth=of.depth,
        work=size[0] * size[1] * len(taps) * of.filters * of.inputs * (1 if of.depth else low.recording.capacity),
    )


def phase_taps(of: Sum, axis: int, first: int) -> list[Pair]:
    """The taps r that reach pixels first, first + stride, ..., each with o: pixel first + m stride sees dy[m + o]."""
    s, d, before = of.stride[axis], of.dilation[axis], of.border[axis][0]
    return [(r, (first + before - r * d) // s) for r in range(of.kernel[axis]) if (first + before - r * d) % s == 0]


def phase_halo(dy: Maps, axis: int, offsets: list[int], count: int) -> None:
    if offsets:
        before, after = -min(offsets), count - 1 + max(offsets) - (dy.shape[axis] - 1)
        dy.with_halo(*((before, after, 0, 0) if axis == 0 else (0, 0, before, after)))


def _turned(low: Lowering, of: Sum, group: int, taps: list[int], panel: int, *, joined: bool = False) -> Vector:
    """Some taps of a kernel with inputs and filters exchanged: rows (tap, k), channels c; `joined`: (k), (tap, c)."""
    columns = of.filters * of.groups
    channels = of.inputs * len(taps) if joined else of.inputs

    def make() -> Vector:
        packed = Vector(f"{of.span.name} turned", len(taps) * of.filters * rounded_up(of.inputs))
        source = given_vector(Space.THETA, of.span)
        places = [tap * of.inputs * columns + group * of.filters for tap in (taps[:1] if joined else taps)]
        low.prepare(
            f"turn {of.span.name}",
            [source],
            [packed],
            lambda: Pack(source.region, packed.region, places, of.filters, 1, columns, channels, panel),
        )
        return packed

    return low.recording.once((of.span.name, "turned", group, tuple(taps), panel, joined), make)
