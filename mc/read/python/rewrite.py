"""The text of a spec as Python evaluates it: what TLA+ and Python read differently is put into other words.

Each difference is a rule for one type of node. A rule is given the node with its parts rewritten, and the node as it
was written; it returns the node to evaluate. What no rule changes is shared with the tree that was given.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from mc.lang import kinds, operators, rows, ways
from mc.lang.state import OWN_NAMES
from mc.lang.values import SeqValue
from mc.read.text import walk

_Node = TypeVar("_Node", bound=ast.AST)

#: The first parameter of definitions that are walked: the list of choices. No name of a spec is written so.
CHOICES = "<choices>"


def sequence(*elements: Any) -> SeqValue:
    """``<<e1, e2, ...>>``"""
    return SeqValue(elements)


_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "=",
    ast.NotEq: "/=",
    ast.In: "\\in",
    ast.NotIn: "\\notin",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_OPERATIONS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.FloorDiv: "\\div",
    ast.Mod: "%",
    ast.Pow: "^",
    ast.BitOr: "\\cup",
    ast.BitAnd: "\\cap",
    ast.BitXor: "(+)",
}
#: What rewritten text calls; no name of a spec is written so.
HELPERS: Mapping[str, Callable[..., Any]] = {
    "<<>>": sequence,
    "f[]": kinds.applied,
    "#elements": kinds.size,
    "=": kinds.equal,
    "/=": kinds.unequal,
    "\\in": kinds.member,
    "\\notin": kinds.outside,
    "<": kinds.less,
    "<=": kinds.at_most,
    ">": kinds.greater,
    ">=": kinds.at_least,
    "+": kinds.plus,
    "-": kinds.minus,
    "*": kinds.times,
    "\\div": kinds.quotient,
    "%": kinds.remainder,
    "^": kinds.power,
    "\\cup": kinds.union,
    "\\cap": kinds.intersection,
    "(+)": kinds.difference,
    "if": kinds.truth,
    "if*": kinds.truths,
    "#": kinds.number,
    "max S": operators.Max,
    "min S": operators.Min,
    "#+": kinds.total,
    "{}": kinds.displayed,
    "{:}": kinds.set_of,
    "for": kinds.elements,
    "for <<>>": kinds.ordered,
    "<<:>>": SeqValue,
    "\\in S": kinds.in_order,
    "\\/": ways.disjunction,
    "\\E": ways.exists,
    "walked": ways.walked,
    "walk of": ways.walk_of,
    "disabled": ways.disabled,
    "|->": kinds.function,
    "\\in S |->": kinds.mapped,
}
#: What text outside of definitions calls in place of these.
_OF_ROWS: Mapping[str, Callable[..., Any]] = {
    "=": rows.equal,
    "/=": rows.unequal,
    "\\in": rows.member,
    "\\notin": rows.outside,
    "+": rows.plus,
    "if": rows.condition,
    "if*": rows.conditions,
    "f[]": rows.applied,
    "for": rows.elements,
    "#elements": rows.size,
    "|->": rows.dictionary,
}
TABLE_HELPERS: Mapping[str, Callable[..., Any]] = {
    **{f"{name} of rows": rows.of_constants(_OF_ROWS.get(name, helper)) for name, helper in HELPERS.items()},
    "<<>>, f": kinds.constant,
    ".f": rows.owner,
    "1..n": rows.ascending,
}


def executable(node: _Node) -> _Node:
    """A definition or an expression for Python to evaluate; the names in it must have ``HELPERS`` among them.

    How a definition is walked says :mod:`mc.read.python.walk`.
    """
    found: _Node = _rewritten(node, _RULES)
    return found


def executable_table(node: _Node) -> _Node:
    """A statement outside definitions: there may be Python's tuples and lists in it, such as the rows of ``Next``."""
    found: _Node = _rewritten(node, _TABLE_RULES)
    for part in walk(found):
        if isinstance(part, ast.Name) and part.id in HELPERS:
            part.id = f"{part.id} of rows"
    return found


