"""Rules of the language that a spec's text must keep, checked once at load.

In a definition, the parameter ``s`` is the unprimed state and ``t`` the primed one. ``s`` is only
read and ``t`` only written; and guards come before effects, so that a disabled action has written
nothing.
"""

from __future__ import annotations

import ast
import builtins
import itertools
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, TypeGuard

from mc.errors import SpecError
from mc.lang.domains import Domain, Range
from mc.read.python.order import check_order, repeats
from mc.read.python.paths import Paths
from mc.read.python.places import Writes
from mc.read.python.rewrite import is_step
from mc.read.python.tables import near
from mc.read.python.texts import Definitions, Text, root
from mc.read.python.top import head
from mc.read.text import walk
from mc.spec.objects import Spec, is_condition

#: Python's own names that a definition may use.
BUILTINS = ("abs", "all", "any", "frozenset", "len", "max", "min", "set", "sum", "tuple")
#: How many levels the parts of a definition may have; Python reads 200 nested brackets.
DEEPEST = 150
#: The statements of a definition.
STATEMENTS = (ast.Assign, ast.AugAssign, ast.Break, ast.Continue, ast.Expr, ast.For, ast.If, ast.Pass, ast.Return)
#: How a tuple is taken apart in a statement.
APART = "; a tuple has numbered components: a = {0}[1], b = {0}[2]"
#: What Python has for expressions that TLA+ has not, and what to write instead.
FOREIGN: Mapping[type[ast.AST], str] = {
    ast.Await: "nothing is awaited in a spec",
    ast.JoinedStr: "a string is written out",
    ast.Lambda: "write a definition (def) of its own",
    ast.List: "a sequence is written (a, b), a set {a, b}",
    ast.MatMult: "TLA+ has no such operator here",
    ast.NamedExpr: "assign in a statement of its own",
    ast.Starred: "write the elements out: a set has no order",
    ast.Yield: "return a value",
    ast.YieldFrom: "return a value",
}


def check_text(trees: Mapping[Path, ast.Module]) -> None:
    """Check what every definition is written of; :class:`SpecError` with its line where one breaks a rule."""
    for text in Definitions(trees, {}):
        _check_depth(text)
        _check_head(text)
        for statement in text.node.body:
            _check_statement(statement, text)
        _check_states(text)


def check_definitions(definitions: Definitions) -> None:
    """Check what the names in every definition mean, and its loops; :class:`SpecError` as above."""
    for text in definitions:
        _check_names(text, definitions)
        _check_comparisons(text, definitions)
        check_order(text, definitions.namespace)


def check_uses(spec: Spec, definitions: Definitions, predicates: set[str]) -> None:
    """Check that each definition says what it is used for: actions and predicates whether they are TRUE."""
    paths = Paths(definitions, lambda text, loop: repeats(text, loop, definitions.namespace))
    for text in definitions:
        paths.summary(text)
    for action in spec.actions:
        text = _text(definitions, action.function)
        writes = paths.condition(text, f"it is an action of {spec.next_name}").writes
        if action.update is not None:
            update = _text(definitions, action.update)
            summary = paths.summary(update)
            if summary.false is not None:
                raise update.error(
                    f"{update.name} updates what {text.name} has left alone, and may not be disabled", summary.false
                )
            _check_update(text, writes, update, summary.writes)
    for function, _ in spec.init:
        if is_condition(function):
            paths.condition(_text(definitions, function), f"it is {spec.init_name}")
    for name in sorted(predicates):
        paths.condition(_text(definitions, definitions.namespace[name]), "it is a predicate")


def _text(definitions: Definitions, function: object) -> Text:
    text = definitions.of(function)
    assert text is not None
    return text


def _check_update(action: Text, writes: Writes, update: Text, more: Writes) -> None:
    """A history update writes only variables that the action leaves alone."""
    written = {write.place[0]: write.line for write in writes.values()}
    for write in more.values():
        if write.place[0] in written:
            raise update.error(
                f"Then({action.name}, {update.name}): {write.text} is written by both, and what {action.name} has "
                f"written ({action.file.name}:{written[write.place[0]]}) would be lost",
                write.line,
            )


