"""What a spec says: formulas and trees of control, whichever text they were read from."""
