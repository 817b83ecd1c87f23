"""The text of code: the subset of Python that :mod:`mc.engine.code.read` reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mc.dataclass import dataclass
from mc.engine.code.nodes import ARITHMETIC, RELATIONS, Code, Operand
from mc.engine.code.statements import (
    Assign,
    Break,
    Continue,
    Do,
    For,
    Function,
    If,
    Note,
    Return,
    Statement,
    Store,
    While,
)

INDENT = "    "
#: Operations that are written without brackets beside each other, or in a sum.
_CHAINS = ("+", "*", "&", "|", "^")


def expression(code: Operand) -> str:
    """The text of an expression."""
    if not isinstance(code, Code):
        return str(code)
    operation, operands = code.operation, code.operands
    if operation in ("local", "table", "number", "truth"):
        return str(operands[0])
    if _is_complement(code):
        return f"~{_operand(operands[0])}"
    if operation in ARITHMETIC:
        return _arithmetic(operation, *operands)
    if operation in RELATIONS:
        left, right = operands
        return f"{_operand(left)} {operation} {_operand(right)}"
    match operation:
        case "load":
            return f"{expression(operands[0])}[{expression(operands[1])}]"
        case "call":
            return f"{operands[0]}({', '.join(map(expression, operands[1:]))})"
        case "int":
            return f"int({expression(operands[0])})"
        case "not":
            return f"not {_condition(operands[0])}"
        case "and" | "or":
            return f" {operation} ".join(map(_condition, operands))
        case "choice":
            test, then, otherwise = operands
            return f"{_condition(then)} if {_condition(test)} else {_condition(otherwise)}"
    raise AssertionError(operation)


def _operation(code: Operand) -> str:
    return code.operation if isinstance(code, Code) else ""


def _operand(code: Operand) -> str:
    """An operand of arithmetic or a relation."""
    inside = _operation(code)
    joined = inside in ARITHMETIC or inside in RELATIONS or inside in ("and", "or", "not", "choice")
    return f"({expression(code)})" if joined and not _is_complement(code) else expression(code)


def _is_complement(code: Operand) -> bool:
    return isinstance(code, Code) and code.operation == "^" and expression(code.operands[1]) == "-1"


def _condition(code: Operand) -> str:
    """A part of a condition."""
    return f"({expression(code)})" if _operation(code) in ("and", "or", "choice") else expression(code)


def _arithmetic(symbol: str, left: Operand, right: Operand) -> str:
    inside = _operation(left)
    chain = (inside == symbol and symbol in _CHAINS) or {inside, symbol} <= {"+", "-"}
    first = expression(left) if chain or (inside == "*" and symbol in "+-") else _operand(left)
    if symbol == "+" and _operation(right) == "number" and int(expression(right)) < 0:
        return f"{first} - {-int(expression(right))}"
    return f"{first} {symbol} {expression(right) if _operation(right) == '*' and symbol in '+-' else _operand(right)}"


@dataclass(frozen=True)
class Printer:
    """The lines of statements, given how expressions and the names of variables are written."""

    expression: Callable[[Code], str]
    name: Callable[[str], str]

    def lines(self, body: Sequence[Statement], depth: int = 1) -> list[str]:
        """The lines of statements that stand so deep."""
        found: list[str] = []
        for statement in body:
            self._add(found, statement, INDENT * depth, depth)
        return found or [f"{INDENT * depth}pass"]

    def _add(self, found: list[str], statement: Statement, indent: str, depth: int) -> None:
        text = self.expression
        match statement:
            case Assign(name=name, value=value):
                found.append(f"{indent}{self.name(name)} = {text(value)}")
            case Store(memory=memory, index=index, value=value):
                found.append(f"{indent}{text(memory)}[{text(index)}] = {text(value)}")
            case Do(call=call):
                found.append(f"{indent}{text(call)}")
            case Return(value=value):
                found.append(f"{indent}return" if value is None else f"{indent}return {text(value)}")
            case If(test=test, then=then, otherwise=otherwise):
                found.append(f"{indent}if {text(test)}:")
                found += self.lines(then, depth + 1)
                if otherwise:
                    found.append(f"{indent}else:")
                    found += self.lines(otherwise, depth + 1)
            case For(name=name, numbers=numbers, arguments=arguments, body=body):
                found.append(f"{indent}for {self.name(name)} in {numbers}({', '.join(map(text, arguments))}):")
                found += self.lines(body, depth + 1)
            case While(test=test, body=body):
                found.append(f"{indent}while {text(test)}:")
                found += self.lines(body, depth + 1)
            case Break():
                found.append(f"{indent}break")
            case Continue():
                found.append(f"{indent}continue")
            case Note(text=note):
                found.append(f"{indent}# {note}")


_PRINTER = Printer(expression, str)


def function(given: Function) -> str:
    """The text of a function."""
    parameters = ", ".join(f"{name}: {type.value}" for name, type in given.parameters.items())
    title = [f'{INDENT}"""{given.title}"""'] if given.title else []
    head = f"def {given.name}({parameters}) -> {given.result.value}:"
    return "\n".join([head, *title, *_PRINTER.lines(given.body)])
