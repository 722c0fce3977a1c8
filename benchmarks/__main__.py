"""`python -m benchmarks NAME`: measure, print a table, and end with 1 where a limit does not hold."""

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from benchmarks.machine import facts
from benchmarks.result import as_json, as_markdown, as_text

# Each is a file beside this one, with a docstring, `add_arguments(parser)` and `run(options) -> Result`.
NAMES = (
    "startup",
    "digits",
    "mnist",
    "compare",
    "predict-cold",
    "memory",
    "feeding",
    "kernels",
    "build",
    "smile",
    "guard",
    "fields",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark that is named; the answer is the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.name is None:
        print("\n".join(f"{name:12} {_first_line(name)}" for name in NAMES))
        return 0 if options.list else 2
    # Before measuring: the load is that of others.
    machine = {"began": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", **facts()}
    result = options.run(options)
    form = as_json if options.json else as_markdown if options.markdown else as_text
    print(form(options.name, result, machine))
    return 0 if all(limit.holds for limit in result.limits) else 1


def _parser() -> ArgumentParser:
    parser = ArgumentParser("python -m benchmarks", description=sys.modules["benchmarks"].__doc__)
    parser.add_argument("--list", action="store_true", help="list the benchmarks")
    commands = parser.add_subparsers(dest="name", metavar="NAME")
    for name in NAMES:
        module = _module(name)
        command = commands.add_parser(
            name,
            help=_first_line(name),
            description=module.__doc__,
            formatter_class=RawDescriptionHelpFormatter,
        )
        module.add_arguments(command)
        command.add_argument("--json", action="store_true", help="the same figures for a program")
        command.add_argument("--markdown", action="store_true", help="the same figures for a page")
        command.set_defaults(run=module.run)
    return parser


def _first_line(name: str) -> str:
    return (_module(name).__doc__ or "").partition("\n")[0]


def _module(name: str) -> Any:
    return import_module(f"benchmarks.{name.replace('-', '_')}")


if __name__ == "__main__":
    sys.exit(main())
