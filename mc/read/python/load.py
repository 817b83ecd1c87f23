"""Load a spec file and bind it to a model.

A spec is executed once per model, with its constants already bound: they are free names in the
file, as in TLA+. ``from other import *`` of a sibling spec is TLA+'s EXTENDS: that file is executed
first, in the same namespace.
"""

from __future__ import annotations

import ast
import contextlib
import re
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import mc.lang
from mc.errors import McError, ModelError, SpecError
from mc.lang import arithmetic
from mc.lang.declarations import Variable
from mc.lang.domains import Domain
from mc.lang.ways import evaluate_only
from mc.read.python import definitions as formula
from mc.read.python.check import check_definitions, check_substitution, check_text, check_uses
from mc.read.python.constants import bind_constants, check_symmetry
from mc.read.python.rewrite import HELPERS, TABLE_HELPERS, call, executable, executable_table
from mc.read.python.source import Source
from mc.read.python.tables import INDEPENDENT, PREDICATES, TABLES, Tables, near
from mc.read.python.texts import Definitions
from mc.read.python.top import CHECKS, check_top, in_order
from mc.read.python.walk import walkable
from mc.read.text import meant, read_text, walk
from mc.spec.objects import Definition, Model, Spec


def load_spec(path: Path, model: Model) -> Spec:
    """Execute the spec at ``path`` with the model's constants; validate it once.

    :class:`SpecError` for a mistake in the spec, :class:`ModelError` for one in the model, with their places.
    """
    try:
        return _load(path, model)
    except ModelError as error:
        if model.place is None:
            raise
        file, line = model.place
        raise ModelError(f"{file}:{line}: {error}", line) from None


def _load(path: Path, model: Model) -> Spec:
    source = Source(path)
    check_top(source.trees)
    roots = {kind: source.root(kind) for kind in ("Init", "Next")}
    for name in model.definitions:
        sibling = path.parent / f"{name}.py"
        if not sibling.is_file():
            what = f"model {model.name}: definitions: there is no {sibling.name} beside {path.name}"
            raise ModelError(f"{what}; {near(name, [file.stem for file in path.parent.glob('*.py')])}".rstrip("; "))
        source.add(sibling)
    check_text(source.trees)
    declared = source.constants()
    constants = bind_constants({meant(name): kind for name, kind in declared.items()}, model)
    namespace: dict[str, Any] = {name: getattr(mc.lang, name) for name in mc.lang.__all__}
    namespace.update(zip(declared, constants.values(), strict=True), __name__=path.stem, __file__=str(path))
    namespace.update({**HELPERS, **TABLE_HELPERS, **CHECKS})
    for file, tree in source.trees.items():
        _execute(tree, file, namespace)
    _check_numbers(namespace, source)
    _substitute(namespace, model, source)
    return _collect(path, model, constants, namespace, source, roots)


def _execute(tree: ast.Module, file: Path, namespace: dict[str, Any]) -> None:
    body = [made for node in tree.body for made in _executed(node)]
    tree = ast.Module(body, tree.type_ignores)
    try:
        exec(compile(tree, str(file), "exec"), namespace)
    except (Exception, SystemExit) as error:  # a spec may call exit
        lines = [f.lineno for f in traceback.extract_tb(sys.exc_info()[2]) if f.filename == str(file)]
        message = str(error) if isinstance(error, McError) else f"{type(error).__name__}: {error}"
        line = lines[-1] if lines else None
        if isinstance(error, NameError):
            message = _undefined(error.name or "", tree, line, namespace)
        raise SpecError(message, str(file), line) from error


def _executed(node: ast.stmt) -> list[ast.stmt]:
    """What is executed for a statement at the top of a file: a step is walked, any other definition may be."""
    if not isinstance(node, ast.FunctionDef):
        return [executable_table(in_order(node))]
    if any(argument.arg == "t" for argument in node.args.args):
        return [walkable(node)]
    walked = walkable(node)
    walked.decorator_list = [call("walk of", [ast.copy_location(ast.Name(node.name, ast.Load()), node)], node)]
    return [executable(node), ast.fix_missing_locations(walked)]


def _check_numbers(namespace: Mapping[str, Any], source: Source) -> None:
    for name, value in namespace.items():
        if type(value) is int and not arithmetic.fits(value):
            file, node = source.assigned(name)
            raise SpecError(f"{name}: {arithmetic.too_large(value)}", str(file), node.lineno if node else None)


def _undefined(name: str, tree: ast.Module, line: int | None, namespace: Mapping[str, Any]) -> str:
    """What to say of a name at the top of a file that means nothing there."""
    table = next((node for node in tree.body if node.lineno <= (line or 0) <= (node.end_lineno or 0)), None)
    used = {part.id for part in walk(table) if isinstance(part, ast.Name)} if table is not None else set()
    rows = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in used]
    of_row = next((row for row in rows if name in [argument.arg for argument in row.args.args]), None)
    if of_row is not None:
        return f"{name} is a parameter of {of_row.name}, and means nothing here: {INDEPENDENT}"
    return (
        f"the name {name!r} is not defined; {near(name, namespace)}(a constant is declared by an annotation: "
        "NAME: Natural)"
    )


