"""What a search of all states leaves open: properties of whole behaviors."""

from __future__ import annotations

from dataclasses import replace

from mc.engine.result import Ending, Result
from mc.spec.module import ModuleSpec


def without_properties(spec: ModuleSpec, result: Result) -> Result:
    """The result of a search of all states, which says nothing of whole behaviors."""
    left_out = list(dict.fromkeys(conjunct.property for conjunct in spec.properties if conjunct.asked == "temporal"))
    if not left_out:
        return result
    reason = f"what PROPERTY {', '.join(left_out)} says of whole behaviors is not checked yet"
    return replace(result, verdict="incomplete", ending=Ending("properties", reason))
