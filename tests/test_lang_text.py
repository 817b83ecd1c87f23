"""Values as TLA+ text, where Python's notion of equality differs from TLA+'s."""

from __future__ import annotations

from mc.lang import BOOLEAN, Bag, Range
from mc.lang.text import from_tla, to_tla
from mc.lang.values import BagValue


def test_true_is_not_one() -> None:
    bag = BagValue({True: 2})
    assert to_tla(bag) == "(TRUE :> 2)"
    assert Bag(BOOLEAN, 2, 2).coerce(from_tla(to_tla(bag))) == bag


def test_a_bag_of_the_first_numbers_is_printed_as_a_sequence() -> None:
    bag = BagValue({1: 3, 2: 1})
    assert to_tla(bag) == "<<3, 1>>"  # as TLC prints every function over 1..n
    assert Bag(Range(1, 4), 2, 3).coerce(from_tla("<<3, 1>>")) == bag