def _substitute(namespace: dict[str, Any], model: Model, source: Source) -> None:
    definitions = Definitions(source.trees, namespace)
    for old, new in model.substitute.items():
        found = []
        for name in (old, new):
            text = definitions.of(namespace.get(name))
            if text is None:
                meant = near(name, [other.name for other in definitions])
                raise ModelError(
                    f"model {model.name}: substitute: {name} is not a definition (def) of the spec; {meant}".rstrip(
                        "; "
                    )
                )
            found.append(text)
        if old in source.roots("Init") and found[1].parameters == ("s",):
            continue
        parameters = [(*text.parameters[: len(text.states)], len(text.parameters)) for text in found]
        if parameters[0] != parameters[1]:
            shown = " and ".join(f"{text.name}({', '.join(text.parameters)})" for text in found)
            raise ModelError(f"model {model.name}: substitute: {shown} do not take the same parameters")
        check_substitution(old, source.trees, (*TABLES, *source.roots("Init"), *source.roots("Next")))
    replaced = {old: namespace[new] for old, new in model.substitute.items()}
    namespace.update(replaced)


def _collect(
    path: Path,
    model: Model,
    constants: dict[str, Any],
    namespace: dict[str, Any],
    source: Source,
    roots: Mapping[str, str],
) -> Spec:
    variables: dict[str, Domain] = {}
    for name, value in namespace.items():
        if isinstance(value, Variable):
            value.name = name
            variables[name] = value.domain
    if not variables:
        raise SpecError("the spec declares no variables: NAME = Variable(DOMAIN)", str(path))
    definitions = Definitions(source.trees, namespace)
    check_definitions(definitions)
    for function in namespace.values():
        text = definitions.of(function)
        if text is not None and definitions.is_value(text):
            evaluate_only(function)
    check_symmetry(model, constants)
    tables = Tables(source, definitions, path)
    formulas = formula.Definitions(source.trees, namespace)
    replaced = {old: namespace[old] for old in model.substitute}
    actions = tables.actions(roots["Next"], replaced)
    says = tables.explanations(formulas)
    listed = {table: tables.predicates(table) for table in PREDICATES}
    chosen = {table: _chosen(model, table, listed[table], tables) for table in PREDICATES}
    predicates = {
        table: tuple(Definition(name, namespace[name], says.get(name)) for name in names)
        for table, names in chosen.items()
    }
    mentioned = _mentioned(path, model)
    faults = tables.faults(action.name for action in actions)
    spec = Spec(
        name=path.stem,
        path=path,
        files=tuple(source.trees),
        places=source.places(),
        model=model,
        constants=constants,
        variables=variables,
        init_name=roots["Init"],
        next_name=roots["Next"],
        init=tables.initial(roots["Init"], replaced),
        actions=actions,
        invariants=predicates["Invariants"],
        witnesses=predicates["Witnesses"],
        constraints=predicates["Constraints"],
        faults=faults,
        namespace=namespace,
        formulas=formulas,
        texts=source.texts,
        warnings=(
            *tables.idle(roots["Next"], actions),
            *tables.unknown(),
            *tables.forgotten(mentioned),
            *(
                warning
                for table, names in listed.items()
                if getattr(model, table.lower()) is None
                for warning in tables.replaced(table, {*mentioned, *names})
            ),
            *tables.replaced("Explanations", {*says, *(namespace.keys() - chosen["Invariants"])}),
            *tables.replaced("Faults", {*faults, *(namespace.keys() - {action.name for action in actions})}),
        ),
    )
    check_uses(spec, definitions, {name for names in (*listed.values(), *chosen.values()) for name in names})
    return spec


def _chosen(model: Model, table: str, listed: tuple[str, ...], tables: Tables) -> tuple[str, ...]:
    """The names of the predicates that a model takes, in place of those that the table lists."""
    names: tuple[str, ...] | None = getattr(model, table.lower())
    what = f"model {model.name}: {table.lower()}"
    for number, name in enumerate(names or ()):
        if name not in tables.namespace:
            meant = near(name, [text.name for text in tables.definitions])
            raise ModelError(
                f"{what}: the spec has no definition {name!r}; {meant}it lists: {', '.join(listed) or 'none'}"
            )
        tables.predicate(tables.namespace[name], lambda why: ModelError(f"{what}: {why}"))
        if name in (names or ())[:number]:
            raise ModelError(f"{what}: {name} is named twice")
    return listed if names is None else names


def _mentioned(path: Path, model: Model) -> set[str]:
    """The names that some model of the spec speaks of."""
    found = {*(model.invariants or ()), *(model.witnesses or ()), *(model.constraints or ())}
    for file in (path.with_suffix(".yaml"), path.with_suffix(".yml")):
        if file.is_file():
            with contextlib.suppress(OSError, ValueError):  # that the models cannot be read is told elsewhere
                found.update(re.findall(r"\w+", read_text(file)))
    return found
