"""How long the package takes to build from its source, and how large the wheel is.

`pip wheel` on the clone, as an installation from source does it; its tools are fetched before, which is not timed.
Where the core was not compiled there is nothing to judge, and the benchmark ends with an error.
"""

import subprocess
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from zipfile import ZipFile

from benchmarks.result import Limit, Result, Table

ROOT = Path(__file__).parents[1]
TOOLS = ("cmake", "nanobind>=2.7", "ninja", "scikit-build-core>=0.11")
MB = 1e6
LARGEST, LONGEST = 5.0, 240.0  # MB, seconds
SHOWN = 5  # files of the wheel


def add_arguments(parser: ArgumentParser) -> None:
    """There is nothing to choose."""


def run(options: Namespace) -> Result:
    """Build a wheel with tools of its own, and look into it."""
    with TemporaryDirectory() as scratch:
        tools, folder = Path(scratch) / "tools", Path(scratch) / "wheel"
        _run(sys.executable, "-m", "venv", str(tools))
        python = str(next(path for path in tools.glob("*/python*") if path.stem == "python"))
        _run(python, "-m", "pip", "install", "--quiet", *TOOLS)
        began = perf_counter()
        _run(python, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(folder), str(ROOT))
        seconds = perf_counter() - began
        (wheel,) = folder.glob("*.whl")
        size = wheel.stat().st_size / MB
        with ZipFile(wheel) as packed:
            files = sorted(packed.infolist(), key=lambda file: -file.file_size)
    if not any("/_core" in file.filename and not file.filename.endswith(".pyi") for file in files):
        raise SystemExit("the wheel has no compiled core: is there a C++ compiler?")
    rows = [(file.filename, file.file_size / MB, file.compress_size / MB) for file in files[:SHOWN]]
    return Result(
        (Table(f"{wheel.name}, {len(files)} files", {"largest": "", "MB": ".2f", "MB packed": ".2f"}, rows),),
        (
            Limit("the wheel", size, "MB", "at most", LARGEST),
            Limit("its build", seconds, "s", "at most", LONGEST),
        ),
    )


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
