"""TLA+ text: modules become formulas (:mod:`mc.read.tla.modules`)."""
