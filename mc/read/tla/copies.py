"""Copies of a module and of all that it needs, in one folder."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from mc.formula import standard
from mc.read.tla.files import LIBRARY
from mc.spec.module import ModuleSpec

#: Not every version of TLC knows it, and an option of the command line says the same.
_DEADLOCK = re.compile(r"\bCHECK_DEADLOCK\s+(TRUE|FALSE)\b")


def copy(spec: ModuleSpec, folder: Path) -> None:
    """Copy the modules, but the standard ones, and the configuration as ``X.cfg`` into a folder that is there."""
    for name in {Path(file).stem for file in spec.texts if file.endswith(".tla")} - standard.MODULES.keys():
        beside = spec.path.parent / f"{name}.tla"
        shutil.copyfile(beside if beside.is_file() else LIBRARY / beside.name, folder / beside.name)
    config = _DEADLOCK.sub("", spec.texts[str(spec.config)])
    (folder / f"{spec.name}.cfg").write_text(config, encoding="utf-8")
