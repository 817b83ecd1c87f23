"""Every spec says what its module in ``proofs/`` says, in the same order and in the same words.

Compared: what is extended, constants, variables, definitions with their parameters, the rows of Next.
A definition of the ``.py`` has ``s`` and ``t`` before the parameters of the ``.tla``: both for an
action, ``s`` for what depends on the state, none for the rest, and ``t`` alone for Init.

Without a counterpart, by rule:

- in the ``.tla``: a plain tuple of variables (``vars``); a temporal formula (``Spec``); a definition
  that only names a row of Next (``ReceiveAny``); an operator that ``mc.lang`` provides (``Min``);
  ``ActionH(i) == Action(i) /\\ Update``, which the ``.py`` writes ``Then(Action, Update)``
- in the ``.py``: the tables ``Invariants``, ``Constraints``, ``Witnesses`` and ``Explanations``

All else that differs is listed in the spec's docstring, under ``Deviations:``, a line each:
``NAME: reason``. NAME is the constant, variable, definition, or action of a row. A deviation that is
listed but does not exist is a difference as well.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import mc.lang
from mc.read.python.tables import TABLES
from mc.tlc.proof import find_paired
from mc.tlc.tla import TlaDefinition, read_module, tokens

ROOT = Path(__file__).resolve().parent.parent
SPECS = sorted((ROOT / "specs").glob("*.py"))
STANDARD = {"Naturals", "Integers", "Reals", "Sequences", "FiniteSets", "Bags", "TLC", "TLCExt"}


@dataclass(frozen=True)
class Row:
    """A row of Next: the sets that its parameters range over, and the update conjoined to the action."""

    action: str
    sets: tuple[str, ...]
    update: str = ""


@dataclass
class Outline:
    """What the two texts are compared by."""

    extends: list[str] = field(default_factory=list)
    constants: list[str] = field(default_factory=list)
    variables: list[str] = field(default_factory=list)
    #: Parameters without ``s`` and ``t``, by name, in order.
    definitions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: What each definition depends on: 0 nothing, 1 the state, 2 the step.
    levels: dict[str, int] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)


# The .tla


def read_tla(path: Path) -> Outline:
    """The outline of a module, without what has no counterpart by rule."""
    module = read_module(path)
    extended = [find_paired(name, [path.parent]) for name in module.extends if name not in STANDARD]
    modules = [*(read_module(p) for p in extended), module]
    variables = {name for m in modules for name in m.variables}
    known = {name: definition for m in modules for name, definition in m.definitions.items()}
    own = module.definitions
    following = next((name for name in reversed(list(own)) if name.endswith("Next")), None)
    plain = module.rows(following) if following is not None else ()
    rows = [Row(row.action, tuple(_sets(row.bound, row.arguments))) for row in plain]
    without = {row.label for row in plain if row.label != row.action} | set(mc.lang.__all__)
    for name in own:
        if _is_tuple(name, variables, known) or "[][" in own[name].body.replace(" ", ""):
            without.add(name)
    for k, row in enumerate(rows):
        step = _conjoined(own.get(row.action))
        if step is not None:
            without.add(row.action)
            rows[k] = Row(step[0], row.sets, step[1])
    levels = {name: _level(name, variables, known) for name in own}
    return Outline(
        extends=[_plain(p.stem) for p in extended],
        constants=list(module.constants),
        variables=list(module.variables),
        definitions={name: d.parameters for name, d in own.items() if name not in without},
        levels=levels,
        rows=rows,
    )


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _sets(bound: Iterable[tuple[str, str]], arguments: Iterable[str]) -> Iterable[str]:
    """The set that each argument ranges over; an argument that is no bound variable stays as it is."""
    over = {name: " ".join(text.removeprefix("DOMAIN ").split()) for name, text in bound}
    return (over.get(argument, argument) for argument in arguments)


def _is_tuple(name: str, variables: set[str], known: Mapping[str, TlaDefinition]) -> bool:
    """Whether ``name`` is a tuple of variables, or of other such tuples."""
    if name not in known:
        return False
    body = [token.text for token in tokens(known[name].body)]
    parts = [text for text in body[1:-1] if text != ","]
    return body[0] == "<<" and body[-1] == ">>" and all(p in variables or _is_tuple(p, variables, known) for p in parts)


def _conjoined(definition: TlaDefinition | None) -> tuple[str, str] | None:
    """``Action`` and ``Update`` of ``Name(i) == Action(i) /\\ Update``."""
    if definition is None:
        return None
    call = re.escape(f"({','.join(definition.parameters)})") if definition.parameters else ""
    match = re.fullmatch(rf"(\w+){call}/\\(\w+)", "".join(definition.body.split()))
    return (match[1], match[2]) if match is not None else None


def _level(name: str, variables: set[str], known: Mapping[str, TlaDefinition]) -> int:
    if name in variables:
        return 1
    if name not in known:
        return 0
    body = tokens(known[name].body)
    if any(token.text in ("'", "UNCHANGED") for token in body):
        return 2
    # Names of fields are no variables: m.term, [term |-> 1], [term : Nat].
    named = (
        token.text
        for before, token, after in zip([None, *body], body, [*body[1:], None], strict=False)
        if token.kind == "name"
        and token.text != name
        and token.text not in known[name].parameters
        and not (before is not None and before.text == ".")
        and not (after is not None and after.text in ("|->", ":"))
    )
    return max((_level(n, variables, known) for n in named), default=0)


# The .py


def read_py(path: Path) -> Outline:
    """The outline of a spec file, without what has no counterpart by rule."""
    found = Outline()
    for node in _tree(path).body:
        if isinstance(node, ast.ImportFrom) and node.module not in ("mc.lang", "__future__"):
            found.extends.append(_plain(node.module or ""))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.constants.append(node.target.id)
        elif isinstance(node, ast.FunctionDef):
            names = [argument.arg for argument in node.args.args]
            found.levels[node.name] = 2 if "t" in names[:2] else 1 if names[:1] == ["s"] else 0
            states = next(k for k in (2, 1, 0) if names[:k] in (["s", "t"], ["s"], ["t"], []))
            found.definitions[node.name] = tuple(names[states:])
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "Variable":
                found.variables.append(name)
            elif name not in TABLES:
                found.definitions[name] = ()
                found.levels[name] = 2
                if name.endswith("Next"):
                    found.rows = _rows(node.value, path)
    return found


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _rows(table: ast.expr, path: Path) -> list[Row]:
    """The rows of a literal table, or of ``[(Then(action, Update), *domains) for action, *domains in Next]``."""
    if isinstance(table, ast.ListComp):
        text = ast.unparse(table)
        match = re.fullmatch(r"\[\(Then\((\w+), (\w+)\), \*(\w+)\) for \(?\1, \*\3\)? in (\w+)\]", text)
        assert match is not None, f"{path.name}: not a table of rows: {text}"
        return [Row(row.action, row.sets, match[2]) for row in _table(match[4], path)]
    assert isinstance(table, ast.List), f"{path.name}: not a table of rows: {ast.unparse(table)}"
    rows = []
    for item in table.elts:
        if isinstance(item, ast.Starred) and isinstance(item.value, ast.Name):
            rows += _table(item.value.id, path)
            continue
        head, *sets = item.elts if isinstance(item, ast.Tuple) else [item]
        names = [ast.unparse(part) for part in (head.args if isinstance(head, ast.Call) else [head])]
        rows.append(Row(names[0], tuple(map(_set_text, sets)), *names[1:]))
    return rows


def _table(name: str, path: Path) -> list[Row]:
    """The rows of the table of that name in what the spec extends."""
    for extended in re.findall(r"^from (\w+) import \*", path.read_text(encoding="utf-8"), re.MULTILINE):
        file = path.parent / f"{extended}.py"
        if file.is_file():
            for node in _tree(file).body:
                if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
                    return _rows(node.value, file)
            return _table(name, file)
    raise AssertionError(f"{path.name}: no table {name} in what it extends")


def _set_text(node: ast.expr) -> str:
    """A domain as the .tla writes it."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Range", "Set"):
        parts = [_set_text(argument) for argument in node.args]
        return f"{parts[0]}..{parts[1]}" if len(parts) == 2 else f"SUBSET {parts[0]}"
    return ast.unparse(node)


