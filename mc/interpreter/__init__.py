"""The interpreter of TLA+: every formula that TLC evaluates, with TLC's counts, order of values, and errors."""
