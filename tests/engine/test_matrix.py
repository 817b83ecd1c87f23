"""Each operator on each combination of kinds of values: a rule, which computes what the reference engine does, or a
refusal that says what is refused, and where."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import pytest

from mc.cli.main import main
from mc.engine.code.build import pointer
from mc.engine.code.nodes import truth
from mc.engine.program.program import Program
from mc.engine.store.layout import Layout
from mc.engine.translate.codes import bind
from mc.engine.translate.module import Module
from mc.engine.translate.operands import VALUES
from mc.engine.translate.rules import BINDERS, TABLE, new_writer
from mc.engine.translate.values import StateRef
from mc.engine.translate.writer import LONGEST
from mc.errors import McError, SpecError
from mc.formula import operators as op
from mc.formula.facts import children
from mc.formula.nodes import Apply, Bind, Node
from mc.lang.kinds import equal
from mc.lang.state import State
from mc.lang.values import BagValue, ModelValue, SeqValue
from mc.spec.objects import Spec
from tests.toys.engines import load

HEAD = """
Nil: ModelValue
P: ModelValues
cell = Variable(Range(0, @)); i = Variable(Range(0, 1))
n = Variable(Range(0, 3)); b = Variable(BOOLEAN); a = Variable(Enum("v", "w")); p = Variable(P)
e = Variable(Enum(1, "v")); o = Variable(Optional(Range(0, 3), Nil)); os = Variable(Optional(Set(Range(0, 3)), Nil))
oq = Variable(Optional(Seq(Range(0, 3), 2), Nil)); ns = Variable(Set(Range(0, 3)))
ks = Variable(Set(Seq(Range(0, 3), 2), 3)); R = Record(v=Range(0, 3)); r = Variable(R)
U = Union(Record(k="x", v=Range(0, 3)), Record(k="y", w=BOOLEAN)); u = Variable(U)
f = Variable(Fn(P, Range(0, 3))); g = Variable(Fn(Range(1, 2), Range(0, 3)))
q = Variable(Seq(Range(0, 3), 3)); bag = Variable(Bag(Range(0, 3), 3, 3))
number = Variable(Range(-9, 99)); truth = Variable(BOOLEAN); atom = Variable(Enum(P, Nil))
numbers = Variable(Set(Range(-9, 99), 9)); sequence = Variable(Seq(Range(-9, 99), 9))
more = Variable(Bag(Range(0, 9), 9, 9))
def Start(t, cell, i, p):
    t.cell = cell; t.i = i; t.n = i + 1; t.b = i == 1; t.a = "v" if i == 0 else "w"; t.p = p; t.e = 1 if i == 0 else "v"
    t.o = 2 if i == 0 else Nil; t.os = {1, 3} if i == 0 else Nil; t.oq = (2, 1) if i == 0 else Nil
    t.ns = {j for j in Range(0, 3) if j != i}; t.ks = {(), (1,), (2, i)}; t.r = R(v=i)
    t.u = U(k="x", v=2) if i == 0 else U(k="y", w=True); t.f = {x: i for x in P}; t.g = (i, 3)
    t.q = () if i == 0 else (1, 2); t.bag = {} + {2} if i == 0 else {} + {1, 3} + {3}
    t.number = 0; t.truth = False; t.atom = Nil; t.numbers = set(); t.sequence = (); t.more = {}
