"""Lowered modules walked in Python, with the interpreter's own values, and held to the interpreter state by state.

python -m tests.lower.walked PATH...   modules (with the configuration beside them), or folders of modules

What differs is printed; so is why a module is not lowered.
"""

from __future__ import annotations

import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mc.errors import EvaluationError, McError
from mc.formula import operators as op
from mc.formula.facts import Facts, children
from mc.formula.nodes import (
    All,
    Apply,
    Assign,
    Bind,
    Binder,
    Bound,
    Call,
    Either,
    Enter,
    Expression,
    If,
    Let,
    Name,
    Node,
    Of,
    Some,
    Test,
    Tree,
    Value,
    With,
)
from mc.interpreter.apply import changed, selected
from mc.interpreter.environment import Environment, Evaluate
from mc.interpreter.expressions import unary
from mc.interpreter.forms import sequence
from mc.interpreter.interpreter import RULES, Interpreter
from mc.interpreter.program import Compiled, Compiler, Program, Rules
from mc.interpreter.scope import Scope
from mc.interpreter.sets import elements
from mc.lang.text import to_tla
from mc.lang.values import SeqValue
from mc.lower.lower import lower
from mc.lower.lowered import Lowered, NotLowered
from mc.lower.placing import Uses
from mc.read.tla.load import load
from mc.spec.module import ModuleSpec

State = tuple[Any, ...]


def _comprehension(compiler: Compiler, node: Bind) -> Evaluate:
    """What Python specs have and TLA+ has not: a sequence of the values for the elements of another."""
    if node.binder is not Binder.SEQUENCE:
        rule: Callable[[Compiler, Bind], Evaluate] = RULES.expressions[Bind]
        return rule(compiler, node)
    (bound,) = node.bounds
    values, body = compiler.expression(bound.collection), compiler.expression(node.body)
    slot = compiler.scope.slot(bound.names[0])
    condition = None if bound.condition is None else compiler.condition(bound.condition)

    def evaluate(env: Environment) -> Any:
        found = []
        for value in tuple.__iter__(values(env)):
            env[slot] = value
            if condition is None or condition(env):
                found.append(body(env))
        return sequence(found)

    return evaluate


def _extreme(of: Callable[[Any], Any]) -> Callable[[Compiler, Apply], Evaluate]:
    def rule(compiler: Compiler, node: Apply) -> Evaluate:
        order = compiler.program.order

        def meaning(value: Any) -> Any:
            parts = elements(value, order)
            if not parts:
                raise EvaluationError("there is no largest or smallest element of no elements")
            return of(parts)

        return unary(node, meaning, compiler.expression(node.operands[0]))

    return rule


#: The interpreter's, and those for what lowering makes beside it.
_RULES = Rules(
    meanings=RULES.meanings,
    expressions={**RULES.expressions, Bind: _comprehension},
    lazily=RULES.lazily,
    applied={**RULES.applied, op.MAX: _extreme(max), op.MIN: _extreme(min)},
    walks=RULES.walks,
)


