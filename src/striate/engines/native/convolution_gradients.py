"""The way back through sums over windows: gradients of the input and of the weights."""

from collections.abc import Callable
from dataclasses import replace

from striate.engines.native.geometry import (
    PASS_BYTES,
    Phase,
    Sum,
    beside_the_map,
    cut,
    phases,
    stretches,
    widened,
)
from striate.engines.native.lowering import (
    Into,
    Lowering,
    Value,
    given_vector,
)
from striate.engines.native.memory import FLOAT, Maps, Vector
from striate.engines.native.operations import Convolve, Pack, Reduce, WeightGradient
from striate.engines.native.recording import CHUNKS
from striate.engines.native.tensors import Space, Stretch, Tensor, Windows, rounded_up
from striate.engines.native.tiles import gradient_tile, line_tile
from striate.network.layout import Span


def convolution_back(low: Lowering, of: Sum, value: Value, dy: Maps) -> None:
    """The gradients of the weights, and of the input where it is wanted."""
    _weight_gradient(low, of, value, dy)
    if value.wanted:
        _input_gradient(low, of, value, dy)


def _weight_gradient(low: Lowering, of: Sum, value: Value, dy: Maps) -> None:
    x = value.remake() if value.remake else value.maps
    widened(x, of)
    chunks = CHUNKS if of.depth else 1
    columns = of.filters * of.groups
    for group in range(of.groups):
        first = group * of.filters
        dw = _sums_of(low, of, of.span, of.rows, first, chunks)
        db = _sums_of(low, of, of.bias, 1, first, chunks) if of.bias else None
        low.step(
            f"d {of.span.name}",
            [x, dy],
            [dw, *([db] if db else [])],
            lambda group=group, dw=dw, db=db: _gradient_of_weights(low, of, x, dy, dw, db, group),
            depth=of.depth,
            chunks=chunks,
            work=of.work // of.groups * (1 if of.depth else low.recording.capacity),
        )
        if not dw.given:
            reduced(low, dw, of.span, (of.rows, of.filters), columns, first, chunks)
        if of.bias is not None and db is not None and not db.given:
            reduced(low, db, of.bias, (1, of.filters), of.filters, first, chunks)


def _sums_of(low: Lowering, of: Sum, span: Span, rows: int, first: int, chunks: int) -> Vector:
    """Where sums over the batch go: into the gradient itself where it needs no adding up and no rounding."""
    key = f"{span.name} {first}"
    if chunks == 1 and of.groups == 1 and of.filters == rounded_up(of.filters) and key not in low.done:
        low.done.add(key)
        return given_vector(Space.GRADIENT, span)
    return Vector(f"d {span.name}", rows * rounded_up(of.filters), chunks=chunks)


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
    accumulate = low.adds_to(f"{span.name} {first}")

    def make() -> Reduce:
        region = replace(target.region, offset=target.region.offset + first, size=target.region.size - first)
        return Reduce(sums.region, region, *size, step, chunks, accumulate)

    low.later(f"add up {sums.name}", [sums], [target], make)


def _input_gradient(low: Lowering, of: Sum, value: Value, dy: Maps) -> None:
    """dx[i] = sum of dy[p] w[r] over all p stride + r dilation - border = i: for each phase of the stride a sum over
    windows of dy, the kernel's taps in reverse."""
    into = low.into(value, gated=True)
    if of.kernel == value.shape[:2] and of.count == (1, 1) and of.groups == 1 and of.dilation == (1, 1):
        _map_gradient(low, of, dy, into)
        return
    for phase in phases(of, value.shape[:2], dy):
        for group in range(of.groups):
            _phase(low, of, dy, into, phase, group)


def _map_gradient(low: Lowering, of: Sum, dy: Maps, into: Into) -> None:
    """Of one window over the whole map, a dense layer's: each value that it sees is a sum over the filters."""
    channels = of.inputs
    if channels != rounded_up(channels):
        for tap in range(of.taps):
            place = Windows(1, 1, *divmod(tap, of.kernel[1]))
            _sums_of_filters(low, of, dy, into, [tap], lambda place=place: [place])
        return

    def places() -> list[Windows]:
        # Without halos the whole map is one pixel of many channels.
        if into.maps.halo == (0, 0, 0, 0) and (into.at is None or into.at.halo == into.maps.halo):
            return []
        return [Windows(1, 1, r, s) for r in range(of.kernel[0]) for s in range(of.kernel[1])]

    _sums_of_filters(low, of, dy, into, list(range(of.taps)), places)


