"""Load a spec file and bind it to a model.

A spec is executed once per model, with its constants already bound: they are free names in the
file, as in TLA+. ``from other import *`` of a sibling spec is TLA+'s EXTENDS: that file is executed
first, in the same namespace.
"""

from __future__ import annotations

import ast
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import mc.lang
from mc.errors import McError, ModelError, SpecError
from mc.lang.declarations import Then, Variable
from mc.lang.domains import Bag, Domain, Seq, Set, as_domain
from mc.lang.rewrite import HELPERS, executable
from mc.lang.text import is_name
from mc.lang.values import ModelValue, ModelValueSet
from mc.spec.check import check_functions, check_substitution
from mc.spec.objects import Action, Definition, Model, Parameter, Spec

#: The tables at the end of a spec that the loader reads, besides Next.
TABLES = ("Invariants", "Constraints", "Witnesses", "Explanations", "Faults")
CONSTANT_KINDS = ("ModelValues", "ModelValue", "Natural", "Boolean")


class Source:
    """The syntax trees of a spec file and of what it extends, in order of execution."""

    def __init__(self, path: Path) -> None:
        self.trees: dict[Path, ast.Module] = {}
        self._read(path.resolve(), ())

    def add(self, path: Path) -> None:
        """Also read a sibling file, such as one of alternative definitions."""
        self._read(path.resolve(), ())

    def _read(self, path: Path, readers: tuple[Path, ...]) -> None:
        if path in self.trees:
            return
        if path in readers:
            raise SpecError("the spec extends itself", str(path))
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        except SyntaxError as error:
            raise SpecError(f"syntax error: {error.msg}", str(path), error.lineno) from None
        except (OSError, UnicodeDecodeError) as error:
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
                self._read(extended, (*readers, path))
            elif isinstance(node, ast.Import):
                raise SpecError("a spec imports only from mc.lang", str(path), node.lineno)
            else:
                body.append(node)
        tree.body = body
        self.trees[path] = tree

    def constants(self) -> dict[str, str]:
        """Declared constants (``Server: ModelValues``) in order: name to kind."""
        found: dict[str, str] = {}
        for path, tree in self.trees.items():
            for node in tree.body:
                if isinstance(node, ast.AnnAssign) and node.value is None and isinstance(node.target, ast.Name):
                    kind = node.annotation.id if isinstance(node.annotation, ast.Name) else ast.dump(node.annotation)
                    if kind not in CONSTANT_KINDS:
                        raise SpecError(
                            f"constant {node.target.id}: a constant is annotated with one of "
                            f"{', '.join(CONSTANT_KINDS)}, not {kind}",
                            str(path),
                            node.lineno,
                        )
                    found[node.target.id] = kind
        return found

    def roots(self, kind: str) -> list[str]:
        """All names that end in ``Init`` or ``Next`` and are defined at the top of a file, the last file's last."""
        found: list[str] = []
        for tree in self.trees.values():
            for node in tree.body:
                targets = node.targets if isinstance(node, ast.Assign) else []
                names = [target.id for target in targets if isinstance(target, ast.Name)]
                names += [node.name] if isinstance(node, ast.FunctionDef) else []
                found += [name for name in names if name.endswith(kind)]
        return found


def load_spec(path: Path, model: Model) -> Spec:
    """Execute the spec at ``path`` with the model's constants; validate it once."""
    source = Source(path)
    roots = {kind: source.roots(kind) for kind in ("Init", "Next")}
    for name in model.definitions:
        sibling = path.parent / f"{name}.py"
        if not sibling.is_file():
            raise ModelError(f"model {model.name}: definitions: there is no {sibling.name} beside {path.name}")
        source.add(sibling)
    constants = bind_constants(source.constants(), model)
    namespace: dict[str, Any] = {name: getattr(mc.lang, name) for name in mc.lang.__all__}
    namespace.update(constants, __name__=path.stem, __file__=str(path))
    namespace.update(HELPERS)
    for file, tree in source.trees.items():
        _execute(tree, file, namespace)
    for file, tree in source.trees.items():
        check_functions(tree, file)
    _substitute(namespace, model, source)
    return _collect(path, model, constants, namespace, source, roots)


