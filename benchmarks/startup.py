"""How long `import striate` and `striate --help` take, as whole processes.

Each round starts every command once, so that what else the machine does falls on all of them alike; the figures are
medians over the rounds. `import numpy` and an empty program are the yardsticks. A name of Striate is imported when it
is first asked for, so what a program that trains waits for is `from striate import Sequential`; it has a limit of its
own, as a multiple of `import numpy`, which is most of it.
"""

import re
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from statistics import median

from benchmarks.programs import ENVIRONMENT, STRIATE, in_turns
from benchmarks.result import Limit, Result, Table

FIRST_NAME = "from striate import Sequential"
COMMANDS = {
    "python -c pass": ("-c", "pass"),
    "import numpy": ("-c", "import numpy"),
    "import striate": ("-c", "import striate"),
    FIRST_NAME: ("-c", FIRST_NAME),
    "striate --help": ("-c", STRIATE, "--help"),
}
LIMITS = {"import striate": 0.2, "striate --help": 0.3}  # seconds
MOST_OF_NUMPY = 3.0  # how often `import numpy` the first name may take
EXPLAINED = (FIRST_NAME, "striate --help")
SHOWN = 8  # packages that cost most


def add_arguments(parser: ArgumentParser) -> None:
    """How often to measure."""
    parser.add_argument("--runs", type=int, default=15, help="rounds (default: 15)")


def run(options: Namespace) -> Result:
    """Start the commands in turn, time them, and ask Python which imports cost most."""
    seconds = in_turns(COMMANDS, options.runs)
    medians = {name: median(times) for name, times in seconds.items()}
    columns = {"command": "", "median ms": ".0f", "fastest ms": ".0f", "x numpy": ".2f", "x pass": ".1f"}
    rows = [
        (name, 1e3 * middle, 1e3 * min(seconds[name]), *_ratios(middle, medians)) for name, middle in medians.items()
    ]
    return Result(
        tables=(Table(f"whole processes, {options.runs} rounds", columns, rows), *map(_imports, EXPLAINED)),
        limits=(
            *(Limit(name, medians[name], "s", "at most", bound) for name, bound in LIMITS.items()),
            Limit(
                FIRST_NAME, medians[FIRST_NAME] / medians["import numpy"], "x import numpy", "at most", MOST_OF_NUMPY
            ),
        ),
    )


def _ratios(seconds: float, medians: dict[str, float]) -> tuple[float, float]:
    return seconds / medians["import numpy"], seconds / medians["python -c pass"]


def _imports(name: str) -> Table:
    """The packages whose modules took longest to import, each module's own time without what it imports itself."""
    traced = subprocess.run(
        [sys.executable, "-X", "importtime", *COMMANDS[name]],
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        check=True,
    )
    own = Counter[str]()
    for microseconds, module in re.findall(r"^import time:\s*(\d+) \|\s*\d+ \|\s*(\S+)$", traced.stderr, re.MULTILINE):
        own[module.partition(".")[0]] += int(microseconds)
    rows = [
        (package, microseconds / 1e3, 100 * microseconds / own.total())
        for package, microseconds in own.most_common(SHOWN)
    ]
    return Table(
        f"imports of {name}, by package (python -X importtime)", {"package": "", "own ms": ".1f", "%": ".0f"}, rows
    )
