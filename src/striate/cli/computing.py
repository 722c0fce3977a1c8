"""The options that say what computes: --engine, --isa, --threads."""

from typing import Any

from striate.cli.readers import OneOf, Text, Whole
from striate.cli.ui import option
from striate.engines.select import ENGINES


def computing(function: Any) -> Any:
    """Give a command the three options, as `engine`, `isa` and `threads`; each None where it is not said."""
    options = (
        option("--engine", reader=OneOf(ENGINES), code="cli.computing.engine"),
        option("--isa", reader=Text(), code="cli.computing.isa"),
        option("--threads", reader=Whole(1), code="cli.computing.threads"),
    )
    for each in reversed(options):
        function = each(function)
    return function
