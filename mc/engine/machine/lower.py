"""From one function in the compiled subset of Python to LLVM's assembly.

Every local variable is a stack slot with the type of what is first assigned to it, but for parameters to which nothing
is assigned; LLVM's optimiser turns the slots into registers. The subset is described in ``mc.engine.machine.library``.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

from mc.engine.machine.assembly import (
    EIGHT,
    I1,
    I8,
    I64,
    I128,
    POINTER,
    POINTER16,
    VOID,
    ZERO,
    Code,
    Kind,
    Signature,
    Value,
    constant,
)
from mc.engine.machine.lower_loops import Loops

_BINARY = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.BitAnd: "and",
    ast.BitOr: "or",
    ast.BitXor: "xor",
    ast.LShift: "shl",
    ast.RShift: "ashr",
}
_COMPARE = {ast.Eq: "eq", ast.NotEq: "ne", ast.Lt: "slt", ast.LtE: "sle", ast.Gt: "sgt", ast.GtE: "sge"}
#: Functions of LLVM itself.
DECLARATIONS = """\
declare i64 @llvm.ctpop.i64(i64)
declare i64 @llvm.cttz.i64(i64, i1)
declare i64 @llvm.ctlz.i64(i64, i1)
declare {i64, i1} @llvm.smul.with.overflow.i64(i64, i64)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
declare void @llvm.prefetch.p0(ptr, i32, i32, i32)
"""


class FunctionCompiler(Loops):
    """Translates one function. ``scope``: the constants, tables and functions that it may name."""

    def __init__(
        self, node: ast.FunctionDef, signature: Signature, scope: Mapping[str, int | Value | Signature]
    ) -> None:
        self.node, self.signature, self.scope = node, signature, scope
        self.code = Code()
        self.locals: dict[str, Kind] = {}
        #: Parameters to which nothing is assigned.
        self.unchanged: dict[str, Value] = {}
        #: The functions that it calls, once for each place where it does.
        self.calls: list[str] = []
        self.loops = []

    def compile(self) -> str:
        """Its instructions, as text."""
        code = self.code
        changed = {n.id for n in ast.walk(self.node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        for argument, kind in zip(self.node.args.args, self.signature.parameters, strict=True):
            given = Value(f'%"{argument.arg}"', kind)
            if argument.arg in changed:
                code.memory.append(f"  store {given.typed}, ptr {self.slot(argument.arg, kind)}")
            else:
                self.unchanged[argument.arg] = given
        start = code.label("start")
        code.branch(start)
        code.begin(start)
        self.suite(self.node.body)
        if code.open:
            code.leave(None if self.signature.result == VOID else constant(0, self.signature.result))
        return code.text()

    @property
    def head(self) -> str:
        """Its name and the types of its result and its parameters."""
        given = zip(self.node.args.args, self.signature.parameters, strict=True)
        parameters = ", ".join(f'{kind.text} %"{argument.arg}"' for argument, kind in given)
        return f'{self.signature.result.text} @"{self.signature.name}"({parameters})'

    def fail(self, node: ast.AST) -> TypeError:
        return TypeError(f"{self.node.name}: not in the compiled subset: {ast.unparse(node)}")

    # Locals

    def slot(self, name: str, kind: Kind) -> str:
        place = f'%"{name}.slot"'
        if name not in self.locals:
            self.locals[name] = kind
            self.code.memory.append(f"  {place} = alloca {kind.text}")
        return place

    def assign(self, name: str, value: Value) -> None:
        slot = self.slot(name, value.kind)
        if self.locals[name] != value.kind:
            raise TypeError(f"{self.node.name}: {name} changes its type")
        self.code.do(f"store {value.typed}, ptr {slot}")

    # Statements

    def suite(self, body: list[ast.stmt]) -> None:
        for statement in body:
            if not self.code.open:
                return
            getattr(self, f"do_{type(statement).__name__}")(statement)

    def do_Pass(self, node: ast.Pass) -> None:
        pass

    def do_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.expr(node.value)

    def do_Assign(self, node: ast.Assign) -> None:
        target = node.targets[0]
        if not isinstance(target, ast.Name | ast.Subscript):
            raise self.fail(node)
        self.give(target, self.expr(node.value))

    def do_AugAssign(self, node: ast.AugAssign) -> None:
        if not isinstance(node.target, ast.Name | ast.Subscript):
            raise self.fail(node)
        self.give(node.target, self.expr(ast.BinOp(node.target, node.op, node.value)))

    def give(self, target: ast.Name | ast.Subscript, value: Value) -> None:
        """Assign to a local, or to memory."""
        if isinstance(target, ast.Name):
            self.assign(target.id, value)
        else:
            self.code.store(value, self.address(target))

    def do_Return(self, node: ast.Return) -> None:
        if self.signature.result == VOID:
            self.code.leave(None)
        else:
            assert node.value is not None
            self.code.leave(self.truth(node.value) if self.signature.result == I1 else self.expr(node.value))

    def do_If(self, node: ast.If) -> None:
        condition = self.truth(node.test)
        if condition.number is not None:
            self.suite(node.body if condition.number else node.orelse)
            return
        then, otherwise, after = self.labels("then", "else", "after")
        self.code.choose(condition, then, otherwise if node.orelse else after)
        for label, body in ((then, node.body), (otherwise, node.orelse)):
            if body:
                self.code.begin(label)
                self.suite(body)
                self.code.branch(after)
        self.code.begin(after)

    # Expressions

    def truth(self, node: ast.expr) -> Value:
        value = self.expr(node)
        if value.kind == I1:
            return value
        if value.number is not None:
            return constant(int(value.number != 0), I1)
        return self.code.compare("ne", value, ZERO)

    def expr(self, node: ast.expr) -> Value:
        value: Value = getattr(self, f"on_{type(node).__name__}")(node)
        return value

    def on_Constant(self, node: ast.Constant) -> Value:
        if isinstance(node.value, bool):
            return constant(int(node.value), I1)
        if isinstance(node.value, int):
            return constant(node.value)
        raise self.fail(node)

    def on_Name(self, node: ast.Name) -> Value:
        if node.id in self.locals:
            kind = self.locals[node.id]
            return self.code.value(kind, f"load {kind.text}, ptr {self.slot(node.id, kind)}")
        match self.unchanged.get(node.id, self.scope.get(node.id)):
            case Value() as table:
                return table
            case int(number):
                return constant(number)
        raise TypeError(f"{self.node.name}: the name {node.id!r} is not defined")

    def address(self, node: ast.Subscript) -> Value:
        return self.code.further(self.expr(node.value), self.expr(node.slice))

    def on_Subscript(self, node: ast.Subscript) -> Value:
        return self.code.load(self.address(node))

    def on_UnaryOp(self, node: ast.UnaryOp) -> Value:
        if isinstance(node.op, ast.Not):
            return self.code.binary("xor", self.truth(node.operand), constant(1, I1))
        value = self.expr(node.operand)
        if isinstance(node.op, ast.USub):
            return constant(-value.number) if value.number is not None else self.code.binary("sub", ZERO, value)
        return self.code.binary("xor", value, constant(-1))

    def on_BinOp(self, node: ast.BinOp) -> Value:
        left, right = self.expr(node.left), self.expr(node.right)
        if isinstance(node.op, (ast.FloorDiv, ast.Mod)):
            return self.divide(node, left, right)
        return self.code.binary(_BINARY[type(node.op)], left, right)

    def divide(self, node: ast.BinOp, left: Value, right: Value) -> Value:
        """Division that rounds down; the rest is of division by a positive number."""
        code, rest = self.code, self.code.binary("srem", left, right)
        if isinstance(node.op, ast.Mod):
            return code.select(code.compare("slt", rest, ZERO), code.binary("add", rest, right), rest)
        opposite = code.compare("slt", code.binary("xor", rest, right), ZERO)
        below = code.binary("and", opposite, code.compare("ne", rest, ZERO))
        return code.binary("sub", code.binary("sdiv", left, right), code.cast("zext", below, I64))

    def on_BoolOp(self, node: ast.BoolOp) -> Value:
        conjunction = isinstance(node.op, ast.And)
        after = self.code.label("decided")
        decided: list[tuple[Value, str]] = []
        for position, operand in enumerate(node.values):
            value = self.truth(operand)
            decided.append((value, self.code.block))
            if position == len(node.values) - 1:
                self.code.branch(after)
                break
            more = self.code.label("more")
            self.code.choose(value, *((more, after) if conjunction else (after, more)))
            self.code.begin(more)
        self.code.begin(after)
        return self.code.joined(decided)

    def on_Compare(self, node: ast.Compare) -> Value:
        left = self.expr(node.left)
        result = None
        for operator, comparator in zip(node.ops, node.comparators, strict=True):
            right = self.expr(comparator)
            test = self.code.compare(_COMPARE[type(operator)], left, right)
            result = test if result is None else self.code.binary("and", result, test)
            left = right
        assert result is not None
        return result

    def on_IfExp(self, node: ast.IfExp) -> Value:
        then, otherwise, after = self.labels("then", "else", "after")
        self.code.choose(self.truth(node.test), then, otherwise)
        values = []
        for label, part in ((then, node.body), (otherwise, node.orelse)):
            self.code.begin(label)
            values.append((self.expr(part), self.code.block))
            self.code.branch(after)
        self.code.begin(after)
        return self.code.joined(values)

    def on_Call(self, node: ast.Call) -> Value:
        if not isinstance(node.func, ast.Name):
            raise self.fail(node)
        builtin = getattr(self, f"call_{node.func.id}", None)
        if builtin is not None:
            value: Value = builtin(*node.args)
            return value
        function = self.scope.get(node.func.id)
        if not isinstance(function, Signature):
            raise self.fail(node)
        given = [
            self.truth(argument) if kind == I1 else self.expr(argument)
            for argument, kind in zip(node.args, function.parameters, strict=True)
        ]
        if any(value.kind != kind for value, kind in zip(given, function.parameters, strict=True)):
            raise TypeError(f"{self.node.name}: arguments of other types: {ast.unparse(node)}")
        self.calls.append(function.name)
        call = f'call {function.result.text} @"{function.name}"({", ".join(value.typed for value in given)})'
        if function.result != VOID:
            return self.code.value(function.result, call)
        self.code.do(call)
        return ZERO

    def call_min(self, *arguments: ast.expr) -> Value:
        return self.extreme("slt", arguments)

    def call_max(self, *arguments: ast.expr) -> Value:
        return self.extreme("sgt", arguments)

    def extreme(self, relation: str, arguments: tuple[ast.expr, ...]) -> Value:
        values = [self.expr(a) for a in arguments]
        result = values[0]
        for value in values[1:]:
            result = self.code.select(self.code.compare(relation, value, result), value, result)
        return result

    def call_abs(self, argument: ast.expr) -> Value:
        value = self.expr(argument)
        return self.code.select(self.code.compare("slt", value, ZERO), self.code.binary("sub", ZERO, value), value)

    def call_int(self, argument: ast.expr) -> Value:
        value = self.expr(argument)
        return self.code.cast("zext", value, I64) if value.kind == I1 else value

    def call_offset(self, base: ast.expr, count: ast.expr) -> Value:
        """The pointer ``count`` elements further."""
        return self.code.further(self.expr(base), self.expr(count))

    def call_unsigned_shift(self, value: ast.expr, count: ast.expr) -> Value:
        """A right shift that fills with zeros."""
        return self.code.binary("lshr", self.expr(value), self.expr(count))

    def call_high_product(self, a: ast.expr, b: ast.expr) -> Value:
        """The upper 64 bits of the unsigned product."""
        left, right = (self.code.cast("zext", self.expr(factor), I128) for factor in (a, b))
        product = self.code.binary("mul", left, right)
        return self.code.cast("trunc", self.code.binary("lshr", product, constant(64, I128)), I64)

    def call_word_now(self, base: ast.expr) -> Value:
        """The first word of some memory, which another thread may change at any time."""
        return self.code.value(I64, f"load atomic i64, ptr {self.expr(base)} acquire, align 8")

    def call_add_now(self, base: ast.expr, more: ast.expr) -> Value:
        """Add to it at once; what it was before."""
        return self.at_once("add", base, more)

    def call_exchange_now(self, base: ast.expr, value: ast.expr) -> Value:
        """Put another value in its place at once; what it was before."""
        return self.at_once("xchg", base, value)

    def at_once(self, operation: str, base: ast.expr, value: ast.expr) -> Value:
        return self.code.value(I64, f"atomicrmw {operation} {self.expr(base).typed}, {self.expr(value).typed} seq_cst")

    def call_product(self, a: ast.expr, b: ast.expr) -> Value:
        """A product; 2^62 where that does not fit a word."""
        both = Kind("{i64, i1}")
        operands = f"{self.expr(a).typed}, {self.expr(b).typed}"
        found = self.code.value(both, f"call {both.text} @llvm.smul.with.overflow.i64({operands})")
        product, over = (self.code.value(k, f"extractvalue {found.typed}, {n}") for n, k in enumerate((I64, I1)))
        return self.code.select(over, constant(1 << 62), product)

    def call_popcount(self, value: ast.expr) -> Value:
        """How many bits are 1."""
        return self.code.value(I64, f"call i64 @llvm.ctpop.i64({self.expr(value).typed})")

    def call_lowest_bit(self, value: ast.expr) -> Value:
        """Position of the lowest 1; the value is not 0."""
        return self.code.value(I64, f"call i64 @llvm.cttz.i64({self.expr(value).typed}, i1 1)")

    def call_highest_bit(self, value: ast.expr) -> Value:
        """Position of the highest 1; the value is not 0."""
        zeros = self.code.value(I64, f"call i64 @llvm.ctlz.i64({self.expr(value).typed}, i1 1)")
        return self.code.binary("sub", constant(63), zeros)

    def call_words_at(self, address: ast.expr) -> Value:
        """The memory at an address, as words of 64 bits."""
        return self.code.cast("inttoptr", self.expr(address), POINTER)

    def call_shorts(self, base: ast.expr) -> Value:
        """The same memory, as numbers of 16 bits."""
        return Value(self.expr(base), POINTER16)

    def call_matches(self, base: ast.expr, mask: ast.expr, value: ast.expr) -> Value:
        """Bit set of those of eight words (at an address divisible by 64) that are ``value`` under ``mask``."""
        code = self.code
        loaded = code.value(EIGHT, f"load {EIGHT.text}, ptr {self.expr(base)}, align 64")
        masked = code.binary("and", loaded, self.eight_times(self.expr(mask)))
        found = code.value(Kind("<8 x i1>"), f"icmp eq {masked.typed}, {self.eight_times(self.expr(value))}")
        return code.cast("zext", code.cast("bitcast", found, I8), I64)

    def eight_times(self, value: Value) -> Value:
        one = self.code.value(EIGHT, f"insertelement {EIGHT.text} poison, {value.typed}, i32 0")
        return self.code.value(EIGHT, f"shufflevector {one.typed}, {one.typed}, <8 x i32> zeroinitializer")

    def call_prefetch(self, base: ast.expr, index: ast.expr) -> Value:
        """Ask for the memory at ``base[index]`` ahead of its use."""
        place = self.code.further(self.expr(base), self.expr(index))
        self.code.do(f"call void @llvm.prefetch.p0({place.typed}, i32 1, i32 3, i32 1)")
        return ZERO

    def call_stack(self, words: ast.expr) -> Value:
        """Memory for some words, all 0, that lasts until the function returns."""
        count = self.expr(words).number
        if count is None:
            raise self.fail(words)
        area = f"%stack.{len(self.code.memory)}"
        # To store an array of zeros is a value of that many parts for LLVM, which takes its time with them.
        self.code.memory += [
            f"  {area} = alloca [{count} x i64]",
            f"  call void @llvm.memset.p0.i64(ptr {area}, i8 0, i64 {8 * count}, i1 0)",
        ]
        return Value(area, POINTER)
