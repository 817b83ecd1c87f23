"""Definitions of which values are kept: they have the values that they have without."""

from __future__ import annotations

from pathlib import Path

import pytest

from mc.errors import EvaluationError
from mc.interpreter import memo
from mc.interpreter.interpreter import Interpreter
from tests.interpreter.modules import interpreter

BODY = """
VARIABLE x
Perms(s) == {t \\in [DOMAIN s -> {s[i] : i \\in DOMAIN s}] : \\A i \\in DOMAIN s : \\E j \\in DOMAIN s : t[j] = s[i]}
Kinds(S) == {<<v>> : v \\in S}
Same(S, T) == \\A v \\in S : v \\in T
First(s, other) == IF \\E i \\in DOMAIN s : s[i] > 0 THEN s[1] ELSE other
Loud(S) == {v \\in S : PrintT(v)}
Map(Op(_), S) == {Op(v) : v \\in S}
Twice(v) == 2 * v
Large == {v \\in Perms(<<1, 2>>) : TRUE}
Init == x = 0
Next == UNCHANGED x
"""


def made(folder: Path, more: str, config: str = "INIT Init NEXT Next") -> Interpreter:
    return interpreter(folder, f"{BODY}{more}", config)


@pytest.fixture
def spec(tmp_path: Path) -> Interpreter:
    return made(tmp_path, "")


def kept(spec: Interpreter, name: str) -> bool:
    return spec.program.called(name).memo is not None


def test_which_are_kept(spec: Interpreter) -> None:
    assert kept(spec, "Perms")
    assert kept(spec, "Kinds")
    # What does more than to have a value, takes an operator, has no parameter, or is looked up as fast.
    assert not any(kept(spec, name) for name in ("Loud", "Map", "Large", "Twice"))


def test_what_python_takes_for_equal(tmp_path: Path) -> None:
    """1 is TRUE to Python, {1} is {TRUE}."""
    found = made(tmp_path, "Asked == <<Kinds({1}), Kinds({TRUE}), Kinds({1})>>").value("Asked")
    assert [type(value) for kinds in tuple.__iter__(found) for (value,) in kinds] == [int, bool, int]


def test_an_argument_without_a_value(tmp_path: Path) -> None:
    """It is an error only where it is asked for."""
    spec = made(tmp_path, "Good == First(<<7>>, 1 \\div 0)\nBad == First(<<0>>, 1 \\div 0)")
    assert spec.value("Good") == 7
    with pytest.raises(EvaluationError, match="second argument"):
        spec.value("Bad")


def test_a_formula_as_an_argument_is_walked_later(tmp_path: Path) -> None:
    """Its value was never asked for, so it has two ways yet, as in TLC."""
    more = "Both(g) == First(<<x + 1>>, g) = 1 /\\ g\nWalked == Both(TRUE \\/ TRUE) /\\ UNCHANGED x"
    spec = made(tmp_path, more, "INIT Init NEXT Walked")
    assert [len([*action.successors((0,))]) for action in spec.actions] == [2]


def test_values_are_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few are kept at a time, and none where they are not asked for again."""
    monkeypatch.setattr(memo, "MOST", 10)
    monkeypatch.setattr(memo, "TRIED", 20)
    spec = made(tmp_path, "Asked == \\A i \\in 1..100 : Perms(<<i, 0>>) = {<<i, 0>>, <<0, i>>}")
    assert spec.holds("Asked")
    kept = spec.program.called("Perms").memo
    assert kept is not None
    assert not kept.is_used
