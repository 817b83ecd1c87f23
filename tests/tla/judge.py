"""TLC 2.15 within this process, by JPype: a fraction of a second for a module, for Java starts once.

TLC keeps much in static fields; so each module is given classes of its own, by a loader of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jpype

from mc.tlc.tools import Tools

_COUNTS = re.compile(r"^(\d+) states generated, (\d+) distinct states found", re.MULTILINE)
_VIOLATED = re.compile(r"Invariant (\S+) is violated")
_PROPERTY = re.compile("Temporal properties were violated|Property .* is violated by the initial state")


@dataclass(frozen=True)
class Outcome:
    """What a check found; no counts where TLC tells none."""

    kind: str
    name: str = ""
    generated: int | None = None
    distinct: int | None = None


class Judge:
    """Java with TLC; one in a process."""

    def __init__(self, tools: Tools, scratch: Path) -> None:
        (machine,) = tools.java.resolve().parent.parent.glob("lib/**/libjvm.so")
        options = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx1g", "--enable-native-access=ALL-UNNAMED")
        jpype.startJVM(str(machine), *options, f"-Djava.io.tmpdir={scratch}", classpath=[])
        # TLC's classes are there several times, and each wants to be told of in the management of Java.
        system = jpype.JClass("java.lang.System")
        system.setErr(jpype.JClass("java.io.PrintStream")(jpype.JClass("java.io.OutputStream").nullOutputStream()))
        self.scratch = scratch
        self.jar = tools.jar
        self.runs = 0
        self.output: Any = None

    def _loader(self) -> Any:
        url = jpype.JClass("java.io.File")(str(self.jar)).toURI().toURL()
        loader = jpype.JClass("java.net.URLClassLoader")([url])
        tool_io = jpype.JClass("util.ToolIO", loader=loader)
        self.output = jpype.JClass("java.io.ByteArrayOutputStream")()
        tool_io.out = tool_io.err = jpype.JClass("java.io.PrintStream")(self.output)
        return loader

    def check(self, path: Path, deadlock: bool) -> tuple[Outcome, str]:
        """What TLC says of a module and its configuration, and all that it prints."""
        loader = self._loader()
        tlc = jpype.JClass("tlc2.TLC", loader=loader)()
        # TLC names its folder after the second, and refuses one that is there.
        self.runs += 1
        meta = self.scratch / f"meta{self.runs}"
        given = ["-workers", "1", "-fp", "0", "-metadir", str(meta), *([] if deadlock else ["-deadlock"])]
        tlc.handleParameters([*given, "-config", path.stem, str(path)])
        tlc.setResolver(jpype.JClass("util.SimpleFilenameToStream", loader=loader)(str(path.parent)))
        try:
            tlc.process()
        except jpype.JException as error:
            return Outcome("crash"), f"{self.output.toString()}\n{error}"
        text = str(self.output.toString())
        return _outcome(text), text

    def values(self, path: Path, names: Iterable[str]) -> dict[str, str]:
        """Definitions of constant level as TLC prints their values; ``error: ...`` where there is none."""
        loader = self._loader()
        resolver = jpype.JClass("util.SimpleFilenameToStream", loader=loader)(str(path.parent))
        tool = jpype.JClass("tlc2.tool.impl.FastTool", loader=loader)(
            str(path.parent), str(path.with_suffix("")), str(path.with_suffix("")), resolver
        )
        context = jpype.JClass("tlc2.util.Context", loader=loader).Empty
        state = jpype.JClass("tlc2.tool.TLCState", loader=loader).Empty
        definitions = {str(d.getName()): d for d in tool.getSpecProcessor().getRootModule().getOpDefs()}
        found = {}
        for name in names:
            try:
                value = tool.eval(definitions[name].getBody(), context, state)
                value.deepNormalize()
                value.fingerPrint(0)
                found[name] = str(value.toString())
            except jpype.JException as error:
                found[name] = f"error: {error}"
        return found


def _outcome(text: str) -> Outcome:
    counted = _COUNTS.search(text)
    counts = (int(counted[1]), int(counted[2])) if counted else (None, None)
    violated = _VIOLATED.search(text)
    if violated:
        return Outcome("violation", violated[1], *counts)
    if _PROPERTY.search(text):
        return Outcome("violation", "", *counts)
    if "Deadlock reached" in text:
        return Outcome("deadlock", "", *counts)
    if "Evaluating assumption" in text:
        return Outcome("evaluation", "", *counts)
    if re.search(r"Assumption .* is false", text):
        return Outcome("assumption", "", *counts)
    if "No error has been found" in text:
        return Outcome("ok", "", *counts)
    return Outcome("evaluation" if "Computing initial states" in text else "refused", "", *counts)
