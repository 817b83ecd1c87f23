"""Rules that make code of the formulas of a spec; see the README of the engine."""
