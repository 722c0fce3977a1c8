"""What can go wrong, as classes with a named code and fields; the sentence is looked up in messages/ when it is shown.

Every error says where, what is required, what came and what to do. A program that catches one reads `error.code` and
`error.fields`; both are part of the interface, the sentence is not.
"""

import sys
import warnings
from collections.abc import Iterable
from difflib import get_close_matches

from striate.messages import render


class StriateError(Exception):
    """Anything that Striate refuses or cannot do. `code` names it, `fields` hold the facts.

    `place` is where in a file it was written, such as "net.toml, [[layers]] 3"; it is shown before the sentence.
    """

    place: str = ""

    def __init__(self, code: str, /, **fields: object) -> None:
        super().__init__(code, fields)
        self.code = code
        self.fields = fields

    def __str__(self) -> str:
        text = render(self.code, self.fields)
        return f"{self.place}: {text}" if self.place else text

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.code, self.fields, self.place))


class SettingError(StriateError, ValueError):
    """An argument has a value that it cannot have."""


class UnknownNameError(StriateError, TypeError):
    """A keyword, a layer, a loss or another thing is asked for by a name that nothing has."""


class SizeError(StriateError, ValueError):
    """Sizes or shapes do not fit."""


class GraphError(StriateError, ValueError):
    """Layers are wired in a way that is no network."""


class DataError(StriateError, ValueError):
    """Pictures, labels or arrays that cannot be used."""


class FileError(StriateError, OSError):
    """A file or folder that cannot be read or written. `errno` is None: the reason stands in the fields."""

    def __init__(self, code: str, /, **fields: object) -> None:
        OSError.__init__(self, code)
        self.code = code
        self.fields = fields


class ModelFileError(FileError):
    """A model file that is damaged, foreign or of another format version."""


class MissingExtraError(StriateError, ImportError):
    """A package is needed that is not installed; `fields["extra"]` names the extra that brings it."""


class NoAttributeError(StriateError, AttributeError):
    """An attribute that is not there, or that cannot be set; the sentence says what to write instead."""


class NoImportError(StriateError, ImportError):
    """A name that a module has not; the sentence says what to write instead."""


class StateError(StriateError, RuntimeError):
    """Something is asked for before what it needs: predicting before building, training before compiling."""


class OutOfMemoryError(StriateError, MemoryError):
    """What is asked for needs more memory than there is; `needed` and `free` are bytes."""


class TrainingError(StriateError, ArithmeticError):
    """Training cannot go on: a number is no longer finite."""


class Notice(UserWarning):
    """Something that was assumed, rounded, skipped or converted: said once, with the way to change it.

    Raised through `warnings.warn`, so Python's own filters decide what becomes of it.
    """

    def __init__(self, code: str, /, **fields: object) -> None:
        super().__init__(code, fields)
        self.code = code
        self.fields = fields

    def __str__(self) -> str:
        return render(self.code, self.fields)


def tell(code: str, /, **fields: object) -> None:
    """Give a `Notice`, pointing at the line outside Striate that led to it."""
    frame, level = sys._getframe(1), 2  # pyright: ignore[reportPrivateUsage] (documented, and the only way)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "striate":
        frame, level = frame.f_back, level + 1
    warnings.warn(Notice(code, **fields), stacklevel=level)


def unknown_name(kind: str, name: object, known: Iterable[str]) -> UnknownNameError:
    """The error for a name that nothing has, with the nearest names that something has.

    `kind` is what was asked for ("layer", "loss", "metric" ...): its word stands in messages/ under `kind.`.
    """
    choices = sorted(known)
    if isinstance(name, type):
        return UnknownNameError("name.is_class", kind=f"kind.{kind}", name=name.__name__)
    close = nearest(name, choices)
    code = "name.unknown_did_you_mean" if close else "name.unknown"
    return UnknownNameError(code, kind=f"kind.{kind}", name=name, close=close, known=choices)


def nearest(name: object, known: Iterable[str]) -> list[str]:
    """Up to three of the known names that look like this one, capitals not counted."""
    by_lower = {choice.lower(): choice for choice in known}
    return [by_lower[close] for close in get_close_matches(str(name).lower(), by_lower, n=3, cutoff=0.6)]


def _rebuild(kind: type[StriateError], code: str, fields: dict[str, object], place: str) -> StriateError:
    error = kind(code, **fields)
    error.place = place
    return error
