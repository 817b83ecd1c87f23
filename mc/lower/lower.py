"""A module as first-order definitions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mc.formula.facts import local_names
from mc.formula.nodes import Call, Enter, Expression, Name, Of, Value
from mc.interpreter.actions import Action
from mc.interpreter.environment import Environment, Operator, Thunk, Variable
from mc.interpreter.interpreter import Interpreter
from mc.interpreter.program import Compiled, Compiler
from mc.lower import walk
from mc.lower.applications import defined
from mc.lower.definitions import Definitions
from mc.lower.lowered import Lowered, LoweredAction, LoweredStep, NotLowered
from mc.lower.names import Closure, Deferred, Here, Meaning, TooDeepError
from mc.spec.module import Conjunct, ModuleSpec


def lower(spec: ModuleSpec, interpreter: Interpreter) -> Lowered:
    """A module as first-order definitions; :class:`NotLowered` where a construct keeps it from being that."""
    if spec.next is None:
        raise NotLowered("the configuration has no behavior")
    library = Definitions(spec, interpreter)
    try:
        return Lowered(
            library.made,
            _init(library, spec),
            _Actions(library).lowered(interpreter.actions),
            (
                *(_predicate(library, name) for name in spec.invariants),
                *(_conjunct(library, each) for each in spec.properties if each.asked == "invariant"),
            ),
            tuple(_predicate(library, name) for name in spec.constraints),
            tuple(_step(library, spec, library.source(name).expression, name) for name in spec.action_constraints),
            tuple(_step(library, spec, p.formula, p.name) for p in spec.properties if p.asked == "action"),
        )
    except TooDeepError as error:
        raise NotLowered(f"{error}: the end of this recursion is not decided by a condition") from None
    except RecursionError:
        raise NotLowered(f"{spec.path.name}: formulas are nested too deeply") from None


def _init(library: Definitions, spec: ModuleSpec) -> str:
    walker = walk.Walk(library.lowering(), is_init=True)
    rest = None
    for conjunct in reversed(spec.init):
        rest = walk.Conjunct(conjunct, {}, rest)
    if rest is None:
        raise NotLowered(f"{spec.path.name}: there is no initial predicate")
    tree = walker.start(rest, spec.init[0])
    return library.add(spec.init_name, (), tree, spec.init[0])


def _predicate(library: Definitions, name: str) -> str:
    return library.lowered(name, library.source(name), False, None)[0]


def _conjunct(library: Definitions, conjunct: Conjunct) -> str:
    """What a property says of each state."""
    formula = conjunct.formula
    if isinstance(formula, Call) and not formula.arguments:
        return _predicate(library, formula.definition)
    return library.add(conjunct.name, (), library.lowering().evaluated(formula, {}, Here()), formula)


def _step(library: Definitions, spec: ModuleSpec, formula: Expression, name: str) -> LoweredStep:
    """What is asked of each step; the next values of variables are parameters."""
    lowering = library.lowering()
    primed = {variable: lowering.local(variable, formula) for variable in spec.variables}
    body = lowering.evaluated(formula, {}, Here(None, primed))
    used = local_names(body)
    variables = tuple(variable for variable, local in primed.items() if local.name in used)
    parameters = tuple(primed[variable].name for variable in variables)
    return LoweredStep(library.add(name, parameters, body, formula), variables)


class _Actions:
    """Lowers actions: those that differ by values only are one definition with parameters."""

    def __init__(self, library: Definitions) -> None:
        self._library = library
        self._shared: dict[Any, str | None] = {}

    def lowered(self, actions: tuple[Action, ...]) -> tuple[LoweredAction, ...]:
        return tuple(LoweredAction(action.name, self._action(action)) for action in actions)

    def _action(self, action: Action) -> str:
        library = self._library
        names = _Environments(library).names(action.position.env, action.position.compiler)
        for let in action.position.lets:
            names.pop(let.name, None)
        values = {name: meaning for name, meaning in names.items() if isinstance(meaning, Value)}
        key = id(action.node), tuple(values), tuple(map(id, action.position.lets))
        if values and len(values) == len(names):
            if key not in self._shared:
                self._shared[key] = self._definition(action, values)
            shared = self._shared[key]
            if shared is not None:
                enter = Enter(shared, tuple(values.values()), place=action.node.place)
                return library.add(action.name, (), enter, action.node)
        return self._walked(action, names, ())

    def _definition(self, action: Action, values: Mapping[str, Value]) -> str | None:
        """A definition for all values of what is bound; None where its tree depends on them."""
        try:
            return self._walked(action, {}, tuple(values))
        except NotLowered:
            return None

    def _walked(self, action: Action, names: Mapping[str, Meaning], parameters: tuple[str, ...]) -> str:
        library, node = self._library, action.node
        lowering = library.lowering()
        locals_ = {name: lowering.local(name, node) for name in parameters}
        found: dict[str, Meaning] = {**names, **locals_}
        lets: dict[str, Meaning] = {}
        for let in action.position.lets:
            lets[let.name] = defined(let, dict(found), Here(None, {}))
            found[let.name] = lets[let.name]
        tree = walk.Walk(lowering, is_init=False).start(walk.Conjunct(node, found, None), node)
        for let in reversed(action.position.lets):
            tree = lowering.around_tree({let.name: lets[let.name]}, {}, tree)
        return library.add(action.name, tuple(local.name for local in locals_.values()), tree, node)


class _Environments:
    """What local names stand for in environments of the interpreter."""

    def __init__(self, library: Definitions) -> None:
        self._library = library
        self._known: dict[int, tuple[Environment, dict[str, Meaning]]] = {}

    def names(self, env: Environment, compiler: Compiler) -> dict[str, Meaning]:
        """What the names of a definition stand for; those that are not bound yet are left out."""
        kept = self._known.get(id(env))
        if kept is None:
            kept = self._known[id(env)] = env, {}
            for name, slot in compiler.scope.slots.items():
                if env[slot] is not None:
                    kept[1][name] = self._meaning(name, env[slot], compiler)
        return kept[1]

    def _meaning(self, name: str, value: Any, compiler: Compiler) -> Meaning:
        if isinstance(value, Operator):
            code = value.code
            assert isinstance(code, Compiled)
            slots = {slot: each for each, slot in code.compiler.scope.slots.items()}
            parameters = tuple(slots[slot] for slot in value.parameters)
            return Closure(parameters, code.node, self.names(value.env, code.compiler))
        if isinstance(value, Thunk):
            code = value.code
            assert isinstance(code, Compiled)
            names = self.names(value.env, code.compiler)
            return Deferred(name, code.node, names, Here(None, {}), is_let=code.is_let)
        if isinstance(value, Variable):
            variable = self._library.variables[value.number]
            return Deferred(name, Name(variable, Of.PRIMED if value.where else Of.VARIABLE), {}, Here(None, {}))
        found = self._library.constants.literal(value, _NODE)
        if found is None:
            raise NotLowered(f"the value of {name} is not written out")
        return found


_NODE = Value(0)
