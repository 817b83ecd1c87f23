"""From the texts of specs and models to formulas."""
