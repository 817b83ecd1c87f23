"""What keeps a text from being TLA+: what the parser did not understand, in sentences."""

from __future__ import annotations

from mc.read.tla.syntax import Node, Source, refuse, written


def check(source: Source) -> None:
    """Raises ``SpecError`` at the first place where the text is no TLA+."""
    if source.root.has_error:
        fault = _first(source.root)
        place = source.place(fault)
        if fault.is_missing:
            refuse(place, f"{_called(fault.type)} is missing here")
        text = " ".join(written(fault).split())
        shown = text if len(text) <= 40 else text[:37] + "..."
        refuse(place, f"this is no TLA+: {shown!r}")


def _called(kind: str) -> str:
    return kind.replace("_", " ") if kind.isidentifier() else repr(kind)


def _first(node: Node) -> Node:
    """The first node that is an error or missing."""
    for child in node.children:
        if child.is_error or child.is_missing:
            return child
        if child.has_error:
            return _first(child)
    return node
