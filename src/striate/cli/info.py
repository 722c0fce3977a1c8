"""`striate info`: what this installation has."""

import platform
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any, cast

import numpy as np

from striate.cli.output import write, write_json
from striate.cli.ui import command, json_flag
from striate.engines.native import core
from striate.engines.select import ENGINES, default_engine
from striate.errors import Notice
from striate.messages import language, render
from striate.version import __version__
from striate.views.columns import aligned

# What a user can add to an installation, and the packages that each extra brings.
EXTRAS = {"plot": ("matplotlib",), "samples": ("scikit-learn",), "camera": ("opencv-python-headless",)}


@dataclass(frozen=True)
class Blas:
    """The library that NumPy multiplies matrices with."""

    name: str
    version: str | None
    threads: int


@dataclass(frozen=True)
class Core:
    """The compiled core. `why_absent` is the code of why it cannot be used, None where it can.

    `kernels`: the instruction sets that it has kernels for and this CPU runs, from the plainest to the best, which is
    used unless another is asked for.
    """

    why_absent: str | None
    compiler: str | None
    instruction_sets: tuple[str, ...]
    usable_cores: int
    kernels: tuple[str, ...]


@dataclass(frozen=True)
class Installation:
    """All that `striate info` shows. `extras`: the packages that each brings, with their versions, None: missing."""

    striate: str
    python: str
    system: str
    numpy: str
    blas: tuple[Blas, ...]
    engines: tuple[str, ...]
    default_engine: str
    core: Core
    extras: dict[str, dict[str, str | None]]
    language: str


@command("info")
@json_flag
def info(json: bool) -> None:
    """`striate info`."""
    absent = core.why_absent()
    found = installation(absent)
    if json:
        write_json(asdict(found))
    else:
        write(_lines(found, absent))


def installation(absent: Notice | None) -> Installation:
    """Look around; `absent` is why the core cannot be used."""
    from threadpoolctl import threadpool_info

    return Installation(
        striate=__version__,
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        numpy=np.__version__,
        blas=tuple(
            Blas(library["internal_api"], library["version"], library["num_threads"])
            for library in cast("list[dict[str, Any]]", threadpool_info())
            if library["user_api"] == "blas"
        ),
        engines=tuple(ENGINES),
        default_engine=default_engine(),
        core=Core(
            absent and absent.code, core.compiler(), core.instruction_sets(), core.usable_cores(), core.kernel_sets()
        ),
        extras={extra: {package: _version(package) for package in packages} for extra, packages in EXTRAS.items()},
        language=language(),
    )


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _lines(found: Installation, absent: Notice | None) -> list[str]:
    rows = [
        ("cli.info.striate", found.striate),
        ("cli.info.python", f"{found.python}, {found.system}"),
        ("cli.info.numpy", "; ".join([found.numpy, *map(_blas, found.blas)])),
        ("cli.info.engines", "; ".join(_engine(name, found) for name in found.engines)),
        ("cli.info.core", str(absent) if absent else render("cli.info.core_present", asdict(found.core))),
        *(("cli.info.kernels", _kernels(*sets)) for sets in [found.core.kernels] if sets),
        ("cli.info.cores", str(found.core.usable_cores)),
        *(("cli.info.extra", _extra(extra, packages)) for extra, packages in found.extras.items()),
        ("cli.info.language", found.language),
    ]
    return aligned([[render(code), text] for code, text in rows])


def _blas(blas: Blas) -> str:
    return render("cli.info.blas", {"name": blas.name, "version": blas.version or "?", "threads": blas.threads})


def _engine(name: str, found: Installation) -> str:
    return render("cli.info.default_engine", {"name": name}) if name == found.default_engine else name


def _kernels(*sets: str) -> str:
    *others, used = sets
    code = "cli.info.kernels_used" if others else "cli.info.kernels_only"
    return render(code, {"used": used, "others": others[::-1]})


def _extra(extra: str, packages: dict[str, str | None]) -> str:
    code = "cli.info.extra_there" if all(packages.values()) else "cli.info.extra_missing"
    there = [f"{package} {number}" for package, number in packages.items() if number]
    return render(code, {"extra": extra, "packages": there or list(packages)})
