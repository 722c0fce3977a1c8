"""Lowering of the normalisations: what follows one, a sum and an activation, is done in the same pass."""

from dataclasses import replace

from striate.engines.native.fusing import Chain
from striate.engines.native.lowering import (
    Lowering,
    Value,
    gate_of,
    given_vector,
)
from striate.engines.native.memory import Maps, Vector
from striate.engines.native.operations import (
    ChannelStatistics,
    Combine,
    LayerNorm,
    LayerNormGradient,
    NormGradient,
    NormGradientFactors,
    NormGradientSums,
    NormStatistics,
    Reduce,
)
from striate.engines.native.recording import CHUNKS
from striate.engines.native.tensors import LINEAR, Function, Region, Space, rounded_up
from striate.network.graph import Node
from striate.network.layers import BatchNormalization, LayerNormalization
from striate.network.layout import Span


class Affine:
    """A normalisation as y = scale x + shift, with what its gradient needs."""

    def __init__(self, low: Lowering, node: Node, channels: int) -> None:
        assert isinstance(node.layer, BatchNormalization)
        self.node, self.layer, self.channels = node, node.layer, channels
        self.gamma, self.beta = low.weight(node, "gamma"), low.weight(node, "beta")
        names = ("scale", "shift", "mean", "inverse")
        self.scale, self.shift, self.mean, self.inverse = (Vector(f"{node.name} {name}", channels) for name in names)

    def statistics(self, low: Lowering, pixels: int, partial: Vector | None, bias: Span | None = None) -> None:
        """The step that finds scale and shift, from the batch where there are partial sums, else from running ones."""
        mean, variance = (low.statistic(self.node, name) for name in ("moving_mean", "moving_variance"))
        assert mean is not None and variance is not None
        # In training they begin as a copy of the running ones: a layer used twice moves them twice.
        moving = Space.STATISTICS if partial else Space.STATE

        def make() -> NormStatistics:
            return NormStatistics(
                pixels,
                self.channels,
                _region(mean, moving),
                _region(variance, moving),
                self.scale.region,
                self.shift.region,
                self.layer.momentum,
                self.layer.epsilon,
                partial.region if partial else None,
                CHUNKS,
                _optional(self.gamma, Space.THETA),
                _optional(self.beta, Space.THETA),
                _region(mean, Space.STATISTICS) if partial else None,
                _region(variance, Space.STATISTICS) if partial else None,
                _optional(bias, Space.THETA),
                self.mean.region,
                self.inverse.region,
            )

        made = [self.scale, self.shift, self.mean, self.inverse]
        if partial:
            low.step(f"statistics of {self.node.name}", [partial], made, make, depth=False)
        else:
            low.prepare(f"statistics of {self.node.name}", [], made, make)


def lower_batch_norm(low: Lowering, node: Node, value: Value, chain: Chain) -> Value:
    """y = function(scale x + shift + other)."""
    assert isinstance(node.layer, BatchNormalization)
    x, (height, width, channels) = value.maps, value.shape
    affine = Affine(low, node, channels)
    batch = takes_batch_statistics(low, node)
    partial = low.partial(f"{node.name} sums", 2 * rounded_up(channels)) if batch else None
    if partial:
        low.step(
            f"sums of {node.name}", [x], [partial], lambda: ChannelStatistics(x.tensor, partial.region), chunks=CHUNKS
        )
    affine.statistics(low, height * width, partial)
    other = low.values[chain.other] if chain.other is not None else None

    def apply() -> Maps:
        y = Maps(chain.label, x.shape)
        low.step(
            chain.label,
            [x, affine.scale, affine.shift, other.maps if other else None],
            [y],
            lambda: Combine(
                x.tensor,
                y.tensor,
                other.maps.tensor if other else None,
                affine.scale.region,
                affine.shift.region,
                chain.function,
            ),
        )
        return y

    y = apply()
    gate = gate_of(chain.function, asked=chain.end in low.asked) if other else None
    again = apply if low.backward and other is None and chain.alone else None
    result = Value(y, low.backward, gate, remake=again)

    def go(dy: Maps) -> None:
        function = chain.function
        if other:
            dy, function = low.before_function(dy, result, function), LINEAR
        factors = _gradient_factors(low, affine, x, dy, function, batch=batch)
        if value.wanted:
            _input_gradient(low, affine, value, dy, function, factors)
        if other:
            low.add_gradient(other, dy, own=True)

    return low.going_back(result, go)


