"""What kind of value an expression of a definition has, as far as its text and the domains of variables tell."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from mc.dataclass import dataclass
from mc.lang.composites import Bag, Record, Seq, Set, Union
from mc.lang.declarations import Variable
from mc.lang.domains import Bool, Domain, Enum, Fn, Optional, Range
from mc.lang.values import ModelValueSet

#: Operators that make numbers, and those that make a sequence of one.
NUMBERS = ("Len", "Cardinality", "CopiesIn", "Max", "Min", "abs", "len", "max", "min", "sum")
SEQUENCES = ("Append", "SubSeq", "Tail")


@dataclass(frozen=True)
class Kind:
    """A kind of values."""

    #: "number", "set", "interval" (a set of numbers that is gone through in order), "sequence", "function", "bag",
    #: "record", "Boolean"
    name: str
    #: What its elements, its values or its fields are of, where that is known.
    of: Domain | None = None


NUMBER = Kind("number")
BOOLEAN = Kind("Boolean")


def kind(node: ast.expr, names: Mapping[str, Kind | None], namespace: Mapping[str, Any]) -> Kind | None:
    """The kind of an expression; None where nothing is known.

    ``names``: what is known of parameters and locals, which hide names of the spec.
    """
    match node:
        case ast.Constant(value=bool()) | ast.Compare() | ast.UnaryOp(op=ast.Not()) | ast.BoolOp():
            return BOOLEAN
        case ast.Call(func=ast.Name(id="all" | "any")):
            return BOOLEAN
        case ast.Constant(value=int()):
            return NUMBER
        case ast.Name(id=name):
            return names[name] if name in names else _of_name(namespace.get(name))
        case ast.Attribute(value=ast.Name(id="s"), attr=name):
            variable = namespace.get(name)
            return of_domain(variable.domain) if isinstance(variable, Variable) else None
        case ast.Attribute(value=value, attr=name):
            whole = kind(value, names, namespace)
            return _field(whole.of, name) if whole is not None and whole.name == "record" else None
        case ast.Subscript(value=value):
            whole = kind(value, names, namespace)
            if whole is not None and whole.name in ("function", "sequence"):
                return of_domain(whole.of)
            return NUMBER if whole is not None and whole.name == "bag" else None
        case ast.Call(func=ast.Name(id="Range")):
            return Kind("interval", Range(0))
        case ast.Call(func=ast.Name(id="Head"), args=[value]):
            whole = kind(value, names, namespace)
            return of_domain(whole.of) if whole is not None else None
        case ast.Call(func=ast.Name(id=name)) if name in NUMBERS:
            return NUMBER
        case ast.Call(func=ast.Name(id=name), args=[value, *_]) if name in SEQUENCES:
            return kind(value, names, namespace) or Kind("sequence")
        case ast.Call(func=ast.Name(id="UNION"), args=[value]):
            return element(kind(value, names, namespace)) or Kind("set")
        case ast.Tuple() | ast.ListComp() | ast.Call(func=ast.Name(id="tuple")):
            return Kind("sequence")
        case ast.Set() | ast.SetComp():
            return Kind("set")
        case ast.UnaryOp(op=ast.USub()):
            return NUMBER
        case ast.IfExp(body=one, orelse=two):
            return kind(one, names, namespace) or kind(two, names, namespace)
        case ast.BinOp(left=left, op=op, right=right):
            if isinstance(op, (ast.Mult, ast.FloorDiv, ast.Mod)):
                return NUMBER
            found = kind(left, names, namespace) or kind(right, names, namespace)
            return Kind("set", found.of) if found is not None and found.name == "interval" else found
    return None


def element(collection: Kind | None) -> Kind | None:
    """The kind of what a loop over a collection binds."""
    return of_domain(collection.of) if collection is not None and collection.name != "function" else None


def of_domain(domain: Domain | None) -> Kind | None:
    """The kind of the values of a domain."""
    if isinstance(domain, Optional):
        return of_domain(domain.domain)
    if isinstance(domain, Range) or (isinstance(domain, Enum) and all(type(m) is int for m in domain.members)):
        return NUMBER
    if isinstance(domain, Bool):
        return BOOLEAN
    if isinstance(domain, (Set, Seq, Bag)):
        return Kind({Set: "set", Seq: "sequence", Bag: "bag"}[type(domain)], domain.element)
    if isinstance(domain, Fn):
        return Kind("function", domain.range)
    return Kind("record", domain) if isinstance(domain, (Record, Union)) else None


def _of_name(value: Any) -> Kind | None:
    """The kind of a constant, or of what the spec has defined."""
    if isinstance(value, Range):
        return Kind("interval", value)
    if isinstance(value, (Domain, ModelValueSet, frozenset, set)):
        return Kind("set", value if isinstance(value, Domain) else None)
    return NUMBER if isinstance(value, int) and not isinstance(value, bool) else None


def _field(domain: Domain | None, name: str) -> Kind | None:
    records = domain.records if isinstance(domain, Union) else [domain] if isinstance(domain, Record) else []
    kinds = {of_domain(record.fields[name]) for record in records if name in record.fields}
    return kinds.pop() if len(kinds) == 1 else None
