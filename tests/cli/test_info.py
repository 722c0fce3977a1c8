"""What `striate info` shows, and that it shows it with the core and without."""

import json
import platform
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from striate.cli import info as info_module
from striate.cli.info import EXTRAS
from striate.engines.native import core
from striate.errors import Notice
from striate.messages.render import render
from striate.version import __version__

Run = Callable[..., Any]
PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


@pytest.fixture
def with_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core, "why_absent", lambda: None)
    monkeypatch.setattr(core, "compiler", lambda: "GCC 14.2.0")
    monkeypatch.setattr(core, "instruction_sets", lambda: ("x86-64-v2", "x86-64-v3"))
    monkeypatch.setattr(core, "usable_cores", lambda: 6)
    monkeypatch.setattr(core, "kernel_sets", lambda: ("baseline", "avx2"))


@pytest.fixture
def without_core(monkeypatch: pytest.MonkeyPatch) -> Notice:
    absent = Notice("core.cannot_load", reason="of the loader")
    monkeypatch.setattr(core, "why_absent", lambda: absent)
    monkeypatch.setattr(core, "compiler", lambda: None)
    monkeypatch.setattr(core, "instruction_sets", lambda: ())
    monkeypatch.setattr(core, "kernel_sets", lambda: ())
    return absent


def test_versions_and_engines(run: Run) -> None:
    told = json.loads(run("info", "--json").out)
    assert (told["striate"], told["python"], told["numpy"]) == (__version__, platform.python_version(), np.__version__)
    assert told["default_engine"] in told["engines"]
    assert "reference" in told["engines"]
    assert all(library["threads"] >= 1 for library in told["blas"])
    assert told["core"]["usable_cores"] >= 1
    out = run("info").out
    assert all(value in out for value in (__version__, platform.python_version(), np.__version__, "reference"))


@pytest.mark.usefixtures("with_core")
def test_core_that_is_there(run: Run) -> None:
    out = run("info").out
    assert "there, compiled by GCC 14.2.0; this CPU has x86-64-v2, x86-64-v3\n" in out
    assert "on avx2; also there: baseline\n" in out
    assert json.loads(run("info", "--json").out)["core"] == {
        "why_absent": None,
        "compiler": "GCC 14.2.0",
        "instruction_sets": ["x86-64-v2", "x86-64-v3"],
        "usable_cores": 6,
        "kernels": ["baseline", "avx2"],
    }


def test_core_that_is_absent(run: Run, without_core: Notice) -> None:
    ended = run("info")
    assert ended.code == 0
    assert render(without_core.code, without_core.fields, "en") in ended.out
    assert json.loads(run("info", "--json").out)["core"]["why_absent"] == "core.cannot_load"


def test_extras(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    extras = {"here": ("numpy",), "gone": ("numpy", "no-such-package")}
    monkeypatch.setattr(info_module, "EXTRAS", extras)
    out = run("info").out
    assert f"here: there (numpy {np.__version__})\n" in out
    assert "pip install 'striate[gone]'\n" in out
    assert json.loads(run("info", "--json").out)["extras"]["gone"] == {"numpy": np.__version__, "no-such-package": None}


def test_extras_are_those_of_the_package() -> None:
    declared = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    made_of_others = {"demo", "all", "test", "dev"}
    for_developers = {"bench"}
    assert {
        extra: tuple(requirement.split(">=")[0] for requirement in requirements)
        for extra, requirements in declared.items()
        if extra not in made_of_others | for_developers
    } == EXTRAS


def test_language(run: Run) -> None:
    assert json.loads(run("info", "--json", "--lang", "ko").out)["language"] == "ko"
    assert "컴파일된 코어" in run("info", "--lang", "ko").out
