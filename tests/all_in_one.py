"""Many small cases in one test. A test of its own costs pytest a millisecond or two, often far more than the case."""

import traceback
from collections.abc import Callable, Iterable
from inspect import signature
from typing import Any

import pytest

Check = Callable[..., None]


def all_in_one(names: str, cases: Iterable[Any]) -> Callable[[Check], Check]:
    """Like `pytest.mark.parametrize(names, cases)`, in one test that goes on to the last case and lists all that fail.

    For checks of what is written, which need no fixture of their own for each case and skip nothing.
    """
    arguments = [name.strip() for name in names.split(",")]
    rows = [case if len(arguments) > 1 else (case,) for case in cases]

    def decorate(check: Check) -> Check:
        def test(**others: Any) -> None:
            failed = [
                f"{row if len(arguments) > 1 else row[0]}: {said}"
                for row in rows
                if (said := what_fails(check, dict(zip(arguments, row, strict=True)) | others))
            ]
            assert rows, "no case"
            if failed:
                pytest.fail("\n".join([f"{len(failed)} of {len(rows)} cases", *failed]), pytrace=False)

        test.__name__, test.__doc__, test.__module__ = check.__name__, check.__doc__, check.__module__
        test.__dict__ |= check.__dict__  # marks, such as other parameters
        asked = signature(check)
        kept = [parameter for name, parameter in asked.parameters.items() if name not in arguments]
        test.__signature__ = asked.replace(parameters=kept)  # type: ignore[attr-defined]
        return test

    return decorate


def what_fails(check: Check, arguments: dict[str, Any]) -> str:
    """Where a check fails and with which words; nothing where it passes. Among many a skip would hide: it fails."""
    try:
        check(**arguments)
    except (Exception, pytest.fail.Exception, pytest.skip.Exception) as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"{place.filename}:{place.lineno}: {type(error).__name__}: {' '.join(str(error).split())}"
    return ""
