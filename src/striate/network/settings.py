"""How a description (a layer, a loss, a rule) takes its arguments: Keras's names, checked, brought to one form.

A description is a frozen dataclass whose fields are made by `setting(converter=...)`. The converter takes what the user
wrote and returns the form that everybody else reads (3 -> (3, 3)), or raises `Unfit`.
"""

# pyright: reportUnnecessaryIsInstance=false
# The converters' types are what a type checker holds users to; they check because not everybody runs one.

import math
import numbers
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from functools import wraps
from inspect import Parameter, signature
from typing import Any, Literal, ParamSpec, TypeGuard, TypeVar, cast, dataclass_transform

import numpy as np

from striate.errors import NoAttributeError, SettingError, UnknownNameError, nearest, tell, unknown_name
from striate.network.elsewhere import LAYER, argument_code
from striate.network.window import Border, Pair

Padding = Literal["valid", "same"] | Border

P = ParamSpec("P")
T = TypeVar("T")
Came = TypeVar("Came")
Kept = TypeVar("Kept")


class Unfit(Exception):  # noqa: N818 (never seen by a user)
    """Raised by a converter: the code of what is required; `came` among the fields where a part of it is to blame."""

    def __init__(self, code: str, **fields: object) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields


def setting(
    *, converter: Callable[[Came], Kept], default: Came | Literal["required"] = "required", kw_only: bool = False
) -> Kept:
    """A field of a description."""
    value = MISSING if default == "required" else converter(cast(Came, default))
    return cast(Kept, field(default=value, kw_only=kw_only, metadata={"converter": converter}))


@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(setting,))
def described(cls: type[T]) -> type[T]:
    """Make a class a description: frozen, compared by identity, its arguments checked, shown with what is not default.

    Class attributes say the rest: `old_names` maps Keras's former keywords to ours, taken with a notice; `public_name`
    is what errors call it; a class with `abstract` is only to be built upon.
    """
    made = dataclass(frozen=True, eq=False, repr=False)(cls)
    plain_init = cast(Callable[..., None], made.__init__)
    known = {each.name: each for each in _fields(made)}

    @wraps(plain_init)
    def init(self: object, /, *args: object, **kwargs: object) -> None:
        where = getattr(made, "public_name", type(self).__name__)
        if "abstract" in vars(type(self)):
            raise SettingError("setting.abstract", where=where)
        given = _given(where, known, getattr(made, "old_names", {}), args, kwargs)
        plain_init(self, **{name: convert(where, name, _converter(known[name]), came) for name, came in given.items()})

    made.__init__ = cast(Any, init)
    made.__repr__ = _repr
    made.__setattr__ = _settled
    return made


def _settled(self: object, name: str, value: object) -> None:
    """In place of the dataclass's own refusal."""
    way = LAYER.get(name)
    raise NoAttributeError(f"keras.{way}" if way else "setting.settled", where=type(self).__name__, name=name)


def _converter(each: "Field[Any]") -> Callable[[Any], Any]:
    """A user's own description may have plain fields, which are taken as they come."""
    return each.metadata.get("converter", _as_it_came)


def _as_it_came(value: Any) -> Any:
    return value


def _given(
    where: str,
    known: Mapping[str, "Field[Any]"],
    old_names: Mapping[str, str],
    args: Sequence[object],
    kwargs: Mapping[str, object],
) -> dict[str, object]:
    """Every argument by its name; `SettingError` or `UnknownNameError` where one is too many, unknown or missing."""
    by_position = [name for name, each in known.items() if not each.kw_only]
    if len(args) > len(by_position):
        raise SettingError(
            "setting.too_many", where=where, known=by_position, required=len(by_position), came=len(args)
        )
    given = dict(zip(by_position, args, strict=False))
    for keyword, came in kwargs.items():
        name = _current_name(where, keyword, known, old_names)
        if name in given:
            raise SettingError("setting.twice", where=where, setting=name)
        given[name] = came
    for name, each in known.items():
        if each.default is MISSING and name not in given:
            raise SettingError("setting.missing", where=where, setting=name)
    return given