def takes_batch_statistics(low: Lowering, node: Node) -> bool:
    """Whether a normalisation goes by the batch in this program."""
    return low.purpose.batch_statistics and low.graph.owner(node).name not in low.purpose.frozen


def _gradient_factors(
    low: Lowering, affine: Affine, x: Maps, dy: Maps, function: Function, *, batch: bool
) -> tuple[Vector, Vector, Vector]:
    """a, b, c (C,) of dx = a g + b x + c, g = dy function'(scale x + shift); and the gradients of gamma and beta."""
    name, (height, width, channels) = affine.node.name, x.shape
    a, b, c = (Vector(f"{name} {letter}", channels) for letter in "abc")
    partial = low.partial(f"d {name} sums", 2 * rounded_up(channels))
    low.step(
        f"d {name}: sums",
        [dy, x, affine.scale, affine.shift, affine.mean, affine.inverse],
        [partial],
        lambda: NormGradientSums(
            dy.tensor,
            x.tensor,
            affine.scale.region,
            affine.shift.region,
            affine.mean.region,
            affine.inverse.region,
            partial.region,
            function,
        ),
        chunks=CHUNKS,
    )
    spans = [span for span in (affine.gamma, affine.beta) if span]
    accumulate = low.adds_to(spans[0].name if spans else name)
    low.step(
        f"d {name}: factors",
        [partial, affine.scale, affine.mean, affine.inverse],
        [a, b, c, *(given_vector(Space.GRADIENT, span) for span in spans)],
        lambda: NormGradientFactors(
            partial.region,
            height * width,
            channels,
            affine.scale.region,
            affine.mean.region,
            affine.inverse.region,
            a.region,
            b.region,
            c.region,
            CHUNKS,
            batch,
            accumulate,
            _optional(affine.gamma, Space.GRADIENT),
            _optional(affine.beta, Space.GRADIENT),
        ),
        depth=False,
    )
    return a, b, c


def _input_gradient(
    low: Lowering, affine: Affine, value: Value, dy: Maps, function: Function, factors: tuple[Vector, Vector, Vector]
) -> None:
    x, into, (a, b, c) = value.maps, low.into(value), factors
    low.step(
        f"d input of {affine.node.name}",
        [dy, x, affine.scale, affine.shift, a, b, c, into.before],
        [into.maps],
        lambda: NormGradient(
            dy.tensor,
            x.tensor,
            into.maps.tensor,
            affine.scale.region,
            affine.shift.region,
            a.region,
            b.region,
            c.region,
            function,
            into.adds,
        ),
    )


def lower_layer_norm(low: Lowering, node: Node, value: Value) -> Value:
    """Each pixel over its channels."""
    layer = node.layer
    assert isinstance(layer, LayerNormalization)
    x, channels = value.maps, value.shape[2]
    gamma, beta = low.weight(node, "gamma"), low.weight(node, "beta")
    y = Maps(node.name, x.shape)
    low.step(
        node.name,
        [x],
        [y],
        lambda: LayerNorm(
            x.tensor, y.tensor, layer.epsilon, _optional(gamma, Space.THETA), _optional(beta, Space.THETA)
        ),
    )

    def go(dy: Maps) -> None:
        width = 2 * rounded_up(channels)
        # A chunk more than there are: the second half of the last one is read as if a chunk began there.
        partial = Vector(f"d {node.name} sums", width, chunks=CHUNKS + 1)
        into = low.into(value)
        low.step(
            f"d {node.name}",
            [dy, x, into.before],
            [into.maps, partial],
            lambda: LayerNormGradient(
                dy.tensor,
                x.tensor,
                into.maps.tensor,
                partial.region,
                layer.epsilon,
                _optional(gamma, Space.THETA),
                into.adds,
            ),
            chunks=CHUNKS,
        )
        for half, span in enumerate((gamma, beta)):
            if span is not None:
                _add_up(low, partial, half * width // 2, span, channels)

    return low.going_back(Value(y, low.backward), go)


def _add_up(low: Lowering, partial: Vector, first: int, span: Span, channels: int) -> None:
    target = given_vector(Space.GRADIENT, span)
    accumulate = low.adds_to(span.name)

    def make() -> Reduce:
        source = replace(partial.region, offset=partial.region.offset + first)
        return Reduce(source, target.region, 1, channels, channels, CHUNKS, accumulate)

    low.later(f"add up {partial.name}", [partial], [target], make)


def _region(span: Span, space: Space) -> Region:
    return Region(space, span.offset, span.size)


def _optional(span: Span | None, space: Space) -> Region | None:
    return None if span is None else _region(span, space)
