"""An explicit-state model checker for consensus protocols, with specs in Python."""

__version__ = "0.1.0"
