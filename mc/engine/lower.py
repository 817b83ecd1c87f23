"""From one function in the compiled subset of Python to LLVM's intermediate form.

Every local variable is a stack slot with the type of what is first assigned to it; LLVM's optimiser turns the
slots into registers. The subset is described in ``mc.engine.machine``.
"""

from __future__ import annotations

import ast
from typing import Any

from llvmlite import ir

from mc.engine.lower_loops import I1, I64, Loops

I16, I8, VOID = ir.IntType(16), ir.IntType(8), ir.VoidType()
POINTER, POINTER16, POINTER8 = ir.PointerType(I64), ir.PointerType(I16), ir.PointerType(I8)
_BINARY = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.BitAnd: "and_",
    ast.BitOr: "or_",
    ast.BitXor: "xor",
    ast.LShift: "shl",
    ast.RShift: "ashr",
}
_COMPARE = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


class FunctionCompiler(Loops):
    """Translates one function; every local is a stack slot, which LLVM turns into registers."""

    def __init__(self, node: ast.FunctionDef, function: ir.Function, scope: dict[str, Any]) -> None:
        self.node, self.function, self.scope = node, function, scope
        self.locals: dict[str, Any] = {}
        self.loops: list[tuple[Any, Any]] = []
        self.entry = function.append_basic_block("entry")
        self.builder = ir.IRBuilder(function.append_basic_block("body"))

    def compile(self) -> None:
        start = self.builder.block
        for argument, given in zip(self.node.args.args, self.function.args, strict=True):
            given.name = argument.arg
            self.assign(argument.arg, given)
        self.suite(self.node.body)
        if not self.builder.block.is_terminated:
            kind = self.function.return_value.type
            self.builder.ret_void() if kind == VOID else self.builder.ret(ir.Constant(kind, 0))
        ir.IRBuilder(self.entry).branch(start)

    def fail(self, node: ast.AST) -> TypeError:
        return TypeError(f"{self.node.name}: not in the compiled subset: {ast.unparse(node)}")

    # Locals

    def slot(self, name: str, kind: ir.Type) -> Any:
        if name not in self.locals:
            self.locals[name] = ir.IRBuilder(self.entry).alloca(kind, name=name)
        return self.locals[name]

    def assign(self, name: str, value: Any) -> None:
        slot = self.slot(name, value.type)
        if slot.type.pointee != value.type:
            raise TypeError(f"{self.node.name}: {name} changes its type")
        self.builder.store(value, slot)

    # Statements

    def suite(self, body: list[ast.stmt]) -> None:
        for statement in body:
            if self.builder.block.is_terminated:
                return
            getattr(self, f"do_{type(statement).__name__}")(statement)

    def do_Pass(self, node: ast.Pass) -> None:
        pass

    def do_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.expr(node.value)

    def do_Assign(self, node: ast.Assign) -> None:
        target = node.targets[0]
        if isinstance(target, ast.Tuple):
            raise self.fail(node)
        value = self.expr(node.value)
        if isinstance(target, ast.Name):
            self.assign(target.id, value)
        else:
            self.store(target, value)

    def do_AugAssign(self, node: ast.AugAssign) -> None:
        load = ast.copy_location(ast.parse(ast.unparse(node.target), mode="eval").body, node)
        value = self.expr(ast.BinOp(load, node.op, node.value))
        if isinstance(node.target, ast.Name):
            self.assign(node.target.id, value)
        else:
            self.store(node.target, value)

    def store(self, target: ast.expr, value: Any) -> None:
        if not isinstance(target, ast.Subscript):
            raise self.fail(target)
        place = self.address(target)
        if place.type != POINTER:
            value = self.builder.trunc(value, place.type.pointee)
        self.builder.store(value, place)

    def do_Return(self, node: ast.Return) -> None:
        kind = self.function.return_value.type
        if kind == VOID:
            self.builder.ret_void()
        else:
            assert node.value is not None
            self.builder.ret(self.truth(node.value) if kind == I1 else self.expr(node.value))

    def do_If(self, node: ast.If) -> None:
        condition = self.truth(node.test)
        if isinstance(condition, ir.Constant):
            self.suite(node.body if condition.constant else node.orelse)
            return
        then, otherwise = self.block("then"), self.block("else")
        after = self.block("after")
        self.builder.cbranch(condition, then, otherwise)
        for block, body in ((then, node.body), (otherwise, node.orelse)):
            self.builder.position_at_end(block)
            self.suite(body)
            if not self.builder.block.is_terminated:
                self.builder.branch(after)
        self.builder.position_at_end(after)

    def block(self, name: str) -> Any:
        return self.function.append_basic_block(name)

    # Expressions

    def truth(self, node: ast.expr) -> Any:
        value = self.expr(node)
        if value.type == I1:
            return value
        return self.builder.icmp_signed("!=", value, ir.Constant(I64, 0))

    def expr(self, node: ast.expr) -> Any:
        return getattr(self, f"on_{type(node).__name__}")(node)

    def on_Constant(self, node: ast.Constant) -> Any:
        if isinstance(node.value, bool):
            return ir.Constant(I1, int(node.value))
        if isinstance(node.value, int):
            return ir.Constant(I64, node.value)
        raise self.fail(node)

    def on_Name(self, node: ast.Name) -> Any:
        if node.id in self.locals:
            return self.builder.load(self.locals[node.id])
        value = self.scope.get(node.id)
        if isinstance(value, int):
            return ir.Constant(I64, value)
        if isinstance(value, ir.GlobalVariable):
            return self.builder.bitcast(value, POINTER)
        raise TypeError(f"{self.node.name}: the name {node.id!r} is not defined")

    def address(self, node: ast.Subscript) -> Any:
        return self.builder.gep(self.expr(node.value), [self.expr(node.slice)])

    def on_Subscript(self, node: ast.Subscript) -> Any:
        value = self.builder.load(self.address(node))
        return self.builder.zext(value, I64) if value.type in (I8, I16) else value

    def on_UnaryOp(self, node: ast.UnaryOp) -> Any:
        if isinstance(node.op, ast.Not):
            return self.builder.not_(self.truth(node.operand))
        value = self.expr(node.operand)
        if isinstance(node.op, ast.USub):
            return ir.Constant(I64, -value.constant) if isinstance(value, ir.Constant) else self.builder.neg(value)
        return self.builder.not_(value)

    def on_BinOp(self, node: ast.BinOp) -> Any:
        left, right = self.expr(node.left), self.expr(node.right)
        if isinstance(node.op, (ast.FloorDiv, ast.Mod)):
            return self.divide(node, left, right)
        return getattr(self.builder, _BINARY[type(node.op)])(left, right)

    def divide(self, node: ast.BinOp, left: Any, right: Any) -> Any:
        """Division that rounds down; the rest is of division by a positive number."""
        zero, rest = ir.Constant(I64, 0), self.builder.srem(left, right)
        if isinstance(node.op, ast.Mod):
            below = self.builder.icmp_signed("<", rest, zero)
            return self.builder.select(below, self.builder.add(rest, right), rest)
        opposite = self.builder.icmp_signed("<", self.builder.xor(rest, right), zero)
        below = self.builder.and_(opposite, self.builder.icmp_signed("!=", rest, zero))
        quotient = self.builder.sdiv(left, right)
        return self.builder.sub(quotient, self.builder.zext(below, I64))

    def on_BoolOp(self, node: ast.BoolOp) -> Any:
        conjunction = isinstance(node.op, ast.And)
        after = self.block("decided")
        decided: list[tuple[Any, Any]] = []
        for position, operand in enumerate(node.values):
            value = self.truth(operand)
            decided.append((value, self.builder.block))
            if position == len(node.values) - 1:
                self.builder.branch(after)
                break
            more = self.block("more")
            self.builder.cbranch(value, *((more, after) if conjunction else (after, more)))
            self.builder.position_at_end(more)
        self.builder.position_at_end(after)
        result = self.builder.phi(I1)
        for value, block in decided:
            result.add_incoming(value, block)
        return result

    def on_Compare(self, node: ast.Compare) -> Any:
        left = self.expr(node.left)
        result = None
        for operator, comparator in zip(node.ops, node.comparators, strict=True):
            right = self.expr(comparator)
            test = self.builder.icmp_signed(_COMPARE[type(operator)], left, right)
            result = test if result is None else self.builder.and_(result, test)
            left = right
        return result

    def on_IfExp(self, node: ast.IfExp) -> Any:
        condition = self.truth(node.test)
        then, otherwise, after = self.block("then"), self.block("else"), self.block("after")
        self.builder.cbranch(condition, then, otherwise)
        values = []
        for block, part in ((then, node.body), (otherwise, node.orelse)):
            self.builder.position_at_end(block)
            values.append((self.expr(part), self.builder.block))
            self.builder.branch(after)
        self.builder.position_at_end(after)
        result = self.builder.phi(values[0][0].type)
        for value, block in values:
            result.add_incoming(value, block)
        return result

    def on_Call(self, node: ast.Call) -> Any:
        name = ast.unparse(node.func)
        builtin = getattr(self, f"call_{name}", None)
        if builtin is not None:
            return builtin(*node.args)
        function = self.scope.get(name)
        if not isinstance(function, ir.Function):
            raise self.fail(node)
        kinds = function.function_type.args
        given = [self.truth(a) if kind == I1 else self.expr(a) for a, kind in zip(node.args, kinds, strict=True)]
        return self.builder.call(function, given)

    def call_min(self, *arguments: ast.expr) -> Any:
        return self.extreme("<", arguments)

    def call_max(self, *arguments: ast.expr) -> Any:
        return self.extreme(">", arguments)

    def extreme(self, order: str, arguments: tuple[ast.expr, ...]) -> Any:
        values = [self.expr(a) for a in arguments]
        result = values[0]
        for value in values[1:]:
            result = self.builder.select(self.builder.icmp_signed(order, value, result), value, result)
        return result

    def call_abs(self, argument: ast.expr) -> Any:
        value = self.expr(argument)
        negative = self.builder.icmp_signed("<", value, ir.Constant(I64, 0))
        return self.builder.select(negative, self.builder.neg(value), value)

    def call_int(self, argument: ast.expr) -> Any:
        value = self.expr(argument)
        return self.builder.zext(value, I64) if value.type == I1 else value

    def call_offset(self, base: ast.expr, count: ast.expr) -> Any:
        """The pointer ``count`` elements further."""
        return self.builder.gep(self.expr(base), [self.expr(count)])

    def call_unsigned_shift(self, value: ast.expr, count: ast.expr) -> Any:
        """A right shift that fills with zeros."""
        return self.builder.lshr(self.expr(value), self.expr(count))

    def call_high_product(self, a: ast.expr, b: ast.expr) -> Any:
        """The upper 64 bits of the unsigned product."""
        wide = ir.IntType(128)
        product = self.builder.mul(self.builder.zext(self.expr(a), wide), self.builder.zext(self.expr(b), wide))
        return self.builder.trunc(self.builder.lshr(product, ir.Constant(wide, 64)), I64)

    def call_word_now(self, base: ast.expr) -> Any:
        """The first word of some memory, which another thread may change at any time."""
        return self.builder.load_atomic(self.expr(base), "acquire", 8)

    def call_add_now(self, base: ast.expr, more: ast.expr) -> Any:
        """Add to it at once; what it was before."""
        return self.builder.atomic_rmw("add", self.expr(base), self.expr(more), "seq_cst")

    def call_exchange_now(self, base: ast.expr, value: ast.expr) -> Any:
        """Put another value in its place at once; what it was before."""
        return self.builder.atomic_rmw("xchg", self.expr(base), self.expr(value), "seq_cst")

    def call_product(self, a: ast.expr, b: ast.expr) -> Any:
        """A product; 2^62 where that does not fit a word."""
        both = self.builder.smul_with_overflow(self.expr(a), self.expr(b))
        product, over = self.builder.extract_value(both, 0), self.builder.extract_value(both, 1)
        return self.builder.select(over, ir.Constant(I64, 1 << 62), product)

    def call_popcount(self, value: ast.expr) -> Any:
        """How many bits are 1."""
        return self.builder.ctpop(self.expr(value))

    def call_lowest_bit(self, value: ast.expr) -> Any:
        """Position of the lowest 1; the value is not 0."""
        return self.builder.cttz(self.expr(value), ir.Constant(I1, 1))

    def call_highest_bit(self, value: ast.expr) -> Any:
        """Position of the highest 1; the value is not 0."""
        return self.builder.sub(ir.Constant(I64, 63), self.builder.ctlz(self.expr(value), ir.Constant(I1, 1)))

    def call_words_at(self, address: ast.expr) -> Any:
        """The memory at an address, as words of 64 bits."""
        return self.builder.inttoptr(self.expr(address), POINTER)

    def call_shorts(self, base: ast.expr) -> Any:
        """The same memory, as numbers of 16 bits."""
        return self.builder.bitcast(self.expr(base), POINTER16)

    def call_matches(self, base: ast.expr, mask: ast.expr, value: ast.expr) -> Any:
        """Bit set of those of eight words (at an address divisible by 64) that are ``value`` under ``mask``."""
        eight = ir.VectorType(I64, 8)
        place = self.builder.bitcast(self.expr(base), ir.PointerType(eight))
        masked = self.builder.and_(self.builder.load(place, align=64), self.eight_times(self.expr(mask)))
        found = self.builder.icmp_signed("==", masked, self.eight_times(self.expr(value)))
        return self.builder.zext(self.builder.bitcast(found, I8), I64)

    def eight_times(self, value: Any) -> Any:
        eight = ir.VectorType(I64, 8)
        one = self.builder.insert_element(ir.Constant(eight, ir.Undefined), value, ir.Constant(ir.IntType(32), 0))
        return self.builder.shuffle_vector(one, one, ir.Constant(ir.VectorType(ir.IntType(32), 8), [0] * 8))

    def call_prefetch(self, base: ast.expr, index: ast.expr) -> Any:
        """Ask for the memory at ``base[index]`` ahead of its use."""
        i32 = ir.IntType(32)
        function = self.intrinsic("llvm.prefetch.p0", [POINTER, i32, i32, i32])
        place = self.builder.bitcast(self.builder.gep(self.expr(base), [self.expr(index)]), POINTER)
        return self.builder.call(function, [place, ir.Constant(i32, 1), ir.Constant(i32, 3), ir.Constant(i32, 1)])

    def call_stack(self, words: ast.expr) -> Any:
        """Memory for some words, all 0, that lasts until the function returns."""
        count = self.expr(words)
        builder = ir.IRBuilder(self.entry)
        area = builder.bitcast(builder.alloca(ir.ArrayType(I64, count.constant)), POINTER)
        # To store an array of zeros is a value of that many parts for LLVM, which takes its time with them.
        clear = self.intrinsic("llvm.memset.p0.i64", [POINTER, I8, I64, I1])
        builder.call(clear, [area, ir.Constant(I8, 0), ir.Constant(I64, 8 * count.constant), ir.Constant(I1, 0)])
        return area

    def intrinsic(self, name: str, parameters: list[Any]) -> Any:
        """A function of LLVM itself that returns nothing."""
        module = self.function.module
        return module.globals.get(name) or ir.Function(module, ir.FunctionType(VOID, parameters), name)
