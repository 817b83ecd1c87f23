"""Find the ``.tla`` modules that belong to a spec, and what TLC's names for steps mean in the spec."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any

from mc.dataclass import dataclass
from mc.engine.reference import Step, successors
from mc.errors import McError, ModelError, SpecError
from mc.lang.state import State
from mc.lang.text import from_tla
from mc.spec.objects import Spec
from mc.tlc.output import read_label
from mc.tlc.texts import ValueReader, typed
from mc.tlc.tla import (
    TlaDefinition,
    TlaModule,
    disjuncts,
    in_parentheses,
    names_in,
    quantified_call,
    read_module,
    tokens,
)
from mc.trace.replay import range_of


@dataclass(frozen=True)
class Proof:
    """The modules on the TLA+ side of a spec, as bound by its model."""

    spec: Spec
    #: The module paired with the spec.
    root: TlaModule
    #: Those paired with the model's ``definitions``.
    extras: tuple[TlaModule, ...]
    #: ``root``, ``extras`` and what they extend or instantiate, by name; not the standard modules.
    modules: Mapping[str, TlaModule]
    _known: dict[str, str | None] = field(default_factory=dict, repr=False)
    _parts: dict[str, set[str]] = field(default_factory=dict, repr=False)

    # What is compared with TLC (:class:`mc.tlc.subject.Subject`)

    @property
    def file(self) -> str:
        return self.spec.path.name

    @property
    def module(self) -> Path:
        return self.root.path

    @property
    def actions(self) -> list[str]:
        return [action.name for action in self.spec.actions]

    @property
    def symmetric(self) -> bool:
        return bool(self.spec.model.symmetry)

    def readers(self) -> dict[str, ValueReader]:
        return {name: ValueReader(domain) for name, domain in self.spec.variables.items()}

    def values(self, parts: Iterable[str]) -> dict[str, Any]:
        texts = dict(part.split(" = ", 1) for part in parts)
        variables = self.spec.variables.items()
        return {name: typed(domain, from_tla(texts[name])) for name, domain in variables if name in texts}

    def is_initial(self, state: State) -> bool:
        return state in self.spec.initial_states()

    def successors(self, state: State) -> Iterator[Step]:
        return successors(self.spec, state)

    def violates(self, name: str, before: State | None, last: State) -> bool:
        definition = next((invariant for invariant in self.spec.invariants if invariant.name == name), None)
        try:
            return definition is not None and not definition.holds(last)
        except McError:
            return False

    # The modules

    def definition(self, name: str) -> TlaDefinition | None:
        """The definition of ``name`` in any of the modules."""
        return next((m.definitions[name] for m in self.modules.values() if name in m.definitions), None)

    def place(self, action: str) -> str | None:
        """Where the body of an action stands, as TLC says it of a step; None where no module defines it."""
        name = self.spec.model.substitute.get(action, action)
        module = next((m for m in self.modules.values() if name in m.definitions), None)
        return None if module is None else f"{module.definitions[name].place} of module {module.name}"

    def declares(self, kind: str) -> tuple[str, ...]:
        """All ``"constants"`` or ``"variables"`` that the modules declare, instances apart."""
        seen: dict[str, tuple[str, ...]] = {}
        todo = [self.root.name, *(module.name for module in self.extras)]
        while todo:
            name = todo.pop(0)
            if name in self.modules and name not in seen:
                seen[name] = getattr(self.modules[name], kind)
                todo.extend(self.modules[name].extends)
        return tuple(name for names in seen.values() for name in names)

    def require(self, names: Iterable[str], role: str) -> None:
        """:class:`ModelError` for the first name that no module defines; ``role`` says what it is."""
        for name in names:
            if self.definition(name) is None:
                raise ModelError(f"{role} {name} is not defined in {self._files()}: add it there")

    def check(self) -> None:
        """:class:`ModelError` where the modules' constants or variables are not those of the spec."""
        for kind, own in (("constants", self.spec.constants), ("variables", self.spec.variables)):
            declared = self.declares(kind)
            for name in own:
                if name not in declared:
                    raise ModelError(f"{self._files()}: the spec's {kind[:-1]} {name} is not declared there")
            for name in declared:
                if name not in own:
                    raise ModelError(f"{self.spec.path.name}: the {kind[:-1]} {name} of the .tla is not declared there")

    def initial_and_next(self) -> tuple[str, str]:
        """The names of the initial predicate and of the next-state relation.

        ``Init`` and ``Next``; but where the paired module, or else the nearest one that it extends,
        defines in place of one of them a single name that ends so (``HistoryInit``, because TLA+
        does not let a module redefine what it extends), that name.
        """
        return self._own("Init"), self._own("Next")

    def _own(self, name: str) -> str:
        todo = [self.root.name]
        while todo:
            module = self.modules[todo.pop(0)]
            ending = [own for own in module.definitions if own.endswith(name)]
            if len(ending) == 1 and name not in ending:
                return ending[0]
            if ending:
                break
            todo.extend(extended for extended in module.extends if extended in self.modules)
        self.require([name], "the definition")
        return name

    def action(self, label: str) -> str | None:
        """The spec's action that TLC means by a label; None where it may be several, or none.

        The label is a definition's name (``ReceiveAny``), perhaps with arguments or a place
        (:func:`~mc.tlc.output.read_label`). It is an action of the spec itself, or a definition put in the place of
        one, or one in whose body (or in the text at that place) exactly one action is mentioned, directly or through
        definitions; or it is a disjunct of one action, whose steps TLC calls by the names of its disjuncts.
        """
        if label not in self._known:
            self._known[label] = self._resolve(label)
        return self._known[label]

    def _resolve(self, label: str) -> str | None:
        read = read_label(label)
        if read is None:
            return None
        name = read.name.rpartition("!")[2]
        found = self._mentioned({name})
        owners = {action.name for action in self.spec.actions if name in self._disjuncts(action.name)}
        if owners:
            found = owners | found & {name}
            return found.pop() if len(found) == 1 else None
        if len(found) != 1 and read.place is not None and read.place[0] in self.modules:
            region = _region(self.modules[read.place[0]].text, *read.place[1])
            found = self._mentioned(names_in(region))
        return found.pop() if len(found) == 1 else None

    def arguments(self, label: str) -> tuple[Any, ...] | None:
        """The values of the parameters of the spec's action that TLC means by a label, in the order of the spec.

        None where it gives none, or those of another definition, which the action is mentioned in.
        """
        read, action = read_label(label), next((a for a in self.spec.actions if a.name == self.action(label)), None)
        if read is None or action is None:
            return None
        definition = self.definition(read.name.rpartition("!")[2])
        if definition is None or definition.name not in (action.name, self.spec.model.substitute.get(action.name)):
            return None
        # Behind those of an instance stand those of the definition.
        values = tuple.__iter__(from_tla(f"<<{read.arguments or ''}>>"))
        given = list(values)[-len(definition.parameters) :] if definition.parameters else []
        if len(given) != len(definition.parameters) or len(given) != len(action.parameters):
            return None
        named = dict(zip(definition.parameters, given, strict=True))
        if all(parameter.name in named for parameter in action.parameters):
            given = [named[parameter.name] for parameter in action.parameters]
        pairs = zip(action.parameters, given, strict=True)
        return tuple(typed(range_of(self.spec, parameter), value) for parameter, value in pairs)

    def _mentioned(self, names: Iterable[str]) -> set[str]:
        """The actions among ``names``, and among what is mentioned in the other definitions named."""
        actions = {action.name for action in self.spec.actions}
        originals = {new: old for old, new in self.spec.model.substitute.items() if old in actions}
        found: set[str] = set()
        seen: set[str] = set()
        todo = list(names)
        while todo:
            name = todo.pop()
            if name in seen:
                continue
            seen.add(name)
            if name in actions:
                found.add(name)
            elif name in originals:
                found.add(originals[name])
            else:
                definition = self.definition(name)
                if definition is not None:
                    todo.extend(names_in(definition.body))
        return found

    def _disjuncts(self, action: str) -> set[str]:
        """The definitions of which an action is a disjunction, perhaps with ``\\E``, directly or through such."""
        if action not in self._parts:
            found: set[str] = set()
            todo = [self.spec.model.substitute.get(action, action)]
            while todo:
                definition = self.definition(todo.pop())
                names = set(_called(definition.body)) if definition is not None else set()
                todo += names - found
                found |= names
            self._parts[action] = found
        return self._parts[action]

    def _files(self) -> str:
        return ", ".join(str(module.path) for module in (self.root, *self.extras))


