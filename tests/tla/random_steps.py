"""Random TLA+ modules with initial states and steps."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.tla.random_module import (
    BOOL,
    CONSTANTS,
    HEAD,
    INNER,
    INT,
    MODEL,
    PRELUDE,
    STR,
    Module,
    Scope,
    Type,
    Writer,
    operators,
)

Variables = tuple[tuple[str, Type], ...]
#: Types of few values.
_TYPES: tuple[Type, ...] = (
    INT,
    BOOL,
    STR,
    MODEL,
    ("set", MODEL),
    ("set", INT),
    ("seq", INT),
    ("fn", MODEL, INT),
    ("fn", INT, BOOL),
    ("rec", INT, STR),
    ("tup", MODEL, INT),
    ("set", ("tup", MODEL, INT)),
)


class Steps(Writer):
    """Writes actions: formulas that give each variable its next value."""

    def __init__(self, random: Random, wrong: float, variables: Variables) -> None:
        super().__init__(random, wrong)
        self.variables = variables
        self.actions: list[tuple[str, tuple[Type, ...]]] = []
        self.has_instance = False
        self.is_initial = False

    def any_forms(self) -> list[Callable[[Type, int, Scope], str]]:
        # Those that often fail are rare here: an error ends a search.
        sure: list[Callable[[Type, int, Scope], str]] = [self.conditional, self.let, self.called]
        return super().any_forms() if self.random.random() < 0.1 else sure

    def guard(self, depth: int, scope: Scope) -> str:
        """A test."""
        kind = self.random.random()
        if self.is_initial and kind < 0.7:
            return self.random.choice(("TRUE", "(TRUE \\/ TRUE)", "(\\E i_ \\in 1..2 : i_ > 0)"))
        if kind > 0.6 and ("x", INT) in scope.names:
            test = self.random.choice(("x < 3", "x # 2", "x > 0", "x \\in 0..2", "x + 1 < 4", "vars = vars"))
            return test if kind > 0.75 else f"({test} \\/ {self.expression(BOOL, 1, scope)})"
        if kind < 0.08 and not self.is_initial:
            return f"(ENABLED {self.action(self.variables, 1, Scope(scope.names[:1], scope.operators))})"
        if kind < 0.2:
            bound = self.fresh()
            quantifier = self.random.choice(("\\E", "\\A"))
            inner = self.guard(depth - 1, scope.with_names((bound, INT))) if depth > 0 else "TRUE"
            return f"({quantifier} {bound} \\in {{{self.literal(INT)}, {self.literal(INT)}}} : {inner})"
        if kind < 0.4 and depth > 0:
            joined = self.random.choice((" /\\ ", " \\/ ", " \\/ ", " => ", " <=> "))
            return f"({self.guard(depth - 1, scope)}{joined}{self.guard(depth - 1, scope)})"
        if kind < 0.5:
            instance = "(Near1 \\/ I!Near)" if self.has_instance and not self.is_initial else "TRUE"
            return self.random.choice(
                ("(TRUE \\/ TRUE)", "(x = x \\/ x >= 0)" if not self.is_initial else "TRUE", instance)
            )
        found = self.expression(BOOL, depth, scope)
        return f"({found} \\/ {self.expression(BOOL, 1, scope)})" if kind < 0.8 else found

    def assigned(self, name: str, of: Type, scope: Scope) -> str:
        """A formula that gives one variable its value, of few ones."""
        kind = self.random.random()
        old = name.removesuffix("'")
        if kind < 0.2 and name != old:
            return self.random.choice((f"UNCHANGED {old}", f"{name} = {old}", f"UNCHANGED <<{old}>>"))
        if kind < 0.45:
            return f"{name} = {self.literal(of)}"
        if kind < 0.6:
            return f"{name} \\in {{{self.literal(of)}, {self.literal(of)}}}"
        if of == INT:
            return f"{name} = ({self.expression(of, 2, scope)} % 4)"
        if of == ("set", INT):
            return f"{name} = ({self.expression(of, 2, scope)} \\cap (0..2))"
        if of[0] in ("bool", "model", "set"):
            if of[0] == "set" and of[1] == MODEL and kind < 0.7:
                return f"{name} \\in SUBSET Model"
            return f"{name} = {self.expression(of, 2, scope)}"
        if of[0] == "fn" and kind < 0.75:
            return f"{name} \\in [{self.keys(of[1])} -> {{{self.literal(of[2])}, {self.literal(of[2])}}}]"
        if old != name and of[0] in ("fn", "seq") and kind < 0.9:
            key = self.expression(of[1] if of[0] == "fn" else INT, 1, scope)
            return f"{name} = [{old} EXCEPT ![{key}] = {self.literal(of[-1])}]"
        return f"{name} = (IF {self.expression(BOOL, 2, scope)} THEN {self.literal(of)} ELSE {self.literal(of)})"

    def row(self, variables: Variables, scope: Scope, prime: str) -> str:
        """Values for all of some variables, with tests in between."""
        left = list(variables)
        self.random.shuffle(left)
        parts = []
        for name, of in left:
            if self.random.random() < 0.3:
                parts.append(self.guard(2, scope))
            parts.append(self.assigned(name + prime, of, scope))
            scope = scope.with_names((name + prime, of))
        if self.random.random() < 0.4:
            parts.append(self.guard(2, scope))
        return "(" + " /\\ ".join(f"({part})" for part in parts) + ")"

    def action(self, variables: Variables, depth: int, scope: Scope, prime: str = "'") -> str:
        """An action, or with no prime an initial predicate."""
        random = self.random
        if depth <= 0 or random.random() < 0.15:
            return self.row(variables, scope, prime)

        def inner(scope: Scope = scope) -> str:
            return self.action(variables, depth - 1, scope, prime)

        kind = random.randrange(13)
        bound, of = self.fresh(), random.choice(_TYPES)
        if kind in (0, 1):
            return f"({inner()} \\/ {inner()})"
        if kind == 2:
            return f"(\\E {bound} \\in {self.small(of, 1, scope)} : {inner(scope.with_names((bound, of)))})"
        if kind == 3:
            return f"(IF {self.guard(2, scope)} THEN {inner()} ELSE {inner()})"
        if kind == 4:
            other = f" [] OTHER -> {inner()}" if random.random() < 0.8 else ""
            return f"(CASE {self.guard(1, scope)} -> {inner()} [] {self.guard(1, scope)} -> {inner()}{other})"
        if kind == 5:
            value = self.expression(of, 2, scope)
            return f"(LET {bound} == {value} IN {inner(scope.with_names((bound, of)))})"
        if kind == 6:
            value = self.expression(of, 2, scope)
            return f"(LET A{bound}({bound}) == {inner(scope.with_names((bound, of)))} IN A{bound}({value}))"
        if kind == 7:
            return f"({self.guard(2, scope)} /\\ {inner()})"
        if kind == 8 and prime and variables == self.variables:
            return f"[{inner()}]_vars" if random.random() < 0.5 else f"<<{inner()}>>_vars"
        if kind == 9 and self.actions and prime and variables == self.variables:
            name, takes = random.choice(self.actions)
            return f"{name}({', '.join(self.expression(t, 2, scope) for t in takes)})"
        if kind == 10 and self.has_instance and prime and variables == self.variables:
            rest = self.row(variables[1:], scope.with_names(("x'", INT)), prime)
            return f"(I!Set({self.expression(INT, 2, scope)} % 4) /\\ {rest})"
        if kind == 11:
            test = self.guard(1, scope.with_names((bound, INT)))
            return f"((\\A {bound} \\in {{{self.literal(INT)}, {self.literal(INT)}}} : {test}) /\\ {inner()})"
        if kind == 12 and len(variables) > 1:
            middle = random.randrange(1, len(variables))
            first, others = variables[:middle], variables[middle:]
            later = scope.with_names(*((name + prime, of) for name, of in first))
            return f"({self.action(first, depth - 1, scope, prime)} /\\ {self.action(others, depth - 1, later, prime)})"
        return self.row(variables, scope, prime)


def steps(seed: int) -> Module:
    """A module with two or three variables, and a configuration that asks for this and that."""
    random = Random(seed)
    variables: Variables = (("x", INT), *((name, random.choice(_TYPES)) for name in "yz"[: random.randint(1, 2)]))
    writer = Steps(random, random.choice((0.0, 0.0, 0.005, 0.02)), variables)
    names = ", ".join(name for name, _ in variables)
    lines, constant = operators(writer, Scope(), 2)
    scope = Scope(list(variables), constant.operators)
    inner = ""
    if random.random() < 0.4:
        writer.has_instance = True
        inner = INNER.strip() + "\n"
        lines.append(f"I == INSTANCE Inner WITH w <- x, Low <- {writer.literal(INT)}, Op <- LAMBDA l_ : l_ + 1")
        lines.append("Near1 == \\E i_ \\in 0..2 : I!Clip(i_) > x")
        scope = Scope(scope.names, [*scope.operators, ("I!Clip", (INT,), INT), ("I!Op", (INT,), INT)][:-1])
    for _ in range(random.randint(0, 2)):
        name, takes = writer.fresh("Act"), tuple(random.choice(_TYPES) for _ in range(random.randint(1, 2)))
        parameters = [writer.fresh("p") for _ in takes]
        body = writer.action(variables, 2, scope.with_names(*zip(parameters, takes, strict=True)))
        lines.append(f"{name}({', '.join(parameters)}) == {body}")
        writer.actions.append((name, takes))
    writer.is_initial = True
    lines.append(f"Init == {writer.action(variables, 2, Scope([], constant.operators), '')}")
    writer.is_initial = False
    lines.append(f"Next == {writer.action(variables, 4, scope)}")
    both = scope.with_names(*((f"{name}'", of) for name, of in variables))
    config = "INIT Init\nNEXT Next\n" + CONSTANTS

    def asked(chance: float, what: str, name: str, value: str) -> None:
        nonlocal config
        lines.append(f"{name} == {value}")
        if random.random() < chance:
            config += f"{what} {name}\n"

    for number in range(random.randint(0, 2)):
        asked(0.7, "INVARIANT", f"Inv{number}", " \\/ ".join(writer.guard(2, scope) for _ in range(3)))
    asked(0.2, "CONSTRAINT", "Bounded", f"x < 3 \\/ {writer.guard(2, scope)}")
    asked(0.2, "ACTION_CONSTRAINT", "Stepped", f"x' >= x \\/ {writer.guard(2, both)}")
    asked(0.15, "VIEW", "Seen", f"<<x, {writer.expression(writer.type(1), 2, scope)}>>")
    asked(0.2, "SYMMETRY", "Same", "Permutations(Model)")
    if random.random() < 0.2:
        lines.append(f"ASSUME {writer.expression(BOOL, 2, constant)} \\/ {writer.expression(BOOL, 2, constant)}")
    head = f"---- MODULE M ----\n{HEAD}VARIABLES {names}\nvars == <<{names}>>\n"
    text = f"{head}{inner}{PRELUDE}" + "\n".join(lines) + "\n====\n"
    return Module(text, config, deadlock=random.random() < 0.4)
