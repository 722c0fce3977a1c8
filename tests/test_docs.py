"""What the documents say is so: their code runs and prints what stands below it, their formulas stand in the code."""

import ast
import contextlib
import gzip
import io
import re
import runpy
import struct
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextvars import copy_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from test_architecture import FACE, FLOORS

import striate
from striate.engines.reference.activation import ACTIVATIONS
from striate.errors import Notice
from striate.messages import speak
from striate.network.layers import ACTIVATIONS as NAMES
from striate.network.layers import LAYERS

ROOT = Path(__file__).parents[1]
PACKAGE = Path(striate.__file__).parent
MNIST = ROOT.parent / "shared" / "data" / "mnist"  # beside the checkout; not part of it

PAGES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md"))
TRANSLATED = sorted(path.name for path in (ROOT / "docs" / "ko").glob("*.md"))
WRITTEN = [*PAGES, "CONTRIBUTING.md", "CHANGELOG.md"]

FENCE = re.compile(r"^```(?P<kind>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A fenced block: what stands behind the first fence, the text, the line it begins in, what stands before it."""

    kind: str
    text: str
    line: int
    before: str


def blocks(page: str) -> list[Block]:
    text = (ROOT / page).read_text(encoding="utf-8")
    found, end = [], 0
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 2
        found.append(Block(match["kind"], match["text"], line, text[end : match.start()]))
        end = match.end()
    return found


# Code: every ```python block of a page, in one namespace. A ```text block right below it is what it shows: what it
# prints, its notices, and the last line of the traceback where it raises. "```python no-run": another library's.


def shown_by(block: Block, names: dict[str, object], page: str) -> str:
    """Run a block; what a reader who types it sees."""
    shown = io.StringIO()
    source = "\n" * (block.line - 1) + block.text  # so that a traceback has the page's line
    with warnings.catch_warnings(), contextlib.redirect_stdout(shown), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("error")
        warnings.simplefilter("always", Notice)
        warnings.showwarning = lambda message, category, *_: shown.write(f"{category.__name__}: {message}\n")
        try:
            exec(compile(source, str(ROOT / page), "exec"), names)
        except Exception as error:
            shown.write(traceback.format_exception_only(error)[-1])
    return shown.getvalue()


@pytest.mark.parametrize("page", [page for page in PAGES if any(block.kind == "python" for block in blocks(page))])
def test_code_runs_and_shows_what_is_printed(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    copy_context().run(check_code, page)


@pytest.fixture(autouse=True)
def nothing_defined_stays() -> Iterator[None]:
    """Layers and activations that a page defines are not there for other tests."""
    kept = [(table, dict(table)) for table in (LAYERS, NAMES, ACTIVATIONS)]
    yield
    for table, before in kept:
        table.clear()
        table.update(before)  # type: ignore[arg-type]


def check_code(page: str) -> None:
    speak("ko" if "/ko/" in page else "en")
    names: dict[str, object] = {"__name__": "docs"}
    all_blocks = blocks(page)
    for block, below in zip(all_blocks, [*all_blocks[1:], None], strict=True):
        if block.kind != "python":
            continue
        shown = shown_by(block, names, page)
        where = f"{page}, line {block.line}"
        if below and below.kind == "text" and not below.before.strip():
            assert shown == below.text, where
        else:
            assert "Error: " not in shown and "Notice: " not in shown, f"{where}:\n{shown}"


def test_blocks_are_of_known_kinds() -> None:
    kinds = {block.kind for page in PAGES for block in blocks(page)}
    assert kinds <= {"python", "python no-run", "text", "sh", "toml"}


# Formulas: a row of notation.md with a place like `engines/reference/conv.py: conv2d` has in its second cell pieces of
# exactly this function.

PLACE = re.compile(r"`([\w/]+\.py): ([\w.]+)`")
CODE = re.compile(r"`([^`]+)`")
FORMULA_FILES = [
    f"engines/reference/{name}.py"
    for name in ("activation", "conv", "dense", "dropout", "losses", "norm", "optimizers", "pool", "random")
] + ["network/initializers.py"]
# Public there, but choosing or converting, not computing.
NO_FORMULA = {
    "loss_function",
    "targets",
    "first_values",
    "update",
    "clip",
    "custom_activation",
    "checked_update",
    "put_back",
    "norm",
}


def rows(page: str) -> list[list[str]]:
    """The cells of every table row; a pipe inside a cell is written \\|."""
    lines = (ROOT / page).read_text(encoding="utf-8").splitlines()
    return [
        [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in lines
        if line.startswith("|")
    ]


def places(page: str) -> dict[tuple[str, str], list[str]]:
    """Each function that the page names as the place of a formula, with the pieces of code in the formula."""
    found: dict[tuple[str, str], list[str]] = {}
    for cells in rows(page):
        for file, function in PLACE.findall(" ".join(cells[2:3])):
            assert (file, function) not in found, f"{page}: {function} stands there twice"
            found[file, function] = CODE.findall(cells[1])
    return found


def source_of(file: str, function: str) -> str:
    """A function's text, docstring and all, in single blanks."""
    text = (PACKAGE / file).read_text(encoding="utf-8")
    body: list[ast.stmt] = ast.parse(text).body
    for name in function.split("."):
        found = [node for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name]
        assert found, f"{file} has no {function}"
        node, body = found[0], found[0].body
    return " ".join((ast.get_source_segment(text, node) or "").split())


def public_functions(file: str) -> set[tuple[str, str]]:
    tree = ast.parse((PACKAGE / file).read_text(encoding="utf-8"))
    names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    return {(file, name) for name in names - NO_FORMULA if not name.startswith("_")}


@pytest.mark.parametrize("page", ["docs/notation.md", "docs/ko/notation.md"])
def test_every_formula_has_a_row(page: str) -> None:
    assert set().union(*map(public_functions, FORMULA_FILES)) <= set(places(page))


@pytest.mark.parametrize("page", ["docs/notation.md", "docs/ko/notation.md"])
def test_formulas_are_the_codes(page: str) -> None:
    for (file, function), pieces in places(page).items():
        source = source_of(file, function)
        for piece in pieces:
            assert " ".join(piece.split()) in source, f"{page}: {function}"


# Pages and what they point to.


def outline(page: str) -> list[str]:
    """What a page is made of in any language: levels of headings, widths of tables, code without its comments."""
    lines = (ROOT / page).read_text(encoding="utf-8").partition("\n## 용어")[0].splitlines()
    plain = "\n".join(line for line in lines if line.startswith(("#", "|")))
    shape = [re.match("#+", line).group() if line[0] == "#" else f"{line.count('|')}" for line in plain.splitlines()]  # type: ignore[union-attr]
    return shape + [re.sub(r"#.*", "", block.text) for block in blocks(page) if block.kind.startswith("python")]


@pytest.mark.parametrize("name", TRANSLATED)
def test_both_languages_have_the_same_parts(name: str) -> None:
    assert outline(f"docs/ko/{name}") == outline(f"docs/{name}")


def anchors(page: Path) -> set[str]:
    """GitHub's names for the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", WRITTEN)
def test_links_lead_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", (ROOT / page).read_text(encoding="utf-8")):
        if "://" in target:
            continue
        file, _, anchor = target.partition("#")
        aim = (ROOT / page).parent / file if file else ROOT / page
        assert aim.exists(), target
        assert not anchor or anchor in anchors(aim), target


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(path.name[:4]) for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_house_is_that_of_the_architecture() -> None:
    """CONTRIBUTING.md's indented table has the floors that imports are held to, in their order."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## The house")[2].partition("\n## ")[0]
    table = [line[4:].split("  ")[0].split() for line in text.splitlines() if line.startswith("    ")]
    seen: set[str] = set()
    floors: list[list[str]] = []
    for modules in FLOORS:
        if set(modules) <= FACE or "striate.__main__" in modules:
            continue
        names = {module.split(".")[1] for module in modules} - seen
        seen |= names
        floors.append(sorted(f"{name}/" if (PACKAGE / name).is_dir() else f"{name}.py" for name in names))
    assert [sorted(row) for row in table] == [floor for floor in floors if floor]


# The example.

EXAMPLE = ROOT / "examples" / "softmax_numpy.py"


def run_example(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> float:
    """The accuracy that it prints, in percent."""
    monkeypatch.setattr(sys, "argv", [str(EXAMPLE), str(folder)])
    runpy.run_path(str(EXAMPLE), run_name="__main__")
    match = re.fullmatch(r"accuracy: (\d+\.\d\d) % of [\d,]+ test pictures\n", capsys.readouterr().out)
    assert match
    return float(match[1])


def test_softmax_in_numpy_on_small_digits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from striate.data.load import digits

    data = digits()
    assert data.test is not None
    for stem, part in (("train", data.train), ("t10k", data.test)):
        arrays = {"images-idx3": part.pictures[..., 0], "labels-idx1": part.labels.astype(np.uint8)}
        for kind, values in arrays.items():
            header = bytes([0, 0, 8, values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape)
            (tmp_path / f"{stem}-{kind}-ubyte.gz").write_bytes(gzip.compress(header + values.tobytes(), 1))
    assert run_example(tmp_path, monkeypatch, capsys) > 85


@pytest.mark.skipif(not MNIST.exists(), reason=f"{MNIST} is not there")
def test_softmax_in_numpy_on_mnist(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_example(MNIST, monkeypatch, capsys) > 91.5


def test_the_example_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [str(EXAMPLE)])
    with pytest.raises(SystemExit, match="FOLDER"):
        runpy.run_path(str(EXAMPLE), run_name="__main__")
