"""``mc info --language``: which operators of the spec language take which kinds of values.

It is printed from the tables that translate them.
"""

from __future__ import annotations

from collections.abc import Iterator

from mc.engine.translate.operands import Row, kinds_text, plural, row_text
from mc.engine.translate.rules import BINDERS, TABLE
from mc.formula.nodes import Apply, Bind, Binder, Bound, Name, Of
from mc.formula.operators import Operator
from mc.formula.text import text

#: How Python spells what binds names.
_PYTHON = {
    Binder.FORALL: "all(e for x in S)",
    Binder.EXISTS: "any(e for x in S)",
    Binder.SET: "{e for x in S}",
    Binder.SEQUENCE: "tuple(e for x in S)",
    Binder.FUNCTION: "{x: e for x in S}",
    Binder.SUM: "sum(e for x in S)",
}
NOTES = """
What an operator does not take is refused when a spec is loaded, or in the state where it is met, if
it depends on the state. Where an operand may be absent (Optional), evaluation fails where it is. A
function over 1..n is a sequence. Values of different kinds are not compared, but for model values.\
"""


def lines() -> Iterator[str]:
    """The table: TLA+, Python, operands."""
    table = [("TLA+", "Python", "takes"), *rows()]
    tla, python = (max(len(row[column]) for row in table) for column in (0, 1))
    for row in table:
        yield f"{row[0]:<{tla}}  {row[1]:<{python}}  {row[2]}"
    yield NOTES


def rows() -> Iterator[tuple[str, str, str]]:
    """The rows of the table, in the order of those that translate them."""
    for operator, some in TABLE.items():
        for row in some:
            many = operator.arity[1] is None
            yield _tla(operator, row), operator.form(operator.python), plural(*row.operands) if many else row_text(row)
    for binder, row in BINDERS.items():
        bound = Bound(("x",), Name("S", Of.CONSTANT))
        over, body = map(kinds_text, row.operands)
        yield text(Bind(binder, (bound,), Name("e", Of.CONSTANT))), _PYTHON[binder], f"{body}, over {over}"


def _tla(operator: Operator, row: Row) -> str:
    if row.tla or "{" in operator.tla:
        return operator.form(row.tla or operator.tla)
    most = operator.arity[1]
    return text(Apply(operator, tuple(Name(name, Of.CONSTANT) for name in "abc"[: 2 if most is None else most])))