def _check_depth(text: Text) -> None:
    """What is nested too deeply is too much for Python, which compiles it; ``a and b and c`` counts as three levels."""
    inside: list[tuple[ast.AST, int]] = [(text.node, 0)]
    while inside:
        node, depth = inside.pop()
        depth += len(node.values) if isinstance(node, ast.BoolOp) else 1
        if depth > DEEPEST:
            raise text.error(
                f"{text.name}: more than {DEEPEST} parts are nested or joined here: put some of them into definitions",
                getattr(node, "lineno", text.node.lineno),
            )
        inside += [(child, depth) for child in ast.iter_child_nodes(node)]


def _check_head(text: Text) -> None:
    arguments = text.node.args
    unusual = [
        *(arguments.posonlyargs or arguments.kwonlyargs or arguments.defaults),
        *(part for part in (arguments.vararg, arguments.kwarg) if part is not None),
    ]
    if unusual:
        raise text.error(
            f"{text.name}: a definition takes its parameters by position, without defaults: def {text.name}(a, b)",
            text.node.lineno,
        )
    if text.node.decorator_list:
        raise text.error(f"{text.name}: a definition has no decorators", text.node.decorator_list[0].lineno)
    if len(set(text.parameters)) < len(text.parameters):
        raise text.error(f"{text.name} names a parameter twice", text.node.lineno)


def _check_statement(node: ast.stmt, text: Text) -> None:
    message = f"{text.name}: this is not part of the spec language: {head(node)}"
    if not isinstance(node, STATEMENTS):
        if isinstance(node, ast.While):
            message += " (a loop is over a set or a sequence: for k in Range(1, n))"
        raise text.error(message, node.lineno)
    if isinstance(node, ast.For) and (node.orelse or not isinstance(node.target, ast.Name)):
        apart = APART.format("x") if isinstance(node.target, ast.Tuple) else ""
        raise text.error(f"{text.name}: a loop is: for x in S: ...{apart}", node.lineno)
    if isinstance(node, ast.Assign) and len(node.targets) > 1:
        raise text.error(f"{text.name}: assign to one target at a time", node.lineno)
    if isinstance(node, ast.Assign) and not isinstance(node.targets[0], (ast.Name, ast.Attribute, ast.Subscript)):
        apart = APART.format("pair") if isinstance(node.targets[0], ast.Tuple) else ""
        raise text.error(f"{text.name}: assign to a name or to a part of t{apart}", node.lineno)
    if isinstance(node, ast.AugAssign) and not isinstance(node.target, (ast.Name, ast.Attribute, ast.Subscript)):
        raise text.error(f"{text.name}: assign to a name or to a part of t", node.lineno)
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Expr) and not (is_step(node.value) or is_text):
        raise text.error(f"{text.name}: this statement has no effect: {head(node)}", node.lineno)
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            _check_statement(child, text)
        else:
            _check_expression(child, text)


def _check_expression(node: ast.AST, text: Text) -> None:
    for part in walk(node):
        line = getattr(part, "lineno", text.node.lineno)
        parts = (part, getattr(part, "op", part))
        why = next((FOREIGN[type(part)] for part in parts if type(part) in FOREIGN), None)
        if why is not None:
            raise text.error(f"{text.name}: this is not part of the spec language: {ast.unparse(part)} ({why})", line)
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
            raise text.error(f"{text.name}: only names are called in a spec, not {ast.unparse(part.func)}", line)
        match part:
            case ast.Call(func=ast.Name(id=name), args=given, keywords=options) if name in BUILTINS:
                if options or (name == "sum" and len(given) > 1):
                    raise text.error(f"{text.name}: {name} takes no options: {ast.unparse(part)}", line)
        if isinstance(part, ast.Attribute) and part.attr.startswith("__"):
            raise text.error(f"{text.name}: {part.attr} is Python's own", line)


