"""From the texts of specs and models to formulas and what a spec is."""
