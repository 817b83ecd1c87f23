"""What a loaded spec and its models consist of. Frozen: nothing changes after loading."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import cached_property, partial
from pathlib import Path
from typing import Any, NoReturn, Protocol

from mc.dataclass import dataclass
from mc.errors import EvaluationError, SpecError
from mc.formula.evaluate import Interpreter
from mc.formula.nodes import Definition as FormulaDefinition
from mc.formula.nodes import Definitions, Expression, Place
from mc.lang.domains import Domain
from mc.lang.enumeration import count, nth_of_all
from mc.lang.state import NextState, State
from mc.lang.text import to_tla
from mc.lang.ways import Choices, disabled, every

#: Blanks that only a line break has made.
_JOINTS = re.compile(r"([(\[{]) | ([)\]}])")

Predicate = Callable[[State], bool]


class Template(Protocol):
    """A sentence about a state and the values of some names."""

    def read(self, names: frozenset[str]) -> tuple[str | Expression, ...]:
        """Texts and formulas in turn, where these local names have values; :class:`SpecError` for an unknown name."""


def _product(domains: Sequence[Domain]) -> Iterator[tuple[Any, ...]]:
    """As ``itertools.product``, which would first go through all that there is."""
    if not domains:
        yield ()
        return
    for value in domains[0]:
        for others in _product(domains[1:]):
            yield (value, *others)


@dataclass(frozen=True)
class Parameter:
    """What one parameter of an action ranges over: fixed values, or DOMAIN/elements of a variable."""

    name: str
    domain: Domain | None = None
    variable: str | None = None

    def values(self, state: State) -> Iterator[Any]:
        """The values in ``state``, in the order that fixes which counterexample is reported."""
        if self.domain is not None:
            return iter(self.domain)
        # Python's own order of a set of strings differs from one process to the next.
        elements = state.values[self.variable or ""]
        return iter(elements if isinstance(elements, tuple) else sorted(elements, key=to_tla))


@dataclass(frozen=True)
class Unwritten:
    """What stands for a definition that is written in no Python: the reference engine does not know it."""

    name: str

    def __call__(self, *_: Any) -> NoReturn:
        raise EvaluationError(f"{self.name} is not written in Python")


def is_condition(function: Callable[..., Any]) -> bool:
    """Whether a row of Init is a predicate of the states that the domains of the variables have."""
    return not isinstance(function, Unwritten) and function.__code__.co_varnames[:1] == ("s",)


def truth(value: Any, name: str) -> bool:
    """A value that must be TRUE or FALSE; Python would take any for one. ``name``: of the definition that it is of."""
    if not isinstance(value, bool):
        raise EvaluationError(f"{name} is {'' if value is None else f'{value!r}, '}neither TRUE nor FALSE")
    return value


@dataclass(frozen=True)
class Action:
    """One row of ``Next``: ``\\E params : function(s, t, params)``."""

    name: str
    #: Called with a list of choices (:mod:`mc.lang.ways`), both states and the parameters.
    function: Callable[..., bool]
    parameters: tuple[Parameter, ...]
    #: The history update conjoined to the action (``mc.lang.Then``), if any; called with choices and both states.
    update: Callable[..., bool | None] | None = None

    def ways(self, variables: Mapping[str, Domain], state: State, arguments: tuple[Any, ...]) -> list[State]:
        """The states that the action makes of ``state``, one for each way through it; none where it is not enabled."""
        made = every(partial(self._run, variables, state, arguments))
        return [after for after in made if after is not None]

    def _run(
        self, variables: Mapping[str, Domain], state: State, arguments: tuple[Any, ...], choices: Choices
    ) -> State | None:
        """The state after the way that some choices lead; None where it ends before."""
        draft = NextState(variables, state)
        if not truth(self.function(choices, state, draft, *arguments), self.name):
            return None
        after = draft.freeze()
        if self.update is None:
            return after
        draft = NextState(variables, after)
        return None if disabled(self.update(choices, after, draft)) else draft.freeze()


@dataclass(frozen=True)
class Definition:
    """A named state predicate: an invariant, a constraint or a witness."""

    name: str
    function: Predicate
    #: What the spec's table ``Explanations`` says where it is violated.
    says: Template | None = None

    def holds(self, state: State) -> bool:
        """Whether it is TRUE in ``state``."""
        return truth(self.function(state), self.name)


@dataclass(frozen=True)
class Step:
    """What is asked of steps: a definition whose parameters are the next values of some variables."""

    name: str
    function: Callable[..., Any]
    variables: tuple[str, ...]


@dataclass(frozen=True)
class Expectation:
    """What a model must give, as its YAML says; what is ``None`` is not looked at."""

    #: "ok", "violation" or "deadlock".
    verdict: str
    #: The violated invariant, and the number of states of a shortest behavior to it.
    property: str | None = None
    length: int | None = None
    #: Counts, as TLC counts.
    generated: int | None = None
    distinct: int | None = None
    depth: int | None = None
    #: Where the counts come from.
    source: str = ""
    #: The line of the YAML that says so.
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Model:
    """One bounded configuration of a spec, as its YAML or the command line gives it."""

    name: str
    constants: Mapping[str, Any]
    symmetry: tuple[str, ...] = ()
    #: Names of definitions; ``None``: those that the spec lists.
    invariants: tuple[str, ...] | None = None
    witnesses: tuple[str, ...] | None = None
    constraints: tuple[str, ...] | None = None
    deadlock: bool = True
    #: Definitions replaced in this model: old name -> new name, as ``old <- new`` in a TLC config.
    substitute: Mapping[str, str] = field(default_factory=dict)
    #: Sibling spec files whose definitions ``substitute`` may name.
    definitions: tuple[str, ...] = ()
    description: str = ""
    #: The claim that this model is about, by its ID in ``specs/claims.yaml``.
    claim: str = ""
    #: What ``mc suite`` holds it to.
    expect: Expectation | None = None
    #: Too long for every day: ``mc suite`` runs it only on demand.
    long: bool = False
    #: A TLA+ module and its TLC configuration, which then say all that is said above.
    module: Path | None = None
    config: Path | None = None
    #: The file and line that say all of this; None where a command line says some of it.
    place: tuple[Path, int] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Spec:
    """A spec file bound to one model: constants are values, substitutions are made."""

    name: str
    path: Path
    #: The files that the spec consists of, in order: ``path`` last, what it extends before it.
    files: tuple[Path, ...]
    #: The file and line where a name at the top of the spec was given its value last.
    places: Mapping[str, tuple[str, int]]
    model: Model
    constants: Mapping[str, Any]
    variables: Mapping[str, Domain]
    #: What Init and Next are called in the spec.
    init_name: str
    next_name: str
    #: Rows of Init: a definition that assigns all variables of ``t``, and its parameters; or a predicate, and all
    #: variables.
    init: tuple[tuple[Callable[..., Any], tuple[Parameter, ...]], ...]
    actions: tuple[Action, ...]
    invariants: tuple[Definition, ...]
    witnesses: tuple[Definition, ...]
    constraints: tuple[Definition, ...]
    #: The actions of the table ``Faults``: what fails, rather than what the protocol does.
    faults: tuple[str, ...]
    #: The global names of the spec's functions.
    namespace: Mapping[str, Any]
    #: What its definitions say.
    formulas: Definitions
    #: The texts of the files, as they were when they were loaded.
    texts: Mapping[str, str]
    #: What is right by the rules of the language, and yet probably not what is meant: a sentence each.
    warnings: tuple[str, ...] = ()
    #: All that Init generates, in order, where that is known: then its rows are not looked at.
    given: tuple[State, ...] | None = None
    #: What is asked of a step if its end is to be looked at, and what of all steps.
    action_constraints: tuple[Step, ...] = ()
    action_properties: tuple[Step, ...] = ()
    #: Of a TLA+ module: the names and strings in TLC's order (:attr:`mc.spec.module.ModuleSpec.met`).
    met: Mapping[str, int] | None = None

    @cached_property
    def interpreter(self) -> Interpreter:
        """What evaluates the formulas."""
        return Interpreter(self.formulas, self.variables, self.namespace)

    def evaluate(self, node: Expression, state: State, names: Mapping[str, Any]) -> Any:
        """The value of a formula in a state, where local names have values."""
        return self.interpreter.evaluate(node, tuple(state.values.values()), names)

    def reads(self, node: Expression) -> bool:
        """Whether a formula depends on the state."""
        return bool(self.interpreter.facts.of(node).reads)

    def definition(self, name: str) -> FormulaDefinition:
        """What the definition of that name says."""
        return self.formulas[name]

    def written(self, place: Place) -> str:
        """What stands at a place of the text, on one line."""
        lines = self.texts[place.file].split("\n")[place.line - 1 : place.end_line]
        if not lines:
            return ""
        lines[-1] = lines[-1].encode()[: place.end_column].decode()
        lines[0] = lines[0].encode()[place.column :].decode()
        return _JOINTS.sub(r"\1\2", " ".join(line.strip() for line in lines))

    def declaration(self, name: str) -> tuple[str, int | None]:
        """The file and line where a name at the top of the spec is assigned its value."""
        return self.places.get(name, (str(self.path), None))

    # A binding gives the parameters of a row of Init their values. The bindings of all rows are numbered from 0 on.

    def bindings(self) -> list[int]:
        """How many bindings each row of Init has."""
        if self.given is not None:
            return [len(self.given)]
        return [math.prod(map(count, domains)) for _, domains in self._starts()]

    def starts(self, number: int) -> list[State]:
        """The states that ``Init`` makes with that binding: one for each way through the row."""
        for (function, domains), bindings in zip(self._starts(), self.bindings(), strict=True):
            if number < bindings:
                return self._ways(function, nth_of_all(domains, number))
            number -= bindings
        raise IndexError(number)

    def initial_states(self) -> Iterator[State]:
        """All states that ``Init`` generates, in order."""
        for function, domains in self._starts():
            for arguments in _product(domains):
                yield from self._ways(function, arguments)

    def _starts(self) -> Iterator[tuple[Callable[..., Any], list[Domain]]]:
        """The rows of Init, with what their parameters range over; an error where that cannot be gone through."""
        for function, parameters in self.init:
            domains = []
            for parameter in parameters:
                if parameter.domain is None:
                    what = f"{parameter.name} ranges over the variable {parameter.variable}, which has no value yet"
                    raise SpecError(
                        f"the row {function.__name__} of {self.init_name}: {what}", *self.declaration(self.init_name)
                    )
                iter(parameter.domain)  # which says where it has too many elements
                domains.append(parameter.domain)
            yield function, domains

    def _ways(self, function: Callable[..., Any], arguments: Iterable[Any]) -> list[State]:
        """The states that a row of Init makes."""
        given = tuple(arguments)
        if is_condition(function):
            state = State(dict(zip(self.variables, given, strict=True)))
            return [state] if truth(function(state), function.__name__) else []

        def run(choices: Choices) -> State | None:
            draft = NextState(self.variables)
            enabled = function(choices, draft, *given)
            if enabled is not None and not truth(enabled, function.__name__):
                return None
            try:
                return draft.freeze()
            except SpecError as error:
                code = function.__code__
                raise SpecError(error.message, code.co_filename, code.co_firstlineno) from None

        return [state for state in every(run) if state is not None]