_Rules = Mapping[type[ast.AST], Callable[[Any, Any], ast.AST]]


def _rewritten(part: Any, rules: _Rules) -> Any:
    if isinstance(part, list):
        items = [_rewritten(item, rules) for item in part]
        return part if all(map(operator.is_, items, part)) else items
    if not isinstance(part, ast.AST):
        return part
    fields = {}
    for name in part._fields:
        value = getattr(part, name, None)
        new = value if name in ("annotation", "returns") else _rewritten(value, rules)
        if new is not value:
            fields[name] = new
    node = type(part)(**{**vars(part), **fields}) if fields else part
    rule = rules.get(type(part))
    return node if rule is None else rule(node, part)


def replaced(node: _Node, **fields: Any) -> _Node:
    """A copy of a node with other parts."""
    return type(node)(**{**vars(node), **fields})


def call(helper: str, arguments: list[ast.expr], place: ast.AST) -> ast.Call:
    """A call of a helper, at the place of what it stands for."""
    where = {name: getattr(place, name) for name in place._attributes if hasattr(place, name)}
    return ast.Call(ast.Name(helper, ast.Load(), **where), arguments, [], **where)


# Sequences


def _tuple(node: ast.Tuple, written: ast.Tuple) -> ast.expr:
    """``(a, b)`` is a sequence, which counts from 1."""
    return call("<<>>", node.elts, node) if isinstance(node.ctx, ast.Load) else node


def _application(node: ast.Subscript, written: ast.Subscript) -> ast.Subscript:
    """``f[i]``; the tuple in ``f[i, j]`` is none. What ``f`` is need not be asked where a variable's domain says it."""
    if isinstance(written.slice, ast.Tuple):
        assert isinstance(node.slice, ast.Call)
        node = replaced(node, slice=ast.copy_location(ast.Tuple(node.slice.args, ast.Load()), node.slice))
    whole: ast.expr = written
    while isinstance(whole, (ast.Attribute, ast.Subscript)):
        whole = whole.value
    if isinstance(whole, ast.Name) and whole.id in ("s", "t"):
        return node
    return replaced(node, value=call("f[]", [node.value], node.value))


def is_step(node: ast.AST) -> bool:
    """Whether a node is a call that is given the primed state, and so may write it."""
    return isinstance(node, ast.Call) and any(isinstance(given, ast.Name) and given.id == "t" for given in node.args)


def has_step(node: ast.AST) -> bool:
    """Whether there is such a call in a part of a definition."""
    return any(map(is_step, walk(node)))


def _attribute(node: ast.Attribute, written: ast.Attribute) -> ast.Attribute:
    """A variable or a field that is called like something that Python's states and records have of their own."""
    own = isinstance(node.ctx, ast.Load) and node.attr in OWN_NAMES
    return replaced(node, attr=f".{node.attr}") if own else node


# Comparisons and arithmetic


def _compare(node: ast.Compare, written: ast.Compare) -> ast.expr:
    """Only what TLC compares is compared."""
    if not all(type(op) in _COMPARISONS for op in node.ops):
        return node
    operands = [node.left, *node.comparators]
    tests = [call(_COMPARISONS[type(op)], operands[k : k + 2], node) for k, op in enumerate(node.ops)]
    return tests[0] if len(tests) == 1 else ast.copy_location(ast.BoolOp(ast.And(), [*tests]), node)


def _operation(node: ast.BinOp, written: ast.BinOp) -> ast.expr:
    """TRUE is not a number to compute with."""
    symbol = _OPERATIONS.get(type(node.op))
    return node if symbol is None else call(symbol, [node.left, node.right], node)


def _augmented(node: ast.AugAssign, written: ast.AugAssign) -> ast.stmt:
    """``n += 1``"""
    symbol = _OPERATIONS.get(type(node.op))
    if symbol is None or not isinstance(node.target, ast.Name):
        return node
    read = ast.copy_location(ast.Name(node.target.id, ast.Load()), node.target)
    return ast.copy_location(ast.Assign([node.target], call(symbol, [read, node.value], node)), node)


