"""The text of a spec: names that Python or mc's own objects reserve, encodings, files that are no spec."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mc.cli.main import main
from mc.engine.search.compiled import Engine
from mc.errors import SpecError
from mc.lang.text import to_tla
from mc.read.python.given import parse_expressions
from mc.read.python.load import load_spec
from mc.spec.objects import Model
from mc.tlc import crosscheck
from mc.trace.explain import explain
from tests.toys.engines import compare, load

#: In every place that a name may have.
KEYWORDS = """
P: ModelValues
is_: ModelValue
None_: ModelValue
with_: Natural
Msg = Union(Record(type="a", from_=P, to=P), Record(type="b", not_=Range(0, 2), None_=BOOLEAN))
Def = Record(class_=Range(0, 3), pass_=Seq(Range(0, 3), 2))
net = Variable(Set(Msg, 2))
lambda_ = Variable(Range(0, 3))
in_ = Variable(Fn(P, Optional(P, None_)))
def_ = Variable(Def)
def Init(t):
    t.net = set()
    t.lambda_ = 0
    t.in_ = {for_: None_ for for_ in P}
    t.def_ = Def(class_=0, pass_=(1,))
def Send(s, t, from_, to):
    if Msg(type="a", from_=from_, to=to) in s.net:
        return False
    if not Cardinality(s.net) < 2:
        return False
    t.net = s.net | {Msg(type="a", from_=from_, to=to)}
    t.in_[from_] = to
    return True
def yield_(s, t, m):
    if not m.type == "a":
        return False
    try_ = m.from_
    if not s.in_[try_] != None_:
        return False
    t.net = (s.net - {m}) | {Msg(type="b", not_=s.lambda_ % 3, None_=True)}
    t.def_.class_ = (s.def_.class_ + s.lambda_) % 4
    t.def_.pass_[1] = s.lambda_
    t.in_[try_] = None_
    return True
def Up(s, t):
    if not s.lambda_ < with_:
        return False
    while_ = 0
    for or_ in Range(1, 2):
        while_ = while_ + or_
    t.lambda_ = s.lambda_ + while_ - 2
    return True
Next = [(Send, P, P), (yield_, net), Up]
def and_(s, except_):
    return all(m.not_ <= except_ for m in s.net if m.type == "b")
def Inv(s):
    return and_(s, 1) and all(s.in_[i] != i for i in P)
Explanations = {Inv: "{i} has {s.in_[i]}, {s.lambda_}"}
Witnesses = [Inv]
"""


def test_names_that_python_reserves_are_those_of_tla() -> None:
    spec = load(KEYWORDS, {"P": 2, "with": 2})
    assert list(spec.constants) == ["P", "is", "None", "with"]
    assert list(spec.variables) == ["net", "lambda", "in", "def"]
    assert [action.name for action in spec.actions] == ["Send", "yield", "Up"]
    assert [p.name for p in spec.actions[0].parameters] == ["from", "to"]
    (state,) = spec.initial_states()
    assert to_tla(state.values["in"]) == "(p1 :> None @@ p2 :> None)"
    assert to_tla(state.values["def"]) == "[class |-> 0, pass |-> <<1>>]"
    result = compare(spec, (1,)).result
    assert result is not None and all(count.generated for count in result.actions.values())
    shown = parse_expressions("lambda_, s.def_.class_, in_", spec)
    assert [to_tla(e.value(state)) for e in shown] == ["0", "0", "(p1 :> None @@ p2 :> None)"]


def test_they_are_told_as_those_of_tla() -> None:
    spec = load(KEYWORDS, {"P": 2, "with": 2}, invariants=("Inv",))
    violation = Engine(spec).search(workers=1).violation
    assert violation is not None
    found = explain(spec, spec.invariants[0], violation.representatives[-1])
    assert str(found) == "Inv is false: p1 has p1, 0"
    assert [c.text for c in found.components] == ["in[p1]"]


def test_tlc_has_them_too(tmp_path: Path) -> None:
    """A field, a variable and a parameter."""
    (tmp_path / "Letters.tla").write_text(
        """---- MODULE Letters ----
EXTENDS Integers, FiniteSets
CONSTANT P
VARIABLES net, lambda
Init == net = {} /\\ lambda = 0
Send(from, in) ==
    /\\ [from |-> from, in |-> in] \\notin net
    /\\ Cardinality(net) < 2
    /\\ net' = net \\cup {[from |-> from, in |-> in]}
    /\\ lambda' = 1 - lambda
Next == \\E p, q \\in P : Send(p, q)
====
"""
    )
    path = tmp_path / "letters.py"
    path.write_text(
        """from mc.lang import *
P: ModelValues
Letter = Record(from_=P, in_=P)
net = Variable(Set(Letter, 2))
lambda_ = Variable(Range(0, 1))
def Init(t):
    t.net = set()
    t.lambda_ = 0
def Send(s, t, from_, in_):
    if Letter(from_=from_, in_=in_) in s.net:
        return False
    if not Cardinality(s.net) < 2:
        return False
    t.net = s.net | {Letter(from_=from_, in_=in_)}
    t.lambda_ = 1 - s.lambda_
    return True
