"""How functions, records, sequences and sets are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mc.errors import EvaluationError
from mc.formula import operators as op
from mc.formula import standard
from mc.formula.nodes import Apply, Bind, Binder, Recursive, Value
from mc.formula.operators import Operator as Symbol
from mc.interpreter.apply import applied
from mc.interpreter.binders import Slots, bind_tuple, slots_of
from mc.interpreter.environment import Environment, Evaluate, captured, failed, placed
from mc.interpreter.forms import Lazy, function, record, sequence, written
from mc.interpreter.products import Records, Tuples
from mc.interpreter.program import Compiled, Compiler
from mc.interpreter.sets import displayed, elements, is_set, member
from mc.interpreter.shown import text
from mc.interpreter.values import NORMAL


class FunctionCode:
    """``[x \\in S |-> e]``, compiled."""

    def __init__(self, compiler: Compiler, node: Bind, itself: str | None = None) -> None:
        self.node = node
        self.order = compiler.program.order
        self.body: Compiled = compiler.code(node.body)
        self.collections = [compiler.expression(bound.collection) for bound in node.bounds]
        self.slots: list[Slots] = [slots_of(compiler, bound) for bound in node.bounds]
        self.itself = None if itself is None else compiler.scope.slot(itself)
        facts = compiler.program.analysis.facts(node)
        self.free = tuple(sorted(compiler.scope.slot(name) for name in facts.names - {itself}))

    def domains(self, env: Environment) -> list[Any]:
        """The sets that its arguments are from."""
        found = [collection(env) for collection in self.collections]
        for domain in found:
            if not is_set(domain):
                raise failed(f"the domain of a function is a set, not {text(domain)}", self.node)
        return found

    def bind(self, env: Environment, argument: Any) -> None:
        """Bind the names in an environment to the parts of an argument."""
        if len(self.slots) == 1:
            bind_tuple(env, self.slots[0], argument, self.node)
            return
        parts = written(argument)
        if not isinstance(parts, tuple) or len(parts) != len(self.slots):
            raise failed(f"a function of {len(self.slots)} arguments is applied to {text(argument)}", self.node)
        for slots, part in zip(self.slots, tuple.__iter__(parts), strict=True):
            bind_tuple(env, slots, part, self.node)

    def written(self, env: Environment, domains: Sequence[Any]) -> Any:
        """The function with all its values."""
        order, body = self.order, self.body
        if len(domains) == 1:
            keys = elements(domains[0], order)
            slots = self.slots[0]
            if type(slots) is int:
                values = []
                for key in keys:
                    env[slots] = key
                    values.append(body.evaluate(env))
                return function(keys if is_plain(keys) else list(map(order.normal, keys)), values)
        else:
            keys = Tuples(domains).elements(order)
        values = []
        for key in keys:
            self.bind(env, key)
            values.append(body.evaluate(env))
        return function(list(map(order.normal, keys)), values)


def is_plain(keys: Sequence[Any]) -> bool:
    """Whether these are numbers in a range."""
    return type(keys) is range


class LazyFunction(Lazy):
    """A function whose values are computed when it is applied; its environment is its own."""

    __slots__ = ("_domains", "_known", "_written", "code", "env")

    def __init__(self, code: FunctionCode, env: Environment, domains: list[Any]) -> None:
        self.code = code
        self.env = env
        self._domains = domains
        self._known: dict[Any, Any] = {}
        self._written: Any = None
        if code.itself is not None:
            env[code.itself] = self

    @property
    def is_written(self) -> bool:
        """Whether all values have been computed."""
        return self._written is not None

    def domain(self) -> Any:
        return self._domains[0] if len(self._domains) == 1 else Tuples(self._domains)

    def written(self) -> Any:
        if self._written is None:
            self._written = self.code.written(self.env.copy(), self._domains)
        return self._written

    def entered(self, argument: Any) -> Environment:
        """The environment of the body, for an argument in the domain."""
        order = self.code.order
        if not member(argument, self.domain(), order):
            raise EvaluationError(f"a function is applied to {text(argument)}, which is not in its domain")
        env = self.env.copy()
        self.code.bind(env, argument)
        return env

    def at(self, argument: Any) -> Any:
        if self._written is not None:
            return applied(self._written, argument, self.code.order)
        key = self.code.order.normal(argument)
        kind = (type(key), key)
        if kind not in self._known:
            self._known[kind] = self.code.body.evaluate(self.entered(argument))
        return self._known[kind]

    def __repr__(self) -> str:
        return f"[x \\in {text(self.domain())} |-> ...]"


# How they are made


def made(compiler: Compiler, node: Bind) -> Evaluate:
    """``[x \\in S |-> e]``: written out where its domain is."""
    code = FunctionCode(compiler, node)

    def evaluate(env: Environment) -> Any:
        domains = code.domains(env)
        for domain in domains:
            if type(domain) is not frozenset and not domain.is_reducible:
                return LazyFunction(code, captured(env, code.free), domains)
        try:
            return code.written(env, domains)
        except EvaluationError as error:
            raise placed(error, node) from None

    return evaluate


def made_lazily(compiler: Compiler, node: Bind) -> Evaluate:
    if node.binder is not Binder.FUNCTION:
        return compiler.expression(node)
    code = FunctionCode(compiler, node)
    return lambda env: LazyFunction(code, env.copy(), code.domains(env))


def recursive(compiler: Compiler, node: Recursive) -> Evaluate:
    """``f[x \\in S] == e`` where e refers to f."""
    code = FunctionCode(compiler, node.function, node.name)
    return lambda env: LazyFunction(code, captured(env, code.free), code.domains(env))


def _record(compiler: Compiler, node: Apply) -> Evaluate:
    """``[a |-> e]``: its fields are in TLC's order, and evaluated in that of the text."""
    names, values = _fields(node), [compiler.expression(operand) for operand in node.operands[1::2]]
    in_order = compiler.program.order.fields(names)
    if in_order == names:
        return lambda env: record(dict(zip(names, [value(env) for value in values], strict=True)))

    def evaluate(env: Environment) -> Any:
        found = dict(zip(names, [value(env) for value in values], strict=True))
        return record({name: found[name] for name in in_order})

    return evaluate


