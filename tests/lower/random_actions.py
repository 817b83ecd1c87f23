"""Random actions of TLA+, to hold what they are lowered to, and compiled to, to the interpreter.

python -m tests.lower.random_actions FIRST LAST   seeds; what differs is printed with its module
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path
from random import Random

from mc.errors import McError
from mc.lower.lowered import NotLowered
from mc.read.tla.load import load
from tests.compiled import compared
from tests.lower.walked import differences

_OPERATORS = """
Same(A) == A
Both(A, b) == b /\\ A
Often(A) == A \\/ A
Guarded(A, P(_)) == P(x) /\\ A
Some(P(_)) == \\E k \\in 0..1 : P(k)
Small(v) == v < 2 \\/ v = 0
Next1(v) == v' = 1
Sum == x + y
Kept == <<x, y>>
Put(v, w) == v' = w
"""


class Actions:
    """Makes texts of actions over x and y."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.names: list[str] = []
        self._count = 0

    def fresh(self) -> str:
        self._count += 1
        return f"n{self._count}"

    def number(self, depth: int) -> str:
        pick = self.random.choice
        atoms = ["0", "1", "2", *["x", "y"] * 4, "x'", "y'", *self.names * 4]
        if depth <= 0 or self.random.random() < 0.4:
            return pick(atoms)
        a, b = self.number(depth - 1), self.number(depth - 1)
        name = self.fresh()
        return pick(
            (
                f"({a} + {b})",
                f"({a} % 3)",
                f"(IF {self.condition(depth - 1)} THEN {a} ELSE {b})",
                f"(LET {name} == {a} IN {name} + {name})",
                f"Cardinality({self.set(depth - 1)})",
                "Sum",
                *["Sum"] * 4,
                "Sum'",
                f"(CHOOSE k \\in {{{a}, {b}}} : TRUE)",
                f"[k \\in 0..1 |-> k + {a}][1]",
            )
        )

    def set(self, depth: int) -> str:
        a, b = self.number(depth - 1), self.number(depth - 1)
        return self.random.choice(
            ("{}", f"{{{a}}}", f"{{{a}, {b}}}", "0..1", f"0..({a} % 3)", f"{{k \\in 0..2 : k # {a}}}")
        )

    def condition(self, depth: int) -> str:
        pick = self.random.choice
        a, b = self.number(depth - 1), self.number(depth - 1)
        if depth <= 0 or self.random.random() < 0.3:
            return pick((f"{a} < {b}", f"{a} = {b}", f"{a} # {b}", "TRUE", f"{a} \\in {self.set(depth - 1)}"))
        c, d = self.condition(depth - 1), self.condition(depth - 1)
        name = self.fresh()
        return pick(
            (
                f"({c} /\\ {d})",
                f"({c} \\/ {d})",
                f"({c} => {d})",
                f"({c} <=> {d})",
                f"~({c})",
                f"(\\E {name} \\in {self.set(depth - 1)} : {name} < {a} \\/ {d})",
                f"(\\A {name} \\in {self.set(depth - 1)} : {name} < {a} \\/ {d})",
                f"(IF {c} THEN {d} ELSE {a} < {b})",
                f"(IF ~({c}) THEN FALSE ELSE {d})",
                f"(CASE {c} -> {d} [] OTHER -> {a} = {b})",
                f"(LET {name} == {c} IN {name} /\\ {d} /\\ {name})",
                f"Small({a})",
                f"Same({c})",
                f"Both({c}, {d})",
                f"Guarded({c}, Small)",
                f"Guarded({c}, LAMBDA {name} : {name} < {b} \\/ {d})",
                f"Some(LAMBDA {name} : {name} = {a})",
            )
        )

    def action(self, depth: int) -> str:
        pick = self.random.choice
        a, b = self.number(1), self.number(1)
        simple = (
            f"x' = {a}",
            f"y' = {b}",
            f"x' = {a} /\\ y' = {b}",
            f"x' \\in {self.set(1)}",
            f"y' \\in {self.set(1)}",
            "UNCHANGED x",
            "UNCHANGED y",
            "UNCHANGED <<x, y>>",
            "UNCHANGED Kept",
            "Next1(x)",
            f"Put(y, {a})",
            self.condition(2),
            f"(ENABLED {self.action(depth - 1)})" if depth > 0 else "TRUE",
        )
        if depth <= 0 or self.random.random() < 0.15:
            return f"({pick(simple)})"
        one, two, c = self.action(depth - 1), self.action(depth - 1), self.condition(1)
        name = self.fresh()
        self.names.append(name)
        inner = self.action(depth - 1)
        self.names.pop()
        return pick(
            (
                f"({one} /\\ {two})",
                f"({one} /\\ {two})",
                f"({one} /\\ {two} /\\ {c})",
                f"({c} /\\ {one} /\\ {two})",
                f"({one} \\/ {two})",
                f"(({one} \\/ {two}) /\\ {self.action(depth - 1)})",
                f"(\\E {name} \\in {self.set(1)} : {inner})",
                f"(\\A {name} \\in {{1, 2}} : {inner})",
                f"(IF {c} THEN {one} ELSE {two})",
                f"((IF {c} THEN {one} ELSE {two}) /\\ {self.action(depth - 1)})",
                f"({c} => {one})",
                f"(CASE {c} -> {one} [] {self.condition(1)} -> {two})",
                f"(LET {name} == {a} IN {inner})",
                f"(LET {name} == {one} IN {name} /\\ {two})",
                f"(LET {name} == {one} IN {name} \\/ {name})",
                f"(LET {name}(z) == z = 1 \\/ {one} IN {name}({b}) /\\ {two})",
                f"Same({one})",
                f"Both({one}, {c})",
                f"Often({one})",
                f"Guarded({one}, LAMBDA z : z < 3 \\/ {c})",
                f"Some(LAMBDA {name} : {inner})",
                f"[{one}]_<<x, y>>",
                f"<<{one}>>_x",
            )
        )

    def module(self, name: str) -> str:
        rest = self.random.choice(("UNCHANGED <<x, y>>", "x' = x /\\ y' = y", "x' \\in 0..1 /\\ y' = x", "TRUE"))
        action = f"{self.action(3)} /\\ {rest}"
        return (
            f"---- MODULE {name} ----\nEXTENDS Integers, FiniteSets\nVARIABLES x, y\n{_OPERATORS}\n"
            f"Init == x \\in 0..2 /\\ y \\in 0..1\nNext == {action}\nFew == x < 4 /\\ y < 4\n====\n"
        )


def difference(seed: int, folder: Path) -> tuple[str, str]:
    """What became of the module of a seed, and its text where it differs."""
    text = Actions(seed).module("M")
    (folder / "M.tla").write_text(text, encoding="utf-8")
    (folder / "M.cfg").write_text("INIT Init NEXT Next CONSTRAINT Few CHECK_DEADLOCK FALSE", encoding="utf-8")
    try:
        found, states = differences(load(folder / "M.tla"), 12)
    except NotLowered as error:
        return "not lowered: " + str(error).partition(": ")[2], ""
    except McError:
        return "refused", ""
    searched = compared(folder / "M.tla", folder / "M.cfg", 2000, 10.0)
    if searched.kind == "different":
        found.append(searched.why)
    if found:
        return "different", f"seed {seed}:\n{text}\n" + "\n".join(found)
    return searched.kind if states else "no states", ""


def main(first: int, last: int) -> None:
    kinds: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, last):
            kind, text = difference(seed, Path(folder))
            kinds[kind] += 1
            if text:
                print(text)
    for kind, times in kinds.most_common():
        print(f"{times:5} {kind}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