Next = [(Send, P, P)]
"""
    )
    spec = load_spec(path, Model("m", {"P": 2}, deadlock=False))
    engine = Engine(spec)
    result = crosscheck(spec, engine, engine.search(), out=tmp_path / "out", environment=os.environ)
    assert (result.differences, result.verdict) == ((), "equal")
    assert result.compared == {"counts": True, "states": True, "edges": True}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Msg = Record(to=P, from=P)  # !", "from"),
        ('Msg = Record(\n    type="a",\n    from=P,  # !\n)', "from"),
        ("lambda = Variable(P)  # !", "lambda"),
        ("in = Variable(P)  # !", "in"),
        ("lambda: Natural  # !", "lambda"),
        ("with: Natural  # !", "with"),
        ("None: ModelValue  # !", "None"),
        ("def A(s, t, is):  # !\n    return True", "is"),
        ("def in(s, t):  # !\n    return True", "in"),
        ("def A(s, t):\n    t.lambda = 1  # !", "lambda"),
        ("def A(s):\n    return all(m.from in P  # !\n               for m in s.net)", "from"),
        ("def A(s):\n    return all(s.f[is]  # !\n               for is in P)", "is"),
    ],
)
def test_a_syntax_error_at_such_a_name_says_how_it_is_written(text: str, word: str) -> None:
    with pytest.raises(SpecError, match=f"`{word}` is a word of Python: write {word}_, which stands for") as caught:
        load(text)
    assert caught.value.line == text[: text.index("# !")].count("\n") + 2


def test_another_syntax_error_is_told_as_it_is() -> None:
    with pytest.raises(SpecError, match=r"spec\.py:3: syntax error: (?!.*word of Python)"):
        load("def A(s, t):\n    if s.x = 1:\n        return None, (True)")


def test_names_that_states_and_records_of_mc_have_themselves() -> None:
    spec = load(
        """
R = Record(fields=Range(0, 3), values=Range(0, 3), self=Range(0, 3))
values = Variable(Set(Range(0, 3)))
fields = Variable(R)
freeze = Variable(Fn(Range(1, 2), R))
_values = Variable(Range(0, 3))
s = Variable(Range(0, 3))
def Init(t):
    t.values = {0}
    t.fields = R(fields=0, values=1, self=2)
    t.freeze = {k: R(fields=0, values=1, self=2) for k in Range(1, 2)}
    t._values = 0
    t.s = 0
def A(s, t, k):
    if not Cardinality(s.values) < 3:
        return False
    t.values = s.values | {(k + s.fields.values) % 4}
    t.fields.fields = (s.fields.fields + s.fields.values) % 4
    t.freeze[1].values = s.freeze[2].self
    t._values = (s._values + 1) % 4
    t.s = Cardinality({e for e in s.values if e in {s.fields.self, s._values}})
    return True
Next = [(A, values)]
"""
    )
    result = compare(spec, (1,)).result
    assert result is not None and result.distinct > 3


SPEC = """from mc.lang import *
# ÄÖ: not ASCII
x = Variable(Range(0, 1))
def Init(t):
    t.x = 0
def A(s, t):
    t.x = 1 - s.x
    return True
Next = [A]
def Small(s):
    return s.x in {0, 1} and s.x < 1
Invariants = [Small]
"""
YAML = "models:\n  one: {description: ÄÖ, deadlock: false}\n"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "\ufeff utf-16-be", "utf-32"])
def test_files_as_windows_tools_write_them(
    encoding: str, newline: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mark, encoding = encoding.rpartition(" ")[::2]
    for name, text in (("toy.py", SPEC), ("toy.yaml", YAML)):
        (tmp_path / name).write_bytes((mark + text.replace("\n", newline)).encode(encoding))
    assert main(["check", str(tmp_path / "toy.py"), "--quiet", "--out", str(tmp_path / "out")]) == 12
    told = capsys.readouterr()
    assert "toy.py:11: s.x < 1" in told.out
    assert not told.err


def test_other_encodings_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "toy.py"
    path.write_bytes(SPEC.encode("latin-1"))
    assert main(["check", str(path), "--quiet"]) == 150
    assert "toy.py: cannot read the spec: line 2 is not UTF-8" in capsys.readouterr().err
    path.write_text(SPEC, encoding="utf-8")
    path.with_suffix(".yaml").write_bytes(YAML.encode("latin-1"))
    assert main(["check", str(path), "--quiet"]) == 151
    assert "toy.yaml: cannot read the models: line 2 is not UTF-8" in capsys.readouterr().err


@pytest.mark.parametrize("constants", [[], ["-c", "N=3"]])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "this is no Python (\n",
        "print('hello')\n",
        "x = 1\0\n",
        "N: Natural\nx = Variable(Range(0, N)\n",
        f"N: Natural\n{SPEC}def F(n):\n    while n:\n        n = n - 1\n    return n\n",
        f"N: Natural\n{SPEC}def F(s):\n    s.x = 1\n",
        f"N: Natural\n{SPEC}class K:\n    pass\n",
        f"import os\n{SPEC}",
        f"N: Number\n{SPEC}",
        f"N: Natural\n{SPEC}def Q(s):\n    return {' and '.join(['s.x < 1'] * 300)}\n",
        f"N: Natural\n{SPEC}def Q(s):\n    return 0 < {' + '.join(['s.x'] * 300)}\n",
        f"N: Natural\n{SPEC}def Q(s):\n    return {'not ' * 20_000}True\n",
    ],
)
def test_a_file_that_is_no_spec_exits_with_150(
    text: str, constants: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever its constants are."""
    path = tmp_path / "toy.py"
    path.write_text(text, encoding="utf-8")
    assert main(["check", str(path), *constants, "--quiet", "--out", str(tmp_path / "out")]) == 150
    assert f"mc: error: {path}" in capsys.readouterr().err


def test_a_spec_does_not_end_mc(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "toy.py"
    path.write_text(f"{SPEC}exit(3)\n", encoding="utf-8")
    assert main(["check", str(path), "--quiet"]) == 150
    assert f"mc: error: {path}:{SPEC.count(chr(10)) + 1}: exit is Python's own" in capsys.readouterr().err
