"""TLA+ modules as the first-order formulas and trees of control that the compiled engine takes.

``lower.py`` makes them of a :class:`mc.spec.module.ModuleSpec`. ``constants.py`` has the interpreter evaluate what is
of constant level; ``expressions.py`` expands operators and pushes primes to variables; ``conditions.py`` keeps what is
walked apart from what is evaluated; ``walk.py`` and ``assignments.py`` make trees of the initial predicate and of
actions, as the interpreter walks them.
"""
