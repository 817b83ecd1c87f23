"""Shapes of the variables of a TLA+ module, which declares none, from states that were found."""
