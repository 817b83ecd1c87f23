"""The tables of a spec: which of its definitions are rows of Init and Next, and which are predicates to check.

What is not listed is not checked. So a table that is misspelled, or that lists something else than was meant, would
let a spec pass for no reason.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import FunctionType
from typing import Any

from mc.errors import EvaluationError, McError, SpecError
from mc.lang import kinds
from mc.lang.composites import Bag, Seq, Set
from mc.lang.declarations import Then, Variable
from mc.lang.domains import Domain, Listed, as_domain
from mc.lang.enumeration import count
from mc.lang.kinds import ATOMS
from mc.lang.values import ModelValue
from mc.read.python.expressions import Texts
from mc.read.python.kinds import BOOLEAN, Kind, kind
from mc.read.python.order import locals_of
from mc.read.python.source import Source, bound
from mc.read.python.templates import Template
from mc.read.python.texts import Definitions, Text
from mc.read.text import walk
from mc.spec.objects import Action, Parameter

#: The tables of predicates, and all that the loader reads besides Init and Next.
PREDICATES = ("Invariants", "Constraints", "Witnesses")
TABLES = (*PREDICATES, "Explanations", "Faults")

#: What a row may not have, and what to write in its place.
INDEPENDENT = (
    "the set that a row names depends on no state and on no other parameter; choose in a step that the row names "
    "(return any(A(s, t, p, q) for q in s.x[p])), or name the whole set, and test in the action"
)


def near(name: str, known: Iterable[str]) -> str:
    """What was probably meant by an unknown name, as the beginning of a sentence; "" where nothing is like it."""
    lower = {other.lower(): other for other in known}
    found = difflib.get_close_matches(name.lower(), lower, 1)
    return f"did you mean {lower[found[0]]}? " if found else ""


def _names(node: ast.AST) -> list[str]:
    return [part.id for part in walk(node) if isinstance(part, ast.Name)]


class Tables:
    """Reads the tables at the ends of the files of a spec; :class:`SpecError` with its line for a mistake."""

    def __init__(self, source: Source, definitions: Definitions, path: Path) -> None:
        self.source, self.definitions, self.path = source, definitions, path
        self.namespace = definitions.namespace

    # Places

    def fail(self, table: str, message: str, number: int | None = None) -> McError:
        """The error for a table, or for one of its rows."""
        file, node = self.source.assigned(table)
        line = getattr(node, "lineno", None)
        value = getattr(node, "value", None)
        if number is not None and isinstance(value, (ast.List, ast.Tuple)) and number < len(value.elts):
            line = value.elts[number].lineno
        elif number is not None and isinstance(value, ast.Dict) and number < len(value.keys):
            line = value.values[number].lineno
        return SpecError(f"{table}: {message}", str(file or self.path), line)

    def rows(self, table: str) -> list[Any]:
        """What a table lists; nothing where the spec does not have it."""
        given = self.namespace.get(table, [])
        if not isinstance(given, (list, tuple)):
            name = getattr(given, "__name__", "A")
            shown = f"[{name}]" if table in TABLES else "[(A, S), (B,)]"
            raise self.fail(table, f"a table is a list, such as {table} = {shown}")
        return list(given)

    # Predicates, explanations and faults

    def predicates(self, table: str) -> tuple[str, ...]:
        """The names of the predicates that a table lists."""
        names: list[str] = []
        for number, given in enumerate(self.rows(table)):
            text = self.predicate(given, lambda why, n=number: self.fail(table, why, n))  # type: ignore[misc]
            if text.name in names:
                raise self.fail(table, f"{text.name} is listed twice", number)
            names.append(text.name)
        return tuple(names)

    def predicate(self, given: Any, error: Callable[[str], McError]) -> Text:
        """The definition ``def Name(s)`` that ``given`` is; ``error`` makes the error of what it is instead."""
        text = self.definitions.of(given)
        if text is None:
            raise error(f"{self.describe(given)}; list the names of predicates, def Name(s)")
        if text.parameters != ("s",):
            what = "an action" if text.primed else "no predicate"
            raise error(f"{text.name} is {what}: it takes ({', '.join(text.parameters)}), a predicate takes (s)")
        return text

    def describe(self, given: Any) -> str:
        """What stands in the place of a definition."""
        if isinstance(given, str):
            known = [text.name for text in self.definitions]
            if given in known:
                return f'"{given}" is a string: write {given} without quotes'
            return f'"{given}" is a string; {near(given, known)}write a name without quotes'
        if isinstance(given, Variable):
            return f"{given.name} is a variable"
        if isinstance(given, ModelValue):
            return f"{given} is a constant"
        if isinstance(given, Domain):
            return f"{given!r} is a set"
        if isinstance(given, FunctionType):
            return f"{given.__name__} is not a definition (def) at the top of a file of the spec"
        return f"{given!r} is not a definition"

    def explanations(self, texts: Texts) -> dict[str, Template]:
        """The table ``Explanations``: for a predicate, what is said where it is violated."""
        given = self.namespace.get("Explanations", {})
        if not isinstance(given, Mapping):
            raise self.fail("Explanations", 'write Explanations = {Invariant: "sentence"}')
        found = {}
        for number, (key, text) in enumerate(given.items()):
            name = self.predicate(key, lambda why, n=number: self.fail("Explanations", why, n)).name  # type: ignore[misc]
            if not isinstance(text, str):
                raise self.fail("Explanations", f"the explanation of {name} is a text, not {text!r}", number)
            try:
                found[name] = Template(text, str(self.path), texts)
            except SyntaxError as error:
                raise self.fail("Explanations", f"{text!r}: {error.msg}", number) from None
        return found

    def faults(self, actions: Iterable[str]) -> tuple[str, ...]:
        """The table ``Faults``: those of the actions that are faults.

        Those of a spec that this one extends need not all be in its Next.
        """
        names: list[str] = []
        own = {*actions}
        known = {*own}
        for table in self.source.roots("Next"):
            known |= {self.head(row).__name__ for row in self.rows(table) if isinstance(self.head(row), FunctionType)}
        for number, given in enumerate(self.rows("Faults")):
            text = self.definitions.of(given)
            if text is None:
                raise self.fail("Faults", f"{self.describe(given)}; list actions of Next", number)
            if text.name not in known:
                listed = ", ".join(sorted(known))
                raise self.fail("Faults", f"{text.name} is no action of Next; its actions: {listed}", number)
            names.append(text.name)
        return tuple(name for name in names if name in own)

    # Init and Next

    @staticmethod
    def head(row: Any) -> Any:
        """The action of a row of Next."""
        given = next(iter(row)) if isinstance(row, tuple) and row else row
        return given.action if isinstance(given, Then) else given

    def actions(self, table: str, replaced: Mapping[str, Callable[..., Any]]) -> tuple[Action, ...]:
        """The rows of Next, with the definitions that a model puts in the place of others."""
        actions: list[Action] = []
        for number, row in enumerate(self.rows(table)):
            head, *domains = row if isinstance(row, tuple) else (row,)
            update = None
            if isinstance(head, Then):
                update = replaced.get(getattr(head.update, "__name__", ""), head.update)
                self.states(table, number, update, ("s", "t"), [])
                head = head.action
            name = getattr(head, "__name__", "")
            function = replaced.get(name, head)
            parameters = self.states(table, number, function, ("s", "t"), domains)
            if any(action.name == name for action in actions):
                raise self.fail(table, f"two rows have the same action, {name}", number)
            actions.append(Action(name, function, parameters, update))
        return tuple(actions)

    def initial(
        self, table: str, replaced: Mapping[str, Callable[..., Any]]
    ) -> tuple[tuple[Callable[..., Any], tuple[Parameter, ...]], ...]:
        """The rows of Init, or the one definition that it is."""
        given = self.namespace[table]
        rows = []
        for number, row in enumerate([given] if isinstance(given, FunctionType) else self.rows(table)):
            head, *domains = row if isinstance(row, tuple) else (row,)
            function = replaced.get(getattr(head, "__name__", ""), head)
            text = self.definitions.of(function)
            if text is not None and text.parameters == ("s",) and not domains:
                rows.append((function, self.variables(table, number)))
            else:
                rows.append((function, self.states(table, number, function, ("t",), domains)))
        return tuple(rows)

    def variables(self, table: str, number: int) -> tuple[Parameter, ...]:
        """All variables, each with its domain: what a predicate that is Init chooses among."""
        variables = [given for given in self.namespace.values() if isinstance(given, Variable)]
        return tuple(self.parameter(table, number, v.name, v.domain, "variable") for v in variables)

    def states(
        self, table: str, number: int, function: Any, states: tuple[str, ...], domains: list[Any]
    ) -> tuple[Parameter, ...]:
        """The parameters of a row, checked against its definition."""
        text = self.definitions.of(function)
        if isinstance(function, list):
            raise self.fail(table, "a row is written in round brackets: (Definition, Set, ...)", number)
        if text is None:
            raise self.fail(table, f"a row is (Definition, Set, ...); {self.describe(function)}", number)
        names = text.parameters
        if names[: len(states)] != states or len(names) != len(states) + len(domains):
            raise self.fail(
                table,
                f"{text.name} takes ({', '.join(names)}), but its row asks for {', '.join(states)} "
                f"and {len(domains)} parameter(s)",
                number,
            )
        self.check_row(table, number, names[len(states) :])
        return tuple(self.parameter(table, number, n, d) for n, d in zip(names[len(states) :], domains, strict=True))

    def check_row(self, table: str, number: int, names: tuple[str, ...]) -> None:
        """No set of a row names a parameter that comes before, although the spec gives that name another meaning."""
        node = self.source.assigned(table)[1]
        rows = getattr(getattr(node, "value", None), "elts", [])
        sets = rows[number].elts[1:] if number < len(rows) and isinstance(rows[number], ast.Tuple) else []
        for position, given in enumerate(sets):
            for part in walk(given):
                if isinstance(part, ast.Name) and part.id in names[:position]:
                    raise self.fail(table, f"{part.id} is another parameter of this row: {INDEPENDENT}", number)

    def parameter(self, table: str, number: int, name: str, given: Any, what: str = "parameter") -> Parameter:
        if isinstance(given, Variable):
            if not isinstance(given.domain, (Bag, Set, Seq)):
                over = f"ranges over the variable {given.name}, which is not a set or a bag"
                raise self.fail(table, f"parameter {name} {over}", number)
            return Parameter(name, variable=given.name)
        try:
            others = isinstance(given, (set, frozenset)) and not all(type(v) in ATOMS for v in given)
            domain = Listed(kinds.set_of(given)) if others else as_domain(given)
            iter(domain)
            # A part of it may be what cannot be gone through.
            count(domain)
        except (SpecError, EvaluationError) as error:
            why = error.message if isinstance(error, SpecError) else str(error)
            raise self.fail(table, f"{what} {name}: {why}", number) from None
        return Parameter(name, domain=domain)

    # What is in no table

    def idle(self, table: str, actions: Iterable[Action]) -> Iterator[str]:
        """A warning of a Next without actions."""
        if not [*actions]:
            file, node = self.source.assigned(table)
            what = "lists no action: no step is ever taken, and no state but the initial ones is checked"
            yield f"{file}:{getattr(node, 'lineno', 0)}: {table} {what}"

    def replaced(self, table: str, mentioned: Iterable[str]) -> Iterator[str]:
        """Warnings of definitions in a table that one of an extending file replaces, and of which nothing speaks there.

        ``mentioned``: those that the new table has, or that need not be in it.
        """
        own, node = self.source.assigned(table)
        if not any(
            table in bound(part) for file, tree in self.source.trees.items() if file != own for part in tree.body
        ):
            return
        spoken = {*mentioned}
        for file, tree in reversed(self.source.trees.items()):
            given = [part for part in tree.body if table in bound(part)] if file != own else []
            texts = [self.definitions.of(self.namespace.get(name)) for part in given for name in _names(part)]
            lost = [text.name for text in texts if text is not None and text.name not in spoken]
            if lost:
                what = f"{table} of {file.name} ({', '.join(dict.fromkeys(lost))}) are left out"
                more = f"{{**{table}, ...}}" if table == "Explanations" else f"[*{table}, ...]"
                mend = f"this table is in their place; to add to them, write {table} = {more}"
                yield f"{own}:{getattr(node, 'lineno', 0)}: {what}: {mend}"
            for part in tree.body:
                if file == own or isinstance(part, ast.FunctionDef):
                    spoken |= {*_names(part)}

    def unknown(self) -> Iterator[str]:
        """Warnings of lists of definitions that nothing reads; an error where one is nearly called as a table is."""
        roots = {*self.source.roots("Init"), *self.source.roots("Next")}
        used = self.source.loaded
        for name, value in self.namespace.items():
            file, node = self.source.assigned(name)
            if node is None or file is None or name in TABLES or name in roots or name in used:
                continue
            rows = [*value, *value.values()] if isinstance(value, dict) else value
            if not isinstance(rows, (list, tuple, set)) or not any(map(self.lists, rows)):
                continue
            meant = near(name, (*TABLES, "Init", "Next"))
            what = f"{name} lists definitions, and no table has that name"
            if meant:
                raise SpecError(f"{what}; {meant}The tables: Init, Next, {', '.join(TABLES)}", str(file), node.lineno)
            yield f"{file}:{node.lineno}: {what}: Init, Next, {', '.join(TABLES)}"

    def lists(self, row: Any) -> bool:
        """Whether a row is of a definition."""
        head = self.head(row)
        return self.definitions.of(self.namespace.get(head) if isinstance(head, str) else head) is not None

    def forgotten(self, mentioned: set[str]) -> Iterator[str]:
        """Warnings of predicates and actions of the spec's own file that are in no table, and that nothing uses.

        ``mentioned``: what some model names.
        """
        taken = {*mentioned, *self.source.loaded, *self.source.roots("Init")}
        for text in self.definitions:
            if text.file != self.path.resolve() or text.name in taken:
                continue
            place = f"{text.file}:{text.node.lineno}: {text.name}"
            if text.parameters == ("s",) and self.decides(text):
                yield f"{place} looks like a predicate, and is in no table ({', '.join(PREDICATES)}): it is not checked"
            elif text.parameters[:2] == ("s", "t"):
                yield f"{place} looks like an action, and is not in Next: it is never taken"

    def decides(self, text: Text, callers: tuple[Text, ...] = ()) -> bool:
        """Whether all that a definition returns looks like TRUE or FALSE; ``callers``: who asks."""
        names = locals_of(text, self.namespace)
        returned = [part.value for part in text.nodes if isinstance(part, ast.Return)]
        return bool(returned) and all(
            value is not None and self.is_condition(value, names, (*callers, text)) for value in returned
        )

    def is_condition(self, node: ast.expr, names: Mapping[str, Kind | None], callers: tuple[Text, ...]) -> bool:
        """Whether an expression of the last of ``callers`` looks like TRUE or FALSE."""
        if isinstance(node, ast.IfExp):
            return all(self.is_condition(part, names, callers) for part in (node.body, node.orelse))
        called = self.definitions.called(node) if isinstance(node, ast.Call) else None
        if called is not None:
            return called not in callers and self.decides(called, callers)
        return kind(node, names, self.namespace) == BOOLEAN
