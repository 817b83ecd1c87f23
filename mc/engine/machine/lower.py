"""From one function of code to LLVM's assembly.

Every local variable is a stack slot with the type of what is first assigned to it, but for parameters to which nothing
is assigned; LLVM's optimiser turns the slots into registers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from mc.engine.code.nodes import ARITHMETIC, RELATIONS, Code, Type, Word
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
    statements,
)
from mc.engine.machine import operations
from mc.engine.machine.assembly import I64, ONE, POINTER, VOID, ZERO, Assembly, Kind, Value, constant
from mc.engine.machine.operations import BUILT_IN, KINDS
from mc.engine.store.slots import PAYLOAD

#: Of the branch that begins the next round of a loop that is not to be unrolled; and what it refers to.
ROLLED = ", !llvm.loop !0"
METADATA = """\
!0 = distinct !{!0, !1}
!1 = !{!"llvm.loop.unroll.disable"}
"""


def head(function: Function) -> str:
    """A function's name and the types of its result and its parameters."""
    parameters = ", ".join(f'{KINDS[type].text} %"{name}"' for name, type in function.parameters.items())
    return f'{KINDS[function.result].text} @"{function.name}"({parameters})'


class FunctionCompiler:
    """Translates one function. ``functions``: those that it may call."""

    def __init__(self, function: Function, functions: Mapping[str, Function]) -> None:
        self.function, self.functions = function, functions
        self.code = Assembly()
        self.locals: dict[str, Kind] = {}
        #: Parameters to which nothing is assigned.
        self.unchanged: dict[str, Value] = {}
        #: The functions that it calls, once for each place where it does.
        self.calls: list[str] = []
        #: Of the loops around the present statement: the blocks where they go on, and where they end.
        self.loops: list[tuple[str, str]] = []
        self.hidden_slots = 0

    def compile(self) -> str:
        """Its instructions, as text."""
        code = self.code
        changed = {s.name for s in statements(self.function.body) if isinstance(s, (Assign, For))}
        for name, type in self.function.parameters.items():
            given = Value(f'%"{name}"', KINDS[type])
            if name in changed:
                code.memory.append(f"  store {given.typed}, ptr {self.slot(name, given.kind)}")
            else:
                self.unchanged[name] = given
        start = code.label("start")
        code.branch(start)
        code.begin(start)
        self.suite(self.function.body)
        if code.open:
            result = KINDS[self.function.result]
            code.leave(None if result == VOID else constant(0, result))
        return code.text()

    def fail(self, code: object) -> TypeError:
        return TypeError(f"{self.function.name}: types do not agree: {code}")

    # Locals

    def slot(self, name: str, kind: Kind) -> str:
        place = f'%"{name}.slot"'
        if name not in self.locals:
            self.locals[name] = kind
            self.code.memory.append(f"  {place} = alloca {kind.text}")
        return place

    def hidden(self, name: str) -> str:
        """The place of a local that only a loop knows."""
        self.hidden_slots += 1
        return self.slot(f"{name}.{self.hidden_slots}", I64)

    def assign(self, name: str, value: Value) -> None:
        slot = self.slot(name, value.kind)
        if self.locals[name] != value.kind:
            raise TypeError(f"{self.function.name}: {name} changes its type")
        self.code.do(f"store {value.typed}, ptr {slot}")

    # Statements

    def suite(self, body: Sequence[Statement]) -> None:
        for statement in body:
            if not self.code.open:
                return
            self.statement(statement)

    def statement(self, statement: Statement) -> None:
        match statement:
            case Assign(name=name, value=value):
                self.assign(name, self.value(value))
            case Store(memory=memory, index=index, value=value):
                kept = self.value(value)
                self.code.store(kept, self.code.further(self.value(memory), self.value(index)))
            case Do(call=call):
                self.value(call)
            case Return(value=None):
                self.code.leave(None)
            case Return(value=Code() as value):
                found = self.value(value)
                if found.kind != KINDS[self.function.result]:
                    raise self.fail(value)
                self.code.leave(found)
            case If():
                self.branch(statement)
            case While(test=test, body=body):
                head, begin, after = self.labels("while", "do", "after")
                self.code.branch(head)
                self.code.begin(head)
                self.code.choose(self.value(test), begin, after)
                self.code.begin(begin)
                self.round(body, head, after)
                self.code.begin(after)
            case For():
                self.loop(statement)
            case Break():
                self.code.branch(self.loops[-1][1])
            case Continue():
                self.code.branch(self.loops[-1][0])
            case Note():
                pass

    def labels(self, *hints: str) -> list[str]:
        return [self.code.label(hint) for hint in hints]

    def branch(self, node: If) -> None:
        if node.test.value is not None:
            self.suite(node.then if node.test.value else node.otherwise)
            return
        then, otherwise, after = self.labels("then", "else", "after")
        self.code.choose(self.value(node.test), then, otherwise if node.otherwise else after)
        for label, body in ((then, node.then), (otherwise, node.otherwise)):
            if body or label is then:
                self.code.begin(label)
                self.suite(body)
                self.code.branch(after)
        self.code.begin(after)

    def round(self, body: Sequence[Statement], following: str, after: str) -> None:
        """One round of a loop."""
        self.loops.append((following, after))
        self.suite(body)
        self.loops.pop()
        self.code.branch(following)

    def loop(self, node: For) -> None:
        arguments = [self.value(argument) for argument in node.arguments]
        match node.numbers, arguments:
            case "range", [end]:
                self.count(node, ZERO, end, ONE)
            case "range", [start, end]:
                self.count(node, start, end, ONE)
            case "range", [start, end, step]:
                self.count(node, start, end, step)
            case "each", [end]:
                self.count(node, ZERO, end, ONE, ROLLED)
            case "bits", [word]:
                self.bits(node, ZERO, ONE, lambda _: word)
            case "members", [base, stop]:
                self.bits(node, ZERO, stop, lambda k: self.load(base, k))
            case "members", [base, stop, start, mask]:
                self.bits(node, start, stop, lambda k: self.code.binary("and", self.load(base, k), self.load(mask, k)))
            case _:
                raise self.fail(node)

    def load(self, base: Value, index: Value) -> Value:
        return self.code.load(self.code.further(base, index))

    def count(self, node: For, start: Value, end: Value, step: Value, attribute: str = "") -> None:
        code, counter = self.code, self.hidden(node.name)
        head, body, following, after = self.labels("for", "do", "next", "after")
        code.do(f"store i64 {start}, ptr {counter}")
        code.branch(head)
        code.begin(head)
        now = code.value(I64, f"load i64, ptr {counter}")
        backwards = step.number is not None and step.number < 0
        code.choose(code.compare("sgt" if backwards else "slt", now, end), body, after)
        code.begin(body)
        self.assign(node.name, now)
        self.round(node.body, following, after)
        code.begin(following)
        code.do(f"store i64 {code.binary('add', now, step)}, ptr {counter}")
        code.branch(head, attribute)
        code.begin(after)

    def bits(self, node: For, start: Value, stop: Value, fetch: Callable[[Value], Value]) -> None:
        """A loop over the bits that are 1 in the words ``fetch(start)`` to ``fetch(stop - 1)``."""
        code, word, rest = self.code, self.hidden(f"{node.name}.word"), self.hidden(f"{node.name}.rest")
        head, begin, test, body, following, after = self.labels("words", "word", "bits", "do", "next", "after")
        code.do(f"store i64 {start}, ptr {word}")
        code.branch(head)
        code.begin(head)
        number = code.value(I64, f"load i64, ptr {word}")
        code.choose(code.compare("slt", number, stop), begin, after)
        code.begin(begin)
        code.do(f"store i64 {fetch(number)}, ptr {rest}")
        code.branch(test)
        code.begin(test)
        now = code.value(I64, f"load i64, ptr {rest}")
        code.choose(code.compare("ne", now, ZERO), body, following)
        code.begin(body)
        code.do(f"store i64 {code.binary('and', now, code.binary('sub', now, ONE))}, ptr {rest}")
        first = code.binary("mul", number, constant(PAYLOAD))
        self.assign(node.name, code.binary("add", first, operations.lowest_bit(code, now)))
        self.round(node.body, test, after)
        code.begin(following)
        code.do(f"store i64 {code.binary('add', number, ONE)}, ptr {word}")
        code.branch(head)
        code.begin(after)

    # Expressions

    def value(self, node: Code) -> Value:
        """The value of an expression."""
        operation, operands = node.operation, node.operands
        if operation in ARITHMETIC or operation in RELATIONS:
            left, right = self.words(node)
            rule = operations.arithmetic if operation in ARITHMETIC else operations.relation
            return rule(self.code, operation, left, right)
        match operation, operands:
            case "number", (int(known),):
                return constant(known)
            case "truth", (known,):
                return constant(int(bool(known)), KINDS[Type.BIT])
            case "local", (str(name),):
                return self.local(name)
            case "table", (name,):
                return Value(f'@"{name}"', POINTER)
            case "load", (Code() as memory, Code() as index):
                return self.load(self.value(memory), self.value(index))
            case "int", (Code() as bit,):
                return self.code.cast("zext", self.value(bit), I64)
            case "not", (Code() as bit,):
                return self.code.binary("xor", self.value(bit), constant(1, KINDS[Type.BIT]))
            case (("and" | "or"), parts):
                return self.connected(operation == "and", [part for part in parts if isinstance(part, Code)])
            case "choice", (Code() as test, Code() as one, Code() as other):
                return self.choice(test, one, other)
            case "call", (str(name), *given):
                return self.call(node, name, [self.value(argument) for argument in given if isinstance(argument, Code)])
        raise self.fail(node)

    def words(self, node: Code) -> list[Value]:
        """The values of two operands that are words."""
        if not all(isinstance(operand, Word) for operand in node.operands):
            raise self.fail(node)
        return [self.value(operand) for operand in node.operands if isinstance(operand, Word)]

    def local(self, name: str) -> Value:
        if name in self.locals:
            kind = self.locals[name]
            return self.code.value(kind, f"load {kind.text}, ptr {self.slot(name, kind)}")
        if name not in self.unchanged:
            raise TypeError(f"{self.function.name}: the name {name!r} is not defined")
        return self.unchanged[name]

    def connected(self, conjunction: bool, parts: Sequence[Code]) -> Value:
        after = self.code.label("decided")
        decided: list[tuple[Value, str]] = []
        for position, part in enumerate(parts):
            value = self.value(part)
            decided.append((value, self.code.block))
            if position == len(parts) - 1:
                self.code.branch(after)
                break
            more = self.code.label("more")
            self.code.choose(value, *((more, after) if conjunction else (after, more)))
            self.code.begin(more)
        self.code.begin(after)
        return self.code.joined(decided)

    def choice(self, test: Code, one: Code, other: Code) -> Value:
        then, otherwise, after = self.labels("then", "else", "after")
        self.code.choose(self.value(test), then, otherwise)
        values = []
        for label, part in ((then, one), (otherwise, other)):
            self.code.begin(label)
            values.append((self.value(part), self.code.block))
            self.code.branch(after)
        self.code.begin(after)
        return self.code.joined(values)

    def call(self, node: Code, name: str, given: list[Value]) -> Value:
        if name in BUILT_IN:
            return BUILT_IN[name](self.code, *given)
        function = self.functions[name]
        if [value.kind for value in given] != [KINDS[type] for type in function.parameters.values()]:
            raise self.fail(node)
        self.calls.append(name)
        result = KINDS[function.result]
        call = f'call {result.text} @"{name}"({", ".join(value.typed for value in given)})'
        if result != VOID:
            return self.code.value(result, call)
        self.code.do(call)
        return ZERO
