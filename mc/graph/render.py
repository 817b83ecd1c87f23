"""DOT to SVG and PNG: with a ``dot`` program, or with the Graphviz that the package pygraphviz carries."""

from __future__ import annotations

import subprocess
from pathlib import Path

from mc.errors import McError, UsageError
from mc.graph.raster import PROPORTIONAL, rasterize

#: Pixels of a PNG for each of the SVG's, so that small letters stay legible.
ZOOM = 1.5


def render(dot: str, form: str, program: Path | None = None) -> bytes:
    """The picture in ``form``, "svg" or "png"; ``program`` is a ``dot`` to use in place of pygraphviz.

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
    picture: bytes = AGraph(string=dot).draw(format="svg", prog="dot")
    return picture if form == "svg" else rasterize(picture.decode(), PROPORTIONAL, ZOOM)


def _run(program: Path, dot: str, form: str) -> bytes:
    try:
        done = subprocess.run([str(program), f"-T{form}"], input=dot.encode(), capture_output=True, check=False)
    except OSError as error:
        raise UsageError(f"cannot run {program}: {error.strerror}") from None
    if done.returncode != 0:
        raise McError(f"{program} cannot draw the graph: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout
