"""Formulas as TLA+ text, on one line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mc.formula import operators as op
from mc.formula import standard
from mc.formula.nodes import (
    TRUE,
    All,
    Apply,
    Assign,
    Bind,
    Binder,
    Bound,
    Call,
    Each,
    Either,
    Enter,
    Except,
    Expression,
    Fold,
    If,
    Invoke,
    Lambda,
    Let,
    Name,
    Of,
    Recursive,
    Some,
    Test,
    Tree,
    Value,
    With,
    as_written,
)
from mc.formula.operators import Operator
from mc.lang.domains import Domain
from mc.lang.text import to_tla

#: What binds more loosely than any operator, and more tightly.
_LOOSE, _TIGHT = 0, 17
#: Operators that may follow themselves without parentheses.
_ASSOCIATIVE = frozenset({op.AND, op.OR, op.ADD, op.TIMES, op.UNION, op.INTERSECTION})


def text(node: Expression | Tree, values: Mapping[str, str] | None = None) -> str:
    """The TLA+ text of a node; ``values``: what stands in the place of local names."""
    return Printer(values or {}).write(node)[0]


class Printer:
    """Writes nodes; each method gives the text, and how tightly it binds."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values

    def write(self, node: Expression | Tree) -> tuple[str, int]:
        written: tuple[str, int] = getattr(self, f"_{type(node).__name__}")(node)
        return written

    def plain(self, node: Expression | Tree) -> str:
        return self.write(node)[0]

    def inside(self, node: Expression | Tree, precedence: int) -> str:
        """The text of an operand, in parentheses where it binds no more tightly than what is around it."""
        text, binds = self.write(node)
        return text if binds > precedence else f"({text})"

    def items(self, nodes: tuple[Expression, ...]) -> str:
        return ", ".join(map(self.plain, nodes))

    def local(self, name: str) -> str:
        """What a local name is called."""
        return as_written(name)

    # Expressions

    def _Value(self, node: Value) -> tuple[str, int]:
        if isinstance(node.value, Domain):
            return repr(node.value), _LOOSE
        # What a loop returns has no value before it does.
        return "Unset" if node.value is None else to_tla(node.value), _TIGHT

    def _Name(self, node: Name) -> tuple[str, int]:
        if node.of is Of.LOCAL:
            return self.values.get(node.name) or self.local(node.name), _TIGHT
        return node.name + "'" * (node.of is Of.PRIMED), _TIGHT

    def _Apply(self, node: Apply) -> tuple[str, int]:
        operator, operands = node.operator, node.operands
        if operator is op.FIELD and isinstance(operands[1], Value):
            return f"{self.inside(operands[0], _TIGHT - 1)}.{operands[1].value}", _TIGHT
        if operator is op.INDEX:
            return f"{self.inside(operands[0], _TIGHT - 1)}{self.keys(operands[1])}", _TIGHT
        if operator is op.THE:
            return self.only(operands[0])
        if operator is op.CHECKED:
            return self.write(operands[1])
        if operator in (op.RECORD, op.FUNCTION):
            pairs = zip(operands[::2], operands[1::2], strict=True)
            if operator is op.FUNCTION:
                return " @@ ".join(f"{self.plain(k)} :> {self.inside(v, 7)}" for k, v in pairs), 6
            fields = (f"{k.value} |-> {self.plain(v)}" for k, v in pairs if isinstance(k, Value))
            return f"[{', '.join(fields)}]", _TIGHT
        if operator in (op.SET, op.SEQUENCE):
            opening, closing = ("{", "}") if operator is op.SET else ("<<", ">>")
            return f"{opening}{self.items(operands)}{closing}", _TIGHT
        if operator is op.IF:
            test, then, otherwise = map(self.plain, operands)
            return f"IF {test} THEN {then} ELSE {otherwise}", _LOOSE
        if operator in _AROUND:
            return _AROUND[operator](self, operands)
        if operator.precedence is None:
            return f"{operator.tla}({self.items(operands)})" if operands else operator.tla, _TIGHT
        low, high = operator.precedence
        if len(operands) == 1:
            space = " " if operator.tla.isalpha() else ""
            return f"{operator.tla.removesuffix('.')}{space}{self.inside(operands[0], high)}", low
        first = operands[0] if operands else None
        chains = isinstance(first, Apply) and first.operator is operator and operator in _ASSOCIATIVE
        parts = [
            self.plain(operand) if operand is first and chains and len(operands) == 2 else self.inside(operand, high)
            for operand in operands
        ]
        return f" {operator.tla} ".join(parts) or ("TRUE" if operator is op.AND else "FALSE"), low

    def keys(self, key: Expression) -> str:
        """``[a]``; of a tuple ``[a, b]``."""
        if isinstance(key, Apply) and key.operator is op.SEQUENCE and len(key.operands) > 1:
            return f"[{self.items(key.operands)}]"
        return f"[{self.plain(key)}]"

    def prime(self, operands: tuple[Expression, ...]) -> tuple[str, int]:
        return f"{self.inside(operands[0], 15)}'", 15

    def case(self, operands: tuple[Expression, ...]) -> tuple[str, int]:
        arms = [f"{self.plain(c)} -> {self.plain(v)}" for c, v in zip(operands[::2], operands[1::2], strict=False)]
        if len(operands) % 2:
            arms.append(f"OTHER -> {self.plain(operands[-1])}")
        return f"CASE {' [] '.join(arms)}", _LOOSE

    def action(self, operands: tuple[Expression, ...], brackets: tuple[str, str]) -> tuple[str, int]:
        """``[A]_v`` or ``<<A>>_v``"""
        return f"{brackets[0]}{self.plain(operands[0])}{brackets[1]}_{self.inside(operands[1], _TIGHT - 1)}", _TIGHT

    def fairness(self, operands: tuple[Expression, ...], word: str) -> tuple[str, int]:
        return f"{word}_{self.inside(operands[0], _TIGHT - 1)}({self.plain(operands[1])})", _TIGHT

    def product(self, operands: tuple[Expression, ...]) -> tuple[str, int]:
        return " \\X ".join(self.inside(operand, 13) for operand in operands), 10

    def functions(self, operands: tuple[Expression, ...]) -> tuple[str, int]:
        return f"[{self.plain(operands[0])} -> {self.plain(operands[1])}]", _TIGHT

    def records(self, operands: tuple[Expression, ...]) -> tuple[str, int]:
        pairs = zip(operands[::2], operands[1::2], strict=True)
        return f"[{', '.join(f'{k.value} : {self.plain(v)}' for k, v in pairs if isinstance(k, Value))}]", _TIGHT

    def quantified(self, operands: tuple[Expression, ...], word: str) -> tuple[str, int]:
        """``\\EE x : F``"""
        (hidden,) = operands
        assert isinstance(hidden, Lambda)
        return f"{word} {', '.join(map(self.local, hidden.parameters))} : {self.plain(hidden.body)}", _LOOSE

    def _Lambda(self, node: Lambda) -> tuple[str, int]:
        return f"LAMBDA {', '.join(map(self.local, node.parameters))} : {self.plain(node.body)}", _LOOSE

    def _Invoke(self, node: Invoke) -> tuple[str, int]:
        return f"{self.local(node.name)}({self.items(node.arguments)})", _TIGHT

    def _Recursive(self, node: Recursive) -> tuple[str, int]:
        function = node.function
        bounds = ", ".join(map(self.chosen, function.bounds))
        name = self.local(node.name)
        return f"LET {name}[{bounds}] == {self.plain(function.body)} IN {name}", _LOOSE

    def _Except(self, node: Except) -> tuple[str, int]:
        changes = []
        for change in node.changes:
            path = "".join(self.step(key) for key in change.path)
            changes.append(f"!{path} = {self.plain(change.value)}")
        return f"[{self.plain(node.of)} EXCEPT {', '.join(changes)}]", _TIGHT

    def step(self, key: Expression) -> str:
        """``.a`` or ``[i]`` of EXCEPT."""
        if isinstance(key, Value) and isinstance(key.value, str) and key.value.isidentifier():
            return f".{key.value}"
        return self.keys(key)

    def _Call(self, node: Call) -> tuple[str, int]:
        if len(node.arguments) == 2 and not node.definition[-1].isalnum() and node.definition[-1] != "_":
            one, other = (self.inside(argument, _TIGHT - 1) for argument in node.arguments)
            return f"{one} {node.definition} {other}", _LOOSE
        return f"{node.definition}({self.items(node.arguments)})" if node.arguments else node.definition, _TIGHT

    def _Bind(self, node: Bind) -> tuple[str, int]:
        body = self.plain(node.body)
        if node.binder in (Binder.FORALL, Binder.EXISTS):
            for bound in reversed(node.bounds):
                if bound.condition is not None:
                    connective = "=>" if node.binder is Binder.FORALL else "/\\"
                    body = f"{self.inside(bound.condition, 3)} {connective} {body}"
                body = f"{node.binder.value} {self.members(bound)} : {body}"
            return body, _LOOSE
        if node.binder is Binder.CHOOSE:
            return f"CHOOSE {self.members(node.bounds[0])} : {body}", _LOOSE
        if node.binder is Binder.SEQUENCE:
            return self.sequence(node)
        chosen = [self.chosen(bound) for bound in node.bounds]
        if node.binder is Binder.FUNCTION:
            return f"[{', '.join(chosen)} |-> {body}]", _TIGHT
        one = node.bounds[0]
        if (
            node.binder is Binder.SET
            and len(node.bounds) == 1
            and one.condition is not None
            and body == self.names(one)
        ):
            return f"{{{self.members(one)} : {self.plain(one.condition)}}}", _TIGHT
        values = f"{{{body} : {', '.join(chosen)}}}"
        return (values if node.binder is Binder.SET else f"Sum({body} : {', '.join(chosen)})"), _TIGHT

    def only(self, node: Expression) -> tuple[str, int]:
        """``CHOOSE x \\in S : P``"""
        match node:
            case Bind(binder=Binder.SET, bounds=(Bound(names=(name,)) as bound,), body=Name(name=of)) if of == name:
                condition = "TRUE" if bound.condition is None else self.plain(bound.condition)
                return f"CHOOSE {self.members(bound)} : {condition}", _LOOSE
        return f"CHOOSE only \\in {self.inside(node, 5)} : TRUE", _LOOSE

    def sequence(self, node: Bind) -> tuple[str, int]:
        """``[k \\in DOMAIN q |-> e]``, or ``SelectSeq``; where there is more to it, ``<<e : x \\in q>>``."""
        one, body = node.bounds[0], self.plain(node.body)
        if len(node.bounds) > 1 or len(one.names) > 1:
            return f"<<{body} : {', '.join(map(self.chosen, node.bounds))}>>", _TIGHT
        match one.collection:
            case Apply(operator=op.INTERVAL, operands=(Value(value=1), _)) if one.condition is None:
                return f"[{self.members(one)} |-> {body}]", _TIGHT
            case Apply(operator=op.INTERVAL):
                return f"<<{body} : {self.chosen(one)}>>", _TIGHT
        name = self.names(one)
        source = self.inside(one.collection, _TIGHT - 1)
        if one.condition is not None:
            source = f"SelectSeq({self.plain(one.collection)}, LAMBDA {name} : {self.plain(one.condition)})"
        if body == name:
            return source, _TIGHT
        number = "k" if name != "k" else "n"
        element = Printer({**self.values, one.names[0]: f"{source}[{number}]"})
        return f"[{number} \\in DOMAIN {source} |-> {element.plain(node.body)}]", _TIGHT

    def members(self, bound: Bound) -> str:
        if isinstance(bound.collection, Apply) and bound.collection.operator is standard.UNBOUNDED:
            return self.names(bound)
        return f"{self.names(bound)} \\in {self.inside(bound.collection, 5)}"

    def names(self, bound: Bound) -> str:
        names = ", ".join(map(self.local, bound.names))
        return names if len(bound.names) == 1 else f"<<{names}>>"

    def chosen(self, bound: Bound) -> str:
        """``x \\in {x \\in S : P}``"""
        if bound.condition is None:
            return self.members(bound)
        return f"{self.names(bound)} \\in {{{self.members(bound)} : {self.plain(bound.condition)}}}"

    def _Let(self, node: Let) -> tuple[str, int]:
        if isinstance(node.value, Lambda):
            parameters = ", ".join(map(self.local, node.value.parameters))
            defined = f"{self.local(node.name)}({parameters}) == {self.plain(node.value.body)}"
            return f"LET {defined} IN {self.plain(node.body)}", _LOOSE
        if isinstance(node.value, Recursive):
            bounds = ", ".join(map(self.chosen, node.value.function.bounds))
            defined = f"{self.local(node.name)}[{bounds}] == {self.plain(node.value.function.body)}"
            return f"LET {defined} IN {self.plain(node.body)}", _LOOSE
        return f"LET {self.local(node.name)} == {self.plain(node.value)} IN {self.plain(node.body)}", _LOOSE

    def _Fold(self, node: Fold) -> tuple[str, int]:
        names = ", ".join(map(self.local, node.names))
        folded = f"Fold({self.members(node.bound)}, <<{names}>>, <<{self.items(node.initial)}>>, "
        going = "" if node.going is None else f", {self.plain(node.going)}"
        return f"LET <<{names}>> == {folded}<<{self.items(node.step)}>>{going}) IN {self.plain(node.body)}", _LOOSE

    # Trees of control

    def _Test(self, node: Test) -> tuple[str, int]:
        return self.write(node.condition)

    def _Assign(self, node: Assign) -> tuple[str, int]:
        value = self.inside(node.value, 5)
        if node.path:
            path = "".join(f".{self.key(k)}" if k.is_field else f"[{self.plain(k.key)}]" for k in node.path)
            value = f"[{node.variable} EXCEPT !{path} = {self.plain(node.value)}]"
        return f"{self.assigned(node.variable)} = {value}", 5

    def assigned(self, variable: str) -> str:
        """What a tree gives a value to."""
        return f"{variable}'"

    def key(self, key: Any) -> str:
        return str(key.key.value)

    def _All(self, node: All) -> tuple[str, int]:
        return " /\\ ".join(self.inside(part, 3) for part in node.parts) or "TRUE", 3

    def _Either(self, node: Either) -> tuple[str, int]:
        return " \\/ ".join(self.inside(part, 3) for part in node.parts) or "FALSE", 3

    def _Some(self, node: Some) -> tuple[str, int]:
        return f"\\E {self.chosen(node.bound)} : {self.plain(node.body)}", _LOOSE

    def _Each(self, node: Each) -> tuple[str, int]:
        each = f"\\A {self.chosen(node.bound)} : {self.plain(node.body)}"
        return (each, _LOOSE) if node.then == TRUE else (f"({each}) /\\ {self.inside(node.then, 3)}", 3)

    def _If(self, node: If) -> tuple[str, int]:
        return f"IF {self.plain(node.test)} THEN {self.plain(node.then)} ELSE {self.plain(node.otherwise)}", _LOOSE

    def _With(self, node: With) -> tuple[str, int]:
        return f"LET {self.local(node.name)} == {self.plain(node.value)} IN {self.plain(node.body)}", _LOOSE

    def _Enter(self, node: Enter) -> tuple[str, int]:
        return f"{node.definition}({self.items(node.arguments)})" if node.arguments else node.definition, _TIGHT


_Around = Callable[[Printer, tuple[Expression, ...]], tuple[str, int]]
#: Operators of TLA+ that have brackets or words around their operands.
_AROUND: Mapping[Operator, _Around] = {
    standard.PRIME: Printer.prime,
    standard.CASE: Printer.case,
    standard.BOX_ACTION: lambda printer, operands: printer.action(operands, ("[", "]")),
    standard.ANGLE_ACTION: lambda printer, operands: printer.action(operands, ("<<", ">>")),
    standard.WEAK_FAIRNESS: lambda printer, operands: printer.fairness(operands, "WF"),
    standard.STRONG_FAIRNESS: lambda printer, operands: printer.fairness(operands, "SF"),
    standard.PRODUCT: Printer.product,
    standard.FUNCTIONS: Printer.functions,
    standard.RECORDS: Printer.records,
    standard.TEMPORAL_EXISTS: lambda printer, operands: printer.quantified(operands, "\\EE"),
    standard.TEMPORAL_FORALL: lambda printer, operands: printer.quantified(operands, "\\AA"),
}