def _execute(tree: ast.Module, file: Path, namespace: dict[str, Any]) -> None:
    # Rows of tables, outside definitions, are Python's tuples.
    body = [executable(node) if isinstance(node, ast.FunctionDef) else node for node in tree.body]
    tree = ast.Module(body, tree.type_ignores)
    try:
        exec(compile(tree, str(file), "exec"), namespace)
    except Exception as error:
        lines = [f.lineno for f in traceback.extract_tb(sys.exc_info()[2]) if f.filename == str(file)]
        message = str(error) if isinstance(error, McError) else f"{type(error).__name__}: {error}"
        if isinstance(error, NameError):
            message += " (declare a constant by an annotation: NAME: Natural)"
        raise SpecError(message, str(file), lines[-1] if lines else None) from error


def bind_constants(declared: Mapping[str, str], model: Model) -> dict[str, Any]:
    """The values of all declared constants, from what the model gives."""
    known = ", ".join(declared) or "none"
    for name in model.constants:
        if name not in declared:
            raise ModelError(f"model {model.name}: the spec has no constant {name!r}; its constants are: {known}")
    bound: dict[str, Any] = {}
    for name, kind in declared.items():
        if name not in model.constants:
            if kind != "ModelValue":
                raise ModelError(f"model {model.name}: no value for the constant {name}; give one with -c {name}=...")
            bound[name] = _model_value(name, name)
        else:
            bound[name] = _bind(name, kind, model.constants[name])
    return bound


def _bind(name: str, kind: str, given: Any) -> Any:
    if kind == "Natural":
        if not isinstance(given, int) or isinstance(given, bool) or given < 0:
            raise ModelError(f"constant {name} is a natural number, not {given!r}")
        return given
    if kind == "Boolean":
        if not isinstance(given, bool):
            raise ModelError(f"constant {name} is true or false, not {given!r}")
        return given
    if kind == "ModelValue":
        if not isinstance(given, str) or not given.isidentifier():
            raise ModelError(f"constant {name} is one model value (a name), not {given!r}")
        return _model_value(name, given)
    if isinstance(given, int) and not isinstance(given, bool):
        if not 1 <= given <= 63:
            raise ModelError(f"constant {name} is a set of model values: give 1 to 63 of them, not {given}")
        letter = next((c for c in name if c.isascii() and c.isalpha()), "m").lower()
        given = [f"{letter}{k}" for k in range(1, given + 1)]
    if not isinstance(given, list) or not given or not all(isinstance(g, str) and g.isidentifier() for g in given):
        raise ModelError(
            f"constant {name} is a set of model values: give how many, or their names ({name}=a,b,c), not {given!r}"
        )
    if len(set(given)) != len(given):
        raise ModelError(f"constant {name} names a model value twice: {', '.join(given)}")
    return ModelValueSet(name, [_model_value(name, member).name for member in given])


def _model_value(constant: str, name: str) -> ModelValue:
    if not is_name(name):
        raise ModelError(f"constant {constant}: a model value cannot be called {name}, which is no name in TLA+")
    return ModelValue(name)


def _substitute(namespace: dict[str, Any], model: Model, source: Source) -> None:
    for old, new in model.substitute.items():
        for name in (old, new):
            if not callable(namespace.get(name)) or isinstance(namespace[name], (Domain, type)):
                raise ModelError(f"model {model.name}: substitute: {name} is not a definition (def) of the spec")
        check_substitution(old, source.trees, (*TABLES, *source.roots("Init"), *source.roots("Next")))
    replaced = {old: namespace[new] for old, new in model.substitute.items()}
    namespace.update(replaced)