def deviations(path: Path) -> dict[str, str]:
    """What the docstring of a spec lists under ``Deviations:``."""
    listed = re.search(r"^Deviations:(.*)\Z", ast.get_docstring(_tree(path)) or "", re.MULTILINE | re.DOTALL)
    assert listed is not None, f"{path.name}: its docstring has no section Deviations:"
    if listed[1].strip() == "none":
        return {}
    found = {}
    for line in listed[1].strip().splitlines():
        match = re.fullmatch(r"\s*(\w+): (\S.*)", line)
        assert match is not None, f"{path.name}: a deviation is a line 'NAME: reason', not {line!r}"
        found[match[1]] = match[2]
    return found


# The comparison


def differences(spec: Path, module: Path) -> list[str]:
    """Every difference that is not listed, and every deviation listed that is none."""
    py, tla, listed = read_py(spec), read_tla(module), deviations(spec)
    found: dict[str, list[str]] = {}

    def differ(name: str, text: str) -> None:
        found.setdefault(name, []).append(f"{name}: {text}")

    for kind in ("extends", "constants", "variables", "definitions", "rows"):
        ours, theirs = ([_name(item) for item in getattr(side, kind)] for side in (py, tla))
        what = {"rows": "row of Next"}.get(kind, kind)
        for name in ours:
            if name not in theirs:
                differ(name, f"{what}: only in the .py")
        for name in theirs:
            if name not in ours:
                differ(name, f"{what}: only in the .tla")
        common = [name for name in ours if name in theirs]
        for name in _misplaced(common, [name for name in theirs if name in ours], listed):
            differ(name, f"{what}: in another place")
    for name in py.definitions.keys() & tla.definitions.keys():
        here, there = py.definitions[name], tla.definitions[name]
        if here != there:
            differ(name, f"parameters {', '.join(here)} in the .py, {', '.join(there)} in the .tla")
        if py.levels[name] < tla.levels[name]:
            needed = ["", "s", "s and t"][tla.levels[name]]
            differ(name, f"takes {needed}, for so it is in the .tla")
    rows = {row.action: row for row in tla.rows}
    for row in py.rows:
        if row.action in rows and row != rows[row.action]:
            differ(row.action, f"row of Next: {row} in the .py, {rows[row.action]} in the .tla")
    stale = [f"{name}: listed as a deviation, but there is none" for name in listed if name not in found]
    return [text for name, texts in found.items() if name not in listed for text in texts] + stale


