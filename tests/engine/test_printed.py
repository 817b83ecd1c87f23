"""The code that each rule of translation makes, of a small action: to be read where it changes.

A file of ``printed/`` begins with variables and Init. A section is named by what it shows. It has the lines of an
action, or definitions, and after ``==>`` what they become, which ``pytest --update-printed`` writes anew.
"""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import pytest

from mc.cli import language
from mc.engine import runtime
from mc.engine.program.program import Program
from mc.engine.translate import rules
from mc.engine.translate.operands import Row
from mc.formula import nodes
from mc.formula.facts import Facts, used
from mc.spec.objects import Spec
from tests.toys.engines import load

FILES = sorted((Path(__file__).parent / "printed").glob("*.txt"))
#: What is in every module.
ALWAYS = set(re.findall(r"^def (\w+)", (Path(runtime.__path__[0]) / "model.pyi").read_text(encoding="utf-8"), re.M))
#: Where a definition stands in a file; and of Next what is around its only action.
PLACE = re.compile(r'\n    """\w+, spec\.py:\d+\."""')
AROUND = re.compile(
    r"def expand.*?    # A\(\w*\)\n(?P<action>.*?)"
    r"(    if x\[0\] == 0:\n        t = keep\(s, t, parent, 0, 1, out, c, x\)\n)?"
    r"(    if x\[0\] != 0:\n        return(\n    c\[WAYS\] = 0)?)?",
    re.DOTALL,
)


@dataclass(frozen=True)
class Section:
    """An action and its code. What its name has after ``; `` tells it from others of the same rule."""

    name: str
    text: str
    code: str

    @property
    def rule(self) -> str:
        return self.name.partition("; ")[0]

    def spec(self, head: str) -> Spec:
        text = self.text
        if not re.search(r"^def A\(", text, re.MULTILINE):
            text = f"def A(s, t):\n{textwrap.indent(text, '    ')}    return True\n"
        return load(head + text + "Next = [A]\n" * ("Next =" not in text), {"P": 3} if "P:" in head else {})

    def __str__(self) -> str:
        return f"--- {self.name}\n{self.text}==>\n{self.code}\n"


def read(path: Path) -> tuple[str, list[Section]]:
    """The beginning of a file, and its sections."""
    head, *parts = re.split(r"^--- ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = []
    for part in parts:
        name, _, rest = part.partition("\n")
        text, _, code = rest.partition("==>\n")
        found.append(Section(name, text, code.rstrip("\n")))
    return head, found


def printed(spec: Spec) -> str:
    """What is made of an action, with the functions and the tables that it uses."""
    header, *blocks = PLACE.sub("", Program(spec).source).rstrip("\n").split("\n\n\n")
    functions = {name[1]: block for block in blocks if (name := re.match(r"def (\w+)", block))}
    # What is a few words, or has choices, becomes a part of Next.
    next_state = AROUND.fullmatch(functions["expand"])
    assert next_state is not None, functions["expand"]
    shown = [textwrap.dedent(next_state["action"]).rstrip("\n")]
    if shown[0].startswith("if spec_A(s, t, x):"):
        shown = [functions["spec_A"]]
    for name, block in reversed(functions.items()):
        if name not in ALWAYS and block not in shown and any(f"{name}(" in other for other in shown):
            shown.insert(0, block)
    tables = [line for line in header.splitlines() if re.match(r"\w+ = \[", line)]
    named = [line for line in tables if any(re.search(rf"\b{line.split()[0]}\b", block) for block in shown)]
    return "\n\n".join(["\n".join(named)] * bool(named) + shown)


# What a section shows


def rules_of_the_table() -> Iterator[tuple[str, Row]]:
    """The rows of both tables, by the name of the section that shows them: how Python spells the operator, and what it
    takes where it has several."""
    rows = [row for some in rules.TABLE.values() for row in some] + list(rules.BINDERS.values())
    spelt = Counter(python for _, python, _ in language.rows())
    for (_, python, takes), row in zip(language.rows(), rows, strict=True):
        yield python if spelt[python] == 1 else f"{python}: {takes}", row


#: Forms that are not those of Python specs have no sections.
OF_TLA = (nodes.Lambda, nodes.Invoke, nodes.Recursive, nodes.Except)
#: What is a form of its own, not in a table; how an action is written where it chooses nothing, and where it does.
EXPRESSIONS = {
    form.__name__: form for form in get_args(nodes.Expression) if form not in (nodes.Apply, nodes.Bind, *OF_TLA)
}
TREES = {form.__name__: form for form in get_args(nodes.Tree) if form not in (nodes.Either, nodes.Some)}
WAYS = {f"{form.__name__}, of ways": form for form in get_args(nodes.Tree) if form is not nodes.Assign}


def shows(spec: Spec, rule: str, applied: set[str]) -> bool:
    """Whether a rule takes part in the translation of an action."""
    if rule not in EXPRESSIONS | TREES | WAYS:
        return rule in applied
    facts, found = Facts(spec.formulas), list(used(spec.formulas["A"].body, spec.formulas))
    if rule in EXPRESSIONS:
        return any(isinstance(node, EXPRESSIONS[rule]) for node in found)
    chosen = (facts.of(n).chooses or facts.of(n).forks for n in found if isinstance(n, (TREES | WAYS)[rule]))
    return any(chosen) if rule in WAYS else not all(chosen)


@pytest.fixture
def applied(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The rules of the tables that were applied."""
    found: set[str] = set()

    def noted(name: str, row: Row) -> Row:
        rule: Callable[..., Any] = row.rule

        def apply(*arguments: Any) -> Any:
            found.add(name)
            return rule(*arguments)

        return replace(row, rule=apply)

    rows = iter([noted(name, row) for name, row in rules_of_the_table()])
    table = {operator: [next(rows) for _ in some] for operator, some in rules.TABLE.items()}
    monkeypatch.setattr(rules, "TABLE", table)
    monkeypatch.setattr(rules, "BINDERS", {binder: next(rows) for binder in rules.BINDERS})
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_printed_code(path: Path, applied: set[str], request: pytest.FixtureRequest) -> None:
    head, sections = read(path)
    again = []
    for section in sections:
        applied.clear()
        spec = section.spec(head)
        again.append(replace(section, code=printed(spec)))
        assert shows(spec, section.rule, applied), f"{section.name}: not what this action is translated by"
    text = head + "\n".join(map(str, again))
    if request.config.getoption("update_printed"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_every_rule_has_its_section() -> None:
    names = {section.rule for path in FILES for section in read(path)[1]}
    assert names == {*dict(rules_of_the_table()), *EXPRESSIONS, *TREES, *WAYS}
