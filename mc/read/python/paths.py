"""What a definition writes and returns on each path through it.

A TLA+ action is a formula: it is TRUE or FALSE, and a primed variable has one value in it. In Python an end without a
``return`` is silently None, and a second assignment silently replaces the first. Here each of these is an error before
anything is searched.

The paths of a definition are followed together: what may have been written is joined where branches meet. Indices are
compared as text, with the arguments of calls and the values of locals put in: ``t.f[i]`` and ``t.f[j]`` are different
places, as in ``[f EXCEPT ![i] = a, ![j] = b]``.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import replace

from mc.dataclass import dataclass
from mc.errors import SpecError
from mc.read.python.places import LONGEST, Place, State, Write, Writes, every, join, overlap, within
from mc.read.python.rewrite import has_step, is_step
from mc.read.python.rounds import check_rounds
from mc.read.python.texts import Definitions, Text, root
from mc.read.text import walk


@dataclass(frozen=True)
class Summary:
    """What is known of a definition by its text."""

    #: What it may have written where it is TRUE, or has come to its end.
    writes: Writes
    #: The last line of a path that ends without a value, and whether that path has written; None where there is none.
    silent: tuple[int, bool] | None
    #: The line that returns what may be FALSE; None where it never is.
    false: int | None
    #: The line that returns what is neither TRUE nor FALSE; None where there is none, as far as the text tells.
    other: int | None
    #: The line of a disjunction or a choice of steps, its own or of a step that it takes; None where there is none.
    forks: int | None


class Paths:
    """The summaries of the definitions of a spec, each made when it is asked for."""

    def __init__(self, definitions: Definitions, repeats: Callable[[Text, ast.For], bool]) -> None:
        self.definitions = definitions
        #: Whether what a loop ranges over may have an element twice.
        self.repeats = repeats
        self._summaries: dict[Text, Summary | None] = {}

    def summary(self, text: Text) -> Summary:
        """What ``text`` writes and returns; :class:`SpecError` where that breaks a rule."""
        if text not in self._summaries:
            self._summaries[text] = None
            self._summaries[text] = _Follower(self, text).follow()
        found = self._summaries[text]
        if found is None:
            raise text.error(f"{text.name} is recursive; the spec language has no recursion", text.node.lineno)
        return found

    def value(self, text: Text, use: str) -> Summary:
        """The summary of a definition whose value is used; an error where it may end without one."""
        found = self.summary(text)
        if found.silent is not None:
            line, written = found.silent
            if not text.primed:
                raise text.error(f"{text.name} ends here without a value, and {use}: return one", line)
            after = " after it has written t" if written else ""
            raise text.error(
                f"{text.name} ends here{after} without saying whether it is enabled: return True (where it is not "
                "enabled: return False, before anything is written)",
                line,
            )
        return found

    def condition(self, text: Text, use: str) -> Summary:
        """The summary of a definition that must be TRUE or FALSE."""
        found = self.value(text, use)
        if found.other is not None:
            raise text.error(f"{text.name} returns what is neither TRUE nor FALSE, and {use}", found.other)
        return found

    def in_loop(self, text: Text, by: Text, line: int, call: str) -> None:
        """An error where a step that ``by`` takes in a loop has not exactly one way."""
        found = self.summary(text)
        for where, what in ((found.false, "may be disabled"), (found.forks, "may have several ways")):
            if where is not None:
                raise by.error(
                    f"{by.name}: {call} {what} ({text.file.name}:{where}), and in a loop a step has one way: one step "
                    f"of several is `any({call} for ...)`",
                    line,
                )


class _Follower:
    """Follows one definition from its beginning to its ends."""

    def __init__(self, paths: Paths, text: Text) -> None:
        self.paths, self.text = paths, text
        self.ends: dict[tuple[str, ...], Write] = {}
        self.silent: list[tuple[int, bool]] = []
        self.false: int | None = None
        self.other: int | None = None
        self.forks: int | None = None
        #: Of the loops around a statement: the states in which each is left, and goes on with its next element.
        self.left: list[list[State]] = []
        self.continued: list[list[State]] = []

    def follow(self) -> Summary:
        end = self.suite(self.text.node.body, State(line=self.text.node.lineno))
        if end is not None:
            self.silently(end, end.line)
        silent = max(self.silent, key=lambda found: found[1], default=None)
        return Summary(self.ends, silent, self.false, self.other, self.forks)

    def fail(self, node: ast.AST, message: str) -> SpecError:
        return self.text.error(f"{self.text.name}: {message}", getattr(node, "lineno", 0))

    def silently(self, state: State, line: int) -> None:
        """The definition ends without a value."""
        self.silent.append((line, state.written))
        self.ends.update(state.writes)

    # Statements: each gives the state after it, or None where it does not go on to the next

    def suite(self, body: list[ast.stmt], state: State | None) -> State | None:
        for statement in body:
            if state is None:
                return None  # what follows is never reached
            if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
                state = replace(state, line=statement.lineno)
            state = self.statement(statement, state)
        return state

    def statement(self, node: ast.stmt, state: State) -> State | None:
        match node:
            case ast.Return(value=None | ast.Constant(value=None)):
                self.silently(state, node.lineno)
                return None
            case ast.Return(value=ast.expr() as value):
                self.returned(node, value, state)
                return None
            case ast.If(test=ast.UnaryOp(op=ast.Not(), operand=action)) if has_step(node.test):
                return self.guard(node, action, state)
            case ast.If(test=test) if has_step(test):
                raise self.fail(
                    node,
                    f"`if {ast.unparse(test)}:` gives one step precedence over others, which TLA+ does not: write "
                    "`return A(s, t) or B(s, t)`, or rows of Next",
                )
            case ast.If(test=test, body=body, orelse=otherwise):
                self.expression(test)
                return join(self.suite(body, state), self.suite(otherwise, state), node)
            case ast.For():
                return self.loop(node, state)
            case ast.Break() | ast.Continue():
                (self.left if isinstance(node, ast.Break) else self.continued)[-1].append(state)
                return None
            case ast.Expr(value=ast.Call() as call) if is_step(call):
                return self.called(call, state)
            case ast.Assign(targets=[target], value=value):
                self.expression(value)
                return self.assigned(target, value, state)
            case ast.AugAssign(target=ast.Name(id=name), value=value):
                self.expression(value)
                return self.forget([name], node, state)
            case ast.Expr(value=value):
                self.expression(value)
        return state

    def returned(self, node: ast.Return, value: ast.expr, state: State) -> None:
        if self.text.primed and _is_no_condition(value):
            raise self.text.error(f"{self.text.name} returns what is neither TRUE nor FALSE", node.lineno)
        may_fail = self.may_be_false(value)
        if may_fail and state.written and self.text.primed:
            raise self.late(node)
        self.false = node.lineno if may_fail and self.false is None else self.false
        self.other = node.lineno if _is_no_condition(value) and self.other is None else self.other
        self.ends.update(self.taken(value, state).writes)
        if self.left and has_step(value):
            raise self.fail(node, f"`return {ast.unparse(value)}` stands in a loop, where a step is a statement")

    def late(self, node: ast.AST) -> SpecError:
        return self.text.error(
            f"{self.text.name} may be disabled after it has written t: put guards before effects",
            getattr(node, "lineno", 0),
        )

    def guard(self, node: ast.If, action: ast.expr, state: State) -> State:
        """``if not A(s, t): return False``"""
        match node:
            case ast.If(body=[ast.Return(value=ast.Constant(value=False))], orelse=[]):
                if state.written and self.may_be_false(action):
                    raise self.late(node)
                self.false = node.lineno if self.false is None else self.false
                return self.taken(action, state)
        raise self.fail(
            node,
            f"`if {ast.unparse(node.test)}:` gives one step precedence over others, which TLA+ does not: write "
            "`return A(s, t) or B(s, t)`, or rows of Next; a step that must be enabled is a guard, `if not A(s, t): "
            "return False`",
        )

    def called(self, call: ast.Call, state: State) -> State:
        """A step that is a conjunct of its own."""
        text = self.definition(call)
        if self.may_be_false(call):
            if state.written:
                raise self.late(call)
            self.false = call.lineno if self.false is None else self.false
        for argument in call.args:
            self.expression(argument)
        return self.through(call, text, self.paths.summary(text), state)

    def assigned(self, target: ast.expr, value: ast.expr, state: State) -> State:
        match target:
            case ast.Name(id=name):
                meant = within(value, state.names)
                if len(ast.unparse(meant)) > LONGEST:
                    return self.forget([name], target, state)
                return replace(state, names={**state.names, name: meant})
            case ast.Attribute() | ast.Subscript() if root(target)[0] == "t":
                return self.write(Write(self.place(target, state), ast.unparse(target), target.lineno), state)
        return state

    def place(self, target: ast.expr, state: State) -> Place:
        """The place that an assignment to a part of ``t`` writes."""
        parts: list[str | ast.expr] = []
        while isinstance(target, (ast.Attribute, ast.Subscript)):
            if isinstance(target, ast.Attribute):
                parts.insert(0, target.attr)
            else:
                self.expression(target.slice)
                parts.insert(0, within(target.slice, state.names))
            target = target.value
        return tuple(parts)

    def write(self, write: Write, state: State) -> State:
        earlier = next((other for other in state.writes.values() if overlap(other.key, write.key)), None)
        if earlier is not None:
            raise self.twice(earlier, write)
        return replace(state, writes={**state.writes, write.key: write})

    def twice(self, earlier: Write, write: Write) -> SpecError:
        now = f"{write.call} assigns {write.text}" if write.call else f"{write.text} is assigned"
        before = f"{earlier.call} in line {earlier.line}" if earlier.call else f"line {earlier.line}"
        part = "" if earlier.text == write.text else f" to {earlier.text}"
        return self.text.error(
            f"{self.text.name}: {now} a second time on one path; what {before} has assigned{part} would be lost: in "
            f"TLA+ {write.place[0]}' has one value; assign it once, or in branches that exclude each other (if, elif)",
            write.line,
        )

    def forget(self, names: Iterable[str], node: ast.stmt | ast.expr, state: State) -> State:
        """Some locals take values that are not followed."""
        unknown = {name: ast.Name(f"{name}:{node.lineno}:{node.col_offset}", ast.Load()) for name in names}
        return replace(state, names={**state.names, **unknown})

    def loop(self, node: ast.For, state: State) -> State | None:
        self.expression(node.iter)
        assert isinstance(node.target, ast.Name)
        stored = {n.id for n in walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        entry = self.forget(stored, node, state)
        element = entry.names[node.target.id]
        assert isinstance(element, ast.Name)
        after, left = self.round(node, entry)
        new = {key: write for key, write in after.writes.items() if key not in state.writes} if after else {}
        check_rounds(self.text, node, new.values(), element.id, self.paths.repeats(self.text, node))
        if new:
            self.round(node, replace(entry, again=True))  # guards that come after what an earlier round has written
        for end in left:
            after = join(after, end, node)
        after = join(replace(entry, line=node.lineno), after, node)
        assert after is not None
        writes = [write for key, write in after.writes.items() if key not in state.writes]
        spread = [replace(write, place=every(write.place, element)) for write in writes]
        for write in spread:
            for earlier in state.writes.values():
                if overlap(earlier.key, write.key):
                    raise self.twice(earlier, write)
        return replace(after, writes={**state.writes, **{write.key: write for write in spread}}, again=state.again)

    def round(self, node: ast.For, state: State) -> tuple[State | None, list[State]]:
        """One round of a loop: the state in which it goes on to the next, and those in which it is left."""
        self.left.append([])
        self.continued.append([])
        after = self.suite(node.body, state)
        left = self.left.pop()
        for end in self.continued.pop():
            after = join(after, end, node)
        return after, left

    # Expressions

    def definition(self, call: ast.Call) -> Text:
        """The definition that a step calls; it must be given what it asks for."""
        text = self.paths.definitions.called(call)
        if text is None:
            raise self.fail(call, f"t is passed to {ast.unparse(call.func)}, which is no definition (def) of the spec")
        self.fits(call, text)
        return text

    def fits(self, call: ast.Call, text: Text) -> None:
        if call.keywords or len(call.args) != len(text.parameters):
            raise self.fail(
                call, f"{text.name} takes ({', '.join(text.parameters)}), by position, not {ast.unparse(call)}"
            )
        for name, given in zip(text.parameters, call.args, strict=True):
            state = given.id if isinstance(given, ast.Name) and given.id in ("s", "t") else None
            if state != (name if name in ("s", "t") else None):
                raise self.fail(call, f"{text.name}: s is passed as s, t as t, and nothing else as them")

    def expression(self, node: ast.expr) -> None:
        """Look at the calls in an expression that takes no step."""
        for part in walk(node):
            if not isinstance(part, ast.Call):
                continue
            if is_step(part):
                raise self.fail(
                    part,
                    f"{ast.unparse(part)} is a step, and here it would be lost, or come before others: a step is "
                    "`return A(s, t) or B(s, t)`, a guard `if not A(s, t): return False`, a choice (\\E) "
                    "`any(A(s, t, x) for x in S)` or a parameter of the action",
                )
            text = self.paths.definitions.called(part)
            if text is not None:
                self.fits(part, text)
                self.paths.value(text, f"{self.text.file.name}:{part.lineno} uses its value")

    def taken(self, node: ast.expr, state: State) -> State:
        """The state after a condition that takes steps, where it is TRUE."""
        if not has_step(node):
            self.expression(node)
            return state
        match node:
            case ast.Call() if is_step(node):
                for argument in node.args:
                    self.expression(argument)
                text = self.definition(node)
                return self.through(
                    node, text, self.paths.condition(text, f"line {node.lineno} takes it for a step"), state
                )
            case ast.Call(func=ast.Name(id="any"), args=[ast.GeneratorExp(elt=step, generators=generators)]):
                self.fork(node)
                names: list[str] = []
                for generator in generators:
                    names += [part.id for part in walk(generator.target) if isinstance(part, ast.Name)]
                    for part in (generator.iter, *generator.ifs):
                        self.expression(part)
                return replace(state, writes=self.taken(step, self.forget(names, node, state)).writes)
            case ast.BoolOp(op=ast.And(), values=[*guards, last]) if not any(map(has_step, guards)):
                for guard in guards:
                    self.expression(guard)
                return self.taken(last, state)
            case ast.BoolOp(op=ast.Or(), values=parts):
                self.fork(node)
                ends: dict[tuple[str, ...], Write] = {}
                for part in parts:
                    ends |= self.taken(part, state).writes
                return replace(state, writes=ends)
            case ast.IfExp(test=test, body=one, orelse=two) if not has_step(test):
                self.expression(test)
                return replace(state, writes={**self.taken(one, state).writes, **self.taken(two, state).writes})
            case ast.BoolOp(op=ast.And()):
                raise self.late(node)
        self.expression(node)
        return state

    def fork(self, node: ast.expr) -> None:
        """Several steps may be taken here, each on a way of its own."""
        if self.left:
            raise self.fail(node, f"`{ast.unparse(node)}` may have several ways, and in a loop a step has one way")
        self.forks = node.lineno if self.forks is None else self.forks

    def through(self, call: ast.Call, text: Text, summary: Summary, state: State) -> State:
        """The state after a call, with what the definition writes for its arguments."""
        if self.left:
            self.paths.in_loop(text, self.text, call.lineno, ast.unparse(call))
        if summary.forks is not None:
            self.fork(call)
        given: dict[str, ast.expr] = {
            name: within(argument, state.names) for name, argument in zip(text.parameters, call.args, strict=True)
        }
        where = f":{call.lineno}:{call.col_offset}"
        for write in summary.writes.values():
            place = tuple(part if isinstance(part, str) else within(part, given, where) for part in write.place)
            called = Write(place, write.text, call.lineno, ast.unparse(call))
            after = self.write(called, State(state.writes))
            state = replace(state, writes=after.writes)
        return state

    def may_be_false(self, node: ast.expr) -> bool:
        match node:
            case ast.Constant(value=True):
                return False
            case ast.Call() if is_step(node):
                text = self.paths.definitions.called(node)
                return text is None or self.paths.summary(text).false is not None
            case ast.BoolOp(op=ast.Or(), values=parts):
                return all(map(self.may_be_false, parts))
            case ast.BoolOp(values=parts):
                return any(map(self.may_be_false, parts))
            case ast.IfExp(body=one, orelse=two):
                return self.may_be_false(one) or self.may_be_false(two)
        return True


def _is_no_condition(node: ast.expr) -> bool:
    """Whether the text of an expression tells that it is neither TRUE nor FALSE."""
    match node:
        case ast.Constant(value=value):
            return not isinstance(value, bool)
        case ast.IfExp(body=one, orelse=two):
            return _is_no_condition(one) or _is_no_condition(two)
        case ast.BoolOp(values=parts):
            return any(map(_is_no_condition, parts))
        case ast.UnaryOp(op=op):
            return not isinstance(op, ast.Not)
    return isinstance(node, (ast.BinOp, ast.Tuple, ast.Set, ast.SetComp, ast.Dict, ast.DictComp, ast.List))
