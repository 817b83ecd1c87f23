"""Temporal formulas of behaviors, checked on a graph of numbered states."""
