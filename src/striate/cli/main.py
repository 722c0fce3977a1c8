"""The command `striate`: which commands there are, and how one is found and run."""

import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from striate.cli.guard import Code, supervised
from striate.cli.ui import Folder, answering
from striate.messages import render
from striate.version import __version__

# In the order of the help. Each is the object of its own name in striate/cli/NAME, imported when it is called.
COMMANDS = (
    *("demo", "check", "train", "resume", "evaluate", "predict", "smile"),
    *("summary", "look", "learn", "data", "info", "cache"),
)


class Program(Folder):
    """All commands."""

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Read the line; --help and --version answer here already."""
        try:
            return super().make_context(*args, **extra)
        except BrokenPipeError:
            raise click.exceptions.Exit(Code.READER_GONE) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was called."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # Under an exit code of its own: click would end with 1, which says something else here.
            raise click.exceptions.Exit(Code.READER_GONE) from None

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> NoReturn:
        """Run a line and end with its exit code."""

        def run() -> object:
            return super(Program, self).main(args, "striate", complete_var, standalone_mode=False, **extra)

        sys.exit(supervised(sys.argv[1:] if args is None else args, run))


program = Program("striate", code="cli", package="striate.cli", names=COMMANDS)
program.params.insert(0, answering("--version", answer=lambda ctx: render("cli.version", {"version": __version__})))
