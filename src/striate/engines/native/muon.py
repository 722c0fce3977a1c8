"""`Muon` on the compiled core: it multiplies as a dense layer does, in an order that no thread changes."""

from collections.abc import Callable, Sequence

import numpy as np

from striate.engines.contract import Array, Purpose
from striate.engines.native.program import NativeProgram
from striate.engines.native.tiles import InstructionSet
from striate.engines.reference.muon import Products, muon
from striate.engines.reference.optimizers import clip, decay, put_back
from striate.network.graph import Graph, chain
from striate.network.layers import Dense
from striate.network.layout import Span
from striate.network.optimizers import Adam, Muon, orthogonal, slower

NO_STATE = np.zeros(0, np.float32)


class Orthogonal:
    """The steps of `Muon`; what multiplies is planned once for each size of a matrix."""

    def __init__(self, isa: InstructionSet) -> None:
        self._isa = isa
        self._programs: dict[tuple[int, int, int], NativeProgram] = {}
        self._told: tuple[Muon, Sequence[Span], Adam, tuple[Span, ...]] | None = None

    def update(
        self,
        rule: Muon,
        theta: Array,
        gradient: Array,
        slots: Sequence[Array],
        eta: float,
        spans: Sequence[Span],
        *,
        threads: int,
        others: Callable[[Adam, tuple[Span, ...]], int],
    ) -> int:
        """One step in place, `others` taking that of all but the kernels; answers as `Updates.update`."""
        kernels = [span for span in orthogonal(spans) if span.trainable]
        learning = [span for span in spans if span.trainable]
        before = theta.copy()
        with np.errstate(all="ignore"):
            for span, clipped in zip(learning, clip(rule, [gradient[span.slice] for span in learning]), strict=True):
                gradient[span.slice] = clipped
            if bad := others(*self._for_others(rule, spans)):
                return bad
            for span in kernels:
                weights, g, m = (each[span.slice].reshape(-1, span.shape[-1]) for each in (theta, gradient, slots[0]))
                if rule.weight_decay and span.decayed:
                    decay(weights, rule.weight_decay, eta * span.rate)
                muon(rule, weights, g, m, eta * span.rate, self._products(weights.shape, threads))
        return put_back(theta, before, spans)

    def _for_others(self, rule: Muon, spans: Sequence[Span]) -> tuple[Adam, tuple[Span, ...]]:
        """Always the same objects for the same two, which spares the core from being told again."""
        if self._told is None or self._told[0] is not rule or self._told[1] is not spans:
            kernels = orthogonal(spans)
            others = tuple(slower(span, rule) for span in spans if span not in kernels)
            self._told = rule, spans, rule.for_others(), others
        return self._told[2:]

    def _products(self, shape: tuple[int, ...], threads: int) -> Products:
        """X'X is the gradient of a dense layer's weights for pictures X where X comes back; X Y what it gives."""
        rows, columns = max(shape), min(shape)
        key = rows, columns, threads
        if key not in self._programs:
            graph = Graph.to(chain([Dense(columns, use_bias=False)], (columns,)))
            self._programs[key] = NativeProgram(graph, rows, Purpose(), self._isa, threads)
        program, size = self._programs[key], columns * columns
        (dense,) = program.graph.theta.spans
        nothing = np.zeros(program.graph.theta.size, np.float32)

        def gram(x: Array) -> Array:
            found = program.backward(nothing, NO_STATE, x, {"dense1": x}).weights
            return found[dense.slice].reshape(columns, columns)

        def product(x: Array, y: Array) -> Array:
            weights = nothing.copy()
            weights[:size] = y.reshape(-1)
            return program.forward(weights, NO_STATE, x).output

        return Products(gram, product)
