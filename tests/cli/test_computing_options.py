"""--engine, --isa and --threads: the same three of every command that computes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pictures import write_classes

from striate.data.load import load_images
from striate.engines.native import core
from striate.engines.native.engine import NativeEngine
from striate.engines.reference.program import ReferenceEngine
from striate.recipe import Recipe
from striate.runs.train import train_run

Run = Callable[..., Any]
Asked = set[tuple[str, str | None, int | None]]

needs_core = pytest.mark.skipif(not core.available(), reason=str(core.why_absent()))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run, with the pictures that it learned from beside it."""
    root = tmp_path_factory.mktemp("computing")
    write_classes(root / "data", 2, 5)
    train_run(load_images(root / "data"), root / "run", Recipe("softmax", 1, threads=1), verbose=0)
    return root / "run"


@pytest.fixture(params=["train", "evaluate", "predict"])
def line(request: pytest.FixtureRequest, trained: Path, tmp_path: Path) -> list[str]:
    data = str(trained.parent / "data")
    if request.param == "train":
        return ["train", data, "-o", str(tmp_path / "out"), "--model", "softmax", "--epochs", "1"]
    return [request.param, str(trained), data]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """The engine, its instruction set and the threads of every program that was asked for."""
    seen: Asked = set()

    def watch(kind: Any) -> None:
        compiled = kind.compile

        def compile_(self: Any, *args: Any, threads: int | None = None) -> Any:
            seen.add((self.name, self.isa.name if kind is NativeEngine else None, threads))
            return compiled(self, *args, threads=threads)

        monkeypatch.setattr(kind, "compile", compile_)

    watch(NativeEngine)
    watch(ReferenceEngine)
    return seen


def test_the_reference_engine(run: Run, line: list[str], asked: Asked) -> None:
    assert run(*line, "--engine", "reference", "--threads", "1").code == 0
    assert asked == {("reference", None, 1)}


@needs_core
def test_the_fastest_unless_another_is_named(run: Run, line: list[str], asked: Asked) -> None:
    assert run(*line).code == 0
    assert asked == {("native", core.kernel_sets()[-1], None)}


@needs_core
def test_an_instruction_set(run: Run, line: list[str], asked: Asked) -> None:
    assert run(*line, "--isa", "baseline", "--threads", "2").code == 0
    assert asked == {("native", "baseline", 2)}


@needs_core
@pytest.mark.parametrize(("language", "words"), [("en", "no instruction set 'avx9'"), ("ko", "명령어 집합")])
def test_an_instruction_set_of_nobody(run: Run, line: list[str], language: str, words: str) -> None:
    ended = run(*line, "--isa", "avx9", "--lang", language)
    assert ended.code == 2 and words in ended.err


def test_an_instruction_set_of_the_reference_engine(run: Run, line: list[str]) -> None:
    ended = run(*line, "--engine", "reference", "--isa", "avx2")
    assert ended.code == 2 and "reference engine has no instruction sets" in ended.err