def _check_names(text: Text, definitions: Definitions) -> None:
    """Every name is a parameter, a local, a name of the spec, or one that Python shares with the language."""
    parts = [part for part in text.nodes if isinstance(part, ast.Name)]
    known = {*text.parameters, *(part.id for part in parts if isinstance(part.ctx, ast.Store)), *definitions.namespace}
    for part in parts:
        if part.id in known or part.id in BUILTINS:
            continue
        if hasattr(builtins, part.id):
            raise text.error(f"{text.name}: {part.id} is Python's own, and not part of the spec language", part.lineno)
        raise text.error(
            f"{text.name}: the name {part.id!r} is not defined; {near(part.id, known)}"
            "(a constant is declared by an annotation: NAME: Natural)",
            part.lineno,
        )


def _check_comparisons(text: Text, definitions: Definitions) -> None:
    """A domain is no value, unless it is an interval: it is asked only whether it has a value."""
    names = {*text.parameters, *(part.id for part in text.nodes if _is_stored(part))}
    for part in text.nodes:
        operands = [part.left, *part.comparators] if isinstance(part, ast.Compare) else []
        for op, pair in zip(getattr(part, "ops", []), itertools.pairwise(operands), strict=True):
            domain = next((given for given in pair if _is_domain(given, names, definitions.namespace)), None)
            if domain is not None and not isinstance(op, (ast.In, ast.NotIn)):
                of, value = ast.unparse(domain), ast.unparse(pair[1] if domain is pair[0] else pair[0])
                raise text.error(
                    f"{text.name}: {ast.unparse(part)}: {of} is a domain, with which no value is compared; write "
                    f"`{value} in {of}` for an element of it, `{value} in Set({of})` for a subset of it",
                    domain.lineno,
                )


def _is_stored(part: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)


def _is_domain(node: ast.expr, names: Collection[str], namespace: Mapping[str, Any]) -> bool:
    """Whether an expression is a domain, other than an interval, by its text; ``names``: parameters and locals."""
    name = node.func if isinstance(node, ast.Call) else node
    found = namespace.get(name.id) if isinstance(name, ast.Name) and name.id not in names else None
    if isinstance(node, ast.Call):  # of a constructor; a call of a record makes a value
        return isinstance(found, type) and issubclass(found, Domain) and found is not Range
    return isinstance(found, Domain) and not isinstance(found, Range)


def _check_states(text: Text) -> None:
    allowed: set[int] = set()
    nodes = text.nodes
    for node in nodes:
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AugAssign):
            targets = [node.target]
            if root(node.target) == ("t", True):
                raise text.error(
                    f"{text.name} reads t: write t.x = s.x + ... in place of an augmented assignment", node.lineno
                )
        elif isinstance(node, ast.Call):
            allowed.update(id(a) for a in node.args if isinstance(a, ast.Name) and a.id == "t")
        for target in targets:
            name, chain = root(target)
            if chain != (name == "t"):
                raise text.error(
                    f"{text.name} assigns to {ast.unparse(target)}: an action writes parts of t, never s", target.lineno
                )
            if name == "t":
                base = target
                while isinstance(base, (ast.Attribute, ast.Subscript)):
                    base = base.value
                allowed.add(id(base))
    for node in nodes:
        if isinstance(node, ast.Name) and node.id == "t" and id(node) not in allowed:
            raise text.error(f"{text.name} reads t: an action reads s and writes t", node.lineno)


def check_substitution(name: str, trees: Mapping[Path, ast.Module], tables: tuple[str, ...]) -> None:
    """A definition that is used while the file loads cannot be substituted afterwards."""
    bodies: dict[str, set[str]] = {}
    used: dict[str, tuple[Path, int]] = {}
    for file, tree in trees.items():
        for node in tree.body:
            names = {n.id for n in walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
            if isinstance(node, ast.FunctionDef):
                bodies[node.name] = names
            elif not (isinstance(node, ast.Assign) and any(root(target)[0] in tables for target in node.targets)):
                for n in names:
                    used.setdefault(n, (file, node.lineno))
    todo = list(used)
    while todo:
        for n in bodies.get(todo[-1], set()) - used.keys():
            used[n] = used[todo[-1]]
            todo.insert(0, n)
        todo.pop()
    if name in used and name in bodies:
        file, line = used[name]
        raise SpecError(
            f"{name} cannot be substituted: this line uses it while the file loads; put it into a def", str(file), line
        )
