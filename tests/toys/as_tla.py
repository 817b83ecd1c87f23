"""A random spec as a TLA+ module: what TLC is given beside the Python text that mc is given.

It knows the part of the language that :class:`toys.random_spec.RandomSpec` writes, and nothing else. An operator of
Python that means several of TLA+ (``+`` of numbers, sequences and bags) is told apart by the domains of the variables.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from mc.lang.composites import Bag, Record, Seq, Set
from mc.lang.domains import Domain, Enum, Fn, as_domain
from mc.lang.values import ModelValueSet
from mc.spec.objects import Action, Parameter, Spec

_PRELUDE = """\
Max(S) == CHOOSE x \\in S : \\A y \\in S : y <= x
Min(S) == CHOOSE x \\in S : \\A y \\in S : x <= y
Abs(n) == IF n < 0 THEN -n ELSE n
RECURSIVE Sum(_)
Sum(f) == IF DOMAIN f = {} THEN 0
          ELSE LET x == CHOOSE x \\in DOMAIN f : TRUE IN f[x] + Sum([y \\in DOMAIN f \\ {x} |-> f[y]])"""

_ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.FloorDiv: "\\div", ast.Mod: "%"}
_OF_SETS = {ast.BitOr: "\\cup", ast.BitAnd: "\\cap", ast.Sub: "\\"}
_COMPARISONS = {ast.Eq: "=", ast.NotEq: "/=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_INCLUSIONS = {
    ast.Lt: "({0} \\subseteq {1} /\\ {0} /= {1})",
    ast.LtE: "({0} \\subseteq {1})",
    ast.Gt: "({1} \\subseteq {0} /\\ {0} /= {1})",
    ast.GtE: "({1} \\subseteq {0})",
}
#: The domain of what is a set, whatever its elements: a set display, a filter.
_SOME_SET = Set(Enum("element"))


def module_text(spec: Spec, name: str) -> str:
    """The module ``name`` that says what ``spec``, a random one, says."""
    tree = next(reversed(spec.trees.values()))
    starts = {function.__name__: parameters for function, parameters in spec.init}
    steps = {action.name: action for action in spec.actions}
    lines = [
        f"---- MODULE {name} ----",
        "EXTENDS Integers, Sequences, FiniteSets, Bags",
        f"CONSTANTS {', '.join(spec.constants)}",
        f"VARIABLES {', '.join(spec.variables)}",
        _PRELUDE,
    ]
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            parameters = [a.arg for a in node.args.args if a.arg not in ("s", "t")]
            writer = _Writer(spec, steps[node.name].parameters if node.name in steps else ())
            relation = node.name in steps or node.name in starts
            body = writer.relation(node, node.name in steps) if relation else writer.definition(node)
            lines.append(f"{_call(node.name, parameters)} == {body}")
        if isinstance(node, ast.FunctionDef) and node.name in steps:
            lines += _taking(spec, steps[node.name])
    if spec.init_name not in starts:
        lines.append(f"{spec.init_name} == {_disjunction(_row(spec, f, p) for f, p in starts.items())}")
    lines.append(f"Next == {_disjunction(_row(spec, _taken_name(a), a.parameters) for a in spec.actions)}")
    return "\n".join([*lines, "====", ""])


def _disjunction(parts: Iterable[str]) -> str:
    return "".join(f"\n    \\/ {part}" for part in parts)


def _call(name: str, arguments: Sequence[str]) -> str:
    return f"{name}({', '.join(arguments)})" if arguments else name


def _row(spec: Spec, name: str, parameters: Sequence[Parameter]) -> str:
    """``\\E p \\in D : name(p)``, for the parameters that range over domains."""
    fixed = [p for p in parameters if p.domain is not None]
    bounds = "".join(f"\\E {p.name} \\in {p.domain!r} : " for p in fixed)
    for constant, value in spec.constants.items():
        if isinstance(value, ModelValueSet):  # whose elements have no names in the module
            bounds = bounds.replace(repr(value), constant)
    return bounds + _call(name, [p.name for p in fixed])


def _taken_name(action: Action) -> str:
    return f"{action.name}Any" if any(p.variable for p in action.parameters) else action.name


def _taking(spec: Spec, action: Action) -> Iterator[str]:
    """For an action that takes from a variable, a definition of that choice: TLC tells actions apart by their names."""
    taken = [p.variable for p in action.parameters if p.variable is not None]
    if taken:
        head = _call(_taken_name(action), [p.name for p in action.parameters if p.variable is None])
        choices = ""
        for p in action.parameters:
            if p.variable is not None:
                elements = "BagToSet({})" if isinstance(spec.variables[p.variable], Bag) else "{}"
                choices += f"\\E {p.name} \\in {elements.format(p.variable)} : "
        yield f"{head} == {choices}{_call(action.name, [p.name for p in action.parameters])}"


class _Writer:
    """Writes one definition."""

    def __init__(self, spec: Spec, parameters: Sequence[Parameter]) -> None:
        self.spec = spec
        #: What the names bound in Python are called in TLA+, where a name may be bound only once.
        self.names: dict[str, str] = {}
        #: The domains of bound names, where they are known.
        self.domains: dict[str, Domain | None] = {p.name: p.domain for p in parameters}
        self.count = itertools.count(1)

    # Definitions

    def definition(self, node: ast.FunctionDef) -> str:
        """A helper or a predicate: conditions that return early, then a value."""
        *early, last = node.body
        assert isinstance(last, ast.Return) and last.value is not None
        text = self.text(last.value)
        for statement in reversed(early):
            assert isinstance(statement, ast.If) and isinstance(statement.body[0], ast.Return)
            assert statement.body[0].value is not None
            text = f"(IF {self.text(statement.test)} THEN {self.text(statement.body[0].value)} ELSE {text})"
        return text

    def relation(self, node: ast.FunctionDef, is_step: bool) -> str:
        """An action, or a row of Init: guards, sums that a loop makes, assignments."""
        text, unchanged, body = "", list(self.spec.variables), iter(node.body)
        for statement in body:
            if isinstance(statement, ast.If):
                text += f"~{self.text(statement.test)} /\\ "
            elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                loop = next(body)
                assert isinstance(loop, ast.For)
                text += f"LET {statement.targets[0].id} == {self.total(statement, loop)} IN "
            elif isinstance(statement, ast.Assign):
                name, conjunct = self.assignment(statement, is_step)
                unchanged.remove(name)
                text += f"{conjunct} /\\ "
        return text + (f"UNCHANGED <<{', '.join(unchanged)}>>" if unchanged and is_step else "TRUE")

    def assignment(self, node: ast.Assign, is_step: bool) -> tuple[str, str]:
        """The variable that is written, and the conjunct that says so."""
        place, path = node.targets[0], ""
        while not (isinstance(place, ast.Attribute) and isinstance(place.value, ast.Name)):
            if isinstance(place, ast.Subscript):
                path, place = f"[{self.text(place.slice)}]{path}", place.value
            else:
                assert isinstance(place, ast.Attribute)
                path, place = f".{place.attr}{path}", place.value
        name, value = place.attr, self.text(node.value)
        if path:
            value = f"[{name} EXCEPT !{path} = {value}]"
        return name, f"{name}{chr(39) * is_step} = {value}"

    def total(self, first: ast.Assign, loop: ast.For) -> str:
        """What is left in a number after a loop ``for k in S: if P: n = n + a (or continue); n += 1``."""
        condition, one = loop.body
        assert isinstance(condition, ast.If) and isinstance(one, ast.AugAssign)
        collection = self.collection(loop.iter)
        with self.binding([loop]) as (name,):
            change = condition.body[0]
            added = "0"
            if isinstance(change, ast.AugAssign):
                added = f"{self.text(change.value)} + 1"
            elif isinstance(change, ast.Assign):
                assert isinstance(change.value, ast.BinOp)
                added = f"{self.text(change.value.right)} + 1"
            text = f"[{name} \\in {collection} |-> IF {self.text(condition.test)} THEN {added} ELSE 1]"
        return f"{self.text(first.value)} + Sum({text})"

    @contextmanager
    def binding(self, generators: Sequence[ast.comprehension | ast.For]) -> Iterator[list[str]]:
        """Bind the names of a comprehension or a loop; yields what they are called in TLA+."""
        names, kept = [], (dict(self.names), dict(self.domains))
        for generator in generators:
            assert isinstance(generator.target, ast.Name)
            name, domain = generator.target.id, self.element(generator.iter)
            self.names[name], self.domains[name] = f"{name}_{next(self.count)}", domain
            names.append(self.names[name])
        yield names
        self.names, self.domains = kept

    # Domains of expressions

    def domain(self, node: ast.expr) -> Domain | None:
        """The domain of an expression, where it is one of those that decide what an operator means."""
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "s":
            return self.spec.variables[node.attr]
        if isinstance(node, ast.Attribute):
            record = self.domain(node.value)
            return record.fields[node.attr] if isinstance(record, Record) else None
        if isinstance(node, ast.Subscript):
            of = self.domain(node.value)
            return of.range if isinstance(of, Fn) else of.element if isinstance(of, Seq) else None
        if isinstance(node, ast.Name):
            given = self.spec.namespace.get(node.id)
            return self.domains.get(node.id) if given is None else as_domain(given)
        if isinstance(node, (ast.Set, ast.SetComp)):
            return _SOME_SET
        if isinstance(node, ast.IfExp):
            return self.domain(node.body) or self.domain(node.orelse)
        if isinstance(node, ast.BinOp):
            return self.domain(node.left) or self.domain(node.right)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in ("set", "Range"):
                return _SOME_SET
            if node.func.id == "Head":
                sequence = self.domain(node.args[0])
                return sequence.element if isinstance(sequence, Seq) else None
            if node.func.id in ("Append", "Tail", "SubSeq"):
                return self.domain(node.args[0])
        return Seq(Enum("element")) if isinstance(node, ast.Tuple) else None

    def element(self, node: ast.expr) -> Domain | None:
        """The domain of the elements of a set or a bag."""
        of = self.domain(node)
        return of.element if isinstance(of, (Set, Bag)) and of is not _SOME_SET else None

    def collection(self, node: ast.expr) -> str:
        """What a quantifier ranges over."""
        return f"BagToSet({self.text(node)})" if isinstance(self.domain(node), Bag) else self.text(node)

    # Expressions

    def text(self, node: ast.expr) -> str:
        """The TLA+ text of an expression, in parentheses where it has an operator."""
        writer = getattr(self, f"_{type(node).__name__}", None)
        assert writer is not None, ast.unparse(node)
        return str(writer(node))

    def _Constant(self, node: ast.Constant) -> str:
        if isinstance(node.value, bool):
            return "TRUE" if node.value else "FALSE"
        return f'"{node.value}"' if isinstance(node.value, str) else str(node.value)

    def _Name(self, node: ast.Name) -> str:
        return self.names.get(node.id, node.id)

    def _Attribute(self, node: ast.Attribute) -> str:
        of_state = isinstance(node.value, ast.Name) and node.value.id == "s"
        return node.attr if of_state else f"{self.text(node.value)}.{node.attr}"

    def _Subscript(self, node: ast.Subscript) -> str:
        return f"{self.text(node.value)}[{self.text(node.slice)}]"

    def _UnaryOp(self, node: ast.UnaryOp) -> str:
        return f"({'~' if isinstance(node.op, ast.Not) else '-'}{self.text(node.operand)})"

    def _BoolOp(self, node: ast.BoolOp) -> str:
        operator = " /\\ " if isinstance(node.op, ast.And) else " \\/ "
        return f"({operator.join(map(self.text, node.values))})"

    def _IfExp(self, node: ast.IfExp) -> str:
        return f"(IF {self.text(node.test)} THEN {self.text(node.body)} ELSE {self.text(node.orelse)})"

    def _BinOp(self, node: ast.BinOp) -> str:
        left, right, domain = self.text(node.left), self.text(node.right), self.domain(node.left)
        if isinstance(domain, Bag):
            return f"({left} {'(+)' if isinstance(node.op, ast.Add) else '(-)'} SetToBag({right}))"
        if isinstance(domain, Seq):
            return f"({left} \\o {right})"
        of_sets = type(node.op) in _OF_SETS and (isinstance(domain, Set) or not isinstance(node.op, ast.Sub))
        return f"({left} {(_OF_SETS if of_sets else _ARITHMETIC)[type(node.op)]} {right})"

    def _Compare(self, node: ast.Compare) -> str:
        operands = [node.left, *node.comparators]
        tests = [self.comparison(*test) for test in zip(node.ops, operands, operands[1:], strict=False)]
        return "(" + " /\\ ".join(tests) + ")"

    def comparison(self, operator: ast.cmpop, left: ast.expr, right: ast.expr) -> str:
        """One test of a chain of them."""
        if isinstance(operator, (ast.In, ast.NotIn)):
            is_in = "\\in" if isinstance(operator, ast.In) else "\\notin"
            return f"({self.text(left)} {is_in} {self.collection(right)})"
        if type(operator) in _INCLUSIONS and isinstance(self.domain(left) or self.domain(right), Set):
            return _INCLUSIONS[type(operator)].format(self.text(left), self.text(right))
        return f"({self.text(left)} {_COMPARISONS[type(operator)]} {self.text(right)})"

    def _Set(self, node: ast.Set) -> str:
        return f"{{{', '.join(map(self.text, node.elts))}}}"

    def _Tuple(self, node: ast.Tuple) -> str:
        return f"<<{', '.join(map(self.text, node.elts))}>>"

    def _Dict(self, node: ast.Dict) -> str:
        assert not node.keys
        return "EmptyBag"

    def _DictComp(self, node: ast.DictComp) -> str:
        collection = self.collection(node.generators[0].iter)
        with self.binding(node.generators) as (name,):
            return f"[{name} \\in {collection} |-> {self.text(node.value)}]"

    def _SetComp(self, node: ast.SetComp) -> str:
        return self.values_of(node.elt, node.generators)

    def values_of(self, element: ast.expr, generators: Sequence[ast.comprehension]) -> str:
        """``{e : k \\in {k \\in S : P}}``"""
        chosen = self.chosen(generators)
        with self.binding(generators) as (name,):
            return f"{{{self.text(element)} : {name} \\in {chosen}}}"

    def chosen(self, generators: Sequence[ast.comprehension]) -> str:
        """The set that the only generator of a comprehension ranges over, its condition included."""
        (generator,) = generators
        collection = self.collection(generator.iter)
        if not generator.ifs:
            return collection
        with self.binding(generators) as (name,):
            return f"{{{name} \\in {collection} : {self.text(generator.ifs[0])}}}"

    def _Call(self, node: ast.Call) -> str:
        assert isinstance(node.func, ast.Name)
        name = node.func.id
        if name in ("any", "all"):
            return self.quantifier(name, node.args[0])
        if name in ("sum", "Max", "Min") and isinstance(node.args[0], ast.GeneratorExp):
            element, generators = node.args[0].elt, node.args[0].generators
            if name != "sum":
                return f"{name}({self.values_of(element, generators)})"
            chosen = self.chosen(generators)
            with self.binding(generators) as (bound,):
                return f"Sum([{bound} \\in {chosen} |-> {self.text(element)}])"
        if name == "set":
            return "{}"
        arguments = [self.text(a) for a in node.args if not (isinstance(a, ast.Name) and a.id == "s")]
        if name == "Range":
            return f"({arguments[0]}..{arguments[1]})"
        if name == "Cardinality" and isinstance(self.domain(node.args[0]), Bag):
            return f"Cardinality(BagToSet({arguments[0]}))"
        if node.keywords:
            return f"[{', '.join(f'{k.arg} |-> {self.text(k.value)}' for k in node.keywords)}]"
        return _call({"abs": "Abs"}.get(name, name), arguments)

    def quantifier(self, name: str, node: ast.expr) -> str:
        """``any(P for ...)`` and ``all(P for ...)``"""
        assert isinstance(node, ast.GeneratorExp)
        collections = [self.collection(generator.iter) for generator in node.generators]
        with self.binding(node.generators) as names:
            symbol = "\\E" if name == "any" else "\\A"
            bounds = "".join(f"{symbol} {n} \\in {c} : " for n, c in zip(names, collections, strict=True))
            return f"({bounds}{self.text(node.elt)})"