def _name(item: str | Row) -> str:
    return item.action if isinstance(item, Row) else item


def _misplaced(ours: Sequence[str], theirs: Sequence[str], listed: Iterable[str]) -> set[str]:
    """Names to take out so that the rest is in the same order; listed ones first, if they are misplaced."""
    apart = {name for name in listed if name in ours}
    rest = [[name for name in side if name not in apart] for side in (ours, theirs)]
    out = set(rest[0]) - set(_longest_common(*rest))
    for name in apart:
        sides = ([n for n in side if n not in out and (n == name or n not in apart)] for side in (ours, theirs))
        if next(sides) != next(sides):
            out.add(name)
    return out


def _longest_common(ours: Sequence[str], theirs: Sequence[str]) -> list[str]:
    best: list[list[str]] = [[] for _ in range(len(theirs) + 1)]
    for name in ours:
        row: list[list[str]] = [[]]
        for k, other in enumerate(theirs):
            row.append([*best[k], name] if name == other else max(best[k + 1], row[k], key=len))
        best = row
    return best[-1]


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)
def test_pair(spec: Path) -> None:
    assert differences(spec, find_paired(spec.stem, [ROOT / "proofs"])) == []


def test_every_module_has_a_spec() -> None:
    paired = {find_paired(spec.stem, [ROOT / "proofs"]) for spec in SPECS}
    assert paired == set((ROOT / "proofs").glob("*.tla"))


# The test of the test

PY = '''"""A counter per process.

Deviations: none
"""

from mc.lang import *

Process: ModelValues
Top: Natural

Count = Range(0, Top)

count = Variable(Fn(Process, Count))
last = Variable(Optional(Process, "none"))


def Init(t):
    t.count = {p: 0 for p in Process}
    t.last = "none"


def Mine(s, p):
    return s.last in {p, "none"}


def Step(s, t, p, n):
    if not Mine(s, p):
        return False
    t.count[p] = n
    t.last = p
    return True


def Reset(s, t, p):
    t.count[p] = 0
    return True


Next = [
    (Step, Process, Range(0, Top)),
    (Reset, Process),
]
'''
TLA = r"""---- MODULE Counter ----
EXTENDS Naturals
CONSTANTS Process, Top
Count == 0..Top
VARIABLES count, last
vars == <<count, last>>
Init == count = [p \in Process |-> 0] /\ last = "none"
Mine(p) == last \in {p, "none"}
Step(p, n) ==
    /\ Mine(p)
    /\ count' = [count EXCEPT ![p] = n]
    /\ last' = p
Reset(p) == count' = [count EXCEPT ![p] = 0] /\ UNCHANGED last
Next ==
    \/ \E p \in Process, n \in 0..Top : Step(p, n)
    \/ \E p \in Process : Reset(p)
Spec == Init /\ [][Next]_vars
====
"""


