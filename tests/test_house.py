"""The layout of the house: imports run one way, modules stay small, specs are not imported by name."""

from __future__ import annotations

import ast
from pathlib import Path

import networkx as nx
import pytest

from tests.conftest import QUICK

ROOT = Path(__file__).resolve().parent.parent
#: From top to bottom: a package may import those before it, and itself.
ORDER = [
    "errors",
    "lang",
    "formula",
    "temporal",
    "spec",
    "read",
    "interpreter",
    "lower",
    "engine",
    "trace",
    "graph",
    "tlc",
    "suite",
    "cli",
]
MODULES = sorted((ROOT / "mc").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
MAX_LINES = 420


def floor(path: Path) -> int:
    """The position in ORDER of the package that a module belongs to."""
    part = path.relative_to(ROOT / "mc").parts[0].removesuffix(".py")
    return ORDER.index(part) if part in ORDER else len(ORDER)


def imported(tree: ast.AST) -> set[str]:
    """Names of the modules of this project that a module imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names} if node.module == "mc" else {node.module}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return {name for name in names if name == "mc" or name.startswith(("mc.", "specs"))}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_run_one_way(path: Path) -> None:
    for name in imported(ast.parse(path.read_text(encoding="utf-8"))):
        assert not name.startswith("specs"), f"{path} imports a spec by name: {name}"
        parts = name.split(".")
        if len(parts) > 1 and parts[1] in ORDER:
            assert ORDER.index(parts[1]) <= floor(path), f"{path} imports {name}, which comes after it"


def import_graph() -> nx.DiGraph:
    """The modules, with edges to those that they import, be it for the types alone."""
    names = {".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): p for p in MODULES}
    graph = nx.DiGraph()
    for module, path in names.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module in names:
                parts = (f"{node.module}.{alias.name}" for alias in node.names)
                graph.add_edges_from((module, part if part in names else node.module) for part in parts)
    return graph


def rings(graph: nx.DiGraph) -> list[set[str]]:
    """What imports each other."""
    return [ring for ring in nx.strongly_connected_components(graph) if len(ring) > 1]


def test_no_modules_import_each_other() -> None:
    assert rings(import_graph()) == []


def test_no_wings_of_the_engine_import_each_other() -> None:
    """Nor those of any other package that has folders."""
    folders = import_graph()
    folders = nx.relabel_nodes(folders, {name: name.rpartition(".")[0] for name in folders if name.count(".") > 2})
    assert len([name for name in folders if name.startswith("mc.engine.")]) > 7
    assert rings(folders) == []


#: Where Python's syntax trees are looked at: where specs are read and checked, by what gives the reference engine its
#: text, and where the engine's own compiled functions are read.
WITH_TREES = ("mc/read/",)
WITH_KERNELS = ("mc/engine/code/read.py",)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_who_looks_at_syntax_trees(path: Path) -> None:
    imports = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Import)]
    if any(alias.name == "ast" for node in imports for alias in node.names):
        assert str(path.relative_to(ROOT)).startswith(WITH_TREES + WITH_KERNELS)


def test_rules_of_translation_inherit_nothing() -> None:
    """They are functions of a writer; the values that they are about are data."""
    for path in (ROOT / "mc/engine/translate").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        classes = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
        for name, node in classes.items():
            bases = {ast.unparse(base) for base in node.bases}
            assert (bases <= {"Value"} and path.name == "values.py") or not bases, (
                f"{path.name}: {name} inherits {bases}"
            )


def test_folders_of_tests_mirror_the_house() -> None:
    folders = {path.relative_to(ROOT / "tests").parts[:-1] for path in TESTS}
    assert {folder[0] for folder in folders if folder} <= set(ORDER)
    assert all((ROOT / "mc").joinpath(*folder).is_dir() for folder in folders)


def test_quick_tests_are_there() -> None:
    tests = {path.relative_to(ROOT / "tests") for path in TESTS}
    assert {(path.parent / path.stem.removeprefix("test_")).as_posix() for path in tests} > QUICK


def test_reference_engine_stands_alone() -> None:
    path = ROOT / "mc/engine/reference.py"
    text = path.read_text(encoding="utf-8")
    assert {name for name in imported(ast.parse(text)) if name.startswith("mc.engine")} <= {"mc.engine.result"}
    assert len(text.splitlines()) <= 170


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_modules_stay_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


@pytest.mark.parametrize("path", [p for p in MODULES if p.parts[-2] != "cli"], ids=lambda p: str(p.relative_to(ROOT)))
def test_only_the_command_line_prints_and_exits(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("print", "exit"), f"{path}:{node.lineno} calls {node.func.id}"
        if isinstance(node, ast.Attribute):
            chain = ast.unparse(node)
            assert chain not in ("os.environ", "sys.exit", "os.getenv"), f"{path}:{node.lineno} uses {chain}"
