"""The house: imports point down a list of floors, packages' files only re-export, heavy packages are imported late."""

import ast
import subprocess
import sys
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from all_in_one import all_in_one

import striate

# From the top. A module stands on the floor with its longest prefix and may import its own floor and those below.
FLOORS = [
    ["striate.__main__"],
    ["striate.entry"],
    ["striate.cli"],
    ["striate"],  # what users import: this and the next floor only re-export
    [
        "striate.callbacks",
        "striate.layers",
        "striate.losses",
        "striate.metrics",
        "striate.models",
        "striate.optimizers",
        "striate.presets",
        "striate.utils",
    ],
    ["striate.faces", "striate.inspection"],
    ["striate.calling", "striate.sklearn"],
    ["striate.runs"],
    ["striate.sequential"],
    ["striate.model"],
    [
        "striate.bits",
        "striate.by_batch",
        "striate.choices",
        "striate.classify",
        "striate.computing",
        "striate.feature_maps",
        "striate.freezing",
        "striate.history",
        "striate.looking",
        "striate.preflight",
        "striate.recipe",
        "striate.report",
        "striate.transfer",
        "striate.report_page",
    ],
    ["striate.presets.nets", "striate.presets.read"],
    ["striate.figures"],
    ["striate.views"],
    ["striate.training"],
    ["striate.checkpoints", "striate.confidence", "striate.run_folder", "striate.storage"],
    ["striate.data"],
    ["striate.engines.select"],
    ["striate.engines.native", "striate.engines.reference"],
    ["striate.engines"],
    ["striate.network"],
    ["striate.files", "striate.toml"],
    ["striate.errors"],
    ["striate.messages", "striate.version"],
]
FACE = {
    "striate",
    "striate.callbacks",
    "striate.inspection",
    "striate.layers",
    "striate.losses",
    "striate.metrics",
    "striate.models",
    "striate.optimizers",
    "striate.presets",
    "striate.utils",
}
HEAVY = {"cv2", "matplotlib", "sklearn", "scipy", "rich", "PIL", "safetensors", "threadpoolctl", "click"}
SOURCE = Path(striate.__file__).parent
MODULES = {
    ".".join(file.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__"): file
    for file in sorted(SOURCE.rglob("*.py"))
}
every_module = all_in_one("module", MODULES)


def tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def imported(module: str, node: ast.AST) -> list[str]:
    """The modules that an import statement brings; a name out of a package is a module where there is one."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        found = [f"{node.module}.{alias.name}" for alias in node.names]
        return [name if name in MODULES or not name.startswith("striate") else str(node.module) for name in found]
    return []


@cache
def imports(module: str) -> frozenset[str]:
    return frozenset(name for node in ast.walk(tree(module)) for name in imported(module, node))


def typing_only(tree: ast.Module) -> set[ast.AST]:
    """What stands under `if TYPE_CHECKING`."""
    blocks = [n for n in ast.walk(tree) if isinstance(n, ast.If) and ast.unparse(n.test) == "TYPE_CHECKING"]
    return {inner for block in blocks for inner in ast.walk(block)}


def floor(module: str) -> int:
    """The number of a module's floor, from the top."""
    prefixes = [module.rsplit(".", cut)[0] for cut in range(module.count(".") + 1)]
    for prefix in prefixes:
        for number, names in enumerate(FLOORS):
            if prefix in names and (prefix != "striate" or module == "striate"):
                return number
    raise AssertionError(f"{module} stands on no floor; put it on one in FLOORS")


@every_module
def test_imports_point_down(module: str) -> None:
    for other in imports(module):
        if other.partition(".")[0] == "striate":
            assert floor(module) <= floor(other), f"{module} imports {other}, which stands above it"


@every_module
def test_nobody_imports_the_face_from_below(module: str) -> None:
    """Inside the package the file is imported, not the package or what re-exports it."""
    if module not in FACE:
        assert not FACE & imports(module)


def packages() -> list[str]:
    return [module for module, file in MODULES.items() if file.name == "__init__.py"]


@all_in_one("module", [module for module in packages() if module != "striate"])
def test_packages_own_files_only_re_export(module: str) -> None:
    for statement in tree(module).body:
        docstring = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        re_export = isinstance(statement, ast.ImportFrom) and all(alias.asname for alias in statement.names)
        missed = ast.unparse(statement) == f"if not TYPE_CHECKING:\n    __getattr__ = missing_in({module!r})"
        assert docstring or re_export or missed, f"{module}: {ast.unparse(statement)}"


def test_the_top_gives_what_it_declares() -> None:
    """It imports a name when somebody asks for it; what it tells a type checker must be just that."""
    declared = {
        alias.asname: (node.module, alias.name)
        for node in ast.walk(tree("striate"))
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("striate")
        for alias in node.names
    }
    assert sorted(declared) == sorted(striate.__all__)
    for name, (home, there) in declared.items():
        module = f"{home}.{there}" if home == "striate" else home
        brought = import_module(str(module))
        assert getattr(striate, name) is (brought if home == "striate" else getattr(brought, there))
    with pytest.raises(AttributeError):
        striate.nothing  # noqa: B018


@every_module
def test_no_two_modules_import_each_other(module: str) -> None:
    """Not by any way round."""
    reached, waiting = set[str](), [module]
    while waiting:
        found = (imports(waiting.pop()) & MODULES.keys()) - reached
        assert module not in found, f"{module} leads back to itself"
        reached |= found
        waiting.extend(found)


@all_in_one("module", [m for m in MODULES if not m.startswith("striate.cli") and m != "striate.sklearn"])
def test_heavy_packages_are_imported_where_they_are_needed(module: str) -> None:
    """Inside a function. A command's own file may bring them, and so may the classifier for scikit-learn:

    nothing else imports these (`test_importing_the_package_loads_nothing_heavy`).
    """
    read = tree(module)
    functions = [node for node in ast.walk(read) if isinstance(node, ast.FunctionDef)]
    later = {inner for node in functions for inner in ast.walk(node)} | typing_only(read)
    for node in ast.walk(read):
        if node not in later:
            assert not {name.partition(".")[0] for name in imported(module, node)} & HEAVY


def loaded_by(statement: str, *more: str) -> set[str]:
    """The modules that a fresh Python has after a statement."""
    code = f"import sys\n{statement}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, *more], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert not loaded_by("import striate") & HEAVY


def test_describing_and_learning_load_nothing_heavy_but_what_they_use() -> None:
    statements = """
import numpy, striate
from striate.layers import Dense
model = striate.Sequential([Dense(2, "softmax", input_shape=(3,))])
model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(numpy.ones((4, 3)), [0, 1, 0, 1], batch_size=2, verbose=0)
"""
    assert not loaded_by(statements) & HEAVY


def test_the_figures_need_no_display() -> None:
    """Drawing never goes through pyplot, which would choose a window system and keep every figure."""
    for module in MODULES:
        assert not {name for name in imports(module) if name.startswith("matplotlib.pyplot")}, module


@every_module
def test_files_stay_under_400_lines(module: str) -> None:
    assert len(MODULES[module].read_text(encoding="utf-8").splitlines()) < 400