# Conditions


def condition(node: ast.expr) -> ast.expr:
    """An expression that must be TRUE or FALSE."""
    sure = isinstance(node, ast.BoolOp) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not))
    sure = sure or (isinstance(node, ast.Constant) and isinstance(node.value, bool))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        sure = node.func.id in _TESTS
    return node if sure else call("if", [node], node)


_TESTS = frozenset((*_COMPARISONS.values(), "if", "\\/", "\\E", "all", "any"))


def _connection(node: ast.BoolOp, written: ast.BoolOp) -> ast.expr:
    return replaced(node, values=[condition(value) for value in node.values])


def _unary(node: ast.UnaryOp, written: ast.UnaryOp) -> ast.expr:
    if isinstance(node.op, ast.Not):
        return replaced(node, operand=condition(node.operand))
    return replaced(node, operand=call("#", [node.operand], node.operand))


def _choice(node: ast.If | ast.IfExp, written: ast.AST) -> ast.AST:
    """``if`` as a statement, and as an expression."""
    return replaced(node, test=condition(node.test))


def _generator(node: ast.comprehension, written: ast.comprehension) -> ast.comprehension:
    over = call("for", [node.iter, *names_bound(node)], node.iter)
    return replaced(node, iter=over, ifs=[condition(test) for test in node.ifs])


def names_bound(node: ast.comprehension) -> list[ast.expr]:
    """How many names a generator binds at once, if to the components of tuples."""
    target = node.target
    return [ast.copy_location(ast.Constant(len(target.elts)), target)] if isinstance(target, ast.Tuple) else []


def _loop(node: ast.For, written: ast.For) -> ast.For:
    return replaced(node, iter=call("for", [node.iter], node.iter))


# Sets, functions, and Python's own functions of them


def _set(node: ast.Set, written: ast.Set) -> ast.expr:
    """``{a, b}``: its elements can be compared; it may be an element of a set itself."""
    return call("{}", node.elts, node)


def _comprehension(node: ast.SetComp, written: ast.SetComp) -> ast.expr:
    """``{e for x in S}``"""
    return call("{:}", [ast.copy_location(ast.GeneratorExp(node.elt, node.generators), node)], node)


def _dictionary(node: ast.Dict, written: ast.Dict) -> ast.expr:
    """``{a: b}`` and ``{}``."""
    pairs: list[ast.expr] = []
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:  # {**f}
            return node
        pairs.append(ast.copy_location(ast.Tuple([key, value], ast.Load()), key))
    return call("|->", [ast.copy_location(ast.List(pairs, ast.Load()), node)], node)


def _function(node: ast.DictComp, written: ast.DictComp) -> ast.expr:
    """``{i: e for i in S}``"""
    return call("\\in S |->", [_pairs(node), _ranged(node.generators[0])[0]], node)


def _ranged(generator: ast.comprehension) -> list[ast.expr]:
    """What :func:`_generator` has let a generator range over, and how many names it binds."""
    assert isinstance(generator.iter, ast.Call)
    return generator.iter.args


def _pairs(node: ast.DictComp) -> ast.expr:
    """The arguments and values of a function."""
    pair = ast.copy_location(ast.Tuple([node.key, node.value], ast.Load()), node.key)
    return ast.copy_location(ast.GeneratorExp(pair, node.generators), node)


def _sequence(node: ast.ListComp | ast.GeneratorExp, written: ast.AST) -> ast.expr:
    """``tuple(e for x in q)``, also written ``[e for x in q]``: what it ranges over is in order."""
    inner = [replaced(given, iter=call("for <<>>", _ranged(given), given.iter)) for given in node.generators]
    return call("<<:>>", [ast.copy_location(ast.GeneratorExp(node.elt, inner), node)], node)


