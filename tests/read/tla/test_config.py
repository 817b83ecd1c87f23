"""TLC's configuration, as mc reads it, and what it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mc.errors import McError
from mc.lang.values import ModelValue
from mc.read.tla.config import Config, read_config, read_constant


def config(tmp_path: Path, text: str) -> Config:
    file = tmp_path / "M.cfg"
    file.write_text(text, encoding="utf-8")
    return read_config(file)


def test_all_keywords(tmp_path: Path) -> None:
    found = config(
        tmp_path,
        """
        SPECIFICATION Spec (* comments (* in comments *) *)
        INVARIANTS A B \\* to the end of the line: INVARIANT X
        INVARIANT C
        PROPERTY P PROPERTIES Q
        CONSTRAINT K CONSTRAINTS L
        ACTION_CONSTRAINT M ACTION_CONSTRAINTS N
        SYMMETRY Perms VIEW View ALIAS Alias POSTCONDITION Post CHECK_DEADLOCK FALSE
        """,
    )
    assert {keyword: named.name for keyword, named in found.once.items()} == {
        "SPECIFICATION": "Spec",
        "SYMMETRY": "Perms",
        "VIEW": "View",
        "ALIAS": "Alias",
        "CHECK_DEADLOCK": "FALSE",
    }
    assert [named.name for named in found.invariants] == ["A", "B", "C"]
    assert [named.name for named in found.properties] == ["P", "Q"]
    assert [named.name for named in found.constraints] == ["K", "L"]
    assert [named.name for named in found.action_constraints] == ["M", "N"]
    assert [named.name for named in found.postconditions] == ["Post"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("007", 7),
        ("2147483647", 2**31 - 1),
        ('"two words"', "two words"),
        ("TRUE", True),
        ("n1", ModelValue("n1")),
        ("1st", ModelValue("1st")),
        ("A_x", ModelValue("A_x")),
        ("{}", frozenset()),
        ("{n1, 2}", frozenset((ModelValue("n1"), 2))),
        ("{{1}, {}}", frozenset((frozenset((1,)), frozenset()))),
    ],
)
def test_values(tmp_path: Path, text: str, value: Any) -> None:
    (given,) = config(tmp_path, f"CONSTANT N = {text}").constants
    assert (given.name, given.value, given.definition, given.module) == ("N", value, None, None)
    assert read_constant("N", text, {}).value == value


def test_what_stands_for_constants(tmp_path: Path) -> None:
    found = config(tmp_path, "CONSTANTS A <- B\nI!C <- D\nE <- [M] F\nG = [M] {a}\nA = 1\n")
    shown = [(g.name, g.value, g.definition and g.definition.name, g.module) for g in found.constants]
    assert shown == [
        ("A", None, "B", None),
        ("I!C", None, "D", None),
        ("E", None, "F", "M"),
        ("G", frozenset((ModelValue("a"),)), None, "M"),
        ("A", 1, None, None),
    ]


def test_the_order_of_strings_and_model_values(tmp_path: Path) -> None:
    found = config(tmp_path, 'INIT Z CONSTANTS A = {b, "a", c} B <- D C = b D = "z"')
    assert list(found.met) == ["b", "a", "c", "z"]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("INIT", "1:5", "expected a name after INIT, found the end"),
        ("INIT NEXT Next", "1:6", "expected a name after INIT, found NEXT"),
        ("INIT A\nINIT B", "2:1", "INIT stands a second time, after"),
        ("CHECK_DEADLOCK no", "1:16", "expected TRUE or FALSE"),
        ("NVARIANT Inv", "1:1", "NVARIANT is no keyword of a configuration"),
        ("ACTION-CONSTRAINT A", "1:1", "write ACTION_CONSTRAINT"),
        ("INVARIANT A, B", "1:12", "expected a name, found ,"),
        ("CONSTANT N", "1:11", "expected = or <- after N, found the end"),
        ("CONSTANT N =", "1:13", "expected a value, found the end"),
        ("CONSTANT N = INVARIANT", "1:14", "expected a value, found INVARIANT"),
        ("CONSTANT\n  N = -2", "2:7", "a configuration has no negative numbers"),
        ("CONSTANT N = 2147483648", "1:14", "larger than 2147483647"),
        (f"CONSTANT N = {'9' * 5000}", "1:14", "larger than 2147483647"),
        ("CONSTANT N = {1, 2", "1:19", "expected , or } in the set, found the end"),
        ("CONSTANT N = {1,}", "1:17", "expected a value after the comma"),
        ('CONSTANT N = {1, "a"}', "1:14", '1 and "a" cannot be compared'),
        ("CONSTANT N = {1, TRUE}", "1:14", "1 and TRUE cannot be compared"),
        ("CONSTANT N <- 3", "1:15", "expected the name of a definition, found 3"),
        ("CONSTANT N <- [M Def", "1:18", "expected ], found Def"),
        ("CONSTANT F(1) = 2", "1:11", "F <- Operator"),
        ("CONSTANT = 2", "1:10", "expected the name of a constant, or a keyword, found ="),
        ('CONSTANT N = "a', "1:14", "the string is not closed"),
        ("INIT A (* no end", "1:8", "the comment has no end"),
        ("INIT A *)", "1:8", "a comment ends here that has not begun"),
        ("INIT A ; NEXT B", "1:8", "';' has no meaning"),
    ],
)
def test_a_mistake(tmp_path: Path, text: str, place: str, message: str) -> None:
    with pytest.raises(McError) as caught:
        config(tmp_path, text)
    said = str(caught.value)
    assert said.startswith(f"{tmp_path / 'M.cfg'}:{place}: ")
    assert message in said
    assert "\n" not in said


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(McError, match="cannot read the configuration: No such file"):
        read_config(tmp_path / "M.cfg")
    (tmp_path / "M.cfg").write_bytes(b"INIT \xff")
    with pytest.raises(McError, match="line 1 is not UTF-8"):
        read_config(tmp_path / "M.cfg")
