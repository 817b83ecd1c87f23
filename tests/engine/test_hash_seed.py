"""What is generated, and what is said, is the same in each process: Python's hashes of strings differ between them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mc.engine.program.program import Program
from mc.errors import SpecError
from tests.toys.engines import load
from tests.toys.random_spec import RandomSpec

ROOT = Path(__file__).parents[2]

HEAD = """
P: ModelValues
Message = Record(type=Enum("prepare", "commit", "abort", "ack"), to=P)
Colour = Enum("red", "green", "blue", "black", "white")
Colours = {"red", "green", "blue", "black"}
Few = {"red", "green"}
Pairs = {(a, b) for a in Colours for b in Colours if a != b}
Sets = {frozenset({"red", "green"}), frozenset({"blue"}), frozenset({"black", "blue"})}
Messages = {Message(type=k, to=p) for k in {"prepare", "ack"} for p in P}
Table = {c: Cardinality({d for d in Colours if d != c}) for c in Colours}
Nested = {(frozenset({"red", "green"}), c) for c in Colours}
x = Variable(Colour)
c = Variable(Set(Colour))
q = Variable(Seq(Colour, 3))
bag = Variable(Bag(Message, distinct=4, copies=2))
msgs = Variable(Set(Message))
f = Variable(Fn(Enum("red", "green", "blue"), Range(0, 5)))

def Init(t):
    t.x = "white"
    t.c = set()
    t.q = ()
    t.bag = {}
    t.msgs = set()
    t.f = {k: 0 for k in {"red", "green", "blue"}}

def Paint(s, t, k):
    t.x = k
    return True
"""

#: Bodies of actions; of a line `-> word`, what it is refused for.
ACTIONS = """
t.bag = s.bag - Messages

t.bag = s.bag + {Message(type=k, to=p) for k in {"prepare", "ack"}}

for k in Colours:
    if s.x == k:
        return False

if (s.x, s.x) in Pairs:
    return False

if not s.c in Sets:
    return False

if not any(k[1] == s.x for k in Pairs):
    return False

if not any(s.c <= k for k in Sets):
    return False

if not (s.c, s.x) in Nested:
    return False
-> values of different kinds meet

if not s.msgs <= Messages:
    return False
t.msgs = Messages - s.msgs

if any(r in s.msgs for r in Messages) and all(r in s.bag for r in Messages):
    return False

t.c = s.c | Colours

t.c = {k for k in Colours if k != s.x} & {"red", "ruby", "rose"}

t.c = {"cyan", "teal", "rose"} | s.c

t.c = UNION({k for k in Sets if s.x in k})

t.f["red"] = Table[s.x] if s.x in Colours else 0

g = {k: {k} | s.c for k in Colours}
t.c = g["blue"]

t.f["red"] = Max({1 if s.x == k else 2 for k in Colours})

return any(Paint(s, t, k) for k in Colours)

return any(Paint(s, t, k[1]) for k in Pairs)

if not s.x in {("a", frozenset(Few))}:
    return False
-> kinds

t.x = Few

t.f = {k: 1 for k in {"rose", "ruby", "cyan"}}

g = {(1, 2): "a", (2, 3): "b"}
if not g[s.c] == "a":
    return False
-> a tuple of 2 components is needed, not a set

g = {k: 1 for k in Enum("red", 1)}
if not g[s.x] == 1:
    return False
-> the arguments of a function can be compared
""".strip().split("\n\n")
SEEDS = range(12)


def spec_text(action: str) -> str:
    """A spec with an action whose body is given."""
    body = "\n".join("    " + line for line in action.split("\n"))
    return f"{HEAD}\ndef A(s, t, p):\n{body}\n    return True\n\nNext = [(A, P), (Paint, Colours)]\n"


def generated() -> None:
    """Print what is generated for all of these, what it says, or why it is refused."""
    for number, action in enumerate(ACTIONS):
        body, _, _ = action.partition("\n-> ")
        try:
            program = Program(load(spec_text(body), {"P": 2}, ("P",) if number % 2 else ()))
            print(program.source, *(failure.why for failure in program.failures), sep="\n")
        except SpecError as error:
            print(error.message)
    for seed in SEEDS:
        generator = RandomSpec(seed, unsafe=0.0, starts=bool(seed % 2))
        print(Program(load(generator.text(), generator.constants)).source)


def test_all_processes_generate_the_same() -> None:
    found = {
        subprocess.run(
            [sys.executable, "-c", "from tests.engine import test_hash_seed; test_hash_seed.generated()"],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    (text,) = found
    assert text.count("def expand(") == sum("->" not in action for action in ACTIONS) + len(SEEDS)


@pytest.mark.parametrize("action", [a for a in ACTIONS if "->" in a])
def test_what_is_refused(action: str) -> None:
    body, _, reason = action.partition("\n-> ")
    with pytest.raises(SpecError, match=re.escape(reason)):
        Program(load(spec_text(body), {"P": 2}))
