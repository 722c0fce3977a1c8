"""The shape doctor: where sizes do not fit, the smallest changes with which they do, each proved by building it.

A change is proposed only after the shapes of the whole network with it were computed, by the same rules by which any
network is built. What comes first in its kind's order is its smallest; nothing before it builds:

- padding: 'same' in one convolution, the nearest before the misfit first; else in the first n convolutions, the fewest;
  else the same with poolings too. Only layers that shrink a map beyond their stride are asked.
- strides: in one layer, the nearest before the misfit first, by as little as will do; else in all at once, none above
  t, the largest t. A pooling that moves by its own size says no stride, and keeps it.
- kernel: likewise in convolutions, else in poolings, down to 2: a kernel of one pixel is another kind of layer.
- pictures: the smallest with no side shorter than t, and square ones stay square; of a chain each side by itself.
- layers to leave out: the fewest stages that stand one behind the other, of equally few the last. A stage is a
  convolution with what belongs to it up to its pooling: what follows and keeps the shape, dropout and softmax excepted.

In strict mode, where each stride must divide, the kinds are padding ('same' as above; a number in the layer at fault)
and pictures (the nearest smaller and larger that divide, both sides or one changed by as many pixels).

The search of a kind ends when the networks tried have VISITS places together; that kind is then not proposed.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from striate.errors import SizeError
from striate.network.layers import CustomLayer, Dropout, Layer, Pooling2D, Softmax, Windowed, activation_of
from striate.network.open_sizes import is_open
from striate.network.shapes import Shape, output_shape, windows
from striate.network.window import Pair
from striate.network.wiring import Place, Wiring, changed, picture_shape, resized, walk, way, without

VISITS = 30_000
MOST_PLACES = 1_000  # of a network that is treated at all
LARGEST_SIDE = 2**14  # of the pictures that are proposed: larger ones nobody has
SMALLEST_KERNEL = 2
TREATED = ("size.kernel_too_large", "size.does_not_divide")


@dataclass(frozen=True)
class Fix:
    """A change with which sizes fit: its sentence stands in messages/ under `code`; `wiring` is the changed network."""

    code: str
    fields: Mapping[str, object]
    wiring: Wiring


def refusal(wiring: Sequence[Place], *, whole: bool = True, strict: bool = False) -> SizeError | None:
    """The error for a network whose sizes do not fit: where, the way there, the fixes. None: all fit.

    `whole` is False where more layers may follow: the fixes are then proved for those that are known. `strict` asks for
    strides that divide, too.
    """
    shapes, misfit = walk(wiring, strict=strict)
    if misfit is None:
        return None
    if not isinstance(misfit, SizeError):
        raise misfit
    at = wiring[len(shapes)]
    fields: dict[str, object] = {"layer": at.name, "walk": way(wiring, shapes, at.inputs[0]), **misfit.fields}
    if misfit.code in TREATED and is_open(picture_shape(wiring)):
        fields |= {"advice": "fix.open", "fixes": []}
    elif misfit.code in TREATED:
        found = fixes(wiring, strict=strict)
        advice = "fix.divides" if strict else "fix.whole" if whole else "fix.so_far"
        fields |= {"advice": advice if found else "fix.none", "fixes": [(fix.code, fix.fields) for fix in found]}
    return SizeError(misfit.code, **fields)


def fixes(wiring: Sequence[Place], *, strict: bool = False) -> list[Fix]:
    """The smallest change of each kind with which a network's sizes fit; none where they fit already."""
    shapes, misfit = walk(wiring, strict=strict)
    if misfit is None or len(wiring) > MOST_PLACES:
        return []
    case = _Case(tuple(wiring), len(shapes))
    kinds = (_same, _numbers, _smaller, _larger) if strict else (_same, _strides, _kernels, _pictures, _omissions)
    found = [_first(kind(case), strict=strict) for kind in kinds]
    return [fix for fix in found if fix]


@dataclass(frozen=True)
class _Case:
    """A network and the place where it does not fit."""

    wiring: Wiring
    at: int

    def windowed(self) -> list[Windowed]:
        """The layers with windows, each once, in order."""
        return list(dict.fromkeys(place.layer for place in self.wiring if isinstance(place.layer, Windowed)))

    def nearest_first(self, layers: Iterable[Windowed]) -> list[Windowed]:
        """Of these the ones that stand at the misfit or before it, the last first: others cannot mend it alone."""
        before = {place.layer for place in self.wiring[: self.at + 1]}
        return [layer for layer in layers if layer in before][::-1]

    def changed(self, code: str, changes: Mapping[Windowed, Windowed], **fields: object) -> Fix:
        """The fix that puts other layers in the place of some, wherever they are used."""
        names: dict[Layer, str] = {}
        for place in self.wiring:
            names.setdefault(place.layer, place.name)
        wiring = changed(self.wiring, {**changes})
        return Fix(code, {"layers": [name for layer, name in names.items() if layer in changes], **fields}, wiring)