def _sums_of_filters(
    low: Lowering, of: Sum, dy: Maps, into: Into, taps: list[int], places: Callable[[], list[Windows]]
) -> None:
    """dx at each place; where there are no places all of it at once."""
    pictures, channels = low.recording.capacity, of.inputs
    tile = line_tile(low.isa, channels, 1, pictures)
    # A panel that ends with a pixel's channels, so that weights for all pixels are those of one after the other.
    panel = tile.panel if channels % tile.panel == 0 else 16
    weights = _turned(low, of, 0, taps, panel, joined=True)

    def one(place: Windows | None, number: int) -> Convolve:
        size = of.filters * rounded_up(channels)
        region = replace(weights.region, offset=weights.region.offset + number * size)

        def lying(maps: Maps) -> Tensor:
            return maps.tensor if place else _as_pixel(maps.tensor)

        return Convolve(
            dy.tensor,
            lying(into.maps),
            region if place is None else replace(region, size=size),
            cut([Stretch(0, of.filters)]),
            Windows(1, 1),
            place or Windows(1, 1),
            channels if place else channels * len(taps),
            panel,
            tile.windows,
            PASS_BYTES // (panel * FLOAT),
            pictures > 1,
            add=lying(into.before) if into.before else None,
            at=lying(into.at) if into.at else None,
            slope=into.slope,
        )

    low.step(
        f"d input of {of.span.layer}",
        [dy, weights, into.at, into.before],
        [into.maps],
        lambda: [one(place, number) for number, place in enumerate(places() or [None])],
        depth=False,
        work=len(taps) * channels * of.filters * pictures,
    )


def _as_pixel(tensor: Tensor) -> Tensor:
    """Maps without halo and rounding as one pixel of many channels."""
    values = tensor.height * tensor.row
    return replace(tensor, row=values, pixel=values, height=1, width=1, channels=values)


def _phase(low: Lowering, of: Sum, dy: Maps, into: Into, phase: Phase, group: int) -> None:
    """dx at the pixels of a phase, from the filters of a group."""
    taps, windows = phase.taps(of), phase.windows
    along = windows.columns == 1 and low.recording.capacity > 1
    tile = line_tile(low.isa, of.inputs, windows.columns, low.recording.capacity)
    weights = _turned(low, of, group, taps, tile.panel) if taps else None
    work = windows.rows * windows.columns * len(taps) * of.filters * of.inputs

    def make() -> Convolve:
        d = dy.tensor
        beside = [beside_the_map(q, windows.columns, 1, d.width, of.filters) for _, q in phase.columns]
        taps = [(q * d.pixel, where) for (_, q), where in zip(phase.columns, beside, strict=True)]
        pieces = cut([Stretch(o * d.row + at, of.filters, where) for _, o in phase.rows for at, where in taps])
        return Convolve(
            d,
            into.maps.tensor,
            weights.region if weights else None,
            pieces,
            windows,
            phase.places,
            of.inputs,
            tile.panel,
            tile.windows,
            PASS_BYTES // (tile.panel * FLOAT),
            along,
            add=into.before.tensor if into.before else None,
            at=into.at.tensor if into.at else None,
            slope=into.slope,
            x_channel=group * of.filters,
            y_channel=group * of.inputs,
        )

    low.step(
        f"d input of {of.span.layer}",
        [dy, weights, into.at, into.before],
        [into.maps],
        make,
        depth=of.depth,
        work=work if of.depth else work * low.recording.capacity,
    )


def _turned(low: Lowering, of: Sum, group: int, taps: list[int], panel: int, *, joined: bool = False) -> Vector:
    """Some taps of a kernel with inputs and filters exchanged: rows (tap, k), channels c; `joined`: (k), (tap, c)."""
    columns = of.filters * of.groups
    channels = of.inputs * len(taps) if joined else of.inputs
    places = [tap * of.inputs * columns + group * of.filters for tap in (taps[:1] if joined else taps)]
    return low.laid_out(
        "turn",
        of.span,
        (group, tuple(taps), panel, joined),
        len(taps) * of.filters * rounded_up(of.inputs),
        lambda kernel, turned: Pack(kernel, turned, places, of.filters, 1, columns, channels, panel),
    )
