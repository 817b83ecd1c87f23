"""``python -m mc``."""

from mc.cli.main import entry

entry()
