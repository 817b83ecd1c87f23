"""TLA+ modules, read and resolved."""

from __future__ import annotations

from pathlib import Path

from mc.errors import SpecError
from mc.formula.nodes import Call, Definition, Expression, Name, Of
from mc.read.tla.files import Files
from mc.read.tla.instances import Context
from mc.read.tla.met import met
from mc.read.tla.resolved import Overrides, Resolved
from mc.read.tla.scope import LANGUAGE, Constant, Defined, Imported, Instance, Symbol, Variable
from mc.read.tla.units import Reader

#: The configuration replaces nothing.
NOTHING = Overrides()


def read_module(path: Path, overrides: Overrides = NOTHING) -> Resolved:
    """The module of a file, with all that it extends and instantiates.

    Modules are looked for in the folder of the file, then in the library that comes with mc.

    Raises ``SpecError``, with the file and the line, where the text is no TLA+, a module is missing, or a name, an
    arity or a level does not fit (what SANY refuses).
    """
    try:
        return _read(path, overrides)
    except RecursionError:
        raise SpecError("its formulas are nested too deeply: give parts of them names", str(path)) from None


def _read(path: Path, overrides: Overrides) -> Resolved:
    files = Files(path)
    reader = Reader(files, overrides)
    root = reader.root
    found: list[tuple[Symbol, Context]] = []
    for module in root.closure:
        plain = reader.uses.plain(module)
        if not module.is_ours:
            found += [(symbol, plain) for symbol in module.own if _is_definition(symbol)]
    for name in overrides.replaced.values():
        target = root.scope.get(name)
        if isinstance(target, (Defined, Imported)):
            found.append((target, reader.uses.plain(target.module)))
    # What an instance without a name brings in, and nothing can change.
    for symbol in root.scope.values():
        if _is_definition(symbol) and symbol.module not in root.closure and not symbol.module.is_ours:
            found.append((symbol, reader.uses.plain(symbol.module)))
    assumptions = [made for module in root.closure for made in reader.assumed(module)]
    for _, calls in assumptions:
        found += calls.values()
    definitions = _definitions(reader, found)
    _replace(reader, found, definitions)
    return Resolved(
        name=root.name,
        path=path,
        texts=files.texts,
        variables=tuple(symbol.name for symbol in root.parameters.values() if isinstance(symbol, Variable)),
        free=tuple(reader.uses.variables),
        constants={s.name: len(s.arities) for s in root.parameters.values() if isinstance(s, Constant)},
        definitions=definitions,
        known={name: len(symbol.arities) for name, symbol in root.scope.items() if _can_be_replaced(symbol)},
        assumptions=tuple(formula for formula, _ in assumptions),
        warnings=tuple(reader.warnings),
        met=met(files.root, files.known),
    )


def _definitions(reader: Reader, found: list[tuple[Symbol, Context]]) -> dict[str, Definition]:
    """Some definitions, and those that they use."""
    made: dict[str, Definition] = {}
    todo = found[::-1]
    while todo:
        symbol, context = todo.pop()
        context, symbol = reader.uses.behind(symbol, context)
        if not isinstance(symbol, Defined):
            continue
        name = reader.names.of(symbol, context)
        if name not in made:
            one = reader.made(symbol, context)
            made[name] = one.definition
            todo += reversed(one.calls.values())
    return made


def _replace(reader: Reader, found: list[tuple[Symbol, Context]], made: dict[str, Definition]) -> None:
    """Gives the names that the configuration replaces the meaning of what is in their place."""
    for symbol, context in found:
        override = symbol.override
        known = made.get(reader.names.of(symbol, context)) if isinstance(symbol, (Defined, Imported)) else None
        if override is None or known is None or (override.name == known.name and not override.is_constant):
            continue
        body: Expression
        if override.is_constant:
            body = Name(override.name, Of.CONSTANT, place=known.place)
        else:
            operands = tuple(Name(name, Of.LOCAL, place=known.place) for name in known.parameters)
            body = Call(override.name, operands, place=known.place)
        made[known.name] = Definition(known.name, known.parameters, body, place=known.place)


def _can_be_replaced(symbol: Symbol) -> bool:
    """Whether a symbol is no operator of TLA+ itself, and no variable."""
    return not isinstance(symbol, (Variable, Instance)) and symbol.module is not LANGUAGE


def _is_definition(symbol: Symbol) -> bool:
    """Whether a symbol is a definition of the text, not a fact that has a name."""
    if isinstance(symbol, Imported):
        return True
    return isinstance(symbol, Defined) and symbol.node is not None and symbol.node.type not in ("theorem", "assumption")
