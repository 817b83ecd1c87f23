"""Tables of a spec and names in its models: what is misspelled, of another kind or forgotten is told."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from mc.cli.main import main
from mc.engine import reference
from mc.errors import ModelError, SpecError
from tests.toys.engines import load

HEAD = """
S: ModelValues
x = Variable(Range(0, 3))
b = Variable(Set(S))
f = Variable(Fn(S, Set(S)))
def Init(t):
    t.x = 0
    t.b = set()
    t.f = {i: set() for i in S}
def A(s, t):
    t.x = 1
    return True
def Add(s, t, i):
    t.b = {i}
    return True
def Low(s):
    return s.x < 3
def Chosen(s):
    return s.b | s.f
"""
NEXT = "Next = [A, (Add, S)]\n"
TABLES = "Invariants = [Low]\n"
SAFE = "def Safe(s):\n    "

#: Tables that are refused at the line marked # !, and words of the reason.
REFUSED = {
    # Tables
    f"{NEXT}Invariant = [Low]  # !": "did you mean Invariants?",
    f"{NEXT}invariants = [Low]  # !": "did you mean Invariants?",
    f"{NEXT}Constraint = (Low,)  # !": "did you mean Constraints?",
    f'{NEXT}Invarients = ["Low"]  # !': "did you mean Invariants?",
    f'{NEXT}{TABLES}Explanation = {{Low: "high"}}  # !': "did you mean Explanations?",
    f"{NEXT}{TABLES}Fault = [A]  # !": "did you mean Faults?",
    f"{NEXT}{TABLES}Nexts = [(A,)]  # !": "did you mean Next?",
    f"{NEXT}Invariants = Low  # !": "a table is a list, such as Invariants = [Low]",
    f"{NEXT}Invariants = {{Low}}  # !": "a table is a list",
    f'{NEXT}Invariants = "Low"  # !': "a table is a list",
    f"{NEXT}Invariants = None  # !": "a table is a list",
    f"{NEXT}{TABLES}Invariants = []  # !": "Invariants is given twice",
    f"{NEXT}{TABLES}OldNext = []  # !": "Next and OldNext: each could be Next",
    f"{NEXT}{TABLES}def BaseInit(t):  # !\n    t.x = 0": "Init and BaseInit: each could be Init",
    # What they list
    f'{NEXT}Invariants = [\n    Low,\n    "Low",  # !\n]': '"Low" is a string: write Low without quotes',
    f'{NEXT}Invariants = ["Lou"]  # !': "did you mean Low?",
    f"{NEXT}Invariants = [Low, Low]  # !": "Low is listed twice",
    f"{NEXT}Invariants = [x]  # !": "x is a variable",
    f"{NEXT}Constraints = [S]  # !": "not a definition",
    f"{NEXT}Witnesses = [True]  # !": "not a definition",
    f"{NEXT}Invariants = [A]  # !": "A is an action: it takes (s, t)",
    f"{NEXT}Invariants = [Lou]  # !": "did you mean Low?",
    f"{NEXT}Invariants = [lambda s: s.x < 1]  # !": "not a definition (def)",
    # Explanations and faults
    f'{NEXT}{TABLES}Explanations = {{"Low": "high"}}  # !': "without quotes",
    f'{NEXT}{TABLES}Explanations = {{A: "high"}}  # !': "A is an action",
    f"{NEXT}{TABLES}Explanations = {{\n    Low: 3,  # !\n}}": "the explanation of Low is a text",
    f'{NEXT}{TABLES}Explanations = ["high"]  # !': "write Explanations = {",
    f'{NEXT}{TABLES}Faults = ["A"]  # !': "without quotes",
    f"{NEXT}{TABLES}Faults = [Low]  # !": "Low is no action of Next; its actions: A, Add",
    # Next
    'Next = ["A"]  # !': "without quotes",
    "Next = [A, A]  # !": "two rows have the same action, A",
    "Next = [[A]]  # !": "round brackets",
    "Next = [\n    A,\n    Add,  # !\n]": "Add takes (s, t, i), but its row asks for s, t and 0 parameter(s)",
    "Next = [Low]  # !": "Low takes (s)",
    "Next = A  # !": "a table is a list",
    "Next = [(Add, f)]  # !": "which is not a set or a bag",
    # What a row ranges over
    "def Two(s, t, p, q):\n    return True\nNext = [(Two, S, f[p])]  # !": "p is a parameter of Two",
    "def Two(s, t, p, q):\n    return True\nNext = [(Two, S, Range(1, p))]  # !": "(return any(A(s, t, p, q) for q in",
    "def Two(s, t, p, q):\n    return True\nNext = [(Two, S, s.b)]  # !": "s is a parameter of Two",
    "def Two(s, t, b, q):\n    return True\nNext = [(Two, S, b)]  # !": "b is another parameter of this row",
    "Next = [(Add, f[S])]  # !": "a variable has a value only in a state",
    "Next = [(Add, b - S)]  # !": "a variable has a value only in a state",
    "def Start(t, p, q):\n    t.x = 0\nInit = [(Start, S, Set(p))]  # !\nNext = [A]": "p is a parameter of Start",
}


@pytest.mark.parametrize("tables", REFUSED)
def test_refused_at_its_line(tables: str) -> None:
    head = HEAD.replace("def Init", "def Base") if "\nInit =" in tables else HEAD
    text = f"from mc.lang import *\n{head}{tables}"
    with pytest.raises(SpecError, match=re.escape(REFUSED[tables])) as caught:
        load(f"{head}{tables}", {"S": 2})
    assert caught.value.line == text[: text.index("# !")].count("\n") + 1


@pytest.mark.parametrize(
    "tables",
    [
        f"{NEXT}Invariants = (Low,)",
        f"{NEXT}Invariants = []\nInvariants = Invariants + [Low]",
        f"{NEXT}Invariants = []\nWitnesses = [Low]",
        f"Steps = [A]\nNext = Steps + [(Add, S)]\n{TABLES}",
        f"Next = [(a, *sets) for a, *sets in [(A,), (Add, S)]]\n{TABLES}Faults = [A]",
        f"{NEXT}{TABLES}hasNext = Range(0, 1)\ndef NodeNext(i):\n    return i",
    ],
)
def test_allowed(tables: str) -> None:
    assert load(HEAD + tables, {"S": 2}).warnings == ()


def test_a_helper_of_init_is_not_init() -> None:
    """The last definition whose name ends so counts, of those that nothing else uses."""
    text = HEAD.replace("t.x = 0\n", "BaseInit(t)\n") + f"def BaseInit(t):\n    t.x = 0\n{NEXT}{TABLES}"
    assert load(text, {"S": 2}).init_name == "Init"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (NEXT, "Low looks like a predicate, and is in no table (Invariants, Constraints, Witnesses)"),
        (f"{NEXT}{TABLES}def Both(s):\n    return Low(s)", "Both looks like a predicate"),
        (f"{NEXT}{TABLES}on = Variable(BOOLEAN)\n{SAFE}r = s.on\n    return r\n", "Safe looks like a predicate"),
        (f"{NEXT}{TABLES}on = Variable(Fn(S, BOOLEAN))\n{SAFE}return s.on[0]\n", "Safe looks like a predicate"),
        (f"Next = [A]\n{TABLES}", "Add looks like an action, and is not in Next"),
        (f"{NEXT}{TABLES}Properties = [Low]", "Properties lists definitions, and no table has that name"),
    ],
)
def test_what_is_forgotten_is_told(text: str, words: str) -> None:
    (warning,) = load(HEAD + text, {"S": 2}).warnings
    assert words in warning
    assert re.match(r".*/spec\.py:\d+: ", warning)


def test_a_next_without_actions_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "toy.py"
    text = "from mc.lang import *\nx = Variable(Range(0, 1))\ndef Init(t):\n    t.x = 0\nNext = []\n"
    spec.write_text(text, encoding="utf-8")
    document = tmp_path / "result.json"
    assert main(["check", str(spec), "--quiet", "--no-deadlock", "--json", str(document)]) == 0
    (warning,) = json.loads(document.read_text(encoding="utf-8"))["warnings"]
    assert warning.startswith(f"{spec}:5: Next lists no action: no step is ever taken")
    assert f"mc: warning: {warning}\n" in capsys.readouterr().err


def test_what_a_model_names_is_not_forgotten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "toy.py"
    spec.write_text(f"from mc.lang import *\n{HEAD}{NEXT}", encoding="utf-8")
    assert main(["check", str(spec), "-c", "S=1", "--quiet", "--no-deadlock"]) == 0
    assert "mc: warning: " in (errors := capsys.readouterr().err) and "Low looks like a predicate" in errors
    assert main(["check", str(spec), "-c", "S=1", "--quiet", "--no-deadlock", "--invariant", "Low"]) == 0
    assert "Low" not in capsys.readouterr().err
    spec.with_suffix(".yaml").write_text(
        "models:\n  a: {constants: {S: 1}, deadlock: false}\n  b: {constants: {S: 1}, invariants: [Low]}\n"
    )
    assert main(["check", str(spec), "--quiet"]) == 0
    assert "Low" not in capsys.readouterr().err


def test_a_spec_that_extends_itself_is_told_where(tmp_path: Path) -> None:
    (tmp_path / "toy.py").write_text("from mc.lang import *\n\nfrom more import *\n", encoding="utf-8")
    more = tmp_path / "more.py"
    more.write_text("from mc.lang import *\nfrom toy import *\n", encoding="utf-8")
    with pytest.raises(SpecError, match=r"toy\.py:3: the spec extends itself"):
        load(more)


def test_a_spec_that_extends_another_is_asked_for_its_own_definitions(tmp_path: Path) -> None:
    (tmp_path / "toy.py").write_text(f"from mc.lang import *\n{HEAD}{NEXT}", encoding="utf-8")
    more = tmp_path / "more.py"
    more.write_text("from mc.lang import *\nfrom toy import *\ndef High(s):\n    return s.x > 0\n", encoding="utf-8")
    (warning,) = load(more, {"S": 1}).warnings
    assert "High looks like a predicate" in warning


@pytest.mark.parametrize(
    ("tables", "left_out"),
    [
        ("Invariants = [High]", {"Invariants": "Low, Odd"}),
        ("Invariants = [Low, High]", {"Invariants": "Odd"}),
        ("Invariants = [High]\nConstraints = []", {"Invariants": "Low, Odd", "Constraints": "Few"}),
        ("Witnesses = [High]", {"Witnesses": "Few"}),
        ("Explanations = {Low: 'too high'}", {"Explanations": "Odd"}),
        ("Explanations = {**Explanations, Low: 'too high'}", {}),
        ("Faults = []", {"Faults": "Add"}),
        ("Faults = [*Faults, A]", {}),
        ("Invariants = [*Invariants, High]", {}),
        ("Invariants = Invariants + [High]", {}),
        ("Invariants = [High]\nInvariants = Invariants + [Odd]", {"Invariants": "Low"}),
        ("def Both(s):\n    return High(s) and Low(s) and Odd(s)\nInvariants = [Both]", {}),
        ("Invariants = [High] + [p for p in Invariants if p not in [Low, Odd]]", {}),
    ],
)
def test_what_a_table_leaves_out_of_an_extended_spec_is_told(
    tables: str, left_out: dict[str, str], tmp_path: Path
) -> None:
    base = f"{HEAD}def Odd(s):\n    return s.x != 2\ndef Few(s):\n    return s.b == set() or Low(s)\n"
    base += f"{NEXT}Invariants = [Low, Odd]\nConstraints = [Few]\nExplanations = {{Low: 'high', Odd: 'even'}}\n"
    base += "Witnesses = [Few]\nFaults = [Add]\n"
    (tmp_path / "toy.py").write_text(f"from mc.lang import *\n{base}", encoding="utf-8")
    more = tmp_path / "more.py"
    head = "from mc.lang import *\nfrom toy import *\ndef High(s):\n    return s.x >= 0\n"
    more.write_text(head + tables, encoding="utf-8")
    found = [warning for warning in load(more, {"S": 1}).warnings if "left out" in warning]
    for warning, (table, names) in zip(found, left_out.items(), strict=True):
        assert re.match(rf".*/more\.py:\d+: {table} of toy\.py \({names}\) are left out", warning)
    # A model that says which invariants it takes leaves none out without intent.
    assert not any("Invariants of" in w for w in load(more, {"S": 1}, invariants=("High",)).warnings)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"invariants": ("Lou",)}, "no definition 'Lou'; did you mean Low?"),
        ({"invariants": ("A",)}, "A is an action"),
        ({"invariants": ("x",)}, "x is a variable"),
        ({"witnesses": ("Low", "Low")}, "Low is named twice"),
        ({"constraints": ("Chosn",)}, "did you mean Chosen?"),
        ({"symmetry": ("s",)}, "did you mean S?"),
        ({"symmetry": ("S", "S")}, "S is named twice"),
        ({"substitute": {"Lo": "Low"}}, "Lo is not a definition (def) of the spec; did you mean Low?"),
        ({"substitute": {"Low": "Hgh"}}, "Hgh is not a definition"),
        ({"substitute": {"A": "Add"}}, "A(s, t) and Add(s, t, i) do not take the same parameters"),
        ({"substitute": {"Low": "A"}}, "do not take the same parameters"),
        ({"definitions": ("spek",)}, "there is no spek.py beside spec.py; did you mean spec?"),
    ],
)
def test_names_in_models(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ModelError, match=re.escape(words)):
        load(HEAD + NEXT + TABLES, {"S": 2}, **fields)


def test_faults_are_those_of_the_actions() -> None:
    assert load(HEAD + NEXT + TABLES + "Faults = [Add]", {"S": 2}).faults == ("Add",)
    # Those of a table of Next that another replaces are no actions, and no mistake.
    text = f"BaseNext = [A]\nFaults = [A]\nNext = BaseNext[1:] + [(Add, S)]\n{TABLES}"
    assert load(HEAD + text, {"S": 2}).faults == ()


def test_a_row_of_init_can_be_substituted() -> None:
    text = """
x = Variable(Range(0, 3))
def Start(t, k):
    t.x = k
def High(t, k):
    t.x = k + 1
Init = [(Start, Range(0, 1))]
def A(s, t):
    return True
Next = [A]
"""
    states = reference.explore(load(text, substitute={"Start": "High"})).states
    assert {state.x for state in states} == {1, 2}
