"""The files of modules: which one has a module, and what their syntax trees say."""

from __future__ import annotations

from dataclasses import field
from pathlib import Path

from mc.dataclass import dataclass
from mc.errors import SpecError
from mc.formula import standard
from mc.formula.nodes import Place
from mc.read.tla.faults import check
from mc.read.tla.syntax import Node, Source, part, parts, refuse, written

LIBRARY = Path(__file__).parent / "library"


@dataclass(eq=False)
class Text:
    """The text of one module."""

    name: str
    source: Source
    #: None of a standard module, whose operators are the interpreter's.
    node: Node | None
    #: It comes with mc.
    is_ours: bool
    #: A module that is not of the library names it.
    is_named: bool = False
    #: The modules that EXTENDS names.
    extends: list[Node] = field(default_factory=list)
    units: list[Node] = field(default_factory=list)

    @classmethod
    def of_operators(cls, name: str) -> Text:
        """A module without a text."""
        return cls(name, Source(name, ""), None, is_ours=True)

    @classmethod
    def of_node(cls, source: Source, node: Node, is_ours: bool) -> Text:
        """A module of a syntax tree."""
        name = part(node, "name")
        text = cls(written(name), source, node, is_ours)
        for unit in parts(node):
            if unit.type == "extends":
                text.extends = parts(unit)
            elif unit.type not in ("header_line", "double_line", "single_line") and unit != name:
                text.units.append(unit)
        return text

    def declares(self, name: str) -> bool:
        """Whether a name is a constant of the text, without arguments."""
        declarations = (unit for unit in self.units if unit.type == "constant_declaration")
        return any(written(node) == name for unit in declarations for node in parts(unit))

    def defined(self, name: str) -> Node | None:
        """The unit that defines a name, wherever it stands."""
        for unit in self.units:
            inner = parts(unit)[0] if unit.type == "local_definition" else unit
            given = inner.child_by_field_name("name")
            if given is not None and written(given) == name:
                return unit
        return None


class Files:
    """The files that are read for a module."""

    def __init__(self, path: Path) -> None:
        self.folder = path.parent
        #: By their names in places.
        self.texts: dict[str, str] = {}
        self._found: dict[str, Text] = {}
        #: What follows the first module of a file: it counts where no file has a module of that name.
        self._following: dict[str, Text] = {}
        self.root = self._read(path, path.stem, is_ours=False)

    def find(self, name: str, source: Source, at: Node) -> Text:
        """The module of a name, which a node mentions."""
        text = self._found.get(name) or self._look_for(name, source, at)
        self._found[name] = text
        return text

    def known(self, name: str) -> Text | None:
        """The module of a name, if it has been found before."""
        return self._found.get(name)

    def _look_for(self, name: str, source: Source, at: Node) -> Text:
        # TLC puts its own operators in the place of those of a standard module, whichever text there is of it.
        folders = (LIBRARY,) if name in standard.MODULES else (self.folder, LIBRARY)
        for folder in folders:
            path = folder / f"{name}.tla"
            if path.is_file():
                return self._read(path, name, is_ours=folder == LIBRARY)
        if name in standard.MODULES:
            return Text.of_operators(name)
        if name in self._following:
            return self._following[name]
        source.refuse(at, f"there is no module {name!r}: no {name}.tla is beside the spec or in mc's library")

    def _read(self, path: Path, name: str, is_ours: bool) -> Text:
        file = f"{LIBRARY.name}/{path.name}" if is_ours else str(path)
        try:
            text = path.read_bytes().decode()
        except OSError as error:
            raise SpecError(f"the module cannot be read: {error.strerror}", file) from None
        except UnicodeDecodeError as error:
            raise SpecError(f"the module is not in UTF-8: byte {error.start} is no part of a character", file) from None
        # Columns are those of TLC, which takes a tab for the space to the next multiple of eight.
        source = Source(file, text.expandtabs(8))
        self.texts[file] = source.text
        if not is_ours:
            check(source)
        modules = [Text.of_node(source, node, is_ours) for node in source.root.children if node.type == "module"]
        if not modules:
            refuse(Place(file, 1), f"the file has no module: it begins with ---- MODULE {name} ---- and ends with ====")
        first, *others = modules
        if first.name != name:
            source.refuse(
                part(first.node, "name") if first.node else source.root,
                f"the module is called {first.name!r}, its file {name!r}: they must be the same",
            )
        for other in others:
            self._following.setdefault(other.name, other)
        self._found[name] = first
        return first
