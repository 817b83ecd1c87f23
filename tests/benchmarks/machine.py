"""What the figures depend on: the machine and the versions of all programs."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from mc.engine.search.limits import processors
from mc.errors import UsageError

from .cases import ROOT
from .tlc import tools

_LLVM = "import llvmlite.binding as llvm; print('.'.join(map(str, llvm.llvm_version_info)))"


def facts() -> dict[str, Any]:
    """The facts by name; what cannot be found out is empty."""
    return {
        "processor": _processor(),
        "processors": processors(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "kernel": f"{platform.system()} {platform.release()}",
        "load_average": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "llvmlite": _package("llvmlite"),
        "llvm": _first_line([sys.executable, "-c", _LLVM]),
        "java": _java(),
        "tlc": _tlc(),
        "spin": _first_line(["spin", "-V"]),
        "rumur": _first_line(["rumur", "--version"]),
        "gcc": _first_line(["gcc", "--version"]),
        "commit": _commit(),
    }


def _processor() -> str:
    file = Path("/proc/cpuinfo")
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    named = (line.split(": ", 1)[1] for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def _package(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _first_line(command: Sequence[str]) -> str:
    """What a program prints first, of whichever stream; empty where it is not installed."""
    if shutil.which(command[0]) is None:
        return ""
    printed = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False).stdout
    return next((line.strip() for line in printed.splitlines() if line.strip()), "")


def _java() -> str:
    try:
        return _first_line([str(tools().java), "-version"])
    except UsageError:
        return ""


def _tlc() -> str:
    try:
        line = _first_line([str(tools().java), "-cp", str(tools().jar), "tlc2.TLC"])
    except UsageError:
        return ""
    return line.removeprefix("TLC2 Version ").replace(" of Day Month 20??", "")


def _commit() -> str:
    """The commit that is measured; with a plus where files differ from it."""
    commit = _first_line(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"])
    changed = _first_line(["git", "-C", str(ROOT), "status", "--porcelain", "--", "mc", "specs"])
    return commit + ("+" if changed else "")
