"""The benchmarks are what their command expects, and a limit that is missed shows; what they measure is not judged."""

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(not (ROOT / "benchmarks").exists(), reason="an sdist has no benchmarks")


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module behind `python -m benchmarks`; it lies beside src/, not in the package."""
    monkeypatch.syspath_prepend(ROOT)
    return import_module("benchmarks.__main__")


def test_they_can_be_listed(command: Any) -> None:
    listing = [sys.executable, "-m", "benchmarks", "--list"]
    done = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True)
    lines = [line.split(maxsplit=1) for line in done.stdout.splitlines()]
    assert [name for name, _ in lines] == list(command.NAMES)
    assert all(text.endswith(".") for _, text in lines)


def test_each_says_what_it_measures_and_can_be_run(command: Any) -> None:
    for name in command.NAMES:
        module = import_module(f"benchmarks.{name.replace('-', '_')}")
        assert module.__doc__
        assert module.run.__doc__
        assert callable(module.add_arguments)


def test_each_is_described_in_both_languages(command: Any) -> None:
    for page in ("docs/benchmarks.md", "docs/ko/benchmarks.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        assert [name for name in command.NAMES if f"python -m benchmarks {name}" not in text] == []


def test_none_is_named_as_wrong_use(command: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([]) == 2
    with pytest.raises(SystemExit) as ended:
        command.main(["mnist"])
    assert ended.value.code == 2
    assert "train-images-idx3-ubyte" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("value", "relation", "holds"),
    [(1, "at most", True), (1, "at least", True), (2, "at most", False), (0, "at least", False)],
)
def test_a_missed_limit_is_said_and_is_the_exit_code(
    value: float,
    relation: str,
    holds: bool,
    command: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    result = import_module("benchmarks.result")

    def run(options: object) -> Any:
        table = result.Table("figures", {"of": "", "ms": ".1f"}, [("a thing", 1.26)])
        return result.Result((table,), (result.Limit("a thing", value, "s", relation, 1),))

    monkeypatch.setattr("benchmarks.digits.run", run)
    code = 0 if holds else 1
    assert command.main(["digits"]) == code
    text = capsys.readouterr().out
    assert f"{'holds' if holds else 'misses'}: a thing: {value} s ({relation} 1 s)" in text
    assert "  a thing  1.3\n" in text
    assert command.main(["digits", "--json"]) == code
    told = json.loads(capsys.readouterr().out)
    assert told["tables"] == {"figures": [{"of": "a thing", "ms": 1.26}]}
    assert told["limits"][0]["holds"] is holds
    assert {"cpu", "cores", "python", "numpy", "blas", "began"} <= set(told["machine"])
