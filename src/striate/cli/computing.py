"""The options that say what computes: --engine, --isa, --threads."""

from striate.cli.readers import OneOf, Text, Whole
from striate.cli.ui import gathered, option
from striate.engines.computer import Computer
from striate.engines.select import ENGINES

# Above a command; it gets what was said in one `Computer`, as its argument `computer`.
computing = gathered(
    "computer",
    Computer,
    option("--engine", reader=OneOf(ENGINES), code="cli.computing.engine"),
    option("--isa", reader=Text(), code="cli.computing.isa"),
    option("--threads", reader=Whole(1), code="cli.computing.threads"),
)
