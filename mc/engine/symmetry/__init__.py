"""Renaming of symmetric values, and the representatives of orbits."""
