"""How functions, records and sequences are applied and changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mc.errors import EvaluationError, KindError
from mc.formula import operators as op
from mc.formula.nodes import Apply, Change, Except, Name, Of, Value
from mc.formula.operators import Operator as Symbol
from mc.interpreter.environment import STATE, Environment, Evaluate, failed, placed
from mc.interpreter.forms import Lazy, function, written
from mc.interpreter.order import Order
from mc.interpreter.program import Compiler
from mc.interpreter.sets import Interval, SetValue, member
from mc.interpreter.shown import text
from mc.interpreter.values import NORMAL, mapping_of
from mc.lang.values import FnValue, RecordValue, SeqValue, record_of

_item = tuple.__getitem__
#: Keys that Python does not take for others.
_PLAIN_KEYS = NORMAL - {int, bool, frozenset}


def applied(of: Any, argument: Any, order: Order) -> Any:
    """``of[argument]``"""
    if isinstance(of, Lazy):
        return of.at(argument)
    found = selected(of, argument, order)
    if found is None:
        raise EvaluationError(f"{text(of)} is applied to {text(argument)}, which is not in its domain")
    return found


def selected(of: Any, argument: Any, order: Order) -> Any:
    """``of[argument]``, or None where the argument is not in the domain."""
    if isinstance(of, tuple):
        if type(argument) is not int:
            raise KindError(f"a sequence is applied to {text(argument)}, which is no number")
        return _item(of, argument - 1) if 0 < argument <= len(of) else None
    if isinstance(of, RecordValue):
        if type(argument) is not str:
            raise KindError(f"a record is applied to {text(argument)}, which is no string")
        return of.fields.get(argument)
    if isinstance(of, FnValue):
        key = order.normal(argument)
        found = of.mapping.get(key)
        if found is None or type(key) not in _PLAIN_KEYS:
            return of.mapping[key] if order.member(key, of.domain) else None
        return found
    raise KindError(f"{text(of)} is applied to {text(argument)}, but it is no function")


def index(compiler: Compiler, node: Apply) -> Evaluate:
    """``f[e]``"""
    otherwise = _index(compiler, node)
    of, argument = node.operands
    if not (isinstance(of, Name) and of.of is Of.VARIABLE and isinstance(argument, Name) and argument.of is Of.LOCAL):
        return otherwise
    # What is most often written, ``variable[local]``, in one step.
    number, slot = compiler.program.numbers[of.name], compiler.scope.slot(argument.name)

    def evaluate(env: Environment) -> Any:
        function, key = env[STATE][number], env[slot]
        if type(function) is FnValue:
            if type(key) in _PLAIN_KEYS:
                found = function._map.get(key)
                if found is not None:
                    return found
        elif type(function) is SeqValue and type(key) is int and 0 < key <= len(function):
            return _item(function, key - 1)
        return otherwise(env)

    return evaluate


def _index(compiler: Compiler, node: Apply) -> Evaluate:
    of, argument = compiler.lazily(node.operands[0]), compiler.expression(node.operands[1])
    order = compiler.program.order

    def evaluate(env: Environment) -> Any:
        function, key = of(env), argument(env)
        kind = type(function)
        if kind is RecordValue:
            if type(key) is str:
                found = function._fields.get(key)
                if found is not None:
                    return found
        elif kind is SeqValue:
            if type(key) is int and 0 < key <= len(function):
                return _item(function, key - 1)
        elif kind is FnValue and type(key) in _PLAIN_KEYS:
            found = function._map.get(key)
            if found is not None:
                return found
        try:
            return applied(function, key, order)
        except EvaluationError as error:
            raise placed(error, node) from None

    return evaluate


def field(compiler: Compiler, node: Apply) -> Evaluate:
    """``r.a``"""
    otherwise = _field(compiler, node)
    of, name = node.operands
    if not (isinstance(of, Name) and of.of is Of.LOCAL and isinstance(name, Value)):
        return otherwise
    slot, key = compiler.scope.slot(of.name), name.value

    def evaluate(env: Environment) -> Any:
        found = env[slot]
        if type(found) is RecordValue:
            value = found._fields.get(key)
            if value is not None:
                return value
        return otherwise(env)

    return evaluate


def _field(compiler: Compiler, node: Apply) -> Evaluate:
    of, name = compiler.expression(node.operands[0]), node.operands[1]
    assert isinstance(name, Value)
    key = name.value

    def evaluate(env: Environment) -> Any:
        found = of(env)
        if isinstance(found, RecordValue):
            value = found._fields.get(key)
            if value is not None:
                return value
            raise failed(f"Attempted to select nonexistent field {key!r} from the record {text(found)}", node)
        if mapping_of(written(found)) is None:
            raise failed(f"Attempted to select field {key!r} from {text(found)}, which is no record", node)
        raise failed(f"{text(found)} is applied to {key!r}, which is not in its domain", node)

    return evaluate


def domain_of(value: Any, order: Order) -> Any:
    """``DOMAIN value``"""
    if isinstance(value, Lazy):
        return value.domain()
    if isinstance(value, tuple):
        return Interval(1, len(value))
    if isinstance(value, FnValue):
        return value.domain
    mapping = mapping_of(value)
    if mapping is None:
        raise KindError(f"Attempted to apply DOMAIN to {text(value)}, which is no function")
    return frozenset(mapping)


# How they are changed


class ChangedFunction(Lazy):
    """A function that cannot be written out, with another value at one argument."""

    __slots__ = ("argument", "base", "order", "value")

    def __init__(self, base: Any, argument: Any, value: Any, order: Order) -> None:
        self.base = base
        self.argument = argument
        self.value = value
        self.order = order

    def domain(self) -> Any:
        return self.base.domain()

    def written(self) -> Any:
        return changed(self.base.written(), self.argument, self.value, self.order)

    def at(self, argument: Any) -> Any:
        return self.value if self.order.equal(argument, self.argument) else self.base.at(argument)

    def __repr__(self) -> str:
        return f"[{self.base!r} EXCEPT ![{text(self.argument)}] = {text(self.value)}]"


def except_(compiler: Compiler, node: Except) -> Evaluate:
    """``[f EXCEPT !path = value]``"""
    of, changes = compiler.expression(node.of), [_change(compiler, change) for change in node.changes]

    def evaluate(env: Environment) -> Any:
        found = of(env)
        try:
            for change in changes:
                found = change(env, found)
        except EvaluationError as error:
            raise placed(error, node) from None
        return found

    return evaluate


def _change(compiler: Compiler, change: Change) -> Callable[[Environment, Any], Any]:
    path, slot = [compiler.expression(key) for key in change.path], compiler.scope.slot(change.old)
    value, order = compiler.expression(change.value), compiler.program.order
    if len(path) == 1:
        only = path[0]

        def change_one(env: Environment, of: Any) -> Any:
            key = only(env)
            old = _selected(of, key, order)
            if old is None:
                return of
            env[slot] = old
            return changed(of, key, value(env), order)

        return change_one

    def change_all(env: Environment, of: Any) -> Any:
        keys = [key(env) for key in path]
        chain = [of]
        for key in keys:
            old = _selected(chain[-1], key, order)
            if old is None:
                return of
            chain.append(old)
        env[slot] = chain.pop()
        found = value(env)
        for inner, key in zip(reversed(chain), reversed(keys), strict=True):
            found = changed(inner, key, found, order)
        return found

    return change_all


def _selected(of: Any, key: Any, order: Order) -> Any:
    if isinstance(of, Lazy):
        return of.at(key) if member(key, of.domain(), order) else None
    if mapping_of(written(of)) is None:
        raise KindError(f"Attempted to apply EXCEPT to {text(of)}, which is no function")
    # The empty function is that of any kind of arguments (``tlc2.value.impl.FcnRcdValue.takeExcept``).
    return None if type(of) is SeqValue and not of else selected(of, key, order)


def changed(of: Any, key: Any, value: Any, order: Order) -> Any:
    """The function with another value at an argument in its domain."""
    if isinstance(of, Lazy):
        if _cannot_be_written(of.domain()):
            return ChangedFunction(of, key, value, order)
        of = of.written()
    if type(value) not in NORMAL or type(of) not in NORMAL:
        mapping = dict(mapping_of(of) or {})
        mapping[order.normal(key)] = value
        return function(tuple(mapping), tuple(mapping.values()))
    if isinstance(of, tuple):
        parts = list(tuple.__iter__(of))
        parts[key - 1] = value
        return SeqValue(parts)
    if isinstance(of, RecordValue):
        return record_of({**of._fields, key: value})
    return FnValue.of({**of._map, order.normal(key): value}, of.domain)


def _cannot_be_written(domain: Any) -> bool:
    return isinstance(domain, SetValue) and not domain.is_enumerable


APPLIED: Mapping[Symbol, Callable[[Compiler, Apply], Evaluate]] = {op.INDEX: index, op.FIELD: field}
EXPRESSIONS: Mapping[type, Callable[[Compiler, Any], Evaluate]] = {Except: except_}
