"""Random TLA+ modules with fairness and a temporal property, of few states."""

from __future__ import annotations

from random import Random

from tests.tla.random_module import Module

_HEAD = """---- MODULE M ----
EXTENDS Integers
---- MODULE Abstract ----
VARIABLES z, w
Up == z = 0 /\\ z' = 1 /\\ w' = w
Down == z = 1 /\\ z' = 0 /\\ w' \\in {0, 1}
Flip == w' = 1 - w /\\ UNCHANGED z
Fair == WF_z(Up) /\\ SF_<<z, w>>(Down)
Flips == WF_w(Flip)
Live == (z = 0) ~> (z = 1)
Can == []<>(ENABLED <<Up>>_z)
====
---- MODULE Between ----
VARIABLE m
J == INSTANCE Abstract WITH z <- m % 2, w <- m
Fair == J!Fair
Flips == J!Flips
Can == J!Can /\\ []<>(ENABLED <<m' = m + 1>>_m)
====
VARIABLES x, y
vars == <<x, y>>
"""


class _Writer:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.states = random.randint(2, 4)

    def action(self) -> str:
        """Some steps of x, and what they do to y."""
        steps = []
        for _ in range(self.random.randint(1, 4)):
            source, target = self.random.randrange(self.states), self.random.randrange(self.states)
            steps.append(
                f"(x = {source} /\\ x' = {target} /\\ y' = {self.random.choice(['y', 'y', '0', '1', '1 - y'])})"
            )
        return " \\/ ".join(steps)

    def subscript(self) -> str:
        return self.random.choice(["vars", "vars", "vars", "x", "y", "x % 2"])

    def step(self, names: str = "ABC") -> str:
        """An action by its name."""
        kind = self.random.random()
        if kind < 0.6:
            return self.random.choice(names)
        return self.random.choice([f"({names[0]} \\/ {names[-1]})", "Next", "P(1)", "P(0)", f"({names[0]} /\\ y = 0)"])

    def predicate(self) -> str:
        kind = self.random.random()
        if kind < 0.5:
            return f"(x = {self.random.randrange(self.states)})"
        if kind < 0.7:
            return f"(x \\in {{{self.random.randrange(self.states)}, {self.random.randrange(self.states)}}})"
        if kind < 0.85:
            return f"(y = {self.random.randrange(2)})"
        return f"ENABLED <<{self.step()}>>_{self.subscript_text()}"

    def subscript_text(self) -> str:
        found = self.subscript()
        return found if found.isalpha() else f"({found})"

    def substituted(self) -> str:
        return self.random.choice(["x", "y", "x % 2", "(IF x = 0 THEN 0 ELSE 1)", "1", "1 - y"])

    def assumed(self) -> str:
        """What the specification has beside Init and Next."""
        kind = self.random.random()
        if kind < 0.8:
            return self.fairness()
        if kind < 0.9:
            return f"({self.fairness()} \\/ {self.fairness()})"
        return self.random.choice(
            [f"[]<>{self.predicate()}", f"({self.predicate()} ~> {self.predicate()})", "K(1)!Fair", "I!Fair"]
        )

    def fairness(self) -> str:
        kind = self.random.choice(["WF", "WF", "SF"])
        if self.random.random() < 0.2:
            return f"(\\A i \\in {{0, 1}} : {kind}_{self.subscript_text()}(P(i)))"
        return f"{kind}_{self.subscript_text()}({self.step()})"

    def premise(self) -> str:
        """A formula without a negation of what is temporal."""
        return f"{self.random.choice(['', '', '[]', '<>', '[]<>', '<>[]'])}{self.predicate()}"

    def formula(self, depth: int) -> str:
        """What TLC takes: actions in ``[]<><<A>>_v`` and ``<>[][A]_v`` only.

        Of what is negated twice TLC leaves the inner negation where it is (``LNNeg.pushNeg``), and finds
        counterexamples that are none: ``~(<>P) ~> Q``. So what is on the left of ``~>`` and ``=>`` has no negation.
        """
        if not depth:
            return self.predicate()
        one, other = (self.formula(depth - 1) for _ in range(2))
        return self.random.choice(
            [
                f"[]({one})",
                f"<>({one})",
                f"[]<>({one})",
                f"<>[]({one})",
                f"(({self.premise()}) ~> {other})",
                f"(({self.premise()}) ~> {other})",
                f"({one} /\\ {other})",
                f"({one} \\/ {other})",
                f"(({self.premise()}) => {other})",
                f"~({self.premise()})",
                f"[]<><<{self.step()}>>_{self.subscript_text()}",
                f"<>[][{self.step()}]_{self.subscript_text()}",
                self.fairness(),
                f"(\\A i \\in {{0, 1}} : (x = i) ~> {one})",
                f"I!{self.random.choice(['Fair', 'Flips', 'Live', 'Can'])}",
                f"K({self.random.randrange(2)})!{self.random.choice(['Fair', 'Flips', 'Can'])}",
                f"(\\E i \\in {{0, 1}} : []<>(y = i /\\ {self.predicate()}))",
            ]
        )


def temporal(seed: int) -> Module:
    """A module that checks one property."""
    random = Random(seed)
    writer = _Writer(random)
    actions = [f"{name} == {writer.action()}" for name in "ABC"]
    parametrised = f"P(i) == y = i /\\ ({writer.action()})"
    fairness = "".join(f" /\\ {writer.assumed()}" for _ in range(random.randint(0, 3)))
    lines = [
        *actions,
        parametrised,
        f"Init == x \\in {{0, {random.randrange(writer.states)}}} /\\ y = 0",
        "Next == A \\/ B \\/ C \\/ \\E i \\in {0, 1} : P(i)",
        "K(i) == INSTANCE Between WITH m <- x + i",
        f"I == INSTANCE Abstract WITH z <- {writer.substituted()}, w <- {writer.substituted()}",
        f"Spec == Init /\\ [][Next]_vars{fairness}",
        f"Prop == {writer.formula(random.randint(1, 3))}",
        f"Small == ~(x = {writer.states - 1} /\\ y = 1)",
    ]
    config = "SPECIFICATION Spec\nPROPERTY Prop\n" + ("CONSTRAINT Small\n" if random.random() < 0.2 else "")
    return Module(_HEAD + "\n".join(lines) + "\n====\n", config, deadlock=False)
