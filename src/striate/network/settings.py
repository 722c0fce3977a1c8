"""How a description (a layer, a loss, an optimizer) takes its arguments: Keras's names, checked and brought to one form.

A description is a frozen dataclass whose fields are made by `setting(converter=...)`. The converter takes what the user
wrote and returns the form that everybody else reads (3 -> (3, 3)), or raises `Unfit`.
"""

import math
import numbers
import warnings
from collections.abc import Callable, Collection, Mapping
from dataclasses import MISSING, dataclass, field, fields
from functools import wraps
from inspect import Parameter, Signature
from typing import Any, Literal, TypeVar, cast, dataclass_transform

import numpy as np

from striate.errors import Notice, SettingError, UnknownNameError, nearest, unknown_name
from striate.network.window import Border, Pair

Padding = Literal["valid", "same"] | Border

T = TypeVar("T")
Came = TypeVar("Came")
Kept = TypeVar("Kept")


class Unfit(Exception):
    """Raised by a converter: the code of what is required."""

    def __init__(self, code: str, **fields: object) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields


def setting(
    *, converter: Callable[[Came], Kept], default: Came | Literal["required"] = "required", kw_only: bool = False
) -> Kept:
    """A field of a description."""
    value = MISSING if default == "required" else converter(cast(Came, default))
    return field(default=value, kw_only=kw_only, metadata={"converter": converter})  # type: ignore[return-value]


@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(setting,))
def described(cls: type[T]) -> type[T]:
    """Make a class a description: frozen, compared by identity, its arguments checked, its repr what differs from the defaults.

    A class attribute `old_names` maps Keras's former keywords to ours; they are taken with a notice.
    """
    made = dataclass(frozen=True, eq=False, repr=False)(cls)
    plain_init = cast(Callable[..., None], made.__init__)
    known = {f.name: f for f in fields(cast(Any, made))}
    by_position = [name for name, f in known.items() if not f.kw_only]
    old_names: Mapping[str, str] = getattr(made, "old_names", {})

    @wraps(plain_init)
    def init(self: object, *args: object, **kwargs: object) -> None:
        where = made.__name__
        if len(args) > len(by_position):
            raise SettingError("setting.too_many", where=where, known=by_position, required=len(by_position), came=len(args))
        given = dict(zip(by_position, args, strict=False))
        for name, value in kwargs.items():
            keyword = _current_name(where, name, known, old_names)
            if keyword in given:
                raise SettingError("setting.twice", where=where, setting=keyword)
            given[keyword] = value
        for name, f in known.items():
            if f.default is MISSING and name not in given:
                raise SettingError("setting.missing", where=where, setting=name)
        plain_init(self, **{name: convert(where, name, known[name].metadata["converter"], v) for name, v in given.items()})

    made.__init__ = init
    made.__signature__ = _signature(made)  # type: ignore[attr-defined]
    made.__repr__ = _repr
    return made


def convert(where: str, name: str, converter: Callable[[Any], Kept], came: object) -> Kept:
    """What a converter makes of an argument; a `SettingError` that says where, when it refuses."""
    try:
        return converter(came)
    except Unfit as unfit:
        raise SettingError(unfit.code, where=where, setting=name, came=came, **unfit.fields) from None


def config(description: object) -> dict[str, Any]:
    """All settings of a description by name: what is saved, and what to compare."""
    return {f.name: getattr(description, f.name) for f in fields(cast(Any, description))}


def _current_name(where: str, name: str, known: Collection[str], old_names: Mapping[str, str]) -> str:
    if name in known:
        return name
    if name in old_names:
        warnings.warn(Notice("setting.old_name", where=where, old=name, new=old_names[name]), stacklevel=4)
        return old_names[name]
    close = nearest(name, known)
    code = "keyword.unknown_did_you_mean" if close else "keyword.unknown"
    raise UnknownNameError(code, where=where, name=name, close=close, known=list(known))


def _signature(cls: type) -> Signature:
    parameters = [
        Parameter(
            f.name,
            Parameter.KEYWORD_ONLY if f.kw_only else Parameter.POSITIONAL_OR_KEYWORD,
            default=Parameter.empty if f.default is MISSING else f.default,
        )
        for f in sorted(fields(cast(Any, cls)), key=lambda f: f.kw_only)
    ]
    return Signature(parameters)


def _repr(self: object) -> str:
    shown = [
        repr(getattr(self, f.name)) if f.default is MISSING else f"{f.name}={getattr(self, f.name)!r}"
        for f in sorted(fields(cast(Any, self)), key=lambda f: f.kw_only)
        if f.default is MISSING or getattr(self, f.name) != f.default
    ]
    return f"{type(self).__name__}({', '.join(shown)})"


# Converters. Each docstring is what the argument may be.


def positive(value: int) -> int:
    """A whole number of 1 or more."""
    if not is_whole(value) or value < 1:
        raise Unfit("setting.positive")
    return int(value)


def positive_pair(value: int | Pair) -> Pair:
    """A whole number of 1 or more for both axes, or one for each: (height, width)."""
    pair = (value, value) if is_whole(value) else value
    if not _is_sequence(pair, 2) or not all(is_whole(n) and n >= 1 for n in cast(Pair, pair)):
        raise Unfit("setting.positive_pair")
    height, width = cast(Pair, pair)
    return int(height), int(width)


def optional_positive_pair(value: int | Pair | None) -> Pair | None:
    """As `positive_pair`, or None."""
    return None if value is None else positive_pair(value)


def padding(value: str | int | Pair | Border) -> Padding:
    """'valid', 'same', one number for all sides, (vertical, horizontal), or ((top, bottom), (left, right))."""
    if isinstance(value, str):
        if value.lower() not in ("valid", "same"):
            raise Unfit("setting.padding")
        return cast(Padding, value.lower())
    rows, columns = cast(tuple[object, object], (value, value) if is_whole(value) else value if _is_sequence(value, 2) else (None, None))
    return _sides(rows), _sides(columns)


def _sides(value: object) -> Pair:
    pair = (value, value) if is_whole(value) else value
    if not _is_sequence(pair, 2) or not all(is_whole(n) and n >= 0 for n in cast(Pair, pair)):
        raise Unfit("setting.padding")
    before, after = cast(Pair, pair)
    return int(before), int(after)


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


def non_negative_real(value: float) -> float:
    """A finite number of 0 or more."""
    if not is_real(value) or not value >= 0:
        raise Unfit("setting.non_negative_real")
    return float(value)


def optional_name(value: str | None) -> str | None:
    """A name that can stand in a file: letters, digits and any of . _ - but no '/'; or None."""
    if value is None:
        return None
    if not isinstance(value, str) or not value or "/" in value or not value.isprintable():
        raise Unfit("setting.name")
    return value


def optional_shape(value: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """The shape of one picture, (height, width, channels), or of one vector, (n,); or None."""
    if value is None:
        return None
    shape = (value,) if is_whole(value) else value
    if not isinstance(shape, (tuple, list)) or not shape or not all(is_whole(n) and n >= 1 for n in shape):
        raise Unfit("setting.shape")
    return tuple(int(n) for n in shape)


def one_of(kind: str, known: Collection[str]) -> Callable[[str], str]:
    """A converter for a name out of a fixed list; anything else is answered with the nearest names."""

    def named(value: str) -> str:
        if not isinstance(value, str) or value not in known:
            raise unknown_name(kind, value, known)
        return value

    return named


def is_whole(value: object) -> bool:
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def is_real(value: object) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)


def _is_sequence(value: object, length: int) -> bool:
    return isinstance(value, (tuple, list)) and len(cast(Collection[object], value)) == length