Init = [(Start, Range(0, @), Range(0, 1), P)]
"""
#: Values of each kind of the guide: variables, which may be absent or of several kinds, and what is written out.
OPERANDS = """
s.n; s.b; s.a; s.p; s.e; s.o; s.os; s.oq; s.ns; {s.n}; set(); s.ks; s.r; s.u; s.f; s.g; s.q; (s.n, 1); (); s.bag; {}
2; True; "v"; Nil; {1, 2}; (1, 2); Range(0, s.n); {j + 1 for j in s.ns}; {j: s.n for j in P}; R(v=s.n)
"""
EVERY = [operand.strip() for line in OPERANDS.splitlines() for operand in line.split(";") if operand.strip()]
#: Those that two operands are taken from, and those for an operator whose rules are another's, too.
SOME = [
    "s.n",
    "s.b",
    "s.a",
    "s.p",
    "s.e",
    "s.o",
    "s.os",
    "s.ns",
    "{s.n}",
    "s.r",
    "s.f",
    "s.g",
    "s.q",
    "(s.n, 1)",
    "()",
    "s.bag",
]
FEW = ["s.n", "s.b", "s.o", "s.ns", "s.q", "s.bag"]
#: What is applied to each operand, ``_``; and to each pair.
UNARY = """
not _; -(_); abs(_); Max(_); Min(_); max(_, 1); UNION(_); UNION({_}); The(_); Cardinality(_); len(_); (_).v; Len(_)
Head(_); Tail(_); SubSeq(_, 1, s.n); SubSeq(s.q, _, 1); SubSeq(s.q, 1, _); Range(_, 2); {_}; (_,); R(v=_)
1 if _ else 2; s.n if s.b else _; _ and s.b; s.b or _; all(j == 1 for j in _); any(_ for j in s.ns); {j for j in _}
sum(_ for j in s.ns); tuple(j for j in _); {j: s.n for j in _}; 1 in _; _ in Nat; _ in BOOLEAN; _ in Seq(Range(0, 3))
_ in R; _ in P
"""
FORMS = {form.strip(): [EVERY] for line in UNARY.splitlines() for form in line.split(";") if form.strip()}
FORMS |= {form: [SOME, SOME] for form in ("_ and _", "_ == _", "_ <= _", "_ in _", "_ + _", "_ - _", "_ * _", "_ | _")}
FORMS |= {form: [SOME, SOME] for form in ("Append(_, _)", "CopiesIn(_, _)", "{_, _}", "Range(_, _)")}
#: Python has characters of strings, and the interpreter fields of records by their names, which the engine refuses.
FORMS["_[_]"] = [[operand for operand in SOME if operand not in ("s.a", "s.r")], SOME]
FORMS |= {f"_ {symbol} _": [FEW, FEW] for symbol in ("or", "!=", "<", ">", ">=", "not in", "//", "%", "**", "&", "^")}
#: What the reference engine evaluates in all these states, and is refused, by what is said.
GAPS = (
    "values of different kinds meet here",  # in one place, such as what a condition chooses from
    "the elements of a set can be compared, but not those here",
    "a function is defined on a constant set, or on 1..n",
    "is not supported",  # in, of a domain of other values
    "cannot be told here",  # of what an empty set or sequence is
    "a function ([{p1, p2} -> 0..3]), and a sequence",
    "a sequence (Seq(0..3)), and a function",  # the arguments are model values, which TLC does not ask for
    "a set of such values needs a variable of that kind of set",
)
#: Operators that stand in no other form: a record is made of a domain, a constant is evaluated before.
ELSEWHERE = {op.RECORD, op.BAG, op.FUNCTION}


@dataclass
class Cell:
    """An operator applied to some operands."""

    text: str
    line: int
    #: What it is in each state, or the error that it is there.
    values: list[Any] = field(default_factory=list)


def spec_of(texts: list[str], cells: int = 0) -> tuple[Spec, dict[int, SpecError]]:
    """A spec with a definition for each text, and the texts that it is not even loaded with."""
    refused: dict[int, SpecError] = {}
    head = HEAD.replace("@", str(cells))
    while True:
        shown = ["0" if k in refused else text for k, text in enumerate(texts)]
        definitions = "".join(f"def E{k}(s):\n    return {text}\n" for k, text in enumerate(shown))
        try:
            return load(f"{head}{definitions}def Stop(s, t):\n    return False\nNext = [Stop]\n", {"P": 2}), refused
        except SpecError as error:
            assert error.line is not None, error
            refused[(error.line - line_of(head, 0)) // 2] = error


def line_of(head: str, number: int) -> int:
    """The line of a definition's value, after the line that every spec begins with."""
    return head.count("\n") + 2 * number + 3


