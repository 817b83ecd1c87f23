"""The files of a spec as text and as syntax trees."""

from __future__ import annotations

import ast
from pathlib import Path

import mc.lang
from mc.dataclass import dataclass
from mc.errors import SpecError
from mc.lang import arithmetic
from mc.read.text import parse, read_text, walk

CONSTANT_KINDS = ("ModelValues", "ModelValue", "Natural", "Boolean")


@dataclass(frozen=True)
class Declared:
    """A constant that a file declares."""

    name: str
    #: One of ``CONSTANT_KINDS``; "" where the annotation is a domain that the value is an element of.
    kind: str
    annotation: ast.expr
    file: Path
    line: int


class Source:
    """The syntax trees of a spec file and of what it extends, in order of execution."""

    def __init__(self, path: Path) -> None:
        self.trees: dict[Path, ast.Module] = {}
        #: The texts that they were read from, by file.
        self.texts: dict[str, str] = {}
        #: All names that are used somewhere in the files.
        self.loaded: set[str] = set()
        #: By name, the last statement at the top of a file that gives it a value, and the file.
        self._assigned: dict[str, tuple[Path, ast.stmt]] = {}
        self._read(path.resolve(), ())

    def add(self, path: Path) -> None:
        """Also read a sibling file, such as one of alternative definitions."""
        self._read(path.resolve(), ())

    def _read(self, path: Path, readers: tuple[Path, ...]) -> None:
        if path in self.trees:
            return
        try:
            text = self.texts[str(path)] = read_text(path)
            tree = parse(text)
        except SyntaxError as error:
            raise SpecError(f"syntax error: {error.msg}", str(path), error.lineno) from None
        except (OSError, ValueError) as error:
            raise SpecError(f"cannot read the spec: {error}", str(path)) from None
        body: list[ast.stmt] = []
        for node in tree.body:
            if isinstance(node, ast.ImportFrom) and node.module not in ("mc.lang", "__future__"):
                extended = path.parent / f"{node.module}.py"
                if node.level or not extended.is_file() or [a.name for a in node.names] != ["*"]:
                    raise SpecError(
                        "a spec imports from mc.lang, or extends a spec beside it: from NAME import *",
                        str(path),
                        node.lineno,
                    )
                if extended.resolve() in (*readers, path):
                    raise SpecError("the spec extends itself", str(path), node.lineno)
                self._read(extended, (*readers, path))
            elif isinstance(node, ast.Import):
                raise SpecError("a spec imports only from mc.lang", str(path), node.lineno)
            else:
                body.append(node)
        tree.body = body
        self.trees[path] = tree
        self._assigned |= {name: (path, node) for node in body for name in bound(node)}
        for part in walk(tree):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
                self.loaded.add(part.id)
            elif isinstance(part, ast.Constant) and type(part.value) is int and not arithmetic.fits(part.value):
                raise SpecError(arithmetic.too_large(part.value), str(path), part.lineno)

    def constants(self) -> dict[str, Declared]:
        """Declared constants (``Server: ModelValues``) in order, by name, as the files have it."""
        found: dict[str, Declared] = {}
        for path, tree in self.trees.items():
            for node in tree.body:
                if isinstance(node, ast.AnnAssign) and node.value is None and isinstance(node.target, ast.Name):
                    kind = node.annotation.id if isinstance(node.annotation, ast.Name) else ""
                    made = isinstance(node.annotation, ast.Call)
                    if kind not in CONSTANT_KINDS and not made:
                        raise SpecError(
                            f"constant {node.target.id}: a constant is annotated with one of "
                            f"{', '.join(CONSTANT_KINDS)}, or with a domain such as Set(Nat), not "
                            f"{ast.unparse(node.annotation)}",
                            str(path),
                            node.lineno,
                        )
                    found[node.target.id] = Declared(node.target.id, kind, node.annotation, path, node.lineno)
        return found

    def root(self, kind: str) -> str:
        """The name of the definition or table that is ``Init``, or ``Next``: the last one that nothing else uses."""
        found = self.roots(kind)
        if not found:
            raise SpecError(f"the spec defines no {kind}", str(next(reversed(self.trees))))
        last, _ = self.assigned(found[-1])
        here = [name for name in dict.fromkeys(found) if self.assigned(name)[0] == last]
        free = [name for name in here if name not in self.loaded] or here[-1:]
        if len(free) > 1:
            node = self.assigned(free[-1])[1]
            raise SpecError(
                f"{' and '.join(free)}: each could be {kind}, which is known by its end; rename all but one",
                str(last),
                getattr(node, "lineno", None),
            )
        return free[0]

    def roots(self, kind: str) -> list[str]:
        """All names that end in ``Init`` or ``Next``, of tables and definitions, the last file's last.

        Variables, constants and definitions of something else may have such a name as well.
        """
        found: list[str] = []
        for tree in self.trees.values():
            for node in tree.body:
                found += [name for name in bound(node) if name.endswith(kind) and _may_be(kind, name, node)]
        return found

    def places(self) -> dict[str, tuple[str, int]]:
        """The file and line where each name is assigned at the top of a file, the first time in the last such file."""
        found: dict[str, tuple[str, int]] = {}
        for path, tree in self.trees.items():
            nodes = [node for node in tree.body if isinstance(node, ast.Assign)]
            found |= {name: (str(path), node.lineno) for node in reversed(nodes) for name in bound(node)}
        return found

    def assigned(self, name: str) -> tuple[Path | None, ast.stmt | None]:
        """The last statement at the top of a file that gives a name its value; None where there is none."""
        return self._assigned.get(name, (None, None))


def _may_be(kind: str, name: str, node: ast.stmt) -> bool:
    """Whether what a statement gives a name that ends in ``kind`` may be Init, or Next."""
    if isinstance(node, ast.FunctionDef):
        return name == kind or (kind == "Init" and [a.arg for a in node.args.args[:1]] == ["t"])
    made = node.value if isinstance(node, ast.Assign) else None
    if isinstance(made, ast.Call) and isinstance(made.func, ast.Name):
        return made.func.id not in mc.lang.__all__
    return made is not None and (name == kind or not isinstance(made, (ast.Constant, ast.Set, ast.SetComp, ast.Dict)))


def bound(node: ast.stmt) -> list[str]:
    """The names that a statement at the top of a file gives a value or a definition."""
    if isinstance(node, ast.FunctionDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else []
    targets = [node.target] if isinstance(node, (ast.AnnAssign, ast.AugAssign)) else targets
    return [target.id for target in targets if isinstance(target, ast.Name)]
