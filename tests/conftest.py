"""Settings of all tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from mc.cli.options import cache_directory
from mc.engine.program import program

# The suite tries the same examples every time, so that its result is the code's; new ones are for tests/soak.py.
settings.register_profile("suite", derandomize=True, deadline=None)
settings.load_profile("suite")

# Where the commands keep machine code: what one test has compiled another need not, and CI's is empty at first.
program.CACHE = cache_directory()

#: Files of every area whose tests take two minutes in all on two processors where nothing is compiled yet (measured:
#: 190 s of processor time). What is not here runs TLC again and again, all models, or many random ones.
QUICK = frozenset(
    [
        "house",
        "mirror",
        "raft_situations",
        "cli/check",
        "cli/check_tla",
        "cli/errors",
        "cli/lock",
        "cli/tlc",
        "cli/trace",
        "cli/vacuous",
        "engine/cache",
        "engine/errors",
        "engine/interpreted",
        "engine/kernels",
        "engine/levels",
        "engine/printed",
        "engine/segments",
        "engine/team",
        "engine/toys",
        "engine/visited",
        "graph/spacetime",
        "lang/coverage",
        "lang/guide",
        "lang/text",
        "read/models",
        "read/tla/config",
        "temporal/check",
        "tlc/read",
        "tlc/texts",
        "trace/behavior",
        "trace/events",
        "trace/explain",
        "trace/sequence",
        "trace/text",
    ]
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """For ``test_printed.py``."""
    parser.addoption("--update-printed", action="store_true", help="write what tests/engine/printed says anew")


def _is_quick(path: Path) -> bool:
    folder = path.relative_to(Path(__file__).parent).parent
    return (folder / path.stem.removeprefix("test_")).as_posix() in QUICK


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With ``-m quick`` the other files are not even imported: some load all models for that."""
    quick = config.getoption("markexpr") == "quick"
    return True if quick and collection_path.name.startswith("test_") and not _is_quick(collection_path) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """``pytest -m quick``."""
    for item in items:
        if _is_quick(item.path) and item.get_closest_marker("slow") is None:
            item.add_marker("quick")