def _collect(
    path: Path,
    model: Model,
    constants: dict[str, Any],
    namespace: dict[str, Any],
    source: Source,
    roots: Mapping[str, list[str]],
) -> Spec:
    variables: dict[str, Domain] = {}
    for name, value in namespace.items():
        if isinstance(value, Variable):
            value.name = name
            variables[name] = value.domain
    if not variables:
        raise SpecError("the spec declares no variables: NAME = Variable(DOMAIN)", str(path))
    for kind, names in roots.items():
        if not names:
            raise SpecError(f"the spec defines no {kind}", str(path))
    first, step = namespace[roots["Init"][-1]], namespace[roots["Next"][-1]]
    if not isinstance(step, (list, tuple)):
        raise SpecError(f"{roots['Next'][-1]} is a list of rows (Action, Domain, ...)", str(path))
    for name in model.symmetry:
        if not isinstance(constants.get(name), ModelValueSet):
            sets = [n for n, v in constants.items() if isinstance(v, ModelValueSet)]
            raise ModelError(
                f"model {model.name}: symmetry: {name} is not a constant set of model values; "
                f"there are: {', '.join(sets) or 'none'}"
            )
    replaced = {old: namespace[old] for old in model.substitute}
    actions = tuple(_action(row, replaced, path) for row in step)
    init = tuple(_initial(row, path) for row in (first if isinstance(first, (list, tuple)) else [first]))
    if len({action.name for action in actions}) != len(actions):
        raise SpecError("two rows of Next have the same action", str(path))

    says = {f.__name__: _template(text, path) for f, text in namespace.get("Explanations", {}).items()}

    def definitions(table: str, chosen: tuple[str, ...] | None) -> tuple[Definition, ...]:
        names = [f.__name__ for f in namespace.get(table, [])] if chosen is None else chosen
        for name in names:
            if not callable(namespace.get(name)):
                listed = ", ".join(f.__name__ for f in namespace.get(table, [])) or "none"
                raise ModelError(
                    f"model {model.name}: {table.lower()}: the spec has no definition {name!r}; it lists: {listed}"
                )
        return tuple(Definition(name, namespace[name], says.get(name, ())) for name in names)

    return Spec(
        name=path.stem,
        path=path,
        trees=source.trees,
        model=model,
        constants=constants,
        variables=variables,
        init_name=roots["Init"][-1],
        next_name=roots["Next"][-1],
        init=init,
        actions=actions,
        invariants=definitions("Invariants", model.invariants),
        witnesses=definitions("Witnesses", model.witnesses),
        constraints=definitions("Constraints", model.constraints),
        # Those of a spec that this one extends need not all be in its Next.
        faults=tuple(f.__name__ for f in namespace.get("Faults", ()) if f.__name__ in {a.name for a in actions}),
        namespace=namespace,
    )


def _template(text: str, path: Path) -> tuple[str | ast.expr, ...]:
    """The parts of a sentence such as ``"{i} and {j} lead in term {s.currentTerm[i]}"``."""
    try:
        parsed = ast.parse("f" + repr(text), mode="eval").body
    except SyntaxError as error:
        raise SpecError(f"Explanations: {text!r}: {error.msg}", str(path)) from None
    parts = parsed.values if isinstance(parsed, ast.JoinedStr) else []
    return tuple(part.value if isinstance(part, ast.FormattedValue) else str(ast.literal_eval(part)) for part in parts)


def _action(row: Any, replaced: Mapping[str, Callable[..., Any]], path: Path) -> Action:
    head, *domains = row if isinstance(row, tuple) else (row,)
    update: Any = None
    if isinstance(head, Then):
        update = replaced.get(head.update.__name__, head.update)
        head = head.action
    name = getattr(head, "__name__", "")
    function = replaced.get(name, head)
    return Action(name, function, _parameters(function, domains, ("s", "t"), path), update)


def _initial(row: Any, path: Path) -> tuple[Callable[..., Any], tuple[Parameter, ...]]:
    head, *domains = row if isinstance(row, tuple) else (row,)
    return head, _parameters(head, domains, ("t",), path)


def _parameters(function: Any, domains: list[Any], states: tuple[str, ...], path: Path) -> tuple[Parameter, ...]:
    """The parameters of a row of Init or Next, checked against its definition."""
    code = getattr(function, "__code__", None)
    if code is None:
        raise SpecError(f"a row of Init or Next is (Definition, Domain, ...), not {function!r}", str(path))
    names = code.co_varnames[: code.co_argcount]
    if names[: len(states)] != states or len(names) != len(states) + len(domains):
        raise SpecError(
            f"{function.__name__} takes ({', '.join(names)}), but its row asks for {', '.join(states)} "
            f"and {len(domains)} parameter(s)",
            code.co_filename,
            code.co_firstlineno,
        )
    return tuple(_parameter(n, d) for n, d in zip(names[len(states) :], domains, strict=True))


def _parameter(name: str, given: Any) -> Parameter:
    if isinstance(given, Variable):
        if not isinstance(given.domain, (Bag, Set, Seq)):
            raise SpecError(f"parameter {name} ranges over the variable {given.name}, which is not a set or a bag")
        return Parameter(name, variable=given.name)
    return Parameter(name, domain=as_domain(given))
