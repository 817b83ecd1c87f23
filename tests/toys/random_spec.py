"""Random small specs, as text: variables of random domains, actions of random guards and effects."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any


@dataclass(frozen=True)
class Kind:
    """A domain of a random spec: its text, and what it is made of."""

    name: str
    text: str
    parts: tuple[Any, ...] = ()


def _numbers(lo: int, hi: int) -> Kind:
    return Kind("int", f"Range({lo}, {hi})", (lo, hi))


BOOL = Kind("bool", "BOOLEAN")
#: Values of several kinds in one place: some of the comparisons with them are refused, or fail in some states.
MIXED = (
    Kind("mixed", 'Enum("a", 1)', ('"a"', "1")),
    Kind("mixed", "Enum(0, 1, False)", ("0", "1", "False")),
    Kind("mixed", "Enum(A, 0, 1)", ("0", "1")),
    Kind("mixed", 'Optional(Range(0, 2), "none")', ('"none"', "0", "2")),
    Kind("mixed", "Optional(BOOLEAN, Nil)", ("Nil", "True", "False")),
)


def _numeric(kind: Kind) -> bool:
    """Whether values of a kind are numbers, or sets or sequences of numbers."""
    return kind.name == "int" or (kind.name in ("set", "seq") and kind.parts[0].name == "int")


class RandomSpec:
    """Writes a small spec of random variables, helpers and actions; the same one for the same seed."""

    def __init__(
        self, seed: int, unsafe: float = 0.03, starts: bool = False, mixed: float = 0.0, forks: float = 0.5
    ) -> None:
        self.random = Random(seed)
        #: How often an action has a guard with several ways, and a spec a disjunction of steps; and what draws these:
        #: the rest of a spec is the same without them.
        self.forks = forks
        self.forking = Random(f"forks of {seed}")
        self.unsafe = unsafe
        #: How often values of different kinds stand beside each other.
        self.mixed = mixed
        #: Whether there may be several initial states, or none.
        self.starts = starts
        self.constants: dict[str, Any] = {"A": self.random.choice([2, 2, 3])}
        if self.random.random() < 0.4:
            self.constants["B"] = 2
        self.atoms = [Kind("atom", name) for name in self.constants]
        self.variables = {f"v{k}": self.kind(2) for k in range(self.random.randint(2, 3))}
        self.variables["out"] = _numbers(0, 5)
        self.scope: list[tuple[str, Kind]] = []
        self.helpers: list[tuple[str, Kind, Kind]] = []
        self.count = 0

    def pick(self, *choices: Any) -> Any:
        return self.random.choice(choices)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What is drawn here does not change what is drawn afterwards."""
        drawn, self.random = self.random, self.forking
        yield
        self.random = drawn

    def fresh(self, hint: str) -> str:
        self.count += 1
        return f"{hint}{self.count}"

    # Domains

    def stray(self) -> bool:
        """Whether something of another kind stands here."""
        return bool(self.mixed) and self.random.random() < self.mixed

    def stranger(self) -> str:
        """A value of some kind."""
        return self.pick("True", "False", "0", "1", '"a"', "Nil", "set()", "()", "{1}", "(True,)")  # type: ignore[no-any-return]

    def kind(self, depth: int) -> Kind:
        if self.stray():
            return self.pick(*MIXED)  # type: ignore[no-any-return]
        names = ["int", "int", "bool", "atom", "optional", "strings"]
        if depth:
            names += ["set", "set", "fn", "fn", "seq", "record", "bag", "union", "wideset"]
        return getattr(self, f"_kind_{self.random.choice(names)}")(depth)  # type: ignore[no-any-return]

    def small(self) -> Kind:
        return getattr(self, f"_kind_{self.pick('int', 'bool', 'atom', 'optional', 'strings')}")(0)  # type: ignore[no-any-return]

    def _kind_int(self, depth: int) -> Kind:
        lo = self.pick(0, 0, 1, -2, 5)
        return _numbers(lo, lo + self.pick(1, 2, 3))

    def _kind_bool(self, depth: int) -> Kind:
        return BOOL

    def _kind_strings(self, depth: int) -> Kind:
        return Kind("strings", 'Enum("a", "b", "c")')

    def _kind_atom(self, depth: int) -> Kind:
        return self.random.choice(self.atoms)

    def _kind_optional(self, depth: int) -> Kind:
        inner = self.pick(self._kind_atom, self._kind_int, *([self._kind_record] if depth else []))(0)
        return Kind("optional", f"Optional({inner.text}, Nil)", (inner,))

    def _kind_set(self, depth: int) -> Kind:
        inner = self.pick(self._kind_atom, self._kind_int, self._kind_optional, self._kind_record, self._kind_strings)(
            0
        )
        return Kind("set", f"Set({inner.text})", (inner,))

    def _kind_wideset(self, depth: int) -> Kind:
        inner = Kind("int", "Range(-40, 60)", (-40, 60))
        return Kind("set", f"Set({inner.text})", (inner,))

    def _kind_fn(self, depth: int) -> Kind:
        key = self.pick(self.atoms[0], self.atoms[-1], _numbers(2, 3), Kind("strings", 'Enum("a", "b")'))
        value = self.kind(depth - 1)
        return Kind("fn", f"Fn({key.text}, {value.text})", (key, value))

    def _kind_seq(self, depth: int) -> Kind:
        inner, capacity = self.pick(self.small, self._kind_record0)(), self.pick(1, 2, 2)
        return Kind("seq", f"Seq({inner.text}, {capacity})", (inner, capacity))

    def _kind_record0(self) -> Kind:
        return self._kind_record(0)

    def _kind_record(self, depth: int) -> Kind:
        fields = tuple(
            (name, self.small() if not depth else self.kind(depth - 1)) for name in ("p", "q")[: self.pick(1, 2)]
        )
        return Kind("record", f"Record({', '.join(f'{n}={k.text}' for n, k in fields)})", fields)

    def _kind_union(self, depth: int) -> Kind:
        one, two = self._kind_record(0), self._kind_record(0)
        texts = [f'Record(k="{tag}", {kind.text[7:]}' for tag, kind in (("x", one), ("y", two))]
        return Kind("union", f"Union({', '.join(texts)})", (("x", one), ("y", two)))

    def _kind_bag(self, depth: int) -> Kind:
        inner, distinct, copies = self.pick(self._kind_record0, self.small)(), self.pick(1, 2), self.pick(1, 2)
        return Kind("bag", f"Bag({inner.text}, {distinct}, {copies})", (inner, distinct, copies))

    # Expressions

    def sources(self, kind: Kind) -> list[str]:
        """What can be read and has exactly this kind."""
        found = []
        for text, given in self.scope:
            found += [t for t, k in self._reads(text, given, 2) if k == kind]
        found += [
            f"{name}(s, {self.value(parameter, 0)})" for name, parameter, result in self.helpers if result == kind
        ]
        return found

    def _reads(self, text: str, kind: Kind, depth: int) -> list[tuple[str, Kind]]:
        found = [(text, kind)]
        if depth and kind.name == "fn":
            key = self.value(kind.parts[0], 0)
            found += self._reads(f"{text}[{key}]", kind.parts[1], depth - 1)
        elif depth and kind.name == "record":
            for name, part in kind.parts:
                found += self._reads(f"{text}.{name}", part, depth - 1)
        return found

    def number(self, depth: int = 2) -> str:
        """Some integer."""
        sized = [(t, k) for t, k in self.scope if k.name in ("set", "seq", "bag")]
        numbers = [t for t, k in self.scope if k.name in ("int", "number")]
        choices: list[Callable[[], str]] = [lambda: str(self.random.randint(-2, 4))]
        if self.mixed:
            numbers += [t for t, k in self.scope if k.name == "mixed"]
        if numbers:
            choices += [lambda: self.random.choice(numbers)] * 3
        if sized:
            choices.append(lambda: self._size(*self.random.choice(sized)))
        if depth:
            more = depth - 1
            choices += [
                lambda: f"({self.number(more)} {self.pick('+', '-', '*')} {self.number(more)})",
                lambda: f"({self.number(more)}) {self.pick('//', '%')} {self.pick(2, 3)}",
                lambda: f"{self.pick('Max', 'Min')}({{{self.number(more)}, {self.number(more)}}})",
                lambda: f"({self.number(more)} if {self.condition(more)} else {self.number(more)})",
                lambda: self._fold(more),
                lambda: f"abs({self.number(more)})",
            ]
        return self.random.choice(choices)()

    def _size(self, text: str, kind: Kind) -> str:
        if kind.name == "bag" and self.random.random() < 0.5:
            return f"CopiesIn({self.value(kind.parts[0], 0)}, {text})"
        return f"{'Len' if kind.name == 'seq' else 'Cardinality'}({text})"

    def _fold(self, depth: int) -> str:
        name, (collection, kind) = self.fresh("k"), self.collection()
        with self.bound(name, kind):
            body = f"{self.number(depth)} for {name} in {collection}"
            body += f" if {self.condition(depth)}" if self.random.random() < 0.5 else ""
            return self.pick(
                f"sum({body})",
                "Max({0} | {0})",
                f"Cardinality({{({self.number(0)}) % 4 for {name} in {collection}}})",
            )

    def collection(self) -> tuple[str, Kind]:
        """A set to range over, and the kind of its elements."""
        found = [(kind.text, kind) for kind in self.atoms]
        found += [(t, k.parts[0]) for t, k in self.scope if k.name in ("set", "bag")]
        found.append((f"Range({self.number(0)}, {self.number(0)})", Kind("number", "")))
        return self.random.choice(found)

    @contextmanager
    def bound(self, name: str, kind: Kind) -> Iterator[None]:
        self.scope.append((name, kind))
        yield
        self.scope.pop()

    def condition(self, depth: int = 2) -> str:
        """Some condition."""
        if self.stray():
            return f"({self.random.choice([t for t, k in self.scope if k.name in ('mixed', 'bool')] or ['True'])})"
        choices: list[Callable[[], str]] = [
            lambda: f"{self.number(0)} {self.pick('<', '<=', '==', '!=', '>', '>=')} {self.number(0)}",
            self._equality,
            self._membership,
        ]
        if depth:
            more = depth - 1
            choices += [
                lambda: f"({self.condition(more)} {self.pick('and', 'or')} {self.condition(more)})",
                lambda: f"not ({self.condition(more)})",
                lambda: self._quantifier(more),
                self._inclusion,
                lambda: f"{self.number(0)} <= {self.number(0)} < {self.number(0)}",
            ]
        return f"({self.random.choice(choices)()})"

    def _equality(self) -> str:
        readable = [(t, k) for t, k in self.scope if k.name != "number"]
        if not readable:
            return "True"
        text, kind = self.random.choice(readable)
        if self.stray() or (kind.name == "mixed" and self.random.random() < 0.5):
            return f"{text} {self.pick('==', '!=')} {self.stranger()}"
        alike = [t for t, k in readable if k.name == kind.name and _numeric(k) and _numeric(kind)]
        other = self.random.choice(alike) if alike and self.random.random() < 0.4 else self.value(kind, 1)
        return f"{text} {self.pick('==', '!=')} {other}"

    def _membership(self) -> str:
        sets = [(t, k) for t, k in self.scope if k.name in ("set", "bag")]
        if not sets:
            return "True"
        text, kind = self.random.choice(sets)
        inner = kind.parts[0]
        if self.stray():
            return f"{self.pick(self.stranger(), self.random.choice(self.scope)[0])} in {text}"
        element = self.number(1) if inner.name == "int" and self.random.random() < 0.5 else self.value(inner, 0)
        return f"{element} {self.pick('in', 'not in')} {text}"

    def _inclusion(self) -> str:
        sets = [(t, k) for t, k in self.scope if k.name == "set"]
        if not sets:
            return "True"
        text, kind = self.random.choice(sets)
        alike = [t for t, k in sets if _numeric(k) and _numeric(kind)]
        other = self.random.choice(alike) if alike and self.random.random() < 0.5 else self.value(kind, 1)
        if alike and self.random.random() < 0.4:
            other = f"{other} {self.pick('|', '&', '-')} {{{self.number(0)}, {self.number(0)}}}"
        return f"{text} {self.pick('<=', '<', '>=', '>', '==')} ({other})"

    def _quantifier(self, depth: int) -> str:
        name, (collection, kind) = self.fresh("k"), self.collection()
        with self.bound(name, kind):
            return f"{self.pick('any', 'all')}({self.condition(depth)} for {name} in {collection})"

    def value(self, kind: Kind, depth: int = 2) -> str:
        """An expression of this kind; its values are in the domain, but for the unsafe ones."""
        sources = self.sources(kind) if depth else [t for t, k in self.scope if k == kind]
        if sources and self.random.random() < 0.6:
            given = [text for text in sources if text == "e1"]
            return self.random.choice(given or sources)
        if depth and self.random.random() < 0.15:
            return f"({self.value(kind, depth - 1)} if {self.condition(1)} else {self.value(kind, depth - 1)})"
        return getattr(self, f"_value_{kind.name}")(kind, max(0, depth - 1))  # type: ignore[no-any-return]

    def _grow(self, read: str, kind: Kind) -> str:
        """A set that has become larger or smaller."""
        return f"{read} {self.pick('|', '|', '-')} {{{self.value(kind.parts[0], 1)}}}"

    def _value_number(self, kind: Kind, depth: int) -> str:
        return self.number(depth)

    def _value_int(self, kind: Kind, depth: int) -> str:
        lo, hi = kind.parts
        if depth and self.random.random() < self.unsafe:
            return self.number(depth)
        return self.pick(
            str(self.random.randint(lo, hi)),
            f"Max({{{lo}, Min({{{hi}, {self.number(depth)}}})}})",
            f"(({self.number(depth)}) % {hi - lo + 1} + {lo})",
        )

    def _value_bool(self, kind: Kind, depth: int) -> str:
        return self.pick("True", "False", self.condition(depth))

    def _value_mixed(self, kind: Kind, depth: int) -> str:
        return self.random.choice(kind.parts)  # type: ignore[no-any-return]

    def _value_strings(self, kind: Kind, depth: int) -> str:
        return f'"{self.random.choice("ab")}"'

    def _value_atom(self, kind: Kind, depth: int) -> str:
        known = [t for t, k in self.scope if k == kind and "." not in t]
        return self.random.choice(known) if known else self.atom_anywhere(kind)

    def atom_anywhere(self, kind: Kind) -> str:
        """There is no name for a model value: one that an action's parameter gives."""
        return {"A": "i0", "B": "j0"}[kind.text]

    def _value_optional(self, kind: Kind, depth: int) -> str:
        return self.pick("Nil", self.value(kind.parts[0], depth))

    def _value_set(self, kind: Kind, depth: int) -> str:
        inner = kind.parts[0]
        choices = [lambda: "set()", lambda: f"{{{self.value(inner, 0)}}}"]
        if depth:
            choices += [lambda: f"({self.value(kind, 0)} {self.pick('|', '|', '&', '-')} {self.value(kind, 0)})"] * 3
            choices.append(lambda: self._filter(kind))
        return self.random.choice(choices)()

    def _filter(self, kind: Kind) -> str:
        name, collection = self.fresh("k"), self.value(kind, 0)
        if collection == "set()":
            return collection
        with self.bound(name, kind.parts[0]):
            return f"{{{name} for {name} in {collection} if {self.condition(1)}}}"

    def _value_fn(self, kind: Kind, depth: int) -> str:
        name = self.fresh("k")
        with self.bound(name, kind.parts[0]):
            return f"{{{name}: {self.value(kind.parts[1], depth)} for {name} in {kind.parts[0].text}}}"

    def _value_seq(self, kind: Kind, depth: int) -> str:
        inner, _capacity = kind.parts
        return self.pick("()", f"({self.value(inner, depth)},)")  # type: ignore[no-any-return]

    def _value_record(self, kind: Kind, depth: int) -> str:
        return f"{self.name_of(kind)}({', '.join(f'{n}={self.value(k, depth)}' for n, k in kind.parts)})"

    def _value_union(self, kind: Kind, depth: int) -> str:
        tag, record = self.random.choice(kind.parts)
        fields = [f'k="{tag}"', *(f"{n}={self.value(k, depth)}" for n, k in record.parts)]
        return f"{self.name_of(kind)}({', '.join(fields)})"

    def _value_bag(self, kind: Kind, depth: int) -> str:
        return "{}"

    def name_of(self, kind: Kind) -> str:
        """The name that the spec gives to a domain of records."""
        return self.domains.setdefault(kind.text, f"R{len(self.domains)}")

    # The spec

    def text(self) -> str:
        self.domains: dict[str, str] = {}
        state = [(f"s.{name}", kind) for name, kind in self.variables.items()]
        init = self._init()
        helpers, actions, rows = [], [], []
        for k in range(self.pick(0, 1, 2)):
            helpers += self._helper(f"H{k}", state)
        changes = [[name] for name in self.variables if name != "out"]
        for _ in range(self.random.randint(2, 3)):
            changes.append(self.random.sample(list(self.variables), self.pick(1, 1, 2)))
        for k, changed in enumerate([*changes, *[["out"]] * self.random.randint(3, 6)]):
            lines, row = self._action(f"Act{k}", state, changed, k < len(self.variables) - 1)
            actions += lines
            rows.append(row)
        self.scope = list(state)
        with self.aside():
            for k in range(2):
                if self.random.random() < self.forks:
                    actions += self._fork(f"Fork{k}", rows)
                    rows.append(f"(Fork{k},)")
        self.scope = list(state)
        predicates = []
        names: dict[str, list[str]] = {"Invariants": [], "Constraints": [], "Witnesses": []}
        for table, chance in (("Invariants", 0.3), ("Constraints", 0.3), ("Witnesses", 0.7)):
            if self.random.random() < chance:
                body = self._closed_condition()
                predicates += [f"def {table}0(s):", f"    return {body}"]
                names[table].append(f"{table}0")
        declared = [f"{name}: ModelValues" for name in self.constants] + ["Nil: ModelValue"]
        # The first value of a set that Init singles it out of.
        declared += [f"{name.lower()}1: ModelValue" for name in self.constants if name not in self.symmetric]
        domains = [f"{name} = {text}" for text, name in self.domains.items()]
        variables = [f"{name} = Variable({kind.text})" for name, kind in self.variables.items()]
        tables = [f"{table} = [{', '.join(found)}]" for table, found in names.items()]
        return "\n".join(
            [*declared, *domains, *variables, *init, *helpers, *actions]  # noqa: RUF005
            + [f"Next = [{', '.join(rows)}]", *predicates, *tables, ""]
        )

    def _init(self) -> list[str]:
        """A definition of one initial state, or rows for each value of one or two variables, perhaps with a guard."""
        given: list[tuple[str, str, Kind]] = []
        if self.starts:
            names = [n for n, k in self.variables.items() if k.name not in ("fn", "seq", "bag") and "-40" not in k.text]
            chosen = self.random.sample(names, min(len(names), self.pick(1, 1, 2)))
            given = [(f"e{k}", name, self.variables[name]) for k, name in enumerate(chosen, 1)]
        values = {name: parameter for parameter, name, _ in given}
        body = [f"    t.{name} = {values.get(name) or self._first(kind)}" for name, kind in self.variables.items()]
        if not given:
            return ["def Init(t):", *body]
        if self.random.random() < 0.5:
            self.scope = [(parameter, kind) for parameter, _, kind in given]
            mixed, self.mixed = self.mixed, 0.0  # only Python evaluates Init
            body = [f"    if {self._closed_condition()}:", "        return False", *body]
            self.mixed = mixed
        parameters = ", ".join(["t", *(parameter for parameter, _, _ in given)])
        row = ", ".join(["Start", *(kind.text for _, _, kind in given)])
        return [f"def Start({parameters}):", *body, "    return True", f"Init = [({row})]"]

    def _closed_condition(self) -> str:
        bound = "".join(f" for {name} in {kind.text}" for name, kind in zip(("i0", "j0"), self.atoms, strict=False))
        for name, kind in zip(("i0", "j0"), self.atoms, strict=False):
            self.scope.append((name, kind))
        return f"{self.pick('any', 'all')}({self.condition(2)}{bound})"

    def _first(self, kind: Kind) -> str:
        """A value for Init that singles out no model value."""
        first: dict[str, Callable[[], str]] = {
            "int": lambda: str(kind.parts[0]),
            "bool": lambda: "False",
            "strings": lambda: '"a"',
            "atom": lambda: f"{kind.text.lower()}1",
            "optional": lambda: "Nil",
            "mixed": lambda: kind.parts[0],
            "set": lambda: "set()",
            "seq": lambda: "()",
            "bag": lambda: "{}",
            "fn": lambda: f"{{k: {self._first(kind.parts[1])} for k in {kind.parts[0].text}}}",
            "record": lambda: f"{self.name_of(kind)}({', '.join(f'{n}={self._first(k)}' for n, k in kind.parts)})",
            "union": lambda: self._first_of_union(kind),
        }
        return first[kind.name]()

    def _first_of_union(self, kind: Kind) -> str:
        tag, record = kind.parts[0]
        return f'{self.name_of(kind)}(k="{tag}", {", ".join(f"{n}={self._first(k)}" for n, k in record.parts)})'

    @property
    def symmetric(self) -> tuple[str, ...]:
        """The constants in which the spec is symmetric: those that Init does not single out a value of."""
        return tuple(
            name for name in self.constants if not any(self._mentions(k, name) for k in self.variables.values())
        )

    def _mentions(self, kind: Kind, name: str) -> bool:
        """Whether the first value of a kind is made of one model value."""
        if kind.name == "atom":
            return kind.text == name
        if kind.name == "record":
            return any(self._mentions(k, name) for _, k in kind.parts)
        if kind.name == "union":
            return self._mentions(kind.parts[0][1], name)
        return kind.name == "fn" and self._mentions(kind.parts[1], name)

    def _helper(self, name: str, state: list[tuple[str, Kind]]) -> list[str]:
        parameter = self.atoms[0]
        result = self.pick(BOOL, _numbers(0, 3), self.small())
        if result.name == "atom" or result.name == "optional":
            result = BOOL

        kinds, self.atoms = self.atoms, self.atoms[:1]
        usable = [(t, k) for t, k in state if "B" not in k.text]
        self.scope = [*usable, ("i0", parameter)]
        lines = [f"def {name}(s, i0):"]
        for _ in range(self.pick(0, 1, 2)):
            lines += [f"    if {self.condition(1)}:", f"        return {self.value(result, 1)}"]
        lines.append(f"    return {self.value(result, 1)}")
        self.atoms = kinds
        self.helpers.append((name, parameter, result))
        return lines

    def _action(
        self, name: str, state: list[tuple[str, Kind]], changed: list[str], free: bool
    ) -> tuple[list[str], str]:
        """An action that changes some variables; a ``free`` one has no guard and a parameter to take from."""
        parameters = [(p, k, k.text) for p, k in zip(("i0", "j0"), self.atoms, strict=False)]
        ranged = [
            (t[2:], k.parts[0]) for t, k in state if k.name in ("set", "bag") and k.parts[0].text != "Range(-40, 60)"
        ]
        if ranged and not free and self.random.random() < 0.4:
            variable, kind = self.random.choice(ranged)
            parameters.append(("e0", kind, variable))
        leaf = self._leaf(self.variables[changed[0]])
        if free or (changed != ["out"] and self.random.random() < 0.6):
            parameters.append(("e1", leaf, leaf.text))
        self.scope = [*state, *((p, k) for p, k, _ in parameters)]
        lines: list[str] = []
        if not free and self.random.random() < 0.2:
            lines += [f"    if {self.condition(2)}:", "        return False"]
        if not free and self.random.random() < 0.3:
            lines += self._loop()
        effects = []
        for variable in changed:
            if variable == "out":
                effects.append(f"    t.out = {self._answer()}")
                continue
            guard, effect = self._effect(variable, self.variables[variable])
            lines += guard
            effects += effect
        with self.aside():
            if not free and self.random.random() < self.forks:
                lines += [f"    if not ({self._guard()}):", "        return False"]
        body = [*lines, *effects, "    return True"]
        used = [(p, d) for p, _, d in parameters if re.search(rf"\b{p}\b", "\n".join(body))]
        row = f"({', '.join([name, *(d for _, d in used)])},)"
        return [f"def {name}({', '.join(['s', 't', *(p for p, _ in used)])}):", *body], row

    def _guard(self) -> str:
        """A condition that may be true in several ways."""
        name, (collection, kind) = self.fresh("k"), self.collection()
        with self.bound(name, kind):
            found = self.pick(
                f"any({self.condition(1)} for {name} in {collection})",
                f"any({self.condition(1)} for {name} in {collection} if {self.condition(0)})",
                f"all({self.condition(1)} or {self.condition(1)} for {name} in {collection})",
            )
        one, two = self.condition(1), self.condition(1)
        bools = [f"{h}(s, {self.value(k, 0)})" for h, k, result in self.helpers if result == BOOL] or ["True"]
        return self.pick(  # type: ignore[no-any-return]
            found,
            f"{found} or {one}",
            f"({one} or {two}) and {found}",
            f"{found} if {one} else ({one} or {two})",
            f"{self.pick(*bools)} or {found}",
            f"{self.pick(*bools)}",
        )

    def _fork(self, name: str, rows: list[str]) -> list[str]:
        """An action that is one of the actions of some rows, each for any of its arguments."""
        parts = []
        for row in self.random.sample(rows, 2):
            action, *ranges = (part for part in re.split(r", (?![^(]*\))", row[1:-2]) if part)
            if not all(re.fullmatch(r"[A-Z]|v\d|BOOLEAN|Range\(.*\)", over) for over in ranges):
                continue
            bound = [f"for p{k} in {'s.' * over.startswith('v')}{over}" for k, over in enumerate(ranges)]
            call = f"{action}({', '.join(['s', 't', *(f'p{k}' for k in range(len(ranges)))])})"
            parts.append(f"any({call} {' '.join(bound)})" if bound else call)
        if parts and self.random.random() < 0.3:
            parts.append(f"({self._closed_condition()} and {parts[0]})")
        return [f"def {name}(s, t):", f"    return {' or '.join(parts) or 'False'}"]

    def _answer(self) -> str:
        """A number that tells what a few conditions are."""
        if self.random.random() < 0.4:
            return f"({self.number(3)}) % 6"
        text = "0"
        for k in range(1, 4):
            text = f"{k} if {self.condition(2)} else {text}"
        return text

    def _leaf(self, kind: Kind) -> Kind:
        """A small kind that values of this one are made of."""
        if kind.text == "Set(Range(-40, 60))":
            return self.random.choice([_numbers(-40, -39), _numbers(58, 60), _numbers(21, 24)])
        if kind.name in ("set", "bag", "seq"):
            return kind.parts[0]  # type: ignore[no-any-return]
        if kind.name == "fn":
            return self._leaf(kind.parts[1])
        if kind.name == "record":
            return self._leaf(self.random.choice(kind.parts)[1])
        return kind.parts[0][1] if kind.name == "union" else kind

    def _loop(self) -> list[str]:
        total, name, (collection, kind) = self.fresh("n"), self.fresh("k"), self.collection()
        lines = [f"    {total} = {self.number(0)}", f"    for {name} in {collection}:"]
        with self.bound(name, kind):
            change = self.pick(f"{total} += 1", f"{total} = {total} + {self.number(0)}")
            lines += [f"        if {self.condition(1)}:", f"            {self.pick('continue', change, change)}"]
        lines.append(f"        {total} += 1")
        self.scope.append((total, Kind("number", "")))
        return lines

    def _effect(self, name: str, kind: Kind, path: str = "") -> tuple[list[str], list[str]]:
        """Guards and assignments that change a variable, or a part of it."""
        read, write = f"s.{name}{path}", f"t.{name}{path}"
        if kind.name == "fn" and self.random.random() < 0.7:
            return self._effect(name, kind.parts[1], f"{path}[{self.value(kind.parts[0], 0)}]")
        if kind.name == "record" and self.random.random() < 0.6:
            field, part = self.random.choice(kind.parts)
            return self._effect(name, part, f"{path}.{field}")
        if kind.name == "seq":
            return self._change_sequence(read, write, kind)
        if kind.name == "bag":
            return self._change_bag(read, write, kind)
        if kind.name == "set" and self.random.random() < 0.7:
            return [], [f"    {write} = {self._grow(read, kind)}"]
        return [], [f"    {write} = {self.value(kind, 2)}"]

    def _change_sequence(self, read: str, write: str, kind: Kind) -> tuple[list[str], list[str]]:
        inner, capacity = kind.parts
        room = [f"    if Len({read}) >= {capacity}:", "        return False"]
        some = [f"    if {read} == ():", "        return False"]
        element = self.value(inner, 1)
        return self.random.choice(
            [
                (room, [f"    {write} = Append({read}, {element})"]),
                (room, [f"    {write} = {read} + ({element},)"]),
                (some, [f"    {write} = Tail({read})"]),
                (some, [f"    {write}[{self.pick('1', f'Len({read})')}] = {element}"]),
                (some, [f"    {write} = SubSeq({read}, 1, Len({read}) - 1)"]),
                (some, [f"    {write} = (Head({read}),)"]),
                ([], [f"    {write} = {self.value(kind, 1)}"]),
            ]
        )

    def _change_bag(self, read: str, write: str, kind: Kind) -> tuple[list[str], list[str]]:
        inner, distinct, copies = kind.parts
        one, two = self.value(inner, 0), self.value(inner, 0)
        room = [
            f"    if Cardinality({read}) >= {distinct} or CopiesIn({one}, {read}) >= {copies}:",
            "        return False",
        ]
        return self.random.choice(
            [
                (room, [f"    {write} = {read} + {{{one}}}"]),
                (room, [f"    {write} = {read} + {{{one}}} - {{{two}}}"]),
                (room, [f"    {write} = {read} - {{{two}}} + {{{one}}}"]),
                ([], [f"    {write} = {read} - {{{one}, {two}}}"]),
                ([], [f"    {write} = {read} + {{{one}}} - {{{one}, {two}}}"]),
            ]
        )
