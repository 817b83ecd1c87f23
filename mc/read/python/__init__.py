"""Python specs: the definitions in their text as formulas and trees of control."""
