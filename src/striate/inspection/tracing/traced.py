"""One number of a model, as it was found: what it is made of, what it is used for, how it is drawn."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from striate.errors import SettingError
from striate.figures.shown import Shown
from striate.inspection.scores import Score
from striate.inspection.subject import Subject
from striate.inspection.tracing.looked import Looked
from striate.inspection.tracing.terms import Terms, activation
from striate.inspection.units import Unit, unit_of
from striate.messages import render
from striate.network.layers import Layer

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from striate.figures.traced import Block

Array = NDArray[Any]
Span = tuple[int, int]

BLOCKS = 3  # channels whose patch, kernel and products are drawn
BARS = 8  # terms
WIDEST = 11  # a window larger than this is no longer a grid of numbers


@dataclass(frozen=True)
class Onward:
    """What a number is used for by one of the next layers.

    `places` (M, rank) of the sums that it is a term of, `weights` (M,) its weight in each, `arriving` (M,) how the
    score moves with that sum. `total`, the sum of weights * arriving, is how the score moves with the number this way.
    Of a user's own layer only the total is known.
    """

    layer: str
    places: Array
    weights: Array
    arriving: Array
    total: float

    @property
    @np.errstate(all="ignore")
    def parts(self) -> Array:
        """What each of the M uses adds to the gradient."""
        return self.weights * self.arriving

    def unit(self, i: int) -> Unit:
        """The i-th of them, by its address."""
        return Unit.at(self.layer, tuple(self.places[i].tolist()))


@dataclass(frozen=True)
class Trace(Shown):
    """One number: what it is made of, what is done with the sum, what it is used for, what gradient reaches it.

    `value` is the number as the layer's map holds it; `computed` what the terms and the activation come to in float64,
    no further away than `bound`, the rounding of so many float32 numbers of that size. Both are None where a user's own
    layer keeps its terms to itself; `slopes` then says how the number moves with each input, if the layer tells.
    `sums` holds, for a softmax, the sums of all its channels. `field` is what the number depends on of the picture:
    rows and columns, the last one not counted; None: all of it.
    """

    unit: Unit
    layer: Layer
    inputs: tuple[str, ...]
    input_shapes: tuple[tuple[int, ...], ...]
    terms: Terms
    value: float
    computed: float | None
    bound: float | None
    sums: Array | None
    slopes: Array | None
    field: tuple[Span, Span] | None
    onward: tuple[Onward, ...]
    gradient: float | None
    score: Score
    subject: Subject
    looked: Looked = dataclasses.field(repr=False, compare=False)
    again: "Callable[[Looked, Unit], Trace]" = dataclasses.field(repr=False, compare=False)

    @property
    def activation(self) -> str | None:
        """The name of what is done with the sum."""
        function = activation(self.layer)
        return function[0] if function else None

    def input(self, i: int) -> Unit | None:
        """The unit that the i-th term takes; None where it is padding."""
        if self.terms.padding[i]:
            return None
        edge = int(self.terms.edges[i])
        place = self.terms.places[i].tolist()
        return Unit.at(self.inputs[edge], tuple(place[len(place) - len(self.input_shapes[edge]) :]))

    @property
    @np.errstate(all="ignore")
    def order(self) -> Array:
        """The numbers of the terms, the one that counts most first."""
        if self.slopes is None:
            return self.terms.order()
        return np.argsort(-np.abs(self.slopes * self.terms.values), kind="stable")

    @property
    def strongest(self) -> Unit | None:
        """The input that counts most; None in the picture itself, and where all is padding."""
        return self.input(int(self.order[0])) if len(self.terms) else None

    def open(self, unit: str | Unit | None = None) -> "Trace":
        """The same of one of its inputs; None: of the strongest. Raises `SettingError` for what it does not look at."""
        chosen = self.strongest if unit is None else unit_of(self.looked.graph, unit)
        if chosen is None:
            raise SettingError("trace.nothing_to_open", unit=self.unit)
        if not self._looks_at(chosen):
            raise SettingError("trace.not_an_input", unit=self.unit, came=chosen, example=self.strongest)
        return self.again(self.looked, chosen)

    def _looks_at(self, unit: Unit) -> bool:
        place = np.array(unit.index)
        wide = self.terms.places[:, self.terms.places.shape[1] - len(place) :]
        edges = [edge for edge, name in enumerate(self.inputs) if name == unit.layer]
        return bool(((wide == place).all(axis=1) & np.isin(self.terms.edges, edges)).any())

    def down(self, levels: int | None = None) -> "list[Trace]":
        """The strongest input, its strongest input and so on, so many levels (None: down to a pixel)."""
        if levels is None or levels > 1:
            self.looked.everything()
        found: list[Trace] = [self]
        while found[-1].strongest is not None and (levels is None or len(found) <= levels):
            found.append(found[-1].open())
        return found[1:]

    @np.errstate(all="ignore")
    def figure(self) -> "Figure":
        """The number's field in the picture, its patch times its kernel, and its strongest terms."""
        from striate.figures.traced import traced_sheet

        title = f"{self.unit} = {self.value + 0.0:.6g}"  # -0 is 0, too
        return traced_sheet(title, (self.subject.shown, self.field), _blocks(self), _bars(self), _lines(self))


def _blocks(traced: Trace) -> "list[Block]":
    from striate.figures.traced import Block

    terms = traced.terms
    if terms.window is None or terms.weights is None or terms.rule != "sum" or max(terms.window[:2]) > WIDEST:
        return []
    products = terms.products.reshape(terms.window)
    order = np.argsort(-np.abs(np.nan_to_num(products.sum(axis=(0, 1)))), kind="stable")[:BLOCKS]
    patch, padding = terms.values.reshape(terms.window), terms.padding.reshape(terms.window)
    kernel, names = terms.weights.reshape(terms.window), terms.places[: terms.window[2], 2]
    return [
        Block(int(names[c]), patch[:, :, c], padding[:, :, c], kernel[:, :, c], products[:, :, c])
        for c in sorted(order)
    ]


def _bars(traced: Trace) -> list[tuple[str, float]]:
    """The strongest terms, the others together, the bias, and the sum."""
    terms = traced.terms
    if terms.rule == "input" or not len(terms):
        return []
    sizes = terms.values if terms.weights is None or terms.rule == "max" else terms.products
    order = traced.order
    bars = [(str(traced.input(int(i)) or render("figure.trace.padding")), float(sizes[i])) for i in order[:BARS]]
    if terms.weights is None:
        return bars
    if terms.rule == "max":
        return [*bars, (render("trace.largest"), float(terms.total or 0.0))]
    if len(order) > BARS:
        others = render("trace.others", {"count": len(order) - BARS})
        bars.append((others, float(sizes[order[BARS:]].sum())))
    if terms.bias is not None:
        bars.append((render("trace.bias"), terms.bias))
    return [*bars, (render("trace.sum"), float(terms.total or 0.0))]


def _lines(traced: Trace) -> list[str]:
    """How the sum becomes the number, and what of the score's gradient reaches it."""
    lines: list[str] = []
    if traced.computed is not None and traced.activation and traced.terms.total is not None:
        lines.append(f"{traced.activation}({traced.terms.total + 0.0:.6g}) = {traced.computed + 0.0:.6g}")
    if traced.terms.weights is None:
        lines.append(render("figure.trace.unknown"))
    if traced.gradient is not None:
        score = render(traced.score.code, {"label": traced.score.label})
        lines.append(render("trace.gradient", {"score": score, "gradient": f"{traced.gradient + 0.0:.4g}"}))
    return lines
