"""What TLA+ refuses, each in a sentence with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from mc.errors import EXIT_SPEC, SpecError
from mc.read.tla.modules import read_module
from tests.read.tla.modules import HEAD, module, read

#: The text from line 5 on, the place, and the sentence.
REFUSED = [
    # What the parser does not take
    ("P == 1 +", "6:1", "the module ends here after +; an expression is expected"),
    ("P == (1 + 2\nQ == 3", "6:1", "Q cannot stand here after 2; ( in line 5 has no )"),
    ("P == (1 + 2", "6:1", "the module ends here after 2; ( in line 5 has no )"),
    ("P == IF x THEN 1", "6:1", "the module ends here after 1; THEN in line 5 has no ELSE"),
    ("P = 1", "5:5", "1 cannot stand here after =; a definition has =="),
    ("P == {x \\in }", "5:13", "} cannot stand here after \\in; an expression is expected"),
    ("P == [x EXCEPT !.a]", "5:19", "] cannot stand here after a; [ in line 5 has no ]"),
    ('P == "abc', "6:1", 'the module ends here after "abc; the string has no end in its line'),
    ("P == LET a == 1\n    b == 2", "7:1", "the module ends here after 2; LET in line 5 has no IN"),
    ("P == <<1, 2", "6:1", "the module ends here after 2; << in line 5 has no >>"),
    ("P == \\A z : ", "6:1", "the module ends here after :; an expression is expected"),
    ("P == 3 4", "5:8", "4 cannot stand here after 3; something is missing between them"),
    ("P == /\\ x = (1\n + 2)", "6:2", "+ cannot stand here after 1; ( in line 5 has no )"),
    # Precedence and columns
    ("P == x => y => x", "5:6", "=> and => have no order of precedence here: add parentheses"),
    ("P == {1} \\cup {2} \\cap {3}", "5:6", "\\cup and \\cap have no order of precedence here: add parentheses"),
    ("P == 100 \\div 5 \\div 2", "5:6", "\\div and \\div have no order of precedence here: add parentheses"),
    ("P == ENABLED x = TRUE", "5:6", "ENABLED and = have no order of precedence here: add parentheses"),
    ("P == x /\\ y \\/ x", "5:6", "/\\ and \\/ have no order of precedence here: add parentheses"),
    ("P == 2 * -1", "5:6", "* and - have no order of precedence here: add parentheses"),
    ("P == 1..2..3", "5:6", ".. and .. have no order of precedence here: add parentheses"),
    # Names
    ("P == Lenn(x)", "5:6", "Lenn is not known here: did you mean Len?"),
    ("P == Q\nQ == 1", "5:6", "Q is used before it is defined, in line 6: move its definition up"),
    ("P == IsABag(x)", "5:6", "IsABag is not known here: declare or define it, or extend the module that does"),
    ("P == x / 2", "5:8", "/ is not known here: EXTENDS Reals makes it known"),
    ("P == 1\nP == 2", "6:1", "P has a meaning already ({file}:5): choose another name"),
    ("CONSTANT x", "5:10", "x has a meaning already ({file}:4): choose another name"),
    ("CASE == 1", "5:1", "CASE is a word of TLA+: choose another name"),
    ("THEOREM Foo => TRUE", "5:9", "Foo is not known here: declare or define it, or extend the module that does"),
    ('P == "a\\qc"', "5:6", '\\q means nothing in a string; a backslash stands before " \\ t n f r alone'),
    ("P == 2147483648", "5:6", "the number is larger than 2147483647, the largest of TLC"),
    ("P == \\h80000000", "5:6", "the number is larger than 2147483647, the largest of TLC"),
    ("Len(s) == 1", "5:1", "Len has a meaning already (of module Sequences): choose another name"),
    ("P(x) == 1", "5:3", "x has a meaning here already ({file}:4): choose another name"),
    ("P(a, a) == 1", "5:6", "a has a meaning here already ({file}:5): choose another name"),
    (
        "P == \\E Len \\in {1} : TRUE",
        "5:9",
        "Len has a meaning here already (of module Sequences): choose another name",
    ),
    ("P == LET q == 1 q == 2 IN q", "5:17", "q has a meaning here already ({file}:5): choose another name"),
    ("P == [a |-> 1, a |-> 2]", "5:16", "the record has a field a already"),
    ("P == @", "5:6", "@ stands for the old value in EXCEPT, and there is none around it"),
    ("P == x!y", "5:6", "x is no instance of a module"),
    ("I == INSTANCE Naturals\nP == I!Foo", "6:8", "module Naturals defines no Foo"),
    ("I == INSTANCE Naturals\nP == I", "6:6", "I is an instance of a module: name one of its definitions, I!Op"),
    ("I == INSTANCE Naturals WITH z <- 1", "5:29", "module Naturals has no constant or variable z"),
    ("RECURSIVE G(_)", "5:11", "RECURSIVE G has no definition: add it, or take this away"),
    ("P == LET RECURSIVE G(_) IN 1", "5:20", "RECURSIVE G has no definition in its LET: add it, or take this away"),
    # Arguments
    ("P == Len(x, 1)", "5:6", "Len takes 1 argument, 2 arguments here"),
    ("P == F", "5:6", "F takes 1 argument, no argument here"),
    ("P == x(1)", "5:6", "x takes no argument, 1 argument here"),
    ("P == SelectSeq(x, 3)", "5:19", "an operator of 1 argument is expected here, this is an expression"),
    ("P == SelectSeq(x, Append)", "5:19", "an operator of 1 argument is expected here, Append takes 2 arguments"),
    (
        "P == SelectSeq(x, LAMBDA a, b : a)",
        "5:19",
        "an operator of 1 argument is expected here, the LAMBDA takes 2 arguments",
    ),
    ("RECURSIVE G(_)\nG(a, b) == a", "6:1", "RECURSIVE announces 1 argument, the definition has 2 arguments"),
    ("P == 1.5", "5:6", "1.5 is a real number, and TLC has none: write it as an integer"),
    # Levels
    ("P == x''", "5:6", "' takes a state function at most, and this is an action, for it has a prime"),
    ("P(a) == a'\nQ == P(x')", "6:8", "P takes a state function at most, and this is an action, for it has a prime"),
    ("P == [](x = 1 /\\ y' = 2)", "5:6", "[] is followed by an action that is not of the form [A]_v"),
    ("P == <>(y' = 2)", "5:6", "<> is followed by an action that is not of the form <<A>>_v"),
    (
        "P == [](x = 1) /\\ y' = 2",
        "5:19",
        "this is an action beside a temporal formula: /\\ takes it as [A]_v or <<A>>_v only",
    ),
    ("P == x' = 1 ~> y = 1", "5:6", "this is an action, and ~> takes temporal formulas and state predicates"),
    ("P == [x' = 1]_(x')", "5:16", "[_]__ takes a state function at most, and this is an action, for it has a prime"),
    ("P == {z \\in {1} : []z}", "5:19", "{} takes an action at most, and this is a temporal formula"),
    ("ASSUME x = 1", "5:8", "ASSUME takes a constant at most, and this is a state function"),
]


@pytest.mark.parametrize(("text", "place", "sentence"), REFUSED)
def test_refused(tmp_path: Path, text: str, place: str, sentence: str) -> None:
    with pytest.raises(SpecError) as error:
        read(tmp_path, text)
    file = tmp_path / "M.tla"
    assert str(error.value) == f"{file}:{place}: {sentence.replace('{file}', str(file))}"
    assert error.value.exit_code == EXIT_SPEC


#: The text of the file M.tla, and the end of the sentence.
FILES = [
    ("", "M.tla:1:1: the file has no module; it begins with ---- MODULE M ----"),
    ("P == 1\n====\n", "M.tla:1:1: the file has no module; it begins with ---- MODULE M ----"),
    ("---- MODULE M ----\nP == 1\n", "M.tla:3:1: the file ends here after 1; a module ends with ===="),
    ("---- MODULE N ----\n====\n", "M.tla:1:13: the module is called 'N', its file 'M': they must be the same"),
    (
        "---- MODULE M ----\nEXTENDS Nope\n====\n",
        "M.tla:2:9: there is no module 'Nope': no Nope.tla is beside the spec or in mc's library",
    ),
]


@pytest.mark.parametrize(("text", "sentence"), FILES)
def test_files_that_are_refused(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "M.tla"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SpecError) as error:
        read_module(path)
    assert str(error.value) == f"{tmp_path}/{sentence}"


def test_modules_in_a_ring(tmp_path: Path) -> None:
    module(tmp_path, "A", "EXTENDS B")
    with pytest.raises(SpecError, match=r"A\.tla:2:9: modules use each other in a ring: B -> A -> B$"):
        read_module(module(tmp_path, "B", "EXTENDS A"))


def test_a_module_that_is_instantiated_is_checked_itself(tmp_path: Path) -> None:
    module(tmp_path, "Inner", "VARIABLE z\nUnused == zz", HEAD.replace("x, y", "u"))
    with pytest.raises(SpecError, match=r"Inner\.tla:6:11: zz is not known here"):
        read(tmp_path, "z == 1\nu == 2\nI == INSTANCE Inner")


def test_what_an_instance_needs(tmp_path: Path) -> None:
    module(tmp_path, "Inner", "CONSTANT k\nVARIABLE v\nP == v' = k")
    with pytest.raises(SpecError, match=r"the constant k of module Inner has no value here: add WITH k <- \.\.\."):
        read(tmp_path, "I == INSTANCE Inner WITH v <- x")
    with pytest.raises(SpecError, match="6:15: WITH k <- k takes a constant at most, and this is a state function"):
        read(tmp_path, "VARIABLES k, v\nI == INSTANCE Inner")
    with pytest.raises(SpecError, match=r"5:39: WITH k takes a constant at most, and this is a state function"):
        read(tmp_path, "I == INSTANCE Inner WITH v <- x, k <- y")
    with pytest.raises(SpecError, match=r"5:31: WITH v takes a state function at most, and this is an action"):
        read(tmp_path, "I == INSTANCE Inner WITH v <- x', k <- 1")


def test_not_in_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "M.tla"
    path.write_bytes(b"---- MODULE M ----\n\xff\n====\n")
    with pytest.raises(SpecError, match="the module is not in UTF-8: byte 19 is no part of a character"):
        read_module(path)
