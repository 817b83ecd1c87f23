"""Modules as they are used: by the root, or by an instance that substitutes their constants and variables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field, replace

from mc.dataclass import dataclass
from mc.read.tla.scope import Imported, Instance, Local, Module, Symbol
from mc.read.tla.syntax import Node


@dataclass(eq=False)
class Context:
    """One use of a module."""

    module: Module
    #: The INSTANCE that uses it; None for a module as it stands.
    instance: Instance | None = None
    #: The use of the module in which that INSTANCE stands.
    outer: Context | None = None
    #: What its definitions have before their names.
    prefix: str = ""
    #: What its definitions have before their parameters.
    parameters: tuple[Local, ...] = ()
    #: What each parameter of the INSTANCE and each local name around it is among these.
    names: dict[str, Local | Symbol] = field(default_factory=dict)
    #: Whether its variables stand for themselves, as those of an action do that is ENABLED or not.
    is_free: bool = False

    @property
    def base(self) -> Module:
        """The module that stands as it is and instantiates what leads to this one."""
        context = self
        while context.instance is not None and context.outer is not None:
            context = context.outer
        return context.module

    def of(self, symbol: Symbol) -> Context | None:
        """The use of the module in which a symbol stands, seen from this one; None if it is the module as it stands."""
        context: Context | None = self
        while context is not None:
            if symbol.module in context.module.closure:
                return None if context.instance is None else context
            context = context.outer if context.module.parent is not None else None
        return None


class Uses:
    """All uses of modules."""

    def __init__(self, module: Callable[[str, Module, Node], Module]) -> None:
        #: The module of a name, which a node of a module mentions.
        self.module = module
        self._plain: dict[Module, Context] = {}
        self._made: dict[tuple[Instance, Context], Context] = {}
        self._free: dict[Context, Context] = {}
        #: The variables of instances that stand for themselves.
        self.variables: dict[str, None] = {}

    def plain(self, module: Module) -> Context:
        """A module as it stands."""
        if module not in self._plain:
            outer = self.plain(module.parent) if module.parent else None
            self._plain[module] = Context(module, outer=outer)
        return self._plain[module]

    def seen(self, symbol: Symbol, context: Context) -> Context:
        """The use of the module in which a symbol stands, seen from a use of a module that knows it."""
        if symbol.module.is_ours and symbol.module.is_closed:
            return self.plain(symbol.module)
        return context.of(symbol) or self.plain(symbol.module)

    def behind(self, symbol: Symbol, context: Context) -> tuple[Context, Symbol]:
        """What a symbol stands for that is named in a use of a module, and the use of the module in which it stands."""
        base = self.seen(symbol, context)
        if isinstance(symbol, Imported):
            return self.behind(symbol.of, self.of(symbol.instance, base))
        return base, symbol

    def free(self, context: Context) -> Context:
        """The same use of a module, whose variables stand for themselves."""
        if context not in self._free:
            prefix = context.prefix + "'" * (1 + len(self._free))
            self._free[context] = replace(context, prefix=prefix, is_free=True)
        return self._free[context]

    def of(self, instance: Instance, outer: Context) -> Context:
        """The module of an INSTANCE that stands in another one."""
        made = self._made.get((instance, outer))
        if made is None:
            own = {p.name: Local(p.name, (0,) * p.arity) for p in instance.parameters}
            around = _around(instance)
            lifted = tuple(local for local in around.values() if isinstance(local, Local))
            prefix = f"{outer.prefix}{instance.name}!" if instance.name else outer.prefix
            parameters = (*outer.parameters, *lifted, *own.values())
            made = Context(instance.target, instance, outer, prefix, parameters, {**around, **own})
            self._made[instance, outer] = made
        return made


def _around(instance: Instance) -> dict[str, Local | Symbol]:
    """The local names around an INSTANCE that it can mention, by name or by saying nothing of a constant."""
    if not instance.around:
        return {}
    mentioned = set(instance.target.parameters)
    todo = list(instance.given.values())
    while todo:
        node = todo.pop()
        if node.type == "identifier_ref" and node.text is not None:
            mentioned.add(node.text.decode())
        todo += node.named_children
    return {name: local for name, local in instance.around.items() if name in mentioned}
