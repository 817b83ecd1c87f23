"""Loops in the compiled subset of Python, as blocks of LLVM's intermediate form."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Callable
from typing import Any

from llvmlite import ir

from mc.engine.slots import PAYLOAD

I64, I1 = ir.IntType(64), ir.IntType(1)


class Loops:
    """Translation of loops, for :class:`mc.engine.lower.FunctionCompiler`."""

    builder: Any
    #: Of the loops around the present statement: the blocks where they go on, and where they end.
    loops: list[tuple[Any, Any]]

    @abstractmethod
    def slot(self, name: str, kind: ir.Type) -> Any: ...

    @abstractmethod
    def assign(self, name: str, value: Any) -> None: ...

    @abstractmethod
    def block(self, name: str) -> Any: ...

    @abstractmethod
    def suite(self, body: list[ast.stmt]) -> None: ...

    @abstractmethod
    def truth(self, node: ast.expr) -> Any: ...

    @abstractmethod
    def expr(self, node: ast.expr) -> Any: ...

    @abstractmethod
    def fail(self, node: ast.AST) -> TypeError: ...

    def do_While(self, node: ast.While) -> None:
        head, body, after = self.block("while"), self.block("do"), self.block("after")
        self.builder.branch(head)
        self.builder.position_at_end(head)
        self.builder.cbranch(self.truth(node.test), body, after)
        self.loop(node.body, body, head, after)

    def loop(self, statements: list[ast.stmt], body: Any, following: Any, after: Any) -> None:
        self.builder.position_at_end(body)
        self.loops.append((following, after))
        self.suite(statements)
        self.loops.pop()
        if not self.builder.block.is_terminated:
            self.builder.branch(following)
        self.builder.position_at_end(after)

    def do_For(self, node: ast.For) -> None:
        """``for k in range(...)``, or over the bits of words.

        ``bits(word)``: the numbers of the bits that are 1. ``members(base, stop, start, mask)``: those of the words
        from ``start`` (by default 0) to ``stop``, 63 to a word, which are 1 also in the words from ``mask`` on, if
        there is one.
        """
        if not isinstance(node.iter, ast.Call) or not isinstance(node.target, ast.Name):
            raise self.fail(node.iter)
        arguments = [self.expr(argument) for argument in node.iter.args]
        zero, one = ir.Constant(I64, 0), ir.Constant(I64, 1)
        match ast.unparse(node.iter.func), len(arguments):
            case "range", 1:
                self.count(node, node.target.id, zero, arguments[0], one)
            case "range", 2 | 3:
                start, end, step = (*arguments, one)[:3]
                self.count(node, node.target.id, start, end, step)
            case "bits", 1:
                self.bits(node, node.target.id, zero, one, lambda _: arguments[0])
            case "members", 2:
                base, stop = arguments
                self.bits(node, node.target.id, zero, stop, lambda k: self.word(base, k))
            case "members", 4:
                base, stop, start, mask = arguments
                self.bits(node, node.target.id, start, stop, lambda k: self.common(base, mask, k))
            case _:
                raise self.fail(node.iter)

    def word(self, base: Any, number: Any) -> Any:
        return self.builder.load(self.builder.gep(base, [number]))

    def common(self, base: Any, mask: Any, number: Any) -> Any:
        return self.builder.and_(self.word(base, number), self.word(mask, number))

    def count(self, node: ast.For, name: str, start: Any, end: Any, step: Any) -> None:
        counter = self.slot(f"{name}.{node.lineno}.{node.col_offset}", I64)
        self.builder.store(start, counter)
        head, body, following, after = (self.block(n) for n in ("for", "do", "next", "after"))
        self.builder.branch(head)
        self.builder.position_at_end(head)
        now = self.builder.load(counter)
        backwards = isinstance(step, ir.Constant) and step.constant < 0
        self.builder.cbranch(self.builder.icmp_signed(">" if backwards else "<", now, end), body, after)
        self.builder.position_at_end(following)
        self.builder.store(self.builder.add(self.builder.load(counter), step), counter)
        self.builder.branch(head)
        self.builder.position_at_end(body)
        self.assign(name, now)
        self.loop(node.body, body, following, after)

    def bits(self, node: ast.For, name: str, start: Any, stop: Any, fetch: Callable[[Any], Any]) -> None:
        """A loop over the bits that are 1 in the words ``fetch(start)`` to ``fetch(stop - 1)``."""
        word, rest = (self.slot(f"{name}.{node.lineno}.{node.col_offset}.{n}", I64) for n in ("word", "rest"))
        head, begin, test, body, following, after = (
            self.block(n) for n in ("words", "word", "bits", "do", "next", "after")
        )
        self.builder.store(start, word)
        self.builder.branch(head)
        self.builder.position_at_end(head)
        number = self.builder.load(word)
        self.builder.cbranch(self.builder.icmp_signed("<", number, stop), begin, after)
        self.builder.position_at_end(begin)
        self.builder.store(fetch(number), rest)
        self.builder.branch(test)
        self.builder.position_at_end(test)
        now = self.builder.load(rest)
        self.builder.cbranch(self.builder.icmp_signed("!=", now, ir.Constant(I64, 0)), body, following)
        self.builder.position_at_end(following)
        self.builder.store(self.builder.add(number, ir.Constant(I64, 1)), word)
        self.builder.branch(head)
        self.builder.position_at_end(body)
        self.builder.store(self.builder.and_(now, self.builder.sub(now, ir.Constant(I64, 1))), rest)
        first = self.builder.mul(number, ir.Constant(I64, PAYLOAD))
        self.assign(name, self.builder.add(first, self.builder.cttz(now, ir.Constant(I1, 1))))
        self.loop(node.body, body, test, after)

    def do_Break(self, node: ast.Break) -> None:
        self.builder.branch(self.loops[-1][1])

    def do_Continue(self, node: ast.Continue) -> None:
        self.builder.branch(self.loops[-1][0])
