"""DOT to SVG and PNG: with a ``dot`` program, or with the Graphviz that the package pygraphviz carries."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mc.errors import McError, UsageError
from mc.graph.raster import PROPORTIONAL, rasterize

#: Pixels of a PNG for each of the SVG's, so that small letters stay legible.
ZOOM = 1.5


def render(dot: str, form: str, program: Path | None = None, engine: str = "dot") -> bytes:
    """The picture in ``form``, "svg" or "png"; ``program`` is a ``dot`` to use in place of pygraphviz.

    ``engine``: which of Graphviz's layouts, as ``dot`` itself says with its attribute ``layout``.
    :class:`UsageError` where there is neither, :class:`McError` where Graphviz fails.
    """
    if program is not None:
        return _run(program, dot, form)
    try:
        from pygraphviz import AGraph  # type: ignore[import-untyped]
    except ImportError:
        raise UsageError(
            f"--format {form} needs Graphviz: pip install 'mc-consensus[render]', or put dot on the PATH;"
            " --format dot needs nothing"
        ) from None
    with _silence() as said:
        try:
            picture: bytes = AGraph(string=dot).draw(format="svg", prog=engine)
        except (OSError, ValueError, RuntimeError) as error:
            raise McError(f"Graphviz cannot draw the graph: {error} {said()}".strip()) from None
    return picture if form == "svg" else rasterize(picture.decode(), PROPORTIONAL, ZOOM)


@contextmanager
def _silence() -> Iterator[Callable[[], str]]:
    """While Graphviz draws within this process, keep what its libraries say on stderr: warnings of their own."""
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as file:

        def said() -> str:
            file.seek(0)
            return file.read().decode(errors="replace").strip()

        try:
            os.dup2(file.fileno(), 2)
            yield said
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def _run(program: Path, dot: str, form: str) -> bytes:
    try:
        done = subprocess.run([str(program), f"-T{form}"], input=dot.encode(), capture_output=True, check=False)
    except OSError as error:
        raise UsageError(f"cannot run {program}: {error.strerror}") from None
    if done.returncode != 0:
        raise McError(f"{program} cannot draw the graph: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout
