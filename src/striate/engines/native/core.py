"""The compiled core as Python sees it: whether it is there, why not, and what it knows of this computer.

An installation without a compiler has no core, and everything here answers all the same.
"""

import os
from importlib import import_module

from striate.errors import Notice


def why_absent() -> Notice | None:
    """Why the core cannot be used, None where it can.

    The notice's code is "core.not_built": the installation has no core for this Python; or "core.cannot_load": it has
    one that the system refuses, with the loader's words as `reason`.
    """
    try:
        import_module("striate.engines.native._core")
    except ModuleNotFoundError:
        return Notice("core.not_built")
    except ImportError as error:
        return Notice("core.cannot_load", reason=str(error))
    return None


def available() -> bool:
    """Whether the core is there and loads."""
    return why_absent() is None


def instruction_sets() -> tuple[str, ...]:
    """What this CPU can compute with and the operating system lets it use, from the oldest on; empty without the core.

    On x86-64 of "x86-64-v2", "x86-64-v3", "x86-64-v4", "avx512_bf16", "avx512_vnni", on AArch64 "neon".
    """
    if not available():
        return ()
    from striate.engines.native import _core

    return tuple(_core.instruction_sets())


def kernel_sets() -> tuple[str, ...]:
    """The instruction sets that the core has kernels for and this CPU runs, from the plainest to the best."""
    if not available():
        return ()
    from striate.engines.native import _core

    return tuple(name for name, _, _ in _core.kernel_sets())


def usable_cores() -> int:
    """How many threads of this process can run at once, at least 1.

    The cores that it may be scheduled on; with the core, no more than the CPU quota of its container, rounded up.
    """
    if not available():
        return _schedulable_cores()
    from striate.engines.native import _core

    return _core.usable_cores()


def compiler() -> str | None:
    """Name and version of the compiler that made the core, None without the core."""
    if not available():
        return None
    from striate.engines.native import _core

    return _core.compiler()


def peak_flops(threads: int, seconds: float) -> float | None:
    """Operations a second in float32 multiply-adds, two each, measured on so many threads; None without the core."""
    if not available():
        return None
    from striate.engines.native import _core

    return _core.peak_flops(threads, seconds)


def bandwidth(threads: int, seconds: float) -> tuple[float, float] | None:
    """Bytes a second that are read from memory, and that a = b + s * c moves; None without the core."""
    if not available():
        return None
    from striate.engines.native import _core

    return _core.bandwidth(threads, seconds)


def _schedulable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