def _python_call(node: ast.Call, written: ast.Call) -> ast.expr:
    """Quantifiers are about conditions, sums and extremes about numbers; ``set()`` does not change."""
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if is_step(written):
        return replaced(node, args=[ast.Name(CHOICES, ast.Load()), *node.args])
    if name in ("set", "frozenset"):
        return call("{:}" if node.args else "{}", node.args, node)
    if len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp) and name in ("all", "any"):
        return replaced(node, args=[replaced(node.args[0], elt=condition(node.args[0].elt))])
    if len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp) and name == "tuple":
        return _sequence(node.args[0], written)
    if name in ("all", "any"):
        return replaced(node, args=[call("if*", node.args, node)])
    if name == "len" and len(node.args) == 1:
        return call("#elements", node.args, node)
    if name == "sum" and len(node.args) == 1:
        return call("#+", node.args, node)
    if name in ("max", "min") and len(node.args) == 1:
        return call(f"{name} S", node.args, node)
    if name in ("abs", "max", "min", "range", "Range"):
        return replaced(node, args=[call("#", [argument], argument) for argument in node.args])
    return node


# Outside of definitions


def _row(node: ast.Tuple, written: ast.Tuple) -> ast.expr:
    """A tuple: a sequence where all of its parts are values, or a row."""
    return call("<<>>, f", [node], node) if isinstance(node.ctx, ast.Load) else node


def _part(node: ast.Subscript, written: ast.Subscript) -> ast.Subscript:
    """``f[i]``, also of a list or a row."""
    given = node.slice.args[0] if isinstance(node.slice, ast.Call) and isinstance(written.slice, ast.Tuple) else None
    return replaced(node, value=call("f[]", [node.value], node.value), slice=given or node.slice)


def _field(node: ast.Attribute, written: ast.Attribute) -> ast.Attribute:
    """``r.f``"""
    value = call(".f", [node.value, ast.copy_location(ast.Constant(node.attr), node)], node.value)
    return _attribute(replaced(node, value=value), written)


def _alternatives(node: ast.BoolOp, written: ast.BoolOp) -> ast.expr:
    """``and`` and ``or``; ``t`` is a name like any other here."""
    return replaced(node, values=[condition(value) for value in node.values])


def _explanations(node: ast.Dict, written: ast.Dict) -> ast.expr:
    """A function, or a table; also one that has all that another has, ``{**f, a: b}``."""
    return call("<<>>, f", [node], node) if None in node.keys else _dictionary(node, written)


def _table_function(node: ast.DictComp, written: ast.DictComp) -> ast.expr:
    """A function, or a table."""
    return call("|->", [_pairs(node)], node)


def _table_call(node: ast.Call, written: ast.Call) -> ast.expr:
    """Sorting, and what takes options, are for lists; ``tuple`` makes a sequence, or rows."""
    if isinstance(node.func, ast.Name) and node.func.id == "tuple" and not node.keywords:
        return call("<<>>, f", [node], node)
    if isinstance(node.func, ast.Name) and node.func.id == "sorted" and not node.keywords:
        return call("1..n", node.args, node)
    return node if node.keywords else _python_call(node, written)


_RULES: _Rules = {
    ast.Tuple: _tuple,
    ast.Subscript: _application,
    ast.Attribute: _attribute,
    ast.Compare: _compare,
    ast.BinOp: _operation,
    ast.AugAssign: _augmented,
    ast.BoolOp: _connection,
    ast.UnaryOp: _unary,
    ast.If: _choice,
    ast.IfExp: _choice,
    ast.comprehension: _generator,
    ast.For: _loop,
    ast.Set: _set,
    ast.SetComp: _comprehension,
    ast.ListComp: _sequence,
    ast.Dict: _dictionary,
    ast.DictComp: _function,
    ast.Call: _python_call,
}
#: Outside of definitions.
_TABLE_RULES: _Rules = {
    **{form: rule for form, rule in _RULES.items() if form is not ast.ListComp},
    ast.Tuple: _row,
    ast.Subscript: _part,
    ast.Attribute: _field,
    ast.BoolOp: _alternatives,
    ast.Dict: _explanations,
    ast.DictComp: _table_function,
    ast.Call: _table_call,
}
