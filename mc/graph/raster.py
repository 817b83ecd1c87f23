"""SVG to PNG by resvg, with fonts that pip installs: the same picture on every machine, also on one without fonts."""

from __future__ import annotations

from mc.errors import UsageError

#: For text in boxes that were measured for it, letter by letter; and for all other text.
MONO, PROPORTIONAL = "Roboto Mono", "Roboto"


def rasterize(picture: str, family: str, zoom: float) -> bytes:
    """An SVG picture as PNG, ``zoom`` pixels for each of its own, all text in one of the families above.

    :class:`UsageError` without the libraries.
    """
    try:
        import fontpkg  # type: ignore[import-untyped]
        import resvg_py
    except ImportError as error:
        raise UsageError(
            f"PNG needs the package {error.name}: pip install 'mc-consensus[render]', or write SVG"
        ) from None
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=picture,
            zoom=zoom,
            dpi=96,  # for sizes in points, as Graphviz writes them
            skip_system_fonts=True,
            font_files=[str(fontpkg.path(family))],
            monospace_family=family,
            sans_serif_family=family,
            serif_family=family,
        )
    )
