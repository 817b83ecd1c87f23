"""Loops in the compiled subset of Python, as blocks of LLVM's assembly."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Callable

from mc.engine.machine.assembly import I64, ONE, ZERO, Code, Kind, Value, constant
from mc.engine.store.slots import PAYLOAD

#: Of the branch that begins the next round of a loop that is not to be unrolled; and what it refers to.
ROLLED = ", !llvm.loop !0"
METADATA = """\
!0 = distinct !{!0, !1}
!1 = !{!"llvm.loop.unroll.disable"}
"""


class Loops:
    """Translation of loops, for :class:`mc.engine.machine.lower.FunctionCompiler`."""

    code: Code
    #: Of the loops around the present statement: the blocks where they go on, and where they end.
    loops: list[tuple[str, str]]

    @abstractmethod
    def slot(self, name: str, kind: Kind) -> str: ...

    @abstractmethod
    def assign(self, name: str, value: Value) -> None: ...

    @abstractmethod
    def suite(self, body: list[ast.stmt]) -> None: ...

    @abstractmethod
    def truth(self, node: ast.expr) -> Value: ...

    @abstractmethod
    def expr(self, node: ast.expr) -> Value: ...

    @abstractmethod
    def fail(self, node: ast.AST) -> TypeError: ...

    def labels(self, *hints: str) -> list[str]:
        return [self.code.label(hint) for hint in hints]

    def do_While(self, node: ast.While) -> None:
        head, body, after = self.labels("while", "do", "after")
        self.code.branch(head)
        self.code.begin(head)
        self.code.choose(self.truth(node.test), body, after)
        self.code.begin(body)
        self.round(node.body, head, after)
        self.code.begin(after)

    def round(self, statements: list[ast.stmt], following: str, after: str) -> None:
        """One round of a loop."""
        self.loops.append((following, after))
        self.suite(statements)
        self.loops.pop()
        self.code.branch(following)

    def do_For(self, node: ast.For) -> None:
        """``for k in range(...)``, or over the bits of words.

        ``each(n)``: as ``range(n)``, but written out once, which LLVM does not do where it knows a small ``n``.
        ``bits(word)``: the numbers of the bits that are 1. ``members(base, stop, start, mask)``: those of the words
        from ``start`` (by default 0) to ``stop``, 63 to a word, which are 1 also in the words from ``mask`` on, if
        there is one.
        """
        if not isinstance(node.iter, ast.Call) or not isinstance(node.target, ast.Name):
            raise self.fail(node.iter)
        arguments = [self.expr(argument) for argument in node.iter.args]
        match ast.unparse(node.iter.func), len(arguments):
            case "range", 1:
                self.count(node, node.target.id, ZERO, arguments[0], ONE)
            case "range", 2 | 3:
                start, end, step = (*arguments, ONE)[:3]
                self.count(node, node.target.id, start, end, step)
            case "each", 1:
                self.count(node, node.target.id, ZERO, arguments[0], ONE, ROLLED)
            case "bits", 1:
                self.bits(node, node.target.id, ZERO, ONE, lambda _: arguments[0])
            case "members", 2:
                base, stop = arguments
                self.bits(node, node.target.id, ZERO, stop, lambda k: self.word(base, k))
            case "members", 4:
                base, stop, start, mask = arguments
                self.bits(node, node.target.id, start, stop, lambda k: self.common(base, mask, k))
            case _:
                raise self.fail(node.iter)

    def word(self, base: Value, number: Value) -> Value:
        return self.code.load(self.code.further(base, number))

    def common(self, base: Value, mask: Value, number: Value) -> Value:
        return self.code.binary("and", self.word(base, number), self.word(mask, number))

    def hidden(self, node: ast.For, name: str) -> str:
        """The place of a local that only this loop knows."""
        return self.slot(f"{name}.{node.lineno}.{node.col_offset}", I64)

    def count(self, node: ast.For, name: str, start: Value, end: Value, step: Value, attribute: str = "") -> None:
        code, counter = self.code, self.hidden(node, name)
        head, body, following, after = self.labels("for", "do", "next", "after")
        code.do(f"store i64 {start}, ptr {counter}")
        code.branch(head)
        code.begin(head)
        now = code.value(I64, f"load i64, ptr {counter}")
        backwards = step.number is not None and step.number < 0
        code.choose(code.compare("sgt" if backwards else "slt", now, end), body, after)
        code.begin(body)
        self.assign(name, now)
        self.round(node.body, following, after)
        code.begin(following)
        code.do(f"store i64 {code.binary('add', now, step)}, ptr {counter}")
        code.branch(head, attribute)
        code.begin(after)

    def bits(self, node: ast.For, name: str, start: Value, stop: Value, fetch: Callable[[Value], Value]) -> None:
        """A loop over the bits that are 1 in the words ``fetch(start)`` to ``fetch(stop - 1)``."""
        code, word, rest = self.code, self.hidden(node, f"{name}.word"), self.hidden(node, f"{name}.rest")
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
        self.assign(name, code.binary("add", first, code.value(I64, f"call i64 @llvm.cttz.i64(i64 {now}, i1 1)")))
        self.round(node.body, test, after)
        code.begin(following)
        code.do(f"store i64 {code.binary('add', number, ONE)}, ptr {word}")
        code.branch(head)
        code.begin(after)

    def do_Break(self, node: ast.Break) -> None:
        self.code.branch(self.loops[-1][1])

    def do_Continue(self, node: ast.Continue) -> None:
        self.code.branch(self.loops[-1][0])
