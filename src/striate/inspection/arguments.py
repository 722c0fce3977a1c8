"""What the functions of this package may be asked: converters of their arguments, as `network/settings.py` has them."""

# pyright: reportUnnecessaryIsInstance=false
# The converters' types are what a type checker holds users to; they check because not everybody runs one.

from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

import numpy as np

from striate.data.dataset import Dataset
from striate.figures.sheets import SCALES
from striate.model import Model
from striate.network.initializers import INITIALIZERS
from striate.network.settings import Unfit, is_real, is_whole, one_of, positive, positive_real, text, whole

Kept = TypeVar("Kept")

scale = one_of("scale", SCALES)


def of(*kinds: type[Kept], code: str = "setting.class") -> Callable[[object], Kept]:
    """A converter for objects of these classes; `code` is what is said of others."""

    def same(value: object) -> Kept:
        if not isinstance(value, kinds):
            raise Unfit(code, required=[kind.__name__ for kind in kinds], came=type(value).__name__)
        return value

    return same


model = of(Model, code="setting.model")
dataset = of(Dataset, code="setting.dataset")


def several(each: Callable[[Any], Kept], example: object, *, least: int = 1) -> Callable[[object], tuple[Kept, ...]]:
    """A converter for lists, and whatever else gives one thing after the other, but for a text."""

    def listed(value: object) -> tuple[Kept, ...]:
        things = _things(value)
        if things is None or len(things) < least:
            raise Unfit("setting.several" if least else "setting.list", example=example)
        return tuple(_one(each, thing) for thing in things)

    return listed


def _things(value: object) -> list[Any] | None:
    """What a list holds; None of a text, and of what is no list."""
    if getattr(value, "shape", None) == () or isinstance(value, str | bytes) or not isinstance(value, Iterable):
        return None
    return list(cast(Iterable[Any], value))


def _one(each: Callable[[Any], Kept], thing: object) -> Kept:
    try:
        return each(thing)
    except Unfit as unfit:
        raise Unfit(unfit.code, **{"came": thing, **unfit.fields}) from None


def whole_number(value: int) -> int:
    """Any whole number; what is below 0 is said by who knows how many there are."""
    if not is_whole(value):
        raise Unfit("setting.whole")
    return int(value)


def class_(value: str | int) -> str | int:
    """A class by its name or its number."""
    if not isinstance(value, str) and not is_whole(value):
        raise Unfit("setting.class_of_model")
    return value if isinstance(value, str) else int(value)


def layers(value: str | Iterable[str]) -> str | tuple[str, ...]:
    """The name of a layer, or several."""
    return value if isinstance(value, str) else several(text, ["conv1", "conv2"], least=0)(value)


def two(each: Callable[[Any], bool], example: tuple[float, float]) -> Callable[[Any], tuple[Any, Any]]:
    """A converter for two numbers, each of which is as it should be."""

    def pair(value: object) -> tuple[Any, Any]:
        numbers = list(cast(Iterable[Any], value)) if isinstance(value, tuple | list | np.ndarray) else []
        if len(numbers) != 2 or not all(each(number) for number in numbers):
            raise Unfit("setting.two", example=example)
        return numbers[0], numbers[1]

    return pair


classes = several(class_, ["cat", 3], least=0)
numbers = several(whole_number, [0, 3])
names = several(text, ["relu", "tanh"], least=0)
some_names = several(text, ["relu", "tanh"])
units = several(lambda unit: unit, ["conv1:0:0,0", "dense1:3"], least=0)
starts = several(one_of("initializer", INITIALIZERS), ["glorot_uniform", "he_normal"])
depths = several(positive, [1, 3, 10])
seeds = several(whole, [0, 1, 2])
rates = several(positive_real, [0.1, 0.01])
point = two(is_real, (1.0, 1.5))
row_and_column = two(is_whole, (0, 2))
