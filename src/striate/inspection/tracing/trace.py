"""One number of a model found out about, from what it is made of to what it is used for."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.inspection import arguments as may_be
from striate.inspection.scores import way_back
from striate.inspection.subject import Picture, Subject, subject
from striate.inspection.tracing.looked import Looked
from striate.inspection.tracing.onward import uses_of
from striate.inspection.tracing.rounding import rounding, softmax_rounding, sum_rounding
from striate.inspection.tracing.terms import At, Terms, activation, over_the_vector, slopes_of, terms_of
from striate.inspection.tracing.traced import Onward, Span, Trace
from striate.inspection.units import Unit, unit_of
from striate.model import Model
from striate.network.graph import Node
from striate.network.layers import CustomLayer
from striate.network.settings import checked

Array = NDArray[Any]


@checked(model=may_be.model, class_=may_be.class_)
def trace(model: Model, picture: Picture | Subject, unit: str | Unit, *, class_: str | int | None = None) -> Trace:
    """One number that a model computes for a picture, by its address such as "conv2:5:7,9".

    The gradient that reaches it is that of the score of `class_`, a name or number; None: of the winner. Raises
    `SettingError` or `UnknownNameError` for a unit or a class that is not there, and what `subject` raises.
    """
    seen = picture if isinstance(picture, Subject) else subject(model, picture)
    looked = Looked(model, seen, class_)
    return _trace(looked, unit_of(looked.graph, unit))


@checked(model=may_be.model, units=may_be.units)
@np.errstate(all="ignore")  # numbers that are not finite are shown as they are
def traces(model: Model, picture: Picture | Subject, units: Sequence[str | Unit]) -> list[Trace]:
    """The same of several numbers, computed in one pass."""
    seen = picture if isinstance(picture, Subject) else subject(model, picture)
    looked = Looked(model, seen)
    looked.everything()
    return [_trace(looked, unit_of(looked.graph, unit)) for unit in units]


@np.errstate(all="ignore")
def _trace(looked: Looked, unit: Unit) -> Trace:
    node, index = looked.graph.node(unit.layer), unit.index
    behind = looked.behind(node)
    around = {node.name, *(_inputs(looked, node)), *(name for each, _ in behind for name in _inputs(looked, each))}
    looked.keep(around | {each.name for each, _ in behind})
    at = looked.at(node)
    terms = terms_of(node.layer, at, index)
    value = float(looked.maps(node.name)[index])
    sums, computed, bound = _made(node, at, terms, unit)
    own = slopes_of(node.layer, at, index, node.shape) if isinstance(node.layer, CustomLayer) else None
    gradient, onward = _used(looked, node, unit, behind)
    return Trace(
        unit,
        node.layer,
        _inputs(looked, node),
        tuple(x.shape for x in at.inputs),
        terms,
        value,
        value if terms.rule == "input" else computed,
        0.0 if terms.rule == "input" else bound,
        sums,
        own,
        _field(looked, node, unit),
        onward,
        gradient,
        looked.score,
        looked.subject,
        looked,
        _trace,
    )


def _inputs(looked: Looked, node: Node) -> tuple[str, ...]:
    return tuple(looked.graph.nodes[place].name for place in node.inputs)


def _made(node: Node, at: At, terms: Terms, unit: Unit) -> tuple[Array | None, float | None, float | None]:
    """For a softmax the sums of all channels; the number, and how far off float32 may be."""
    function, z = activation(node.layer), terms.total
    if z is None:
        return None, None, None
    if not over_the_vector(node.layer):
        return None, z if function is None else float(function[1](np.array(z))), rounding(node.layer, terms)
    all_terms = [terms_of(node.layer, at, (*unit.index[:-1], k)) for k in range(node.shape[-1])]
    sums = np.array([each.total for each in all_terms])
    powers = np.exp(sums - sums.max())
    bounds = softmax_rounding(sums, np.array([sum_rounding(each) for each in all_terms]))
    return sums, float(powers[unit.channel] / powers.sum()), float(bounds[unit.channel])


def _used(
    looked: Looked, node: Node, unit: Unit, behind: list[tuple[Node, int]]
) -> tuple[float | None, tuple[Onward, ...]]:
    """The gradient that reaches a number, and what each of the next layers adds to it."""
    last = looked.graph.nodes[-1]
    asked = [each for each in (node, *(each for each, _ in behind)) if each is not last or not looked.score.before]
    looked.find_gradients(each.name for each in asked)
    gradient = looked.gradient(node)
    onward = tuple(_used_by(looked, each, edge, unit) for each, edge in behind)
    return None if gradient is None else float(gradient[unit.index]), onward


def _used_by(looked: Looked, node: Node, edge: int, unit: Unit) -> Onward:
    dz = looked.sums_gradient(node)
    at = looked.at(node)
    uses = uses_of(node.layer, at, edge, unit.index)
    if uses is None and looked.blind:
        return Onward(node.name, np.zeros((0, dz.ndim), int), np.zeros(0), np.zeros(0), np.nan)
    if uses is None:
        kept = {name: looked.maps(name)[None] for name in _inputs(looked, node)}
        dx = way_back(looked.model, looked.graph, node, kept, dz[None].astype(np.float32))[edge]
        none = np.zeros(0)
        return Onward(node.name, np.zeros((0, dz.ndim), int), none, none, float(dx[0][unit.index]))
    arriving = dz[tuple(uses.places.T)] if len(uses.places) else np.zeros(0)
    return Onward(node.name, uses.places, uses.weights, arriving, float((uses.weights * arriving).sum()))


def _field(looked: Looked, node: Node, unit: Unit) -> tuple[Span, Span] | None:
    fields = looked.graph.fields[looked.graph.place(node.name)]
    if fields is None or unit.row is None or unit.column is None:
        return None
    spans: list[Span] = []
    for place, along, size in zip((unit.row, unit.column), fields, looked.graph.input_shape[:2], strict=True):
        first = along.start + place * along.stride
        spans.append((max(0, first), min(size, first + along.size)))
    return spans[0], spans[1]
