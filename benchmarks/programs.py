"""Whole programs, started one after the other and timed from outside."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from time import perf_counter

STRIATE = "from striate.entry import main; main()"  # what the installed command `striate` does
# With its bytecode written, as an installed package has it.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def started(arguments: Sequence[str]) -> float:
    """Seconds from starting Python with these arguments to its end."""
    began = perf_counter()
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, env=ENVIRONMENT, check=True)
    return perf_counter() - began


def in_turns(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, list[float]]:
    """The seconds of each in every round, so that what else the machine does falls on all of them alike."""
    for arguments in commands.values():
        started(arguments)  # once for nothing: Python writes the bytecode of what it imports for the first time
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, arguments in commands.items():
            seconds[name].append(started(arguments))
    return seconds
