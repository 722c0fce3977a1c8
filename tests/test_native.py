"""The compiled core is there, tells the truth about this computer, and can be done without."""

import os
import platform
import shutil
import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

import striate
from striate.engines.native import core
from striate.messages import render

built = pytest.mark.skipif(not core.available(), reason=str(core.why_absent()))
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux tells about its cores in files")

X86_LEVELS = ("x86-64-v2", "x86-64-v3", "x86-64-v4")
# The flags of /proc/cpuinfo that each name asks for beyond those before it (the x86-64 psABI's table, Linux's names).
FLAGS = {
    "x86-64-v2": {"cx16", "lahf_lm", "popcnt", "pni", "sse4_1", "sse4_2", "ssse3"},
    "x86-64-v3": {"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"},
    "x86-64-v4": {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"},
    "avx512_bf16": {"avx512_bf16"},
    "avx512_vnni": {"avx512_vnni"},
}


@pytest.mark.skipif(os.environ.get("CI") != "true", reason="without a compiler the core may be absent, but not in CI")
def test_the_core_is_there_in_ci() -> None:
    assert core.why_absent() is None


@built
@on_linux
@pytest.mark.skipif(platform.machine() != "x86_64", reason="the flags of x86-64")
def test_instruction_sets_agree_with_the_kernel() -> None:
    flags = set(
        next(line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("flags")).split()
    )
    levels = [name for i, name in enumerate(X86_LEVELS) if all(FLAGS[below] <= flags for below in X86_LEVELS[: i + 1])]
    extras = [name for name in FLAGS if name not in X86_LEVELS and "x86-64-v4" in levels and FLAGS[name] <= flags]
    assert core.instruction_sets() == (*levels, *extras)


@built
@pytest.mark.skipif(platform.machine() not in ("aarch64", "arm64"), reason="the names of AArch64")
def test_every_aarch64_has_neon() -> None:
    assert core.instruction_sets() == ("neon",)


@built
def test_the_compiler_is_named() -> None:
    name, version = str(core.compiler()).split(" ")
    assert name in ("GCC", "Clang")
    assert all(part.isdigit() for part in version.split("."))


@built
def test_what_the_cores_do_at_most_is_measured() -> None:
    assert core.peak_flops(2, 0.001) > 1e8
    read, triad = core.bandwidth(2, 0.002)
    assert read > 1e8 and triad > 1e8


@built
@pytest.mark.parametrize("measure", ["peak_flops", "bandwidth"])
@pytest.mark.parametrize("arguments", [(0, 0.1), (257, 0.1), (1, -1.0), (1, float("nan")), (1, 61.0)])
def test_a_measurement_has_bounds(measure: str, arguments: tuple[int, float]) -> None:
    with pytest.raises(ValueError, match=r"1 to 256|0 to 60"):
        getattr(core, measure)(*arguments)


def test_usable_cores_are_within_the_computer() -> None:
    assert 1 <= core.usable_cores() <= (os.cpu_count() or 1)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no scheduling affinity on this system")
def test_usable_cores_follow_the_affinity() -> None:
    def confine() -> None:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

    code = "from striate.engines.native import core; print(core.usable_cores())"
    asked = subprocess.run([sys.executable, "-c", code], preexec_fn=confine, capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == "1"


# A container's files: this process's groups, what is mounted where, the quotas; and the cores that they grant.
VERSION_2 = "29 23 0:26 {group} /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
VERSION_1 = "32 31 0:29 {group} /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
QUOTAS = {
    "version 2": ("0::/\n", VERSION_2.format(group="/"), {"cpu.max": "150000 100000"}, 1.5),
    "version 2, no limit": ("0::/\n", VERSION_2.format(group="/"), {"cpu.max": "max 100000"}, None),
    "version 2, the parent has less": (
        "0::/jobs/7\n",
        VERSION_2.format(group="/"),
        {"jobs/cpu.max": "50000 100000", "jobs/7/cpu.max": "400000 100000"},
        0.5,
    ),
    "version 2, the host's path": (
        "0::/docker/ab:c/inner\n",
        VERSION_2.format(group="/docker/ab:c"),
        {"cpu.max": "300000 100000", "inner/cpu.max": "200000 100000"},
        2.0,
    ),
    "version 1": (
        "9:cpuset:/\n4:cpu,cpuacct:/job\n1:name=systemd:/\n0::/\n",
        VERSION_1.format(group="/"),
        {"job/cpu.cfs_quota_us": "250000", "job/cpu.cfs_period_us": "50000"},
        5.0,
    ),
    "version 1, no limit": (
        "4:cpu,cpuacct:/\n",
        VERSION_1.format(group="/"),
        {"cpu.cfs_quota_us": "-1", "cpu.cfs_period_us": "100000"},
        None,
    ),
    "version 1, another tree's quota": (
        "4:cpuset:/\n",
        VERSION_1.format(group="/"),
        {"cpu.cfs_quota_us": "100000", "cpu.cfs_period_us": "100000"},
        None,
    ),
    "nothing mounted": ("0::/\n", "", {}, None),
}


@built
@pytest.mark.parametrize("case", QUOTAS)
def test_the_cpu_quota_is_read(case: str, tmp_path: Path) -> None:
    from striate.engines.native import _core

    groups, mounts, quotas, cores = QUOTAS[case]
    mount_point = mounts.split()[4] if mounts else "/sys/fs/cgroup"
    files = {"/proc/self/cgroup": groups, "/proc/self/mountinfo": mounts}
    files |= {f"{mount_point}/{name}": text for name, text in quotas.items()}
    for name, text in files.items():
        file = tmp_path / name.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    assert _core.cpu_quota(tmp_path) == cores


def describe_core(tmp_path: Path, extension: str | None) -> list[str]:
    """What a copy of the package says of its core when its extension file is missing (None) or holds other bytes."""
    source = Path(striate.__file__).parent
    shutil.copytree(source, tmp_path / "striate", ignore=shutil.ignore_patterns("*.so", "*.pyd", "__pycache__"))
    if extension is not None:
        (tmp_path / "striate/engines/native" / f"_core{EXTENSION_SUFFIXES[0]}").write_text(extension)
    code = """
from striate.engines.native import core
why = core.why_absent()
print(core.available(), why.code, *why.fields, core.instruction_sets(), core.compiler(), core.usable_cores(), sep=";")
"""
    # -S and PYTHONPATH: no .pth file may lead back to the installation that is being tested.
    paths = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    command = [sys.executable, "-S", "-c", code]
    asked = subprocess.run(command, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, check=True)
    return asked.stdout.strip().split(";")


def test_without_a_built_core(tmp_path: Path) -> None:
    *answers, cores = describe_core(tmp_path, None)
    assert answers == ["False", "core.not_built", "()", "None"]
    assert 1 <= int(cores) <= (os.cpu_count() or 1)


def test_with_a_core_that_does_not_load(tmp_path: Path) -> None:
    answers = describe_core(tmp_path, "not a shared library")
    assert answers[:-1] == ["False", "core.cannot_load", "reason", "()", "None"]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_reason_is_told(language: str) -> None:
    assert "GCC" in render("core.not_built", {}, language)
    assert "invalid ELF header" in render("core.cannot_load", {"reason": "invalid ELF header"}, language)