def _called(body: str) -> Iterator[str]:
    """The definitions that are the disjuncts of a formula, behind any ``\\E x \\in S``."""
    for part in disjuncts(body):
        call = quantified_call(part)
        quantified, _, rest = part.partition(":")
        if call is not None:
            yield call[1]
        elif quantified.startswith("\\E"):
            yield from _called(rest)
        elif (inner := in_parentheses(part)) is not None:
            yield from _called(inner)


def _region(text: str, first_line: int, first_column: int, last_line: int, last_column: int) -> str:
    """The text from one place to another; lines and columns count from 1, the last one is inside."""
    lines = text.split("\n")[first_line - 1 : last_line]
    if not lines:
        return ""
    lines[-1] = lines[-1][:last_column]
    lines[0] = lines[0][first_column - 1 :]
    return "\n".join(lines)


def read_proof(spec: Spec, search: Sequence[Path] = ()) -> Proof:
    """The modules paired with ``spec`` and with its model's ``definitions``.

    ``search``: directories to look in besides the spec's own and ``../proofs`` (the bundled proofs).
    Raises :class:`ModelError` where one is missing or does not fit the spec.
    """
    places = [spec.path.parent, spec.path.parent.parent / "proofs", *search]
    root = _read(find_paired(spec.path.stem, places))
    extras = tuple(_read(find_paired(name, places)) for name in spec.model.definitions)
    modules = {module.name: module for module in (root, *extras)}
    todo = [name for module in (root, *extras) for name in _needed(module)]
    while todo:
        name = todo.pop(0)
        path = next((p / f"{name}.tla" for p in places if (p / f"{name}.tla").is_file()), None)
        if name not in modules and path is not None:
            modules[name] = _read(path)
            todo.extend(_needed(modules[name]))
    proof = Proof(spec, root, extras, modules)
    proof.check()
    return proof


def _read(path: Path) -> TlaModule:
    module = read_module(path)
    if module.name != path.stem:
        raise SpecError(f"the module is called {module.name}, so TLC wants it in a file {module.name}.tla", str(path))
    return module


def _needed(module: TlaModule) -> list[str]:
    """Modules that this one extends or instantiates."""
    words = tokens(module.text)
    instances = [after.text for word, after in itertools.pairwise(words) if word.text == "INSTANCE"]
    return [*module.extends, *instances]


def find_paired(stem: str, places: Sequence[Path]) -> Path:
    """The ``.tla`` of a spec called ``stem``, in the first of ``places`` that has one.

    Names pair without regard to case and underscores: ``raft_history`` and ``RaftHistory.tla``.
    """
    wanted = stem.replace("_", "").lower()
    for place in places:
        for path in sorted(place.glob("*.tla")):
            if path.stem.replace("_", "").lower() == wanted:
                return path
    title = "".join(part[:1].upper() + part[1:] for part in stem.split("_"))
    looked = ", ".join(dict.fromkeys(str(place) for place in places))
    raise ModelError(f"no {title}.tla for {stem}.py: TLC needs the spec in TLA+ as well; looked in {looked}")
