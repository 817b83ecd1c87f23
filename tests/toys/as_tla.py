"""A random spec as a TLA+ module: what TLC is given beside the Python text that mc is given.

The formulas of the spec are printed. An operator of Python that means several of TLA+ (``+`` of numbers, sequences and
bags) is told apart by the domains of the variables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mc.formula import operators as op
from mc.formula.facts import walk
from mc.formula.nodes import (
    AGAIN,
    Apply,
    Bind,
    Binder,
    Bound,
    Call,
    Definition,
    Each,
    Enter,
    Expression,
    Fold,
    Let,
    Name,
    Of,
    Some,
    Test,
    Tree,
    Value,
)
from mc.formula.operators import Operator
from mc.formula.text import Printer
from mc.lang.composites import Bag, Record, Seq, Set, Union
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

_INCLUSIONS = {
    op.LT: "({0} \\subseteq {1} /\\ {0} /= {1})",
    op.LE: "({0} \\subseteq {1})",
    op.GT: "({1} \\subseteq {0} /\\ {0} /= {1})",
    op.GE: "({1} \\subseteq {0})",
}
#: What binds more tightly than any operator.
_TIGHT = 17
#: The domain of what is a set, whatever its elements.
_SOME_SET = Set(Enum("element"))


def module_text(spec: Spec, name: str) -> str:
    """The module ``name`` that says what ``spec``, a random one, says."""
    starts = {function.__name__: (function, parameters) for function, parameters in spec.init}
    steps = {action.name: action for action in spec.actions}
    lines = [
        f"---- MODULE {name} ----",
        "EXTENDS Integers, Sequences, FiniteSets, Bags",
        f"CONSTANTS {', '.join(spec.constants)}",
        f"VARIABLES {', '.join(spec.variables)}",
        _PRELUDE,
    ]
    asked = set(_asked(spec))
    for called in (name for name in spec.namespace if name in spec.formulas):
        definition = spec.formulas[called]
        given = steps[called].parameters if called in steps else starts[called][1] if called in starts else ()
        printer = _Printer(spec, given, definition, called in starts)
        is_tree = isinstance(definition.body, Tree)
        body = printer.plain(definition.body) if is_tree or called not in asked else printer.walked(definition.body)
        if any(isinstance(node, Enter) for node in walk(definition.body)):
            # A step that takes others leaves alone what they do. TLC would call a disjunct by the name of its own.
            body = f"({body}) /\\ TRUE"
        elif is_tree and called not in starts:
            left = [
                variable
                for variable in spec.variables
                if variable not in spec.interpreter.facts.definition(definition).writes
            ]
            body = f"({body})" + (f" /\\ UNCHANGED <<{', '.join(left)}>>" if left else "")
        lines.append(f"{_call(called, definition.parameters)} == {body}")
        lines += _taking(spec, steps[called]) if called in steps else ()
    if spec.init_name not in starts:
        rows = (_row(spec, called, parameters) for called, (_, parameters) in starts.items())
        lines.append(f"{spec.init_name} == {_disjunction(rows)}")
    lines.append(f"Next == {_disjunction(_row(spec, _taken_name(a), a.parameters) for a in spec.actions)}")
    return "\n".join([*lines, "====", ""])


def _asked(spec: Spec) -> Iterator[str]:
    """The definitions that are walked as conditions."""
    for name in spec.namespace:
        for node in walk(spec.formulas[name].body) if name in spec.formulas else ():
            if isinstance(node, Test):
                yield from _called(node.condition, spec)


def _called(node: Expression, spec: Spec) -> Iterator[str]:
    """The definitions that are walked where a condition is."""
    match node:
        case Apply(operator=op.AND | op.OR | op.IF, operands=parts):
            for part in parts:
                yield from _called(part, spec)
        case Bind(body=body) | Let(body=body):
            yield from _called(body, spec)
        case Call(definition=name):
            yield name
            yield from _called(spec.formulas[name].expression, spec)


def _disjunction(parts: Iterable[str]) -> str:
    return "".join(f"\n    \\/ {part}" for part in parts)


def _call(name: str, arguments: Sequence[str]) -> str:
    return f"{name}({', '.join(arguments)})" if arguments else name


def _row(spec: Spec, name: str, parameters: Sequence[Parameter]) -> str:
    """``\\E p \\in D : name(p)``, for the parameters that range over domains."""
    fixed = [p for p in parameters if p.domain is not None]
    bounds = "".join(f"\\E {p.name} \\in {_enumerable(p.domain)} : " for p in fixed if p.domain is not None)
    for constant, value in spec.constants.items():
        if isinstance(value, ModelValueSet):  # whose elements have no names in the module
            bounds = bounds.replace(repr(value), constant)
    return bounds + _call(name, [p.name for p in fixed])


def _enumerable(domain: Domain, within: int = 0) -> str:
    """A domain as a set that TLC can go through, which it cannot where there is ``Seq`` in it.

    ``within``: in how many domains of sequences it stands, each of which binds a name.
    """
    match domain:
        case Seq(element=element, capacity=capacity):
            length = f"length{within}"
            return f"UNION {{[1..{length} -> {_enumerable(element, within + 1)}] : {length} \\in 0..{capacity}}}"
        case Record(fields=fields):
            return "[" + ", ".join(f"{name}: {_enumerable(field, within)}" for name, field in fields.items()) + "]"
        case Union(records=records):
            return " \\cup ".join(_enumerable(record, within) for record in records)
        case Fn(domain=arguments, range=values):
            return f"[{arguments!r} -> {_enumerable(values, within)}]"
        case _:
            return repr(domain)


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


class _Printer(Printer):
    """Prints one definition, and knows the domains of names."""

    def __init__(self, spec: Spec, parameters: Sequence[Parameter], definition: Definition, initial: bool) -> None:
        super().__init__({})
        self.spec, self.initial = spec, initial
        self.domains: dict[str, Domain | None] = {p.name: p.domain for p in parameters}
        for node in walk(definition.body):
            bounds = node.bounds if isinstance(node, Bind) else ()
            for bound in (node.bound,) if isinstance(node, (Fold, Some, Each)) else bounds:
                of = self.domain(bound.collection)
                known = isinstance(of, (Set, Bag)) and of is not _SOME_SET
                self.domains |= dict.fromkeys(bound.names, of.element if known else None)  # type: ignore[union-attr]

    def _Test(self, node: Test) -> tuple[str, int]:
        return self.walked(node.condition), _TIGHT

    def walked(self, node: Expression) -> str:
        """A condition that TLC walks as mc does: where mc evaluates, and TLC would walk, it is compared to TRUE."""
        match node:
            case Apply(operator=op.AND | op.OR as operator, operands=operands):
                return f"({f' {operator.tla} '.join(map(self.walked, operands))})"
            case Apply(operator=op.IF, operands=(Apply(operator=op.NOT, operands=(guard,)), Value(value=False), rest)):
                return f"({self.walked(guard)} /\\ {self.walked(rest)})"
            case Apply(operator=op.IF, operands=(test, one, two)):
                return f"(IF {self.plain(test)} THEN {self.walked(one)} ELSE {self.walked(two)})"
            case Bind(binder=Binder.EXISTS | Binder.FORALL, bounds=bounds, body=body):
                text = self.walked(body)
                for bound in reversed(bounds):
                    # The set of the elements for which a condition is true: the condition itself would be walked.
                    over = self.chosen(bound)
                    text = f"{node.binder.value} {over} : {text}"
                return f"({text})"
            case Let(name=name, value=value, body=body):
                return f"(LET {self.local(name)} == {self.plain(value)} IN {self.walked(body)})"
            case Name(of=Of.LOCAL) | Apply(operator=op.INDEX):
                return f"(({self.plain(node)}) = TRUE)"
        return f"({self.plain(node)})"

    def assigned(self, variable: str) -> str:
        return variable if self.initial else super().assigned(variable)

    def local(self, name: str) -> str:
        return name.replace(AGAIN, "_")  # in TLA+ no name is bound again

    # Domains

    def domain(self, node: Expression) -> Domain | None:
        """The domain of an expression, where it is one of those that decide what an operator means."""
        match node:
            case Name(name=name, of=Of.VARIABLE):
                return self.spec.variables[name]
            case Name(name=name, of=Of.LOCAL):
                return self.domains.get(name)
            case Name(name=name):
                given = self.spec.namespace[name]
                return Set(given) if isinstance(given, (ModelValueSet, Domain)) else as_domain(given)
            case Value(value=Domain() as value):
                return Set(value)
            case Bind(binder=Binder.SET) | Apply(operator=op.SET | op.INTERVAL):
                return _SOME_SET
            case Apply(operator=op.SEQUENCE):
                return Seq(Enum("element"))
            case Apply(operator=op.FIELD, operands=(record, Value(value=field))):
                of = self.domain(record)
                return of.fields[field] if isinstance(of, Record) else None
            case Apply(operator=op.INDEX, operands=(function, _)):
                of = self.domain(function)
                return of.range if isinstance(of, Fn) else of.element if isinstance(of, Seq) else None
            case Apply(operator=op.HEAD, operands=(sequence,)):
                of = self.domain(sequence)
                return of.element if isinstance(of, Seq) else None
            case Apply(operator=op.IF, operands=(_, one, two)):
                return self.domain(one) or self.domain(two)
            case Apply(operator=op.APPEND | op.TAIL | op.SUBSEQ, operands=(sequence, *_)):
                return self.domain(sequence)
            case Apply(operator=op.ADD | op.SUBTRACT | op.UNION | op.INTERSECTION, operands=(one, two)):
                return self.domain(one) or self.domain(two)
        return None

    def members(self, bound: Bound) -> str:
        if isinstance(self.domain(bound.collection), Bag):
            return f"{self.names(bound)} \\in BagToSet({self.plain(bound.collection)})"
        return super().members(bound)

    # Operators of Python that mean several of TLA+

    def _Apply(self, node: Apply) -> tuple[str, int]:
        operator, operands = node.operator, node.operands
        if operator in (op.ADD, op.SUBTRACT):
            return self.change(operator, operands) or super()._Apply(node)
        of = self.domain(operands[-1]) if operands else None
        if operator in _INCLUSIONS and isinstance(of or self.domain(operands[0]), Set):
            one, two = (self.inside(operand, 8) for operand in operands)
            return _INCLUSIONS[operator].format(one, two), _TIGHT
        if operator in (op.IN, op.NOT_IN) and isinstance(of, Bag):
            return f"({self.inside(operands[0], 5)} {operator.tla} BagToSet({self.plain(operands[1])}))", _TIGHT
        if operator in (op.SIZE, op.CARDINALITY) and isinstance(of, Bag):
            return f"Cardinality(BagToSet({self.plain(operands[0])}))", _TIGHT
        return super()._Apply(node)

    def change(self, operator: Operator, operands: tuple[Expression, ...]) -> tuple[str, int] | None:
        """``+`` or ``-`` of bags, sequences or sets; None where it is of numbers."""
        of = self.domain(operands[0]) or self.domain(operands[1])
        left, right = (f"({self.plain(operand)})" for operand in operands)
        if isinstance(of, Bag):
            return f"({left} {'(+)' if operator is op.ADD else '(-)'} SetToBag({right}))", _TIGHT
        if isinstance(of, Seq):
            return f"({left} \\o {right})", _TIGHT
        return (f"({left} \\ {right})", _TIGHT) if isinstance(of, Set) else None

    def _Bind(self, node: Bind) -> tuple[str, int]:
        if node.binder is not Binder.SUM:
            return super()._Bind(node)
        (bound,) = node.bounds
        chosen = self.chosen(bound)
        return f"Sum([{chosen} |-> {self.plain(node.body)}])", _TIGHT

    def _Fold(self, node: Fold) -> tuple[str, int]:
        """A loop of a random spec adds to a number for each element what does not depend on the number."""
        (name,), (first,), (step,) = node.names, node.initial, node.step
        chosen = self.chosen(node.bound)
        self.values = {**self.values, name: "0"}
        total = f"{self.inside(first, 10)} + Sum([{chosen} |-> {self.plain(step)}])"
        del self.values[name]  # type: ignore[attr-defined]
        return f"LET {self.local(name)} == {total} IN {self.plain(node.body)}", 0
