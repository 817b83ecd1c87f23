"""Generated code for constraints, invariants and witnesses: what is asked of single states.

A step changes a few variables of a state that satisfies all constraints and invariants. What reads none of these
variables still holds, so it is not evaluated again: a bit set of what has changed comes with the state. A
predicate that is a conjunction is taken apart, as far as definitions are single expressions.
"""

from __future__ import annotations

import ast
import types
from collections.abc import Iterator
from typing import Any

from mc.engine.translate.module import FunctionText, Module
from mc.engine.translate.places import UNROLLED, Place
from mc.engine.translate.statements import Statements
from mc.engine.translate.values import StateRef
from mc.spec.objects import Definition


def within(module: Module) -> str:
    """The source of ``within(s, changed, x)``."""
    body = predicate_body(module)
    body.neutral = "False"
    for definition in module.spec.constraints:
        _require(body, definition, "return False")
    body.emit("return True")
    doc = "Whether s satisfies the constraints, as a state does from which it differs in bits of changed only."
    return _text("within(s: ptr, changed: ptr, x: ptr)", "bool", doc, body)


def broken(module: Module) -> str:
    """The source of ``broken(s, changed, x)``."""
    body = predicate_body(module)
    for number, definition in enumerate(module.spec.invariants, 1):
        _require(body, definition, f"return {number}")
    body.emit("return 0")
    doc = """Number of the first invariant, from 1, that s violates; 0: none. A state that differs from it in bits of
    changed only violates none."""
    return _text("broken(s: ptr, changed: ptr, x: ptr)", "int", doc, body)


def witnessed(module: Module) -> str:
    """The source of ``witnessed(s, x)``."""
    body = predicate_body(module)
    body.emit("seen = 0")
    body.taken["seen"] = 1
    for number, definition in enumerate(module.spec.witnesses):
        holds = _whole(body, definition)
        if holds is not False:
            with body.block(f"if {holds}:"):
                body.emit(f"seen |= {1 << number}")
    body.emit("return seen")
    return _text("witnessed(s: ptr, x: ptr)", "int", "Bit set of the witnesses that s satisfies.", body)


def predicate_body(module: Module) -> Statements:
    """An empty function of states s and t, whose names are taken."""
    body = Statements(module, str(module.spec.path), "0")
    body.mutable = {}
    body.taken.update(s=1, t=1, x=1, changed=1)
    return body


def _text(head: str, result: str, doc: str, body: Statements) -> str:
    return "\n".join([f"def {head} -> {result}:", f'    """{doc}"""', *body.lines])


def _holds(body: Statements, value: Any) -> Any:
    """A Boolean expression, or a constant."""
    known = body.decided(value)
    return body.truth(value) if known is None else known


def _whole(body: Statements, definition: Definition) -> Any:
    """What a definition says of a state, as a Boolean expression or a constant."""
    text = body.module.definition(definition.function)  # type: ignore[arg-type]
    with body.within({}, text.file):
        body.line = text.node.lineno
        return _holds(body, body.call(definition.function, [StateRef("s")], None))  # type: ignore[arg-type]


def _require(body: Statements, definition: Definition, otherwise: str) -> None:
    """Emit ``otherwise`` for states that do not satisfy a definition."""
    module = body.module
    text = module.definition(definition.function)  # type: ignore[arg-type]
    body.file, body.line = text.file, text.node.lineno
    for node in _conjuncts(text):
        start = len(body.lines)
        read = _Reader(module).variables(text.body if node is None else [node])
        with body.block(f"if {_any_changed(module, read)}:"):
            if node is None:
                holds = _whole(body, definition)
            else:
                with body.within({"s": StateRef("s")}, text.file):
                    body.line = node.lineno
                    holds = _holds(body, body.expr(node))
            with body.block(f"if not {holds}:"):
                body.emit(otherwise)
        if holds is True:
            del body.lines[start:]


def _conjuncts(text: FunctionText) -> Iterator[ast.expr | None]:
    """The conjuncts of a state predicate; None where it is not an expression."""
    if not (len(text.body) == 1 and isinstance(text.body[0], ast.Return) and text.body[0].value is not None):
        yield None
        return
    todo = [text.body[0].value]
    while todo:
        node = todo.pop(0)
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
            todo[:0] = node.values
        else:
            yield node


class _Reader:
    """Finds the variables that a state predicate may read."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.seen: set[types.FunctionType] = set()

    def variables(self, nodes: list[Any]) -> set[str]:
        return set().union(*(self._read(node) for node in nodes))

    def _read(self, node: ast.AST) -> set[str]:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "s":
            return {node.attr}
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            function = self.module.namespace.get(node.func.id)
            if isinstance(function, types.FunctionType) and function.__code__.co_filename in self._files():
                arguments = [a for a in node.args if not (isinstance(a, ast.Name) and a.id == "s")]
                found = self.variables(arguments)
                if function not in self.seen:
                    self.seen.add(function)
                    found |= self.variables(self.module.definition(function).body)
                return found
        if isinstance(node, ast.Name) and node.id == "s":
            # The state as a whole.
            return set(self.module.layout.fields)
        return self.variables(list(ast.iter_child_nodes(node)))

    def _files(self) -> set[str]:
        return {str(path) for path in self.module.spec.files}


def _any_changed(module: Module, variables: set[str]) -> str:
    """A condition: one of these variables has changed."""
    layout = module.layout
    masks: dict[int, int] = {}
    parts = []
    for name in sorted(variables):
        word, shift = divmod(layout.offsets[name], 64)
        shape = layout.fields[name]
        if shape.words > UNROLLED:
            parts.append(f"any_word({Place('changed').at(layout.offsets[name]).pointer()}, {shape.words})")
            continue
        for k in range(shape.words if shape.wide else 1):
            masks[word + k] = masks.get(word + k, 0) | (-1 if shape.wide else shape.mask << shift)
    parts += [f"changed[{word}] & {mask} != 0" for word, mask in sorted(masks.items())]
    return " or ".join(parts) or "True"
