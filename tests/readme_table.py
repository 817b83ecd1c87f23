"""The table of specs in README.md, from counts.toml: ``python tests/readme_table.py`` writes it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
BEGIN, END = "<!-- table: python tests/readme_table.py -->", "<!-- end of table -->"
#: Constants that are clear from their order: the bounds of Raft.
SHORT = ("Server", "Value", "MaxTerm", "MaxLogLength", "MaxMessages", "MaxCopies")


def rows() -> list[dict[str, Any]]:
    """The entries of counts.toml that are in the table."""
    pinned = tomllib.loads((ROOT / "tests" / "counts.toml").read_text(encoding="utf-8"))
    return [entry for entry in pinned["count"] if "readme" in entry]


def table() -> str:
    """The table, with the lines that mark its place."""
    lines = [
        BEGIN,
        "| spec | constants | symmetry | generated | distinct | depth | equal in TLC |",
        "|---|---|---|--:|--:|--:|---|",
    ]
    for entry in rows():
        constants = entry["constants"]
        values = ", ".join(map(str, constants.values()))
        shown = values if tuple(constants) == SHORT else ", ".join(f"{n} = {v}" for n, v in constants.items())
        numbers = (f"{entry[key]:,}" for key in ("generated", "distinct", "depth"))
        cells = [entry["spec"], shown, ", ".join(entry.get("symmetry", [])), *numbers, ", ".join(entry["readme"])]
        lines.append(f"| {' | '.join(cells)} |".replace("|  |", "| |"))
    return "\n".join([*lines, END])


def updated(text: str) -> str:
    """``text`` of README.md with the table of today."""
    before, rest = text.split(BEGIN)
    return before + table() + rest.split(END)[1]


if __name__ == "__main__":
    README.write_text(updated(README.read_text(encoding="utf-8")), encoding="utf-8")