@pytest.fixture
def toy(tmp_path: Path) -> Callable[..., list[str]]:
    def check(py: tuple[str, str] = ("", ""), tla: tuple[str, str] = ("", ""), listed: str = "") -> list[str]:
        texts = []
        for text, (old, new) in ((PY, py), (TLA, tla)):
            assert old in text
            texts.append(text.replace(old, new, 1) if old else text)
        (tmp_path / "counter.py").write_text(texts[0].replace("Deviations: none", f"Deviations:{listed or ' none'}"))
        (tmp_path / "Counter.tla").write_text(texts[1])
        return differences(tmp_path / "counter.py", tmp_path / "Counter.tla")

    return check


def test_equal_pair(toy: Callable[..., list[str]]) -> None:
    assert toy() == []


@pytest.mark.parametrize(
    ("py", "tla", "said"),
    [
        (("def Mine(s, p):", "def Mine(s, q):"), ("", ""), "Mine: parameters q in the .py, p in the .tla"),
        (("def Mine(s, p):", "def Mine(p):"), ("", ""), "Mine: takes s"),
        (("def Reset(s, t, p):", "def Reset(s, p):"), ("", ""), "Reset: takes s and t"),
        (("last = Variable", "final = Variable"), ("", ""), "last: variables: only in the .tla"),
        (("", ""), ("VARIABLES count, last", "VARIABLES last, count"), "variables: in another place"),
        (("Top: Natural\n", ""), ("", ""), "Top: constants: only in the .tla"),
        (("def Mine", "def Ours"), ("", ""), "Ours: definitions: only in the .py"),
        (("(Reset, Process)", "(Reset, Count)"), ("", ""), "Reset: row of Next: "),
        (("Range(0, Top)),", "Range(1, Top)),"), ("", ""), "Step: row of Next: "),
        (("    (Reset, Process),\n", ""), ("", ""), "Reset: row of Next: only in the .tla"),
        (
            ("(Step, Process, Range(0, Top)),\n    (Reset, Process)", "(Reset, Process),\n    (Step, Process, Count)"),
            ("", ""),
            "row of Next: in another place",
        ),
        (("", ""), ("Count == 0..Top\n", ""), "Count: definitions: only in the .py"),
        (("", ""), ("Spec ==", "Even == \\A p \\in Process : count[p] = 0\nSpec =="), "Even: definitions: only in the"),
    ],
)
def test_difference(toy: Callable[..., list[str]], py: tuple[str, str], tla: tuple[str, str], said: str) -> None:
    found = toy(py, tla)
    assert any(said in text for text in found), found


def test_listed_difference(toy: Callable[..., list[str]]) -> None:
    renamed = ("def Mine(s, p):", "def Mine(s, q):")
    assert toy(renamed, listed="\n    Mine: q reads better") == []
    swapped = ("VARIABLES count, last", "VARIABLES last, count")
    assert toy(tla=swapped, listed="\n    count: out of habit") == []
    assert toy(tla=swapped, listed="\n    last: out of habit") == []


def test_stale_deviation(toy: Callable[..., list[str]]) -> None:
    assert toy(listed="\n    Mine: q reads better") == ["Mine: listed as a deviation, but there is none"]
    swapped = ("VARIABLES count, last", "VARIABLES last, count")
    assert toy(tla=swapped, listed="\n    count: out of habit\n    Step: too") == [
        "Step: listed as a deviation, but there is none"
    ]


@pytest.mark.parametrize("listed", ["\n    Mine", "\n    Mine: ", " Mine, Step", "\n    - Mine: x"])
def test_unreadable_deviation(toy: Callable[..., list[str]], listed: str) -> None:
    with pytest.raises(AssertionError, match="a deviation is a line"):
        toy(listed=listed)


def test_history_rows(tmp_path: Path) -> None:
    """A changed update of a history variable is a difference, and so is a row that lost it."""
    for spec in SPECS:
        (tmp_path / spec.name).write_text(spec.read_text())
    for module in (ROOT / "proofs").glob("*.tla"):
        (tmp_path / module.name).write_text(module.read_text())
    spec, module = tmp_path / "raft_history.py", tmp_path / "RaftHistory.tla"
    assert differences(spec, module) == []
    text = module.read_text()
    module.write_text(text.replace("RestartH(i) == Restart(i) /\\ Remember", "RestartH(i) == Restart(i) /\\ Forget"))
    assert any("Restart: row of Next" in said for said in differences(spec, module))
    module.write_text(text.replace("\\E i \\in Server : RestartH(i)", "\\E i \\in Server : Restart(i)"))
    assert any("Restart: row of Next" in said for said in differences(spec, module))
