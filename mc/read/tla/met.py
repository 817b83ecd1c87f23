"""The order in which TLC meets names: it decides how strings, model values and fields of records compare.

SANY enters each token of a text into one table (``util.UniqueString``) when it parses the text: the root first, then
what it extends, then what it instantiates (``tla2sany.modanalyzer.SpecObj``). What is between quotes enters it later,
when formulas are made, of the modules that others need before these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import field

from mc.dataclass import dataclass
from mc.read.tla.files import Text
from mc.read.tla.strings import unescaped
from mc.read.tla.syntax import Node, parts, written

#: Of the standard modules: what they extend, what they instantiate, and the names in their texts (TLC of 2026-04).
_STANDARD = {
    "Naturals": ("", "", "Nat a b n"),
    "Integers": ("Naturals", "", "Int a 0"),
    "Reals": ("Integers", "", "Real a b m Infinity i r"),
    "Sequences": ("", "Naturals", "Seq S 1 n Nat Len s t i Append e Head Tail SubSeq m SelectSeq Test F 0"),
    "FiniteSets": ("", "Naturals Sequences", "IsFiniteSet S seq Seq s n 1 Len Cardinality CS T 0 x"),
    "TLC": (
        "",
        "Naturals Sequences FiniteSets",
        "Print out val PrintT Assert v JavaTime n Nat TLCGet i TLCSet d e x f g Permutations S w SortSeq s Op Perm p 1 "
        "Len j RandomElement Any ToString a b TLCEval",
    ),
    "TLCExt": (
        "",
        "TLC Integers",
        "AssertEq a b PrintT AssertError err exp FailsEval e TLCError s Assert TLCGetOrDefault key defaultVal n "
        "TLCGetAndSet Op val oldVal v TLCSet Trace CounterExample ToTrace CE TLCModelValue str ToString TLCDefer "
        "expression TLCNoOp PickSuccessor bool TLCCache closure TLCFP var i Int TLCEvalDefinition definitionName",
    ),
}
_NAMES = frozenset(
    {"identifier", "identifier_ref", "nat_number", "nat_number_set", "int_number_set", "real_number_set"}
)
_COMMENTS = frozenset({"comment", "block_comment"})


@dataclass
class _Tokens:
    """What a text has for the table."""

    extends: list[str] = field(default_factory=list)
    instances: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    strings: list[str] = field(default_factory=list)


def met(root: Text, find: Callable[[str], Text | None]) -> tuple[str, ...]:
    """The names and strings of a module and of what it uses, as TLC meets them; ``find`` has the texts by name."""
    texts = {root.name: _tokens(root)}
    order = dict.fromkeys(texts[root.name].names)
    bound: dict[str, set[str]] = {root.name: set()}
    while True:
        following = _unresolved(texts, bound, root.name, set(), instances=False)
        following = following or _unresolved(texts, bound, root.name, set(), instances=True)
        if following is None:
            break
        user, name = following
        bound[user].add(name)
        if name not in texts:
            text = find(name)
            texts[name] = _Tokens() if text is None else _tokens(text)
            bound[name] = set()
            order.update(dict.fromkeys(texts[name].names))
    for name in _needed_first(texts, root.name, set()):
        order.update(dict.fromkeys(texts[name].strings))
    return tuple(order)


def _unresolved(
    texts: dict[str, _Tokens], bound: dict[str, set[str]], name: str, seen: set[str], *, instances: bool
) -> tuple[str, str] | None:
    """The next module that uses another one which has not been looked for, and that one."""
    if name in seen:
        return None
    seen.add(name)
    tokens = texts[name]
    for other in tokens.instances if instances else tokens.extends:
        if other not in bound[name]:
            return name, other
    for other in (*tokens.extends, *(other for other in tokens.instances if other in bound[name])):
        found = _unresolved(texts, bound, other, seen, instances=instances)
        if found is not None:
            return found
    return None


def _needed_first(texts: dict[str, _Tokens], name: str, seen: set[str]) -> Iterator[str]:
    """The modules, each after those that it uses."""
    if name not in seen:
        seen.add(name)
        for other in (*texts[name].extends, *texts[name].instances):
            yield from _needed_first(texts, other, seen)
        yield name


def _tokens(text: Text) -> _Tokens:
    tokens = _Tokens()
    if text.name in _STANDARD:
        extends, instances, names = (given.split() for given in _STANDARD[text.name])
        return _Tokens(extends, instances, [text.name, *extends, *instances, *names])
    tokens.names.append(text.name)
    if text.is_ours:
        # TLC's own text of such a module has other names.
        tokens.extends = [written(name) for name in text.extends]
    elif text.node is not None:
        inner: set[str] = set()
        _add(text.node, tokens, inner)
        tokens.instances = [name for name in tokens.instances if name not in inner]
    return tokens


def _add(node: Node, tokens: _Tokens, inner: set[str]) -> None:
    """Adds what a node has, in the order of the text."""
    strings = body = len(tokens.strings)
    for child in node.children:
        kind = child.type
        if kind in _NAMES:
            tokens.names.append(written(child))
        elif kind == "string":
            tokens.strings.append(unescaped(written(child)[1:-1]))
        elif kind in _COMMENTS:
            continue
        elif kind == ":":
            body = len(tokens.strings)
        else:
            if kind == "extends":
                tokens.extends += map(written, parts(child))
            elif kind == "instance":
                tokens.instances.append(written(parts(child)[0]))
            elif kind == "module":
                inner.add(written(parts(child)[1]))
            _add(child, tokens, inner)
    if node.type == "set_map":
        # Of {e : x \in S}, the formula S is made before e.
        tokens.strings[strings:] = tokens.strings[body:] + tokens.strings[strings:body]