class Walker:
    """Walks lowered trees."""

    def __init__(self, spec: ModuleSpec, lowered: Lowered) -> None:
        self.lowered = lowered
        expressions = {
            name: definition
            for name, definition in lowered.definitions.items()
            if not isinstance(definition.body, Tree)
        }
        self.spec = replace(spec, definitions=expressions)
        self.program = Program(self.spec, _RULES)
        self.facts = Facts(lowered.definitions)  # type: ignore[arg-type]
        self.numbers = {name: number for number, name in enumerate(spec.variables)}
        self.uses = Uses()
        self._parts: dict[tuple[int, tuple[str, ...]], tuple[Expression, Compiler, Compiled]] = {}

    def value(self, node: Expression, state: State | None, names: dict[str, Any]) -> Any:
        """The value of an expression."""
        used = {name: names[name] for name in self.uses.of(node)}
        key = id(node), tuple(used)
        if key not in self._parts:
            compiler = Compiler(self.program, Scope(tuple(used), node))
            self._parts[key] = node, compiler, Compiled(compiler, node)
        _, compiler, code = self._parts[key]
        env = self.program.outside(compiler)
        env[2 : 2 + len(used)] = used.values()
        if state is not None:
            env[0] = state
        return code.evaluate(env)

    def elements(self, bound: Bound, state: State | None, names: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """What the names of a bound stand for, for each element."""
        for value in elements(self.value(bound.collection, state, names), self.program.order):
            parts = (value,) if len(bound.names) == 1 else tuple(tuple.__iter__(value))
            inner = {**names, **dict(zip(bound.names, parts, strict=True))}
            if bound.condition is None or self.value(bound.condition, state, inner):
                yield inner

    def ways(self, node: Expression, state: State | None, names: dict[str, Any]) -> int:
        """How many ways there are through a condition, by the rules of :mod:`mc.formula.ways`."""
        match node:
            case Apply(operator=op.AND, operands=operands):
                found = 1
                for operand in operands:
                    found *= self.ways(operand, state, names)
                    if not found:
                        break
                return found
            case Apply(operator=op.OR, operands=operands):
                return sum(self.ways(operand, state, names) for operand in operands)
            case Apply(operator=op.IF, operands=(Apply(operator=op.NOT, operands=(guard,)), Value(value=False), other)):
                return self.ways(guard, state, names) and self.ways(guard, state, names) * self.ways(
                    other, state, names
                )
            case Apply(operator=op.IF, operands=(test, then, otherwise)):
                return self.ways(then if self.truth(test, state, names) else otherwise, state, names)
            case Bind(binder=Binder.EXISTS | Binder.FORALL, bounds=bounds):
                every = [names]
                for bound in bounds:
                    every = [inner for outer in every for inner in self.elements(bound, state, outer)]
                found = 0 if node.binder is Binder.EXISTS else 1
                for inner in every:
                    if node.binder is Binder.EXISTS:
                        found += self.ways(node.body, state, inner)
                    else:
                        found *= self.ways(node.body, state, inner)
                        if not found:
                            break
                return found
            case Let():
                return self.ways(node.body, state, {**names, node.name: self.value(node.value, state, names)})
            case Call():
                called = self.lowered.definitions[node.definition]
                if not self.facts.is_value(called):
                    given = [self.value(argument, state, names) for argument in node.arguments]
                    return self.ways(called.expression, state, dict(zip(called.parameters, given, strict=True)))
        return int(self.truth(node, state, names))

    def truth(self, node: Expression, state: State | None, names: dict[str, Any]) -> bool:
        found = self.value(node, state, names)
        if found is True or found is False:
            return bool(found)
        raise EvaluationError(f"{node.place.start}: no Boolean")

    def successors(self, name: str, state: State | None) -> list[State]:
        """The states that a definition makes of another one."""
        made: list[Any] = [None] * len(self.numbers) if state is None else list(state)
        return list(
            self.walk(self.lowered.definitions[name].tree, state, made, {}, lambda made, names: iter((tuple(made),)))
        )

    def walk(
        self, tree: Tree, state: State | None, made: list[Any], names: dict[str, Any], after: Any
    ) -> Iterator[State]:
        """The states at the ends of the ways through a tree; ``after``: what follows it."""
        match tree:
            case Test():
                for _ in range(self.ways(tree.condition, state, names)):
                    yield from after(made, names)
            case All(parts=()):
                yield from after(made, names)
            case All(parts=(first, *others)):

                def rest(made: list[Any], inner: dict[str, Any]) -> Iterator[State]:
                    return self.walk(All(tuple(others)), state, made, names, after)

                yield from self.walk(first, state, made, names, rest)
            case Either():
                for part in tree.parts:
                    yield from self.walk(part, state, made, names, after)
            case If():
                chosen = tree.then if self.truth(tree.test, state, names) else tree.otherwise
                yield from self.walk(chosen, state, made, names, after)
            case With():
                inner = {**names, tree.name: self.value(tree.value, state, names)}
                yield from self.walk(tree.body, state, made, inner, after)
            case Some():
                for inner in self.elements(tree.bound, state, names):
                    yield from self.walk(tree.body, state, made, inner, after)
            case Enter():
                entered = self.lowered.definitions[tree.definition]
                given = [self.value(argument, state, names) for argument in tree.arguments]
                inner = dict(zip(entered.parameters, given, strict=True))
                yield from self.walk(entered.tree, state, made, inner, after)
            case Assign():
                number = self.numbers[tree.variable]
                keys = [self.value(key.key, state, names) for key in tree.path]
                new = self.put(made[number], keys, self.value(tree.value, state, names))
                following = list(made)
                following[number] = self.program.order.normal(new)
                yield from after(following, names)
            case _:
                raise AssertionError(tree)

    def put(self, old: Any, keys: Sequence[Any], value: Any) -> Any:
        """A value with another part."""
        if not keys:
            return value
        part = selected(old, keys[0], self.program.order)
        if part is None:
            raise EvaluationError("there is no such part")
        return changed(old, keys[0], self.put(part, keys[1:], value), self.program.order)


def well_formed(lowered: Lowered) -> None:
    """Each local name is bound once on the way to a node; all names of definitions are known."""

    def ask(node: Node, bound: frozenset[str]) -> None:
        if isinstance(node, Name):
            assert node.of is not Of.PRIMED, node
            assert node.of is not Of.LOCAL or node.name in bound, node
        if isinstance(node, (Call, Enter)):
            assert node.definition in lowered.definitions, node.definition
            called = lowered.definitions[node.definition]
            assert len(called.parameters) == len(node.arguments), node.definition
        names: list[str] = []
        if isinstance(node, (Let, With)):
            ask(node.value, bound)
            names = [node.name]
        elif isinstance(node, (Bind, Some)):
            for each in node.bounds if isinstance(node, Bind) else (node.bound,):
                ask(each.collection, bound)
                names.extend(each.names)
        else:
            changes = getattr(node, "changes", ())
            names = [change.old for change in changes]
        assert not bound.intersection(names), names
        for child in children(node):
            if not (isinstance(node, (Let, With)) and child is node.value):
                ask(child, bound.union(names))

    for definition in lowered.definitions.values():
        ask(definition.body, frozenset(definition.parameters))


def differences(spec: ModuleSpec, most: int = 300, seconds: float = 10.0) -> tuple[list[str], int]:
    """Where successors of the lowered module differ from the interpreter's, and how many states were compared.

    A failure of the lowered one is no difference: the interpreter is asked then. Raises NotLowered.
    """
    interpreter = Interpreter(spec)
    lowered = lower(spec, interpreter)
    well_formed(lowered)
    assert [action.name for action in interpreter.actions] == [action.name for action in lowered.actions]
    walker, found, until = Walker(spec, lowered), [], time.monotonic() + seconds
    failures: Counter[str] = Counter()

    def compare(what: str, expected: Callable[[], list[Any]], made: Callable[[], list[Any]]) -> list[Any] | None:
        try:
            theirs = expected()
        except (EvaluationError, RecursionError):
            try:
                ours = made()
            except (EvaluationError, RecursionError):
                return None
            found.append(f"{what}: no error, but {len(ours)} states")
            return None
        try:
            ours = made()
        except (EvaluationError, RecursionError) as error:
            failures[f"{what}: {error}"] += 1
            return theirs
        one, other = [*map(to_tla, map(SeqValue, theirs))], [*map(to_tla, map(SeqValue, ours))]
        if one != other:
            kind = "the order of" if Counter(one) == Counter(other) else "the"
            found.append(f"{what}: {kind} states: {len(theirs)}, not {len(ours)}")
        return theirs

    states = compare("Init", lambda: list(interpreter.initial_states()), lambda: walker.successors(lowered.init, None))
    known, todo = set(states or ()), list(states or ())[:most]
    done = 0
    while todo and done < most and time.monotonic() < until and len(found) < 5:
        state = todo.pop(0)
        done += 1
        for action, other in zip(interpreter.actions, lowered.actions, strict=True):
            made = compare(
                f"{action.name}{[*action.bindings.values()]} of {state}",
                lambda action=action, state=state: list(action.successors(state)),
                lambda other=other, state=state: walker.successors(other.definition, state),
            )
            for after in made or ():
                if after not in known:
                    known.add(after)
                    todo.append(after)
        conjuncts = [each for each in spec.properties if each.asked == "invariant"]
        predicates = [*spec.invariants, *(each.formula for each in conjuncts)]
        for names, others in ((predicates, lowered.invariants), (spec.constraints, lowered.constraints)):
            for name, predicate in zip(names, others, strict=True):
                compare(
                    f"{name} of {state}",
                    lambda name=name, state=state: [(interpreter.value(name, state),)],
                    lambda predicate=predicate, state=state: [(walker.value(Call(predicate, ()), state, {}),)],
                )
    for failure, times in failures.most_common(3):
        print(f"   fails {times} times: {failure[:300]}")
    return found, done


#: A model has so long.
_SECONDS = 12.0


def _timed_out(number: int, frame: Any) -> None:
    raise TimeoutError


def _module(config: Path) -> Path:
    """The module of a configuration: of its name, or the one that begins it."""
    found = config.with_suffix(".tla")
    if not found.exists():
        others = [path for path in config.parent.glob("*.tla") if config.stem.startswith(path.stem)]
        found = max(others, key=lambda path: len(path.stem), default=found)
    return found


def main(paths: Sequence[str]) -> None:
    results: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    signal.signal(signal.SIGALRM, _timed_out)
    for path in paths:
        files = sorted(Path(path).rglob("*.cfg")) if Path(path).is_dir() else [Path(path)]
        for config in files:
            try:
                spec = load(_module(config), config)
            except McError:
                results["not loaded"] += 1
                continue
            signal.setitimer(signal.ITIMER_REAL, _SECONDS)
            try:
                found, done = differences(spec, 150, 4.0)
                kind = "different" if found else "equal" if done else "no states"
            except NotLowered as error:
                found, done, kind = [], 0, "not lowered"
                reasons[str(error).partition(": ")[2]] += 1
                print(f"{config.stem}: {error}", flush=True)
            except TimeoutError:
                found, done, kind = [], 0, "out of time"
            except Exception as error:
                found, done, kind = [f"{type(error).__name__}: {error}"], 0, "broken"
                if len(paths) == 1 and len(files) == 1:
                    raise
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
            results[kind] += 1
            if found:
                print(f"{config}: {kind}", flush=True)
            for line in found:
                print(f"    {line[:400]}")
    for reason, times in reasons.most_common():
        print(f"{times:4} {reason}")
    print(dict(results))


if __name__ == "__main__":
    main(sys.argv[1:])