def states(spec: Spec) -> list[State]:
    """Two states for each cell, with other values in each variable."""
    return [state for number, state in enumerate(spec.initial_states()) if number % 4 in (0, 3)]


def evaluated(spec: Spec, name: str, state: State) -> Any:
    """What the reference engine says of a definition; the interpreter says the same."""
    try:
        value = spec.namespace[name](state)
    except (McError, AttributeError, IndexError, TypeError) as error:  # Python's own, of what has no parts
        with pytest.raises(McError):
            spec.interpreter.value(spec.formulas[name], tuple(state.values.values()))
        return error
    assert equal(value, spec.interpreter.value(spec.formulas[name], tuple(state.values.values())))
    return value


@pytest.mark.filterwarnings("ignore::SyntaxWarning")  # Python warns of what is no function there
@pytest.mark.parametrize("form", FORMS)
def test_each_cell_has_a_rule_or_a_refusal(form: str) -> None:
    texts = [filled(form, operands) for operands in product(*FORMS[form])]
    spec, unread = spec_of(texts)
    module = Module(spec, Layout(spec.variables, spec))
    rules: list[Cell] = []
    for number, text in enumerate(texts):
        if number in unread:
            reason = unread[number].message  # the readers' own, which names the operator
            assert form.partition("(")[0] in reason and names_kinds(reason), f"{text}: {reason}"
            continue
        cell = Cell(text, line_of(HEAD, number))
        cell.values = [evaluated(spec, f"E{number}", state) for state in states(spec)]
        w = new_writer(module, str(spec.path), truth(False))
        w.state = StateRef(pointer("s"))
        try:
            bind(w, w.expr(spec.formulas[f"E{number}"].expression))
        except SpecError as error:
            assert (error.line, error.file) == (cell.line, str(spec.path)), f"{text}: {error}"
            assert any(isinstance(value, Exception) for value in cell.values) or declared(error), f"{text}: {error}"
            reason, _, shown = error.message.rpartition(", in ")
            assert shown in operations(spec, f"E{number}") and names_kinds(reason), f"{text}: {error}"
            continue
        rules.append(cell)
    assert_same_values(rules)


def filled(form: str, operands: tuple[str, ...]) -> str:
    """A form with operands in the place of ``_``."""
    for operand in operands:
        form = form.replace("_", operand, 1)
    return form


def operations(spec: Spec, name: str) -> set[str]:
    """The text of a definition's value, and of each operation in it."""
    return {spec.written(node.place) for node in parts(spec.formulas[name].expression) if children(node)}


def names_kinds(reason: str) -> bool:
    """Whether a refusal says of which kind something is, and not only of which it is to be."""
    given = reason.partition(", not ")[2] or reason
    return any(name in given for kinds in VALUES for name in kinds)


def declared(error: SpecError) -> bool:
    return any(words in error.message for words in GAPS)


def variable_for(value: Any) -> str:
    """The variable that takes a value; empty where none does."""
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, int):
        return "number"
    if isinstance(value, ModelValue):
        return "atom"
    if isinstance(value, BagValue):
        return "more"
    parts = {type(part) for part in value} if isinstance(value, (frozenset, SeqValue)) else {str}
    return "" if parts - {int} else "numbers" if isinstance(value, frozenset) else "sequence"