def _first(candidates: Iterable[Fix], *, strict: bool) -> Fix | None:
    """The first that builds; None: none does, or none within VISITS."""
    visits = 0
    for fix in candidates:
        if walk(fix.wiring, strict=strict)[1] is None:
            return fix
        visits += len(fix.wiring)
        if visits > VISITS:
            return None
    return None


def _same(case: _Case) -> Iterator[Fix]:
    padded = {layer: replace(layer, padding="same") for layer in case.windowed() if _shrinks(layer)}
    convolutions = [layer for layer in padded if not isinstance(layer, Pooling2D)]
    poolings = [layer for layer in padded if isinstance(layer, Pooling2D)]
    for alone, together in ((convolutions, convolutions), (poolings, list(padded))):
        groups = [[layer] for layer in case.nearest_first(alone)] + [together[:n] for n in range(2, len(together) + 1)]
        for layers in groups:
            yield case.changed("fix.padding", {layer: padded[layer] for layer in layers}, padding="same")


def _shrinks(layer: Windowed) -> bool:
    """Whether 'same' would make a larger map on some axis, and on none a smaller one."""
    if layer.padding == "same":
        return False
    placed = windows(layer, (1, 1))  # the border is the same at any size
    lacking = [span - 1 - sum(sides) for span, sides in zip(placed.reach, placed.border, strict=True)]
    return min(lacking) >= 0 and max(lacking) > 0


def _numbers(case: _Case) -> Iterator[Fix]:
    layer = case.wiring[case.at].layer
    if isinstance(layer, Windowed):
        for padding in range(max(windows(layer, (1, 1)).reach)):
            yield case.changed("fix.padding", {layer: replace(layer, padding=padding)}, padding=padding)  # type: ignore[arg-type]


def _strides(case: _Case) -> Iterator[Fix]:
    saying = [layer for layer in case.windowed() if max(layer.strides or (1, 1)) > 1]
    return _lowered(case, saying, "strides", 1)


def _kernels(case: _Case) -> Iterator[Fix]:
    cutting = [layer for layer in case.windowed() if layer.padding != "same"]
    convolutions = [layer for layer in cutting if not isinstance(layer, Pooling2D)]
    poolings = [layer for layer in cutting if isinstance(layer, Pooling2D)]
    yield from _lowered(case, convolutions, "kernel_size", SMALLEST_KERNEL)
    yield from _lowered(case, poolings, "pool_size", SMALLEST_KERNEL)


def _lowered(case: _Case, layers: Sequence[Windowed], setting: str, least: int) -> Iterator[Fix]:
    """A setting lowered step by step: of one layer after the other, then of all at once."""
    alone = [[layer] for layer in case.nearest_first(layers)]
    for group in [*alone, layers] if len(layers) > 1 else alone:
        values: dict[Windowed, Pair] = {layer: getattr(layer, setting) for layer in group}
        for t in range(max(map(max, values.values())) - 1, least - 1, -1):
            lower = {layer: (min(down, t), min(right, t)) for layer, (down, right) in values.items()}
            lower = {layer: pair for layer, pair in lower.items() if pair != values[layer]}
            changes = {layer: replace(layer, **{setting: pair}) for layer, pair in lower.items()}
            if len(set(lower.values())) == 1:
                down, right = next(iter(lower.values()))
                yield case.changed(f"fix.{setting}", changes, value=down if down == right else (down, right))
            else:
                yield case.changed(f"fix.{setting}_at_most", changes, value=t)


def _pictures(case: _Case) -> Iterator[Fix]:
    shape = picture_shape(case.wiring)
    if len(shape) != 3:
        return
    for size in _grown(case.wiring, shape):
        wiring = resized(case.wiring, (*size, shape[2]))
        if walk(wiring)[1] is None:
            code = "fix.pictures_or_larger" if _fits_at_any_larger(wiring) else "fix.pictures"
            yield Fix(code, {"size": size}, wiring)


def _grown(wiring: Wiring, shape: Shape) -> Iterable[Pair]:
    """Larger sizes, to be tried in this order."""
    height, width, channels = shape
    if not _is_plain_chain(wiring):
        return ((max(height, t), max(width, t)) for t in range(_too_small(wiring, shape) + 1, LARGEST_SIDE + 1))

    def fits(size: Pair) -> bool:
        return walk(resized(wiring, (*size, channels)))[1] is None

    t = _least(1, LARGEST_SIDE, lambda t: fits((max(height, t), max(width, t))))
    if height == width:
        return [(t, t)]
    down = _least(height, max(height, t), lambda down: fits((down, max(width, t))))
    return [(down, _least(width, max(width, t), lambda right: fits((down, right))))]


def _too_small(wiring: Wiring, shape: Shape) -> int:
    """A side up to which windows do not fit, whatever else: found with every join taken for its first input.

    Where a network fits, what is joined has one height and width, so the first input's. Sizes then grow as in a chain.
    """
    height, width, channels = shape
    least = min(height, width)
    if any(isinstance(p.layer, CustomLayer) or getattr(p.layer, "axis", -1) in (1, 2) for p in wiring):
        return least
    single = tuple(replace(place, inputs=place.inputs[:1]) for place in wiring)

    def may_fit(t: int) -> bool:
        misfit = walk(resized(single, (max(height, t), max(width, t), channels)))[1]
        return not (isinstance(misfit, SizeError) and misfit.code == "size.kernel_too_large")

    return _least(least + 1, LARGEST_SIDE, may_fit) - 1


