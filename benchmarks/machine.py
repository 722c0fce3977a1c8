"""Where figures were measured: without it they say nothing."""

import os
import platform
import re
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, cast

import numpy as np
from threadpoolctl import threadpool_info

from striate.version import __version__

# What changes NumPy's arithmetic from outside.
VARIABLES = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
PEERS = ("torch",)


def facts() -> Mapping[str, object]:
    """CPU, cores, versions, the kernel that BLAS runs, and how busy the machine was with other things."""
    libraries = cast("list[dict[str, Any]]", threadpool_info())
    blas = [library for library in libraries if library["user_api"] == "blas"]
    return {
        "cpu": _cpu(),
        "cores": usable_cores(),
        "load before": _load(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "striate": __version__,
        "numpy": np.__version__,
        "blas": "; ".join(
            f"{b['internal_api']} {b['version']} {b.get('architecture', '')} {b['num_threads']} threads" for b in blas
        ),
        "variables": " ".join(f"{name}={os.environ[name]}" for name in VARIABLES if name in os.environ) or "none",
    } | {peer: installed for peer in PEERS if (installed := _version(peer))}


def usable_cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _load() -> str:
    """How many programs wanted a core over the last 1, 5 and 15 minutes."""
    return " ".join(f"{load:.1f}" for load in os.getloadavg()) if hasattr(os, "getloadavg") else "unknown"


def _cpu() -> str:
    """The name that Linux gives it, with the numbers that tell its generation; elsewhere the platform's word."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    found = dict(re.findall(r"^(model name|cpu family|model)\s*:\s*(.*)$", text, re.MULTILINE))
    numbers = f" (family {found['cpu family']}, model {found['model']})" if "cpu family" in found else ""
    return found.get("model name", platform.machine()) + numbers


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