def _fields(node: Apply) -> tuple[str, ...]:
    return tuple(name.value for name in node.operands[::2] if isinstance(name, Value))


def _records(compiler: Compiler, node: Apply) -> Evaluate:
    names, values = _fields(node), [compiler.expression(operand) for operand in node.operands[1::2]]
    in_order = compiler.program.order.fields(names)

    def evaluate(env: Environment) -> Any:
        found = dict(zip(names, [value(env) for value in values], strict=True))
        return Records({name: found[name] for name in in_order})

    return evaluate


def _sequence(compiler: Compiler, node: Apply) -> Evaluate:
    values = [compiler.expression(operand) for operand in node.operands]
    return lambda env: sequence([value(env) for value in values])


def _set(compiler: Compiler, node: Apply) -> Evaluate:
    values = [compiler.expression(operand) for operand in node.operands]
    order = compiler.program.order
    if len(values) == 1:
        only = values[0]

        def evaluate(env: Environment) -> Any:
            found = only(env)
            return frozenset((found,)) if type(found) in NORMAL else displayed((found,), order)

        return evaluate
    return lambda env: displayed([value(env) for value in values], order)


APPLIED: Mapping[Symbol, Callable[[Compiler, Apply], Evaluate]] = {
    op.RECORD: _record,
    op.SEQUENCE: _sequence,
    op.SET: _set,
    standard.RECORDS: _records,
}
EXPRESSIONS: Mapping[type, Callable[[Compiler, Any], Evaluate]] = {Recursive: recursive}
LAZILY: Mapping[type, Callable[[Compiler, Any], Evaluate]] = {Bind: made_lazily}
