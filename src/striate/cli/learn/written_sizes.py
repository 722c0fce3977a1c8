"""What `striate learn calc` says, as lines of text."""

from collections.abc import Sequence
from fractions import Fraction

from striate.cli.layout import grid, indented
from striate.cli.numbers import places, shown
from striate.inspection.by_hand.sizes import LayerFacts, Nearest, SizeFacts
from striate.messages import render
from striate.views.columns import aligned
from striate.views.table import formula_text

WIDEST_ROW = 32  # pixels: a longer row is told, not drawn


def size_lines(facts: SizeFacts, layer: LayerFacts) -> list[str]:
    """All facts, block by block."""
    blocks = [_formula(facts), _row(facts), _neighbours(facts), _keeping(facts), _same(facts), _layer(facts, layer)]
    return "\n\n".join("\n".join(block) for block in blocks if block).split("\n")


def _formula(facts: SizeFacts) -> list[str]:
    axis = facts.axis
    lines = [
        f"N = {axis.size}, F = {axis.kernel}, s = {axis.stride}, p = {axis.before}",
        render("learn.formula", {"formula": formula_text(axis)}),
    ]
    if axis.stride == 1:
        padding = f" + 2*{axis.before}" if axis.before else ""
        lines.append(render("learn.stride_one", {"sum": f"{axis.size}{padding} - {axis.kernel} + 1 = {axis.result}"}))
    if facts.divides:
        return [*lines, render("learn.whole")]
    fields = {"exact": shown(axis.exact), "k": axis.result, "left_over": facts.left_over}
    return [*lines, render("learn.not_whole", fields)]


def _row(facts: SizeFacts) -> list[str]:
    """The row of pixels with the number of windows that look at each, if it is short, and those never looked at."""
    axis = facts.axis
    unseen = {"count": len(facts.unseen), "numbers": places(facts.unseen)}
    told = render("learn.unseen_pixels", unseen) if facts.unseen else render("learn.all_seen")
    if len(facts.looks) > WIDEST_ROW:
        return [told]
    pixels = ["p"] * axis.before + [str(pixel) for pixel in range(axis.size)] + ["p"] * axis.after
    drawn = grid([pixels, [str(windows) for windows in facts.looks]])
    labels = [render("learn.row_pixels"), render("learn.row_windows")]
    return [render("learn.row"), *indented(aligned(list(zip(labels, drawn, strict=True)))), told]


def _neighbours(facts: SizeFacts) -> list[str]:
    """The nearest sizes that divide, where this one does not."""
    if facts.divides:
        return []
    near = facts.neighbours
    found = [("N", near.n), ("F", near.f), ("s", near.s), ("p", near.p)]
    return [render("learn.neighbours"), *indented(_nearest(letter, nearest) for letter, nearest in found)]


def _nearest(letter: str, nearest: Nearest) -> str:
    numbers = [number for number in (nearest.below, nearest.above) if number is not None]
    return f"{letter} = {_either(numbers)}" if numbers else render("learn.no_neighbour", {"letter": letter})


def _either(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return str(numbers[0])
    return render("learn.or", {"first": numbers[0], "second": numbers[1]})


def _keeping(facts: SizeFacts) -> list[str]:
    """With which padding k = N: by the formula, and when k is rounded down."""
    axis = facts.axis
    filled_in = f"(({axis.size} - 1)*{axis.stride} + {axis.kernel} - {axis.size})/2 = {_half(facts.keeping)}"
    lines = [render("learn.keeping", {"formula": filled_in})]
    if not facts.keeping_rounded:
        return [*lines, render("learn.keeping_never")]
    return [*lines, render("learn.keeping_rounded", {"numbers": places(facts.keeping_rounded)})]


def _half(number: Fraction) -> str:
    """A number of halves; one that is not whole can be no padding."""
    return shown(number) if number.denominator == 1 else render("learn.no_padding", {"number": shown(number)})


def _same(facts: SizeFacts) -> list[str]:
    """Keras's 'same', and whether it is what the formula calls so."""
    same = facts.same
    fields = {"n": same.size, "s": same.stride, "k": same.result, "before": same.before, "after": same.after}
    lines = [render("learn.same", fields)]
    if facts.same_is_lopsided:
        lines.append(render("learn.same_lopsided"))
    return [*lines, render("learn.same_keeps" if facts.same_keeps_size else "learn.same_shrinks", fields)]


def _layer(facts: SizeFacts, layer: LayerFacts) -> list[str]:
    """What the same sizes mean for a convolution of a square picture."""
    n, f, k = facts.axis.size, facts.axis.kernel, facts.axis.result
    channels, filters = layer.shape_in[-1], layer.shape_out[-1]
    fields = {"in": layer.shape_in, "out": layer.shape_out, "f": f, "filters": filters}
    weights = f"{f}*{f}*{channels}*{filters} + {filters} = {layer.weights:,}"
    products = f"{k}*{k} * {f}*{f}*{channels}*{filters} = {layer.multiply_adds:,}"
    return [
        render("learn.layer", fields),
        render("learn.layer_numbers", {"before": n * n, "after": k * k}),
        render("learn.layer_weights", {"sum": weights}),
        render("learn.layer_multiply_adds", {"sum": products}),
    ]