def _least(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """The least number from which on something holds, by halving; `high` where it holds nowhere below."""
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def _is_plain_chain(wiring: Wiring) -> bool:
    """Whether what fits pictures of one size fits all larger ones.

    In a chain of layers that ship each size grows with the one before it: a larger picture never makes a smaller map.
    Where branches join or a layer is used twice, two sizes must be equal, and may be so for some pictures only.
    """
    once = len({place.layer for place in wiring}) == len(wiring)
    return once and all(len(p.inputs) <= 1 and not isinstance(p.layer, CustomLayer) for p in wiring)


def _fits_at_any_larger(wiring: Wiring) -> bool:
    """Whether pictures of any larger height and width fit as well; what is not proved is not said.

    With P the strides' common multiple, a map at a stride of s is P / s larger where the picture is P larger: sizes are
    linear in k for pictures N + k P. Two sizes that are equal for k = 0 and 1 are so for every k, and so all sizes fit
    where those of two periods do. Flattened maps are no linear numbers: joined, they must not depend on the picture.
    """
    if _is_plain_chain(wiring):
        return True
    tries = 2 * _period(wiring)
    if tries * len(wiring) > VISITS or any(isinstance(place.layer, CustomLayer) for place in wiring):
        return False
    uses = Counter(place.layer for place in wiring)
    joins = [place for place in wiring if len(place.inputs) > 1 or uses[place.layer] > 1]
    height, width, channels = picture_shape(wiring)
    vectors: set[tuple[Shape, ...]] = set()
    for more in range(tries):
        shapes, misfit = walk(resized(wiring, (height + more, width + more, channels)))
        if misfit:
            return False
        vectors.add(tuple(shapes[i] for place in joins for i in place.inputs if len(shapes[i]) == 1))
    return len(vectors) == 1


def _period(wiring: Wiring) -> int:
    """The common multiple of all strides that lie behind each other, on both axes."""
    strides: list[int] = []
    for place in wiring:
        own = math.lcm(*windows(place.layer, (1, 1)).stride) if isinstance(place.layer, Windowed) else 1
        strides.append(own * math.lcm(*(strides[i] for i in place.inputs)))
    return math.lcm(*strides)


def _smaller(case: _Case) -> Iterator[Fix]:
    return _other_sizes(case, -1)


def _larger(case: _Case) -> Iterator[Fix]:
    return _other_sizes(case, 1)


def _other_sizes(case: _Case, sign: int) -> Iterator[Fix]:
    shape = picture_shape(case.wiring)
    if len(shape) != 3:
        return
    height, width, channels = shape
    ways = ((1, 1),) if height == width else ((1, 0), (0, 1), (1, 1))
    for more in range(1, LARGEST_SIDE):
        for down, right in ways:
            size = height + sign * more * down, width + sign * more * right
            if min(size) < 1:
                return
            yield Fix("fix.pictures", {"size": size}, resized(case.wiring, (*size, channels)))


def _omissions(case: _Case) -> Iterator[Fix]:
    stages = _stages(case.wiring)
    for count in range(1, len(stages) + 1):
        for first in range(len(stages) - count, -1, -1):
            left = {i for stage in stages[first : first + count] for i in stage}
            if len(left) < len(case.wiring) - 1:
                names = [case.wiring[i].name for i in sorted(left)]
                yield Fix("fix.leave_out", {"layers": names}, without(case.wiring, left))


def _stages(wiring: Wiring) -> list[list[int]]:
    """The places of each convolution with its pooling, in order; a pooling without a convolution stands alone."""
    readers: list[list[int]] = [[] for _ in wiring]
    for i, place in enumerate(wiring):
        for source in place.inputs:
            readers[source].append(i)
    stages: list[list[int]] = []
    taken: set[int] = set()
    for i, place in enumerate(wiring):
        if isinstance(place.layer, Windowed) and i not in taken and not _is_softmax(place.layer):
            stages.append(_stage(wiring, readers, i))
            taken |= set(stages[-1])
    return stages


def _stage(wiring: Wiring, readers: Sequence[Sequence[int]], start: int) -> list[int]:
    stage = [start]
    while len(readers[stage[-1]]) == 1:
        ahead = readers[stage[-1]][0]
        layer = wiring[ahead].layer
        if len(wiring[ahead].inputs) > 1 or not _belongs(layer):
            break
        stage.append(ahead)
    return stage


def _belongs(layer: Layer) -> bool:
    """Whether a layer belongs to the convolution before it."""
    keeps_shape = output_shape.dispatch(type(layer)) is output_shape.dispatch(Layer)
    return isinstance(layer, Pooling2D) or (keeps_shape and not isinstance(layer, Dropout) and not _is_softmax(layer))


def _is_softmax(layer: Layer) -> bool:
    """Whether it gives the answer: that is never left out."""
    return isinstance(layer, Softmax) or activation_of(layer) == "softmax"
