"""Values as TLA+ text, where Python's notion of equality differs from TLA+'s."""

from __future__ import annotations

import pytest

from mc.errors import EvaluationError
from mc.lang import BOOLEAN, Bag, Range
from mc.lang.text import from_tla, is_name, to_tla
from mc.lang.values import BagValue, ModelValue, RecordValue, SeqValue


def test_true_is_not_one() -> None:
    bag = BagValue({True: 2})
    assert to_tla(bag) == "(TRUE :> 2)"
    assert Bag(BOOLEAN, 2, 2).coerce(from_tla(to_tla(bag))) == bag


def test_a_bag_of_the_first_numbers_is_printed_as_a_sequence() -> None:
    bag = BagValue({1: 3, 2: 1})
    assert to_tla(bag) == "<<3, 1>>"  # as TLC prints every function over 1..n
    assert Bag(Range(1, 4), 2, 3).coerce(from_tla("<<3, 1>>")) == bag


def test_strings_have_the_escapes_of_tla() -> None:
    """``STRING_LITERAL`` of TLA+'s grammar: six escapes, and any character but a line break stands for itself."""
    text = '\\ " \n \t \f \r \v \x85 \u2028 é'
    assert to_tla(text) == r'"\\ \" \n \t \f \r ' + text[12:] + '"'
    assert from_tla(to_tla(text)) == text
    with pytest.raises(EvaluationError, match=r"TLA\+ has no escape \\a in strings"):
        from_tla(r'"\a"')


@pytest.mark.parametrize("text", ["{1, TRUE}", "{{}, {1}, {TRUE}}", "(0 :> 1 @@ FALSE :> 2)", "<<{{FALSE}, {0}}>>"])
def test_values_that_python_would_make_one_of(text: str) -> None:
    with pytest.raises(EvaluationError, match="are of different kinds"):
        from_tla(text)


def test_fields_may_be_called_by_any_name() -> None:
    """TLC prints a function from strings as a record, and takes for names what TLA+ does not."""
    assert from_tla("[1a |-> 1, é |-> <<>>, IF |-> -2]") == RecordValue({"1a": 1, "é": SeqValue(), "IF": -2})
    assert from_tla("{1, 12, -1..1}") == frozenset({1, 12, frozenset({-1, 0, 1})})
    assert from_tla("<<s1, 1, _x>>") == SeqValue((ModelValue("s1"), 1, ModelValue("_x")))


@pytest.mark.parametrize("name", ["s1", "IF", "_a", "A_1", "WF", "TRUE1"])
def test_names_of_tla(name: str) -> None:
    assert is_name(name) and from_tla(name) is ModelValue(name)


@pytest.mark.parametrize("name", ["TRUE", "FALSE", "WF_x", "SF_x", "_", "__", "_1", "1a", "é", "a b", ""])
def test_what_is_no_name_of_tla(name: str) -> None:
    assert not is_name(name)
