"""Random TLA+ modules with their configurations, from a seed: of facts, or with initial states and steps.

An expression is made for a type; now and then one of another type stands in its place, so that errors are met too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

#: ``("int",)``, ``("set", of)``, ``("seq", of)``, ``("fn", from, to)``, ``("rec", of a, of b)``, ``("tup", one, two)``.
Type = tuple[Any, ...]
INT: Type = ("int",)
BOOL: Type = ("bool",)
STR: Type = ("str",)
MODEL: Type = ("model",)
ATOMS = (INT, BOOL, STR, MODEL)
STRINGS = ("a", "b", "c", "zz")
MODELS = ("m1", "m2", "n1")


@dataclass(frozen=True)
class Module:
    """A module, the text of its configuration, and the names of its facts."""

    text: str
    config: str
    facts: tuple[str, ...] = ()
    deadlock: bool = False


@dataclass
class Scope:
    """What an expression may name: local names and operators with the types of their parameters."""

    names: list[tuple[str, Type]] = field(default_factory=list)
    operators: list[tuple[str, tuple[Type, ...], Type]] = field(default_factory=list)

    def with_names(self, *names: tuple[str, Type]) -> Scope:
        return Scope([*self.names, *names], self.operators)

    def with_operator(self, name: str, takes: tuple[Type, ...], gives: Type) -> Scope:
        return Scope(self.names, [*self.operators, (name, takes, gives)])


PRELUDE = r"""
RECURSIVE Total(_)
Total(T_) == IF T_ = {} THEN 0 ELSE LET e_ == CHOOSE d_ \in T_ : TRUE IN e_ + Total(T_ \ {e_})
Times(Op_(_), k_) == LET RECURSIVE Up_(_)
                         Up_(n_) == IF n_ <= 0 THEN 0 ELSE Op_(n_) + Up_(n_ - 1)
                     IN  Up_(k_)
Twice(Op_(_), v_) == Op_(Op_(v_))
Fold(Op_(_, _), b_, S_) ==
    LET RECURSIVE Go_(_)
        Go_(T_) == IF T_ = {} THEN b_ ELSE LET e_ == CHOOSE d_ \in T_ : TRUE IN Op_(e_, Go_(T_ \ {e_}))
    IN  Go_(S_)
