"""Many small cases in one test. A test of its own costs pytest a millisecond or two, often far more than the case."""

import traceback
from collections.abc import Callable, Iterable
from copy import deepcopy
from inspect import signature
from typing import Any

import pytest

Check = Callable[..., None]


def all_in_one(names: str, cases: Iterable[Any]) -> Callable[[Check], Check]:
    """Like `pytest.mark.parametrize(names, cases)`, in one test that goes on to the last case and lists all that fail.

    For checks that take a few milliseconds, leave nothing behind for the next case and skip nothing. `rng` is as fresh
    for each case as in a test of its own; other fixtures are the same for all.
    """
    arguments = [name.strip() for name in names.split(",")]
    rows = [tuple(case) if len(arguments) > 1 else (case,) for case in cases]

    def decorate(check: Check) -> Check:
        def test(**others: Any) -> None:
            failed = [
                f"{called(row)}: {said}"
                for row in rows
                if (said := what_fails(check, dict(zip(arguments, row, strict=True)) | fresh(others)))
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


def called(row: tuple[Any, ...]) -> str:
    """A case's id where it has one, as rows of tests/cases.py."""
    return ", ".join(str(getattr(value, "id", value)) for value in row)


def fresh(fixtures: dict[str, Any]) -> dict[str, Any]:
    return fixtures | ({"rng": deepcopy(fixtures["rng"])} if "rng" in fixtures else {})


def what_fails(check: Check, arguments: dict[str, Any]) -> str:
    """Where a check fails and with which words; nothing where it passes. Among many a skip would hide: it fails."""
    try:
        check(**arguments)
    except (Exception, pytest.fail.Exception, pytest.skip.Exception) as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"{place.filename}:{place.lineno}: {type(error).__name__}: {' '.join(str(error).split())}"
    return ""
