"""``X.tla`` bound to ``X.cfg``: what is checked (``tlc2.tool.impl.SpecProcessor``)."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any

from mc.dataclass import dataclass
from mc.errors import InvariantError, ModelError
from mc.formula import standard
from mc.formula.levels import Levels
from mc.formula.nodes import Definition, Level, Place
from mc.lang.text import is_name, to_tla
from mc.lang.values import ModelValue
from mc.read.tla.behavior import Behavior, conjuncts, specification
from mc.read.tla.config import Config, Given, Named, read_config, read_constant, wrong
from mc.read.tla.modules import read_module
from mc.read.tla.resolved import Overrides, Resolved
from mc.spec.module import Conjunct, ModuleSpec

#: What can be in the place of something else although no module defines it.
_VALUES = frozenset({"TRUE", "FALSE", "BOOLEAN", "STRING"})
_WANTED = {Level.CONSTANT: "a constant", Level.STATE: "a state predicate", Level.ACTION: "an action"}
#: What INIT and NEXT may depend on: what an initial predicate says of other states is an error when it is evaluated.
_LEVELS = {"INIT": Level.TEMPORAL, "NEXT": Level.ACTION}


@dataclass(frozen=True)
class Changes:
    """What the command line says in place of the configuration; None keeps what stands there."""

    #: As ``-c`` gives them: a number, a Boolean, names, or a text that is read as the configuration would be.
    constants: Mapping[str, Any] = field(default_factory=dict)
    invariants: Sequence[str] | None = None
    #: The empty one: none.
    symmetry: str | None = None
    deadlock: bool | None = None


def load(path: Path, config: Path | None = None, changes: Changes | None = None) -> ModuleSpec:
    """The module in a file, bound to its configuration: that file, or ``X.cfg`` beside ``X.tla``.

    Raises ``SpecError`` for mistakes in modules, ``ModelError`` for those of the configuration, with their places.
    """
    beside = path.with_suffix(".cfg")
    if config is None and not beside.is_file():
        raise ModelError(f"there is no configuration {beside}; write one, or give one with --config FILE")
    return _Loader(path, read_config(config or beside), changes or Changes()).spec()


class _Loader:
    """Binds one module to one configuration."""

    def __init__(self, path: Path, config: Config, changes: Changes) -> None:
        self.config = config
        self.changes = changes
        self.given = [*config.constants, *(_from_command_line(*item, config) for item in changes.constants.items())]
        self.resolved: Resolved = read_module(path, self.overrides())
        self.definitions: dict[str, Definition] = dict(self.resolved.definitions)
        self.levels = Levels(self.definitions)
        #: The values of the constants.
        self.constants: dict[str, Any] = {}
        #: ``N <- Def``, and under ``M!N`` ``N <- [M] Def``.
        self.replaced: dict[str, str] = {}
        self.warnings = list(self.resolved.warnings)

    # Constants

    def overrides(self) -> Overrides:
        """What the reader must know of the constants. Of several for one name the last counts, ``<-`` before ``=``."""
        replaced: dict[str, str] = {}
        replaced_in: dict[str, dict[str, str]] = {}
        values: set[str] = set()
        values_in: dict[str, set[str]] = {}
        for given in self.given:
            if given.definition is not None and given.module is None:
                replaced[given.name] = given.definition.name
            elif given.definition is not None and given.module is not None:
                replaced_in.setdefault(given.module, {})[given.name] = given.definition.name
            elif given.module is not None:
                values_in.setdefault(given.module, set()).add(given.name)
            else:
                values.add(given.name)
        for given in self.given:
            if given.definition is not None and given.module is None and given.definition.name in replaced:
                other = given.definition.name
                message = f"{given.name} <- {other}: {other} is itself replaced; name the definition that is meant"
                raise wrong(given.place, message)
        frozen = {module: frozenset(names) for module, names in values_in.items()}
        return Overrides(replaced, replaced_in, frozenset(values - set(replaced)), frozen)

    def values(self) -> dict[str, Any]:
        """The values of the constants; :attr:`replaced` is given the definitions in the place of others."""
        found: dict[str, Any] = {}
        for given in self.given:
            self.check_given(given)
            name = given.name if given.module is None else f"{given.module}!{given.name}"
            if given.definition is None:
                found[name] = given.value
            else:
                self.replaced[name] = given.definition.name
        for name, arity in self.resolved.constants.items():
            if name not in found and name not in self.replaced:
                mend = f"{name} <- Definition" if arity else f"{name} = value"
                raise ModelError(f"{self.config.path}: the constant {name} has no value; add CONSTANT {mend}")
        return {name: value for name, value in found.items() if name not in self.replaced}

    def check_given(self, given: Given) -> None:
        """That a constant is known, and fits what stands for it."""
        if given.module is not None:
            modules = {Path(file).stem for file in self.resolved.texts}
            if given.module not in modules and given.module not in standard.MODULES:
                near = _near(given.module, modules)
                raise wrong(
                    given.place, f"{given.name} is replaced in a module {given.module}, which is none of it{near}"
                )
            if given.definition is not None:
                self.check_known(given.definition)
            return
        known = (*self.resolved.known, *self.resolved.definitions)
        if given.definition is None:
            if given.name not in known:
                message = (
                    f"{given.name} gets a value, but {self.resolved.name} has no such name{_near(given.name, known)}"
                )
                self.warnings.append(f"{given.place.start}: {message}")
            return
        if given.name not in known:
            raise wrong(given.place, f"{self.resolved.name} has no {given.name} to replace{_near(given.name, known)}")
        name, place = given.definition.name, given.definition.place
        definition = self.check_known(given.definition)
        arity, other = self.arity(given.name), self.arity(name)
        if arity is not None and other is not None and arity != other:
            has, wants = _count(other, "parameter"), _count(arity, "parameter")
            raise wrong(
                place, f"{given.name} <- {name}: {name} has {has}, {given.name} has {wants}; give one that fits"
            )
        is_plain = definition is not None and self.resolved.constants.get(given.name) == 0
        if is_plain and self.levels.definition(name) > Level.CONSTANT:
            raise wrong(place, f"{given.name} <- {name}: {name} depends on variables, and {given.name} is a constant")

    def check_known(self, named: Named) -> Definition | None:
        """The definition that stands for another one; None if it is a constant, or an operator of a standard module."""
        name = named.name
        definition = self.definitions.get(name)
        if definition is None and name not in self.resolved.known and name not in _VALUES:
            raise wrong(named.place, f"{self.resolved.name} does not define {name}{_near(name, self.definitions)}")
        return definition

    def arity(self, name: str) -> int | None:
        """How many arguments a constant or definition takes; None where it is not known."""
        if name in self.resolved.known:
            return self.resolved.known[name]
        definition = self.resolved.definitions.get(name)
        return None if definition is None else len(definition.parameters)

    # Names of definitions

    def definition(self, named: Named, what: str, at_most: Level) -> Definition:
        """What the configuration names, which has no parameters and this level at most."""
        definition = self.definitions.get(self.replaced.get(named.name, named.name))
        if definition is None:
            near = _near(named.name, self.resolved.definitions)
            raise wrong(named.place, f"{what} {named.name}: {self.resolved.name} has no such definition{near}")
        if definition.parameters:
            count = _count(len(definition.parameters), "parameter")
            mend = "define one without parameters that applies it"
            raise wrong(named.place, f"{what} {named.name}: {named.name} has {count}; {mend}")
        found = self.levels.definition(definition.name)
        if found > at_most:
            has = "is a temporal formula" if found is Level.TEMPORAL else "speaks of the next state, for it has a prime"
            mend = "; make it a PROPERTY" if found is Level.TEMPORAL else ""
            message = f"{what} {named.name}: it has to be {_WANTED[at_most]}, and {definition.place.start} {has}{mend}"
            raise (wrong if what != "INVARIANT" else _no_invariant)(named.place, message)
        return definition

    def names(self, given: Iterable[Named], what: str, at_most: Level) -> tuple[str, ...]:
        return tuple(self.definition(named, what, at_most).name for named in given if not self.is_true(named, what))

    def is_true(self, named: Named, what: str) -> bool:
        """Whether the configuration names the value TRUE in place of a definition; another value is a mistake."""
        values = {"TRUE": True, "FALSE": False, **self.constants}
        if named.name not in values:
            return False
        if values[named.name] is not True:
            value = to_tla(values[named.name])
            raise wrong(named.place, f"{what} {named.name} is {value} whatever the state; name the one that is meant")
        self.warnings.append(f"{named.place.start}: {what} {named.name} is TRUE whatever the state")
        return True

    def name(self, keyword: str, at_most: Level) -> str | None:
        named = self.config.once.get(keyword)
        return None if named is None else self.definition(named, keyword, at_most).name

    def alias(self) -> str | None:
        """What is shown of states; TLC does without one that is not there."""
        try:
            return self.name("ALIAS", Level.ACTION)
        except ModelError as error:
            self.warnings.append(str(error))
            return None

    def behavior(self) -> Behavior:
        """Init, Next and fairness."""
        once = self.config.once
        if "SPECIFICATION" not in once:
            given = [(keyword, once[keyword]) for keyword in ("INIT", "NEXT") if keyword in once]
            found = {keyword: self.definition(named, keyword, _LEVELS[keyword]) for keyword, named in given}
            for keyword, definition in found.items():
                if self.levels.definition(definition.name) is Level.CONSTANT:
                    message = f"{keyword} {definition.name}: it mentions no variable; name the one that is meant"
                    raise wrong(once[keyword].place, message)
            init, next_ = found.get("INIT"), found.get("NEXT")
            return Behavior(
                () if init is None else (init.expression,),
                None if next_ is None else next_.expression,
                (),
                "Init" if init is None else init.name,
                "Next" if next_ is None else next_.name,
            )
        for keyword in ("INIT", "NEXT"):
            if keyword in once:
                raise wrong(once[keyword].place, f"{keyword} stands beside SPECIFICATION; leave one of them out")
        named = once["SPECIFICATION"]
        definition = self.definition(named, "SPECIFICATION", Level.TEMPORAL)
        return specification(
            Named(definition.name, named.place), self.definitions, self.resolved.variables, self.warnings
        )

    def properties(self) -> Iterator[Conjunct]:
        """The conjuncts of all properties."""
        for named in self.config.properties:
            if self.is_true(named, "PROPERTY"):
                continue
            definition = self.definition(named, "PROPERTY", Level.TEMPORAL)
            yield from conjuncts(Named(definition.name, named.place), self.definitions, self.warnings)

    def spec(self) -> ModuleSpec:
        """All of it."""
        once, config, changes = self.config.once, self.config, self.changes
        self.constants = self.values()
        place = Place("--invariant", 0)
        invariants = (
            config.invariants if changes.invariants is None else [Named(name, place) for name in changes.invariants]
        )
        if changes.symmetry is not None:
            once.pop("SYMMETRY", None)
            if changes.symmetry:
                once["SYMMETRY"] = Named(changes.symmetry, Place("--symmetry", 0))
        for keyword in ("_PERIODIC", "_RL_REWARD"):
            if keyword in once:
                raise wrong(once[keyword].place, f"{keyword} is not read; leave it out")
        if config.possible:
            raise wrong(config.possible[0].place, "_POSSIBLE is not read; leave it out")
        behavior = self.behavior()
        checked = self.names(invariants, "INVARIANT", Level.STATE)
        properties = tuple(self.properties())
        if not behavior.init and (self.resolved.variables or checked or properties):
            raise ModelError(f"{config.path}: there is no initial predicate; add INIT Init and NEXT Next")
        if behavior.next is None and (behavior.init or checked or properties):
            raise ModelError(f"{config.path}: there is no next-state relation; add NEXT Next")
        met = dict.fromkeys((*config.met, *self.resolved.met))
        return ModuleSpec(
            name=self.resolved.name,
            path=self.resolved.path,
            config=config.path,
            texts={**self.resolved.texts, str(config.path): config.text},
            variables=self.resolved.variables,
            free=self.resolved.free,
            constants=self.constants,
            definitions=self.definitions,
            assumptions=self.resolved.assumptions,
            init=behavior.init,
            next=behavior.next,
            init_name=behavior.init_name,
            next_name=behavior.next_name,
            invariants=checked,
            constraints=self.names(config.constraints, "CONSTRAINT", Level.ACTION),
            action_constraints=self.names(config.action_constraints, "ACTION_CONSTRAINT", Level.ACTION),
            properties=properties,
            fairness=behavior.fairness,
            view=self.name("VIEW", Level.ACTION),
            symmetry=self.name("SYMMETRY", Level.CONSTANT),
            alias=self.alias(),
            postconditions=self.names(config.postconditions, "POSTCONDITION", Level.ACTION),
            deadlock=self.deadlock(),
            replaced=self.replaced,
            met={name: number for number, name in enumerate(met)},
            warnings=tuple(self.warnings),
        )

    def deadlock(self) -> bool:
        given = self.config.once.get("CHECK_DEADLOCK")
        if self.changes.deadlock is not None:
            return self.changes.deadlock
        return given is None or given.name == "TRUE"


def _from_command_line(name: str, value: Any, config: Config) -> Given:
    """``-c name=value``."""
    place = Place("-c", 0)
    if isinstance(value, bool | int):
        before = next((given for given in config.constants if given.name == name), None)
        if before is not None and isinstance(before.value, frozenset):
            mend = f'give its elements: -c {name}="{{a, b}}"'
            raise ModelError(f"-c {name}={value}: {before.place.start} has a set there; {mend}")
        return Given(name, place, value)
    if isinstance(value, list):
        for element in value:
            if not is_name(element):
                raise ModelError(f"-c {name}=...: {element!r} is no name of a model value")
            config.met.setdefault(element)
        return Given(name, place, frozenset(map(ModelValue, value)))
    return read_constant(name, value, config.met)


def _no_invariant(place: Place, message: str) -> ModelError:
    return InvariantError(f"{place.start}: {message}", place.line)


def _near(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), 1)
    return f"; did you mean {near[0]}?" if near else ""


def _count(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'s' * (number != 1)}"
