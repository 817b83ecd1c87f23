"""What the rounds of a loop write: each another place, or all but the last write would be lost."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from mc.read.python.places import Write, injective, names_in
from mc.read.python.texts import Text


def check_rounds(text: Text, loop: ast.For, writes: Iterable[Write], element: str, repeats: bool) -> None:
    """Check what one round of a loop may have written before the next begins; :class:`SpecError` where that is lost.

    ``element``: what the loop's variable is called in the places; ``repeats``: whether two rounds may have the same.
    """
    for write in writes:
        _check_place(text, loop, write, element, repeats)
    _check_alignment(text, writes, element)


def _check_place(text: Text, loop: ast.For, write: Write, element: str, repeats: bool) -> None:
    made = [part for part in write.place[1:] if isinstance(part, ast.expr) and element in names_in(part)]
    if not repeats and any(injective(part, element) for part in made):
        return
    if made:
        raise text.error(
            f"{text.name}: {write.text} may be one place for two elements of {ast.unparse(loop.iter)}, and what one of "
            f"them has assigned would be lost: assign the whole, t.{write.place[0]} = {{i: ... for i in D}}, or a part "
            f"of its own for each element, t.{write.place[0]}[{ast.unparse(loop.target)}] = ...",
            write.line,
        )
    by = f"{write.call} assigns" if write.call else "this loop assigns"
    raise text.error(
        f"{text.name}: {by} {write.text} in every round, and all but the last would be lost: assign it once, a value "
        "made of all elements ({e for x in S}, sum, Max), or a part of its own for each element, "
        f"t.{write.place[0]}[{ast.unparse(loop.target)}] = ...",
        write.line,
    )


def _check_alignment(text: Text, writes: Iterable[Write], element: str) -> None:
    """No round may write what another has written: ``t.f[i][j]`` and ``t.f[j][i]``, ``t.f[k]`` and ``t.f[k + 1]``."""
    seen: dict[object, tuple[object, Write]] = {}
    for write in writes:
        parts = enumerate(zip(write.place, write.key, strict=True))
        index = next((k, key) for k, (part, key) in parts if injective(part, element))
        known, first = seen.setdefault(write.place[0], (index, write))
        if known != index:
            raise text.error(
                f"{text.name}: one round of this loop may write {write.text} where another has written {first.text} "
                f"(line {first.line}), and one of the two would be lost",
                write.line,
            )