def assert_same_values(cells: list[Cell]) -> None:
    """What is computed in each state is what the reference engine computes, and fails where that does."""
    taken = [(cell, {variable_for(v) for v in cell.values if not isinstance(v, Exception)}) for cell in cells]
    chosen = [(cell, *names) for cell, names in taken if len(names) == 1 and names != {""}]
    if not chosen:
        return
    actions = "".join(
        f"def A{k}(s, t):\n    if not s.cell == {k}:\n        return False\n"
        f"    t.{name} = {cell.text}\n    return True\n"
        for k, (cell, name) in enumerate(chosen)
    )
    names = ", ".join(f"A{k}" for k in range(len(chosen)))
    head = HEAD.replace("@", str(len(chosen) - 1))
    spec = load(f"{head}{actions}Next = [{names}]\n", {"P": 2})
    program = Program(spec)
    given = iter(states(spec))
    for cell, name in chosen:
        for value in cell.values:
            rows, _, _, complete = program.expand(program.layout.pack(next(given)))
            if isinstance(value, Exception):
                assert not complete, f"{cell.text}: {value}"
                continue
            assert complete and len(rows) == 1, f"{cell.text}: cannot be evaluated, but is {value}"
            found = program.unpack(rows[0]).values[name]
            assert equal(found, value), f"{cell.text} = {found}, not {value}"


def test_what_is_refused_is_shown_where_it_stands() -> None:
    """Also where its value is used elsewhere, and where it is long."""
    assert refusal("t.n = len(Both(s))", "def Both(s):\n    return {\n        s.n,\n        s.b,\n    }\n") == (
        "the elements of a set can be compared, but not those here: "
        "a number or a Boolean ({0, 1, 2, 3, FALSE, TRUE}), in {s.n, s.b,}",
        "return {",
    )
    assert refusal("t.ns = s.f") == (
        "a function ([{p1, p2} -> 0..3]), is used where a set (SUBSET 0..3), belongs, in t.ns = s.f",
        "t.ns = s.f",
    )
    many = " and ".join(f"s.n != {k}" for k in range(20))
    reason, _ = refusal(f"t.b = {many} and s.n")
    assert reason == f"TRUE or FALSE is needed here, not a number (0..3), in {many[:LONGEST]}..."


def refusal(statement: str, definitions: str = "") -> tuple[str, str]:
    """Why the engine refuses a spec with a statement, and the line that it says this of."""
    action = f"def Use(s, t):\n    {statement}\n    return True\nNext = [Use]\n"
    spec = load(HEAD.replace("@", "0") + definitions + action, {"P": 2})
    with pytest.raises(SpecError) as refused:
        Program(spec)
    error = refused.value
    assert error.file is not None and error.line is not None
    return error.message, spec.texts[error.file].split("\n")[error.line - 1].strip()


def test_each_operator_is_in_a_form() -> None:
    texts = [filled(form, (operand,) * len(some)) for form, some in FORMS.items() for operand in ("s.n", "s.q")]
    spec, _ = spec_of(texts)
    seen = set(applied(spec))
    assert not {*TABLE, *BINDERS} - seen
    assert {*op.TABLE} == {*TABLE} | ELSEWHERE


def applied(spec: Spec) -> Iterator[Any]:
    """All operators and binders in the definitions of a spec."""
    for name in (name for name in spec.namespace if name.startswith("E") and name[1:].isdigit()):
        for node in parts(spec.formulas[name].expression):
            if isinstance(node, Apply):
                yield node.operator
            elif isinstance(node, Bind):
                yield node.binder


def parts(node: Node) -> Iterator[Node]:
    """A node and all that it consists of."""
    yield node
    for part in children(node):
        yield from parts(part)


def test_the_table_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", "--language"]) == 0
    printed = capsys.readouterr().out
    assert [r"a \o b", "a + b", "two sequences"] in [
        line.split("  ") for line in re.sub(" {2,}", "  ", printed).splitlines()
    ]
    assert max(map(len, printed.splitlines())) <= 100
    for operator in TABLE:
        assert f" {operator.form(operator.python)} " in printed
    assert main(["info"]) == 2
    assert "--language" in capsys.readouterr().err