fact[n_ \in 0..6] == IF n_ = 0 THEN 1 ELSE n_ * fact[n_ - 1]
a_ ++ b_ == IF a_ > b_ THEN a_ - b_ ELSE {a_, b_} = {b_}
a_ (+) b_ == a_ * 2 + b_
"""
INNER = r"""
---- MODULE Inner ----
EXTENDS Integers, Sequences
CONSTANTS Low, Op(_)
VARIABLE w
Clip(n_) == IF n_ < Low THEN Low ELSE n_
Near == \E i_ \in Low..(Low + 1) : i_ = w
Set(n_) == w' = n_
Used == Op(Low)
g[n_ \in 0..2] == n_ + Low
====
"""


class Writer:
    """Writes expressions of the types that are asked for."""

    def __init__(self, random: Random, wrong: float) -> None:
        self.random = random
        #: How often an expression has not the type that is asked for.
        self.wrong = wrong
        self.number = 0

    def fresh(self, prefix: str = "v") -> str:
        self.number += 1
        return f"{prefix}{self.number}"

    def type(self, depth: int = 2) -> Type:
        """A random type."""
        random = self.random
        if depth == 0 or random.random() < 0.45:
            return random.choice((INT, INT, BOOL, STR, MODEL))
        kind = random.choice(("set", "set", "seq", "fn", "rec", "tup"))
        if kind in ("set", "seq"):
            return (kind, self.type(depth - 1))
        if kind == "fn":
            return (kind, random.choice((INT, STR, MODEL)), self.type(depth - 1))
        return (kind, self.type(depth - 1), self.type(depth - 1))

    def printed_type(self) -> Type:
        """A type without fields: TLC prints those in the order of the text, or of first meeting."""
        found = self.type()
        return found if "rec" not in repr(found) and "fn" not in repr(found) else self.printed_type()

    def literal(self, of: Type) -> str:
        """A constant of a type."""
        random = self.random
        kind = of[0]
        if kind == "int":
            return str(random.randint(0, 4)) if random.random() < 0.9 else "(-1)"
        if kind == "bool":
            return random.choice(("TRUE", "FALSE"))
        if kind == "str":
            return f'"{random.choice(STRINGS)}"'
        if kind == "model":
            return random.choice(MODELS)
        if kind == "set":
            return "{" + ", ".join(self.literal(of[1]) for _ in range(random.randint(0, 3))) + "}"
        if kind == "seq":
            return "<<" + ", ".join(self.literal(of[1]) for _ in range(random.randint(0, 3))) + ">>"
        if kind == "fn":
            return f"[{self.fresh()} \\in {self.keys(of[1])} |-> {self.literal(of[2])}]"
        if kind == "rec":
            fields = [f"a |-> {self.literal(of[1])}", f"b |-> {self.literal(of[2])}"]
            random.shuffle(fields)
            return f"[{', '.join(fields)}]"
        return f"<<{self.literal(of[1])}, {self.literal(of[2])}>>"

    def keys(self, of: Type) -> str:
        """A constant set that is a domain."""
        choices = {"int": ("1..2", "0..2", "1..1"), "str": ('{"a", "b"}', '{"zz"}')}
        return self.random.choice(choices.get(of[0], ("Model", "{n1}")))

    def small(self, of: Type, depth: int, scope: Scope) -> str:
        """A set of few elements."""
        random = self.random
        if depth <= 0 or random.random() < 0.4:
            return "{" + ", ".join(self.literal(of) for _ in range(random.randint(0, 3))) + "}"
        if of == INT:
            return f"(({self.expression(('set', INT), depth - 1, scope)}) \\cap (0..2))"
        if of == BOOL:
            return "BOOLEAN"
        return "{" + ", ".join(self.expression(of, depth - 1, scope) for _ in range(random.randint(0, 2))) + "}"

    def expression(self, of: Type, depth: int, scope: Scope) -> str:
        """An expression, in parentheses where it needs them."""
        random = self.random
        if random.random() < self.wrong:
            of = self.type()
        named = [name for name, type_ in scope.names if type_ == of]
        if named and random.random() < (0.6 if depth <= 0 else 0.25):
            return random.choice(named)
        if depth <= 0:
            return self.literal(of)
        forms = [*self.any_forms(), *getattr(self, f"{of[0]}_forms")(of, depth - 1, scope)]
        form = random.choice(forms)
        found = form(of, depth - 1, scope) if isinstance(form, str) is False else form
        return f"({found})"

    # Forms of any type

    def any_forms(self) -> list[Callable[[Type, int, Scope], str]]:
        return [self.conditional, self.cases, self.let, self.called, self.choose, self.applied, self.part, self.let]

    def conditional(self, of: Type, depth: int, scope: Scope) -> str:
        test, yes, no = (self.expression(t, depth, scope) for t in (BOOL, of, of))
        return f"IF {test} THEN {yes} ELSE {no}"

    def cases(self, of: Type, depth: int, scope: Scope) -> str:
        arms = " [] ".join(
            f"{self.expression(BOOL, depth, scope)} -> {self.expression(of, depth, scope)}"
            for _ in range(self.random.randint(1, 2))
        )
        return f"CASE {arms}" + (
            f" [] OTHER -> {self.expression(of, depth, scope)}" if self.random.random() < 0.8 else ""
        )

    def let(self, of: Type, depth: int, scope: Scope) -> str:
        random = self.random
        kind = random.random()
        inner = self.type()
        if kind < 0.4:
            name = self.fresh()
            value = self.expression(inner, depth, scope)
            return f"LET {name} == {value} IN {self.expression(of, depth, scope.with_names((name, inner)))}"
        if kind < 0.8:
            name, parameter, takes = self.fresh("F"), self.fresh("p"), self.type(1)
            value = self.expression(inner, depth, scope.with_names((parameter, takes)))
            body = self.expression(of, depth, scope.with_operator(name, (takes,), inner))
            return f"LET {name}({parameter}) == {value} IN {body}"
        name, bound = self.fresh("f"), self.fresh("n")
        base, step = self.expression(INT, depth, scope), self.expression(INT, depth, scope.with_names((bound, INT)))
        value = f"IF {bound} = 0 THEN {base} ELSE {name}[{bound} - 1] + {step}"
        body = self.expression(of, depth, scope.with_names((name, ("fn", INT, INT))))
        return f"LET {name}[{bound} \\in 0..3] == {value} IN {body}"

    def called(self, of: Type, depth: int, scope: Scope) -> str:
        fitting = [o for o in scope.operators if o[2] == of]
        if not fitting:
            return self.conditional(of, depth, scope)
        name, takes, _ = self.random.choice(fitting)
        return f"{name}({', '.join(self.expression(t, depth, scope) for t in takes)})"

    def choose(self, of: Type, depth: int, scope: Scope) -> str:
        name = self.fresh()
        predicate = self.expression(BOOL, depth, scope.with_names((name, of))) if self.random.random() < 0.7 else "TRUE"
        return f"CHOOSE {name} \\in {self.expression(('set', of), depth, scope)} : {predicate}"

    def applied(self, of: Type, depth: int, scope: Scope) -> str:
        if self.random.random() < 0.4:
            return f"{self.expression(('seq', of), depth, scope)}[{self.literal(INT)}]"
        key = self.random.choice((INT, STR, MODEL))
        return f"{self.expression(('fn', key, of), depth, scope)}[{self.expression(key, depth, scope)}]"

    def part(self, of: Type, depth: int, scope: Scope) -> str:
        kind = self.random.randrange(4)
        if kind == 0:
            return f"{self.expression(('rec', of, self.type(1)), depth, scope)}.a"
        if kind == 1:
            return f'{self.expression(("rec", self.type(1), of), depth, scope)}["b"]'
        if kind == 2:
            return f"{self.expression(('tup', self.type(1), of), depth, scope)}[2]"
        return f"Head({self.expression(('seq', of), depth, scope)})"

    # Forms of each type

    def int_forms(self, of: Type, d: int, s: Scope) -> list[Any]:
        e, random = self.expression, self.random
        x, y, t = self.fresh(), self.fresh(), self.type(1)
        return [
            lambda *_: f"{e(INT, d, s)} {random.choice(('+', '-', '*'))} {e(INT, d, s)}",
            lambda *_: f"{e(INT, d, s)} {random.choice((chr(92) + 'div', '%'))} {e(INT, d - 1, s)}",
            lambda *_: f"{e(INT, d, s)} ^ {random.choice((0, 1, 2, 3))}",
            lambda *_: f"-{e(INT, d, s)}",
            lambda *_: f"Cardinality({e(('set', t), d, s)})",
            lambda *_: f"Len({e(('seq', t), d, s)})",
            lambda *_: f"Total({e(('set', INT), d, s)})",
            lambda *_: f"Times(LAMBDA {x} : {e(INT, d, s.with_names((x, INT)))}, {random.randint(0, 3)})",
            lambda *_: f"Twice(LAMBDA {x} : {e(INT, d, s.with_names((x, INT)))}, {e(INT, d, s)})",
            lambda *_: f"Fold({random.choice(('+', '%', '(+)', '-'))}, {e(INT, d, s)}, {e(('set', INT), d, s)})",
            lambda *_: f"Fold(LAMBDA {x}, {y} : {e(INT, d, s.with_names((x, t), (y, INT)))}, 0, {e(('set', t), d, s)})",
            lambda *_: f"fact[{e(INT, d, s)}]",
            lambda *_: f"{e(INT, d, s)} (+) {e(INT, d, s)}",
        ]

    def bool_forms(self, of: Type, d: int, s: Scope) -> list[Any]:
        e, random = self.expression, self.random
        x, y, t, u = self.fresh(), self.fresh(), self.type(), self.type(1)
        infinite = {"int": ("Nat", "Int"), "str": ("STRING",), "bool": ("BOOLEAN",)}
        wide = random.choice(infinite.get(u[0], ("Model",)))
        quantifier = random.choice(("\\E", "\\A"))
        return [
            lambda *_: random.choice(("/\\", "\\/", "=>", "<=>", "/\\", "\\/")).join(
                f" {e(BOOL, d, s)} " for _ in range(2)
            ),
            lambda *_: f"~{e(BOOL, d, s)}",
            lambda *_: f"{e(t, d, s)} {random.choice(('=', '#'))} {e(t, d, s)}",
            lambda *_: f"{e(INT, d, s)} {random.choice(('<', '<=', '>', '>='))} {e(INT, d, s)}",
            lambda *_: f"{e(t, d, s)} {random.choice((chr(92) + 'in', chr(92) + 'notin'))} {e(('set', t), d, s)}",
            lambda *_: f"{e(('set', t), d, s)} \\subseteq {e(('set', t), d, s)}",
            lambda *_: f"{quantifier} {x} \\in {e(('set', t), d, s)} : {e(BOOL, d, s.with_names((x, t)))}",
            lambda *_: f"{quantifier} {x}, {y} \\in {e(('set', t), d, s)} : {e(BOOL, d, s.with_names((x, t), (y, t)))}",
            lambda *_: (
                f"{quantifier} <<{x}, {y}>> \\in {e(('set', ('tup', t, u)), d, s)} : "
                f"{e(BOOL, d, s.with_names((x, t), (y, u)))}"
            ),
            lambda *_: f"{e(u, d, s)} \\in {wide}",
            lambda *_: f"{e(('set', u), d, s)} \\in SUBSET {wide}",
            lambda *_: f"{e(('seq', u), d, s)} \\in Seq({wide})",
            lambda *_: f"{e(('fn', INT, u), d, s)} \\in [{self.keys(INT)} -> {wide}]",
            lambda *_: f"{e(('rec', u, INT), d, s)} \\in [a : {wide}, b : Nat]",
            lambda *_: f"{e(('tup', u, t), d, s)} \\in {wide} \\X {e(('set', t), d, s)}",
            lambda *_: f"{e(('set', t), d, s)} \\in SUBSET {e(('set', t), d, s)}",
            lambda *_: f"IsFiniteSet({e(('set', t), d, s)})",
            lambda *_: (
                f"{e(u, d, s)} \\in {wide} {random.choice((chr(92) + ' ', chr(92) + 'cup ', chr(92) + 'cap '))}"
                f"{e(('set', u), d, s)}"
            ),
        ]

    def str_forms(self, of: Type, d: int, s: Scope) -> list[Any]:
        return [lambda *_: f"ToString({self.expression(self.printed_type(), d, s)})", lambda *_: self.literal(of)]

    def model_forms(self, of: Type, d: int, s: Scope) -> list[Any]:
        return [lambda *_: self.literal(of)]

    def set_forms(self, of: Type, d: int, s: Scope) -> list[Any]:
        e, random, t = self.expression, self.random, of[1]
        x, y, u, v = self.fresh(), self.fresh(), self.type(1), self.type(1)
        forms: list[Any] = [
            lambda *_: "{" + ", ".join(e(t, d, s) for _ in range(random.randint(1, 3))) + "}",
            lambda *_: random.choice(("\\cup", "\\cap", "\\")).join(f" {e(of, d, s)} " for _ in range(2)),
            lambda *_: f"UNION {e(('set', of), d, s)}",
            lambda *_: f"{{{x} \\in {e(of, d, s)} : {e(BOOL, d, s.with_names((x, t)))}}}",
            lambda *_: f"{{{e(t, d, s.with_names((x, u)))} : {x} \\in {e(('set', u), d, s)}}}",
            lambda *_: (
                f"{{{e(t, d, s.with_names((x, u), (y, v)))} : {x} \\in {e(('set', u), d, s)}, "
                f"{y} \\in {e(('set', v), d, s)}}}"
            ),
            lambda *_: (
                f"{{{e(t, d, s.with_names((x, u), (y, v)))} : <<{x}, {y}>> \\in {e(('set', ('tup', u, v)), d, s)}}}"
            ),
        ]
        if t[0] in ("int", "str", "model"):
            forms.append(lambda *_: f"DOMAIN {e(('fn', t, u), d, s)}")
        if t == INT:
            forms += [
                lambda *_: f"({e(INT, d, s)} % 3)..({e(INT, d, s)} % 4)",
                lambda *_: f"DOMAIN {e(('seq', u), d, s)}",
            ]
        if t == BOOL:
            forms.append(lambda *_: "BOOLEAN")
        if t == MODEL:
            forms.append(lambda *_: "Model")
        if t == STR:
            forms.append(lambda *_: f"DOMAIN {e(('rec', u, v), d, s)}")
        if t[0] == "set":
            forms += 2 * [lambda *_: f"SUBSET {self.small(t[1], d, s)}"]
        if t[0] == "tup":
            forms += 2 * [lambda *_: f"{self.small(t[1], d, s)} \\X {self.small(t[2], d, s)}"]
        if t[0] == "rec":
            forms += 2 * [lambda *_: f"[a : {self.small(t[1], d, s)}, b : {self.small(t[2], d, s)}]"]
        if t[0] == "fn":
            forms += 2 * [lambda *_: f"[{self.small(t[1], d, s)} -> {self.small(t[2], d, s)}]"]
            if t[1] == t[2] == MODEL:
                forms.append(lambda *_: "Permutations(Model)")
        if t[0] == "seq":
            forms.append(lambda *_: f"[1..{random.randint(0, 2)} -> {self.small(t[1], d, s)}]")
        return forms

    def seq_forms(self, of: Type, d: int, s: Scope) -> list[Any]:
        e, random, t = self.expression, self.random, of[1]
        x, y = self.fresh(), self.fresh()
        return [
            lambda *_: "<<" + ", ".join(e(t, d, s) for _ in range(random.randint(1, 3))) + ">>",
            lambda *_: f"{e(of, d, s)} \\o {e(of, d, s)}",
            lambda *_: f"Append({e(of, d, s)}, {e(t, d, s)})",
            lambda *_: f"Tail({e(of, d, s)})",
            lambda *_: f"SubSeq({e(of, d, s)}, {e(INT, d, s)}, {e(INT, d, s)})",
            lambda *_: f"SelectSeq({e(of, d, s)}, LAMBDA {x} : {e(BOOL, d, s.with_names((x, t)))})",
            lambda *_: f"[{x} \\in 1..{random.randint(0, 3)} |-> {e(t, d, s.with_names((x, INT)))}]",
            lambda *_: f"[{e(of, d, s)} EXCEPT ![{e(INT, 0, s)}] = {e(t, d, s.with_names(('@', t)))}]",
            lambda *_: f"SortSeq({e(('seq', INT), d, s)}, {random.choice('<>')})",
            lambda *_: (
                f"SortSeq({e(of, d, s)}, LAMBDA {x}, {y} : {e(BOOL, d, s.with_names((x, t), (y, t)))})"
                if random.random() < 0.2
                else e(of, d, s)
            ),
        ]

    def fn_forms(self, of: Type, d: int, s: Scope) -> list[Any]:
        e, k, t = self.expression, of[1], of[2]
        x, u = self.fresh(), ("fn", k, t)
        return [
            lambda *_: f"[{x} \\in {self.keys(k)} |-> {e(t, d, s.with_names((x, k)))}]",
            lambda *_: f"[{x} \\in {e(('set', k), d, s)} |-> {e(t, d, s.with_names((x, k)))}]",
            lambda *_: f"[{e(of, d, s)} EXCEPT ![{e(k, 0, s)}] = {e(t, d, s.with_names(('@', t)))}]",
            lambda *_: (
                f"[{e(of, d, s)} EXCEPT ![{e(k, 0, s)}] = {e(t, d, s.with_names(('@', t)))}, "
                f"![{e(k, 0, s)}] = {e(t, d, s.with_names(('@', t)))}]"
            ),
            lambda *_: f"{e(k, d, s)} :> {e(t, d, s)}",
            lambda *_: f"{e(u, d, s)} @@ {e(u, d, s)}",
            lambda *_: f"{e(k, d, s)} :> {e(t, d, s)} @@ {e(u, d, s)}",
            lambda *_: (
                f"[{e(('fn', k, u), d, s)} EXCEPT ![{e(k, 0, s)}][{e(k, 0, s)}] = {e(t, d, s.with_names(('@', t)))}]"
                f"[{e(k, 0, s)}]"
            ),
        ]

    def rec_forms(self, of: Type, d: int, s: Scope) -> list[Any]:
        e, random = self.expression, self.random
        return [
            lambda *_: f"[a |-> {e(of[1], d, s)}, b |-> {e(of[2], d, s)}]",
            lambda *_: f"[b |-> {e(of[2], d, s)}, a |-> {e(of[1], d, s)}]",
            lambda *_: f"[{e(of, d, s)} EXCEPT !.a = {e(of[1], d, s.with_names(('@', of[1])))}]",
            lambda *_: (
                f'[{e(of, d, s)} EXCEPT !["b"] = {e(of[2], d, s.with_names(("@", of[2])))}, '
                f"!.{random.choice('abc')} = {e(of[1], d, s)}]"
            ),
        ]

    def tup_forms(self, of: Type, d: int, s: Scope) -> list[Any]:
        e = self.expression
        return [
            lambda *_: f"<<{e(of[1], d, s)}, {e(of[2], d, s)}>>",
            lambda *_: f"[{e(of, d, s)} EXCEPT ![1] = {e(of[1], d, s.with_names(('@', of[1])))}]",
        ]


HEAD = "EXTENDS Integers, Sequences, FiniteSets, TLC\nCONSTANTS Model, m1, m2, n1\n"
CONSTANTS = "CONSTANTS\n    n1 = n1 m2 = m2 m1 = m1\n    Model = {m1, m2}\n"


def operators(writer: Writer, scope: Scope, count: int) -> tuple[list[str], Scope]:
    """Random definitions with parameters."""
    lines = []
    for _ in range(count):
        name, takes, gives = (
            writer.fresh("Op"),
            tuple(writer.type(1) for _ in range(writer.random.randint(1, 2))),
            writer.type(),
        )
        parameters = [writer.fresh("p") for _ in takes]
        body = writer.expression(gives, 3, scope.with_names(*zip(parameters, takes, strict=True)))
        lines.append(f"{name}({', '.join(parameters)}) == {body}")
        scope = scope.with_operator(name, takes, gives)
    return lines, scope


def facts(seed: int, count: int = 60) -> Module:
    """A module of constant definitions, each to be evaluated."""
    random = Random(seed)
    writer = Writer(random, random.choice((0.0, 0.01, 0.04)))
    lines, scope = operators(writer, Scope(), 4)
    names = tuple(f"Fact{number}" for number in range(count))
    for name in names:
        lines.append(f"{name} == {writer.expression(writer.type(3), random.randint(2, 4), scope)}")
    body = "\n".join(lines)
    text = f"---- MODULE M ----\n{HEAD}{PRELUDE}{body}\nVARIABLE x\nInit == x = 0\nNext == x' = x\n====\n"
    return Module(text, f"INIT Init\nNEXT Next\n{CONSTANTS}", names)
