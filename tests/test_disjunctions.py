"""``return A(s, t) or B(s, t)``: each part that holds is a step in TLA+, so no second one may be lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from toys.engines import compare, load

from mc.cli.main import main
from mc.engine import reference
from mc.errors import EvaluationError

HEAD = """
x = Variable(Range(0, 3))
y = Variable(Range(0, 3))
q = Variable(Seq(Record(a=Range(0, 3), z=Seq(Range(0, 3), 2)), 2))
R = Record(a=Range(0, 3), z=Seq(Range(0, 3), 2))
Fast: Boolean
def Init(t):
    t.x = 0
    t.y = 0
    t.q = (R(a=0, z=(1,)),)
def X(s, t, k):
    if not s.x == k:
        return False
    t.x = (k + 1) % 3
    return True
def Y(s, t):
    if not (s.x == 2 and s.y < 2):
        return False
    t.y = s.y + 1
    return True
def Part(s, t, k):
    if not s.x == k:
        return False
    t.q[1].z[1] = k
    t.x = (k + 1) % 3
    return True
def One(s, t):
    t.y = 1
    return True
def Late(s, t):
    if not s.q[2].a == 0:
        return False
    t.y = 1
    return True
def Twice(s, t):
    return X(s, t, 1) or X(s, t, s.x)
def Again(s, t):
    return X(s, t, 2) or Twice(s, t)
"""


def spec(body: str) -> str:
    return f"{HEAD}def A(s, t):\n{body}\nNext = [A]\n"


@pytest.mark.parametrize(
    "body",
    [
        "    return X(s, t, 0) or X(s, t, 1) or Y(s, t)",
        "    return (s.y < 2 and (X(s, t, 0) or X(s, t, 1))) or Y(s, t)",
        "    return X(s, t, 0) or (s.x == 1 and X(s, t, 1)) or (X(s, t, 2) if s.y == 2 else Y(s, t))",
        "    return X(s, t, 0) or s.x == 1",
        "    return Part(s, t, 0) or Part(s, t, 1) or Y(s, t)",
        "    return (Fast and X(s, t, 0)) or (not Fast and X(s, t, 0)) or X(s, t, 1)",
        "    if not (X(s, t, 0) or X(s, t, 1)):\n        return False\n    t.y = 1\n    return True",
        "    return (s.x == 0 and One(s, t)) or X(s, t, 1)",
    ],
)
def test_parts_that_exclude_each_other(body: str) -> None:
    for fast in (False, True):
        result = compare(load(spec(body), {"Fast": fast}), (1,)).result
        assert result is not None and result.generated > 1


@pytest.mark.parametrize(
    ("body", "parts", "length"),
    [
        ("    return X(s, t, 0) or One(s, t)", ("X(s, t, 0)", "One(s, t)"), 1),
        (
            "    return X(s, t, 0) or X(s, t, 1) or (s.x == 1 and One(s, t))",
            ("X(s, t, 1)", "s.x == 1 and One(s, t)"),
            2,
        ),
        ("    return s.x == 0 or X(s, t, 0)", ("s.x == 0", "X(s, t, 0)"), 1),
        ("    return X(s, t, 0) or True", ("X(s, t, 0)", "True"), 1),
        ("    return One(s, t) or One(s, t)", ("One(s, t)", "One(s, t)"), 1),
        ("    return X(s, t, 0) or Again(s, t)", ("X(s, t, 0)", "Again(s, t)"), 1),
        ("    return (s.x == 0 and X(s, t, 0)) or Again(s, t)", ("s.x == 0 and X(s, t, 0)", "Again(s, t)"), 1),
        (
            "    return Part(s, t, 0) or (s.x == 1 and (Part(s, t, 1) or X(s, t, 1)))",
            ("Part(s, t, 1)", "X(s, t, 1)"),
            2,
        ),
        ("    if not (X(s, t, 0) or s.y == 0):\n        return False\n    return True", ("X(s, t, 0)", "s.y == 0"), 1),
    ],
)
def test_parts_that_hold_at_once(body: str, parts: tuple[str, str], length: int) -> None:
    loaded = load(spec(body), {"Fast": True})
    want = compare(loaded)
    assert (want.verdict, want.length) == ("error", length)
    with pytest.raises(EvaluationError, match="both hold here") as caught:
        reference.explore(loaded)
    for part in parts:
        assert f"`{part}`" in str(caught.value)


def test_what_comes_after_a_part_that_holds_is_evaluated() -> None:
    """TLC evaluates it too, and stops where it cannot."""
    want = compare(load(spec("    return X(s, t, 0) or Late(s, t)"), {"Fast": True}))
    assert (want.verdict, want.length) == ("error", 1)


def test_in_init() -> None:
    text = """
x = Variable(Range(0, 3))
def Low(t, k):
    if not k < 1:
        return False
    t.x = k
    return True
def High(t, k):
    if not k > {least}:
        return False
    t.x = k + 1
    return True
def Start(t, k):
    return Low(t, k) or High(t, k)
Init = [(Start, Range(0, 2))]
def A(s, t):
    return True
Next = [A]
"""
    assert {state.x for state in load(text.format(least=0)).initial_states()} == {0, 2, 3}
    with pytest.raises(EvaluationError, match="both hold here"):
        list(load(text.format(least=-1)).initial_states())


def test_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "toy.py"
    path.write_text(f"from mc.lang import *\n{spec('    return X(s, t, 0) or One(s, t)')}", encoding="utf-8")
    line = path.read_text().split("return X(s, t, 0) or")[0].count("\n") + 1
    assert main(["check", str(path), "-c", "Fast=true", "--quiet", "--out", str(tmp_path / "out")]) == 75
    said = capsys.readouterr().out
    assert "both hold here, and each is a step of its own: write them as rows of Next" in said
    assert f"toy.py:{line}" in said