def keywords_checked(where: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """A function whose unknown keywords are answered with the nearest known ones, as a description's are."""

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        parameters = signature(function).parameters
        known = [name for name in parameters if name != "self"]
        by_position = [name for name in known if parameters[name].kind is not Parameter.KEYWORD_ONLY]
        own = len(parameters) - len(known)

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            if (came := len(args) - own) > len(by_position):
                raise SettingError(
                    "setting.too_many", where=where, known=by_position, required=len(by_position), came=came
                )
            for keyword in kwargs:
                _current_name(where, keyword, known, {})
            return function(*args, **kwargs)

        return call

    return decorate


def checked(**converters: Callable[[Any], Any]) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """A function whose arguments of these names go through converters, all but those left at their default.

    Unknown keywords are answered as by `keywords_checked`.
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        where, form = function.__name__, signature(function)

        @keywords_checked(where)
        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            given = form.bind(*args, **kwargs)
            for name, converter in converters.items():
                came = given.arguments.get(name, form.parameters[name].default)
                if came is not form.parameters[name].default:
                    given.arguments[name] = convert(where, name, converter, came)
            return cast(Callable[..., T], function)(*given.args, **given.kwargs)

        return call

    return decorate


def convert(where: str, name: str, converter: Callable[[Any], Kept], came: object) -> Kept:
    """What a converter makes of an argument; a `SettingError` that says where, when it refuses."""
    try:
        return converter(came)
    except Unfit as unfit:
        raise SettingError(unfit.code, **{"where": where, "setting": name, "came": came, **unfit.fields}) from None


def config(description: object) -> dict[str, Any]:
    """All settings of a description by name: what is saved, and what to compare."""
    return {each.name: getattr(description, each.name) for each in _fields(type(description))}


def default(description: object, name: str) -> object:
    """What a setting is where nothing is given; a value of its own where it must be given."""
    return next(each.default for each in _fields(type(description)) if each.name == name)


def _fields(cls: type) -> list["Field[Any]"]:
    """The fields in the order in which they are given: by position first."""
    return sorted(fields(cast(Any, cls)), key=lambda each: bool(each.kw_only))


def _current_name(where: str, name: str, known: Collection[str], old_names: Mapping[str, str]) -> str:
    if name in known:
        return name
    if name in old_names:
        tell("setting.old_name", where=where, old=name, new=old_names[name])
        return old_names[name]
    if code := argument_code(name):
        raise UnknownNameError(code, where=where, name=name)
    close = nearest(name, known)
    code = "keyword.unknown_did_you_mean" if close else "keyword.unknown"
    raise UnknownNameError(code, where=where, name=name, close=close, known=list(known))


def _repr(self: object) -> str:
    shown = [
        repr(getattr(self, each.name)) if each.default is MISSING else f"{each.name}={getattr(self, each.name)!r}"
        for each in _fields(type(self))
        if each.default is MISSING or getattr(self, each.name) != each.default
    ]
    return f"{type(self).__name__}({', '.join(shown)})"


# Converters. Each docstring is what the argument may be.


def optional(converter: Callable[[Came], Kept]) -> Callable[[Came | None], Kept | None]:
    """A converter that takes None, too, and leaves it."""
    return lambda value: None if value is None else converter(value)


def positive(value: int) -> int:
    """A whole number of 1 or more."""
    if not is_whole(value) or value < 1:
        raise Unfit("setting.positive")
    return int(value)


def whole(value: int) -> int:
    """A whole number of 0 or more."""
    if not is_whole(value) or value < 0:
        raise Unfit("setting.whole")
    return int(value)


def positive_pair(value: int | Pair) -> Pair:
    """A whole number of 1 or more for both axes, or one for each: (height, width)."""
    pair = _pair(value)
    if pair is None or min(pair) < 1:
        raise Unfit("setting.positive_pair")
    return pair


def padding(value: str | int | Pair | Border) -> Padding:
    """'valid', 'same', one number for all sides, (vertical, horizontal), or ((top, bottom), (left, right))."""
    if isinstance(value, str):
        if value.lower() not in ("valid", "same"):
            raise Unfit("setting.padding")
        return cast(Padding, value.lower())
    sides = (value, value) if is_whole(value) else cast(Sequence[Any], value) if is_sequence(value) else ()
    pairs = [_pair(side) for side in sides]
    if len(pairs) != 2 or pairs[0] is None or pairs[1] is None or min(pairs[0] + pairs[1]) < 0:
        raise Unfit("setting.padding")
    return pairs[0], pairs[1]


def border(value: int | Pair | Border) -> Border:
    """As `padding`, but no word."""
    sides = padding(value)
    if isinstance(sides, str):
        raise Unfit("setting.border")
    return sides


def axis(value: int) -> int:
    """-1 for the channels, or 1, 2 or 3; 0 would be the batch."""
    if not is_whole(value) or value not in (-1, 1, 2, 3):
        raise Unfit("setting.axis")
    return int(value)


def flag(value: bool) -> bool:
    """True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise Unfit("setting.flag")
    return bool(value)


def share(value: float) -> float:
    """A number from 0 up to, not including, 1."""
    if not is_real(value) or not 0 <= value < 1:
        raise Unfit("setting.share")
    return float(value)


def positive_real(value: float) -> float:
    """A finite number above 0."""
    if not is_real(value) or not value > 0:
        raise Unfit("setting.positive_real")
    return float(value)


def real(value: float) -> float:
    """A finite number."""
    if not is_real(value):
        raise Unfit("setting.real")
    return float(value)


def not_negative(value: float) -> float:
    """A finite number of 0 or more."""
    if not is_real(value) or value < 0:
        raise Unfit("setting.not_negative")
    return float(value)


def proper_share(value: float) -> float:
    """A number above 0 and below 1."""
    if not is_real(value) or not 0 < value < 1:
        raise Unfit("setting.proper_share")
    return float(value)


def text(value: str) -> str:
    """A text."""
    if not isinstance(value, str):
        raise Unfit("setting.text")
    return value


def optional_name(value: str | None) -> str | None:
    """A printable name without '/' (it separates layer and weight) and ':' (it counts the uses of a layer); or None."""
    if value is None:
        return None
    if not isinstance(value, str) or not value or set(value) & set("/:") or not value.isprintable():
        raise Unfit("setting.name")
    return value


def open_shape(value: Sequence[int | None] | int) -> tuple[int, ...]:
    """As `shape`; all sizes but the last may be None, open until a network is planned.

    Typed as whole numbers, since what computes with shapes (engines) only ever gets those of a planned network.
    """
    if not is_sequence(value):
        return shape(cast(int, value))
    known = shape([*(1 if size is None else size for size in value[:-1]), *value[-1:]])  # type: ignore[list-item]
    return cast(tuple[int, ...], tuple(None if came is None else n for n, came in zip(known, value, strict=True)))


def shape(value: Sequence[int] | int) -> tuple[int, ...]:
    """The shape of one picture, (height, width, channels), or of one vector, (n,)."""
    sizes: Sequence[object] = (value,) if is_whole(value) else value if is_sequence(value) else ()
    whole_sizes = [int(size) for size in sizes if is_whole(size) and size >= 1]
    if not sizes or len(whole_sizes) != len(sizes):
        raise Unfit("setting.shape")
    return tuple(whole_sizes)


def one_of(kind: str, known: Collection[str]) -> Callable[[str], str]:
    """A converter for a name out of a fixed list; anything else is answered with the nearest names."""

    def named(value: str) -> str:
        if not isinstance(value, str) or value not in known:
            raise unknown_name(kind, value, known)
        return value

    return named


def is_whole(value: object) -> TypeGuard[int]:
    """A whole number: Python's or NumPy's, not a bool."""
    return isinstance(value, numbers.Integral) and not isinstance(value, bool | np.bool_)


def is_real(value: object) -> TypeGuard[float]:
    """A finite number: Python's or NumPy's, not a bool."""
    if not isinstance(value, numbers.Real) or isinstance(value, bool | np.bool_):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number that no float can hold
        return False


def is_sequence(value: object) -> TypeGuard[Sequence[object]]:
    """A tuple or a list."""
    return isinstance(value, tuple | list)


def _pair(value: object) -> Pair | None:
    """Two whole numbers from one or two; None where it is neither."""
    if is_whole(value):
        return int(value), int(value)
    if not is_sequence(value) or len(value) != 2:
        return None
    first, second = value
    return (int(first), int(second)) if is_whole(first) and is_whole(second) else None
