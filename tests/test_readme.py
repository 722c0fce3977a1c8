"""The READMEs do what they say: their Python runs, their shell lines are commands that exist."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from striate.cli.main import program

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.ko.md")


def blocks(readme: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", (ROOT / readme).read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("readme", READMES)
def test_the_python_runs(
    readme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for block in blocks(readme, "python"):
        exec(compile(block, readme, "exec"), {})
    out = capsys.readouterr().out
    assert "(1, 8, 8, 16)" in out  # the last line's shape, as the README says
    assert "(8 + 2*1 - 3)/1 + 1 = 8" in out
    assert (tmp_path / "digits.safetensors").stat().st_size > 10_000


def test_both_have_the_same_code_and_commands() -> None:
    def bare(block: str) -> list[str]:
        return [line.split("#")[0].rstrip() for line in block.splitlines()]

    english, korean = ([bare(b) for b in blocks(readme, "(?:python|sh)")] for readme in READMES)
    assert english == korean and len(english) == 5


def commands(readme: str) -> list[list[str]]:
    lines = [line for block in blocks(readme, "sh") for line in block.splitlines()]
    return [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("striate ")]


@pytest.mark.parametrize("words", commands("README.md"), ids=" ".join)
def test_shell_lines_are_commands_with_options_that_exist(words: list[str]) -> None:
    depth = 2 if words[0] in ("learn", "look", "data") else 1
    page = CliRunner().invoke(program, [*words[:depth], "--help", "--lang", "en"]).output
    assert page.startswith("Usage: striate " + " ".join(words[:depth]))
    for word in words:
        if word.startswith("-"):
            assert word in page


@pytest.mark.parametrize("words", [w for w in commands("README.md") if w[0] == "learn"], ids=" ".join)
def test_lines_about_learning_by_hand_run(words: list[str]) -> None:
    assert CliRunner().invoke(program, words).exit_code == 0


@pytest.mark.parametrize("readme", READMES)
def test_links_and_pictures_are_there(readme: str) -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", (ROOT / readme).read_text("utf-8"))
    assert len(targets) > 5
    missing = [target for target in targets if not (ROOT / target).exists()]
    assert not missing
