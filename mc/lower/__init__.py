"""TLA+ modules as the first-order formulas and trees of control that the compiled engine takes.

``lower.py`` makes them of a :class:`mc.spec.module.ModuleSpec`, ``definitions.py`` has what its definitions become.
``lowering.py`` is what is known while one of them is lowered: what ``names.py`` says that names stand for, and where
``placing.py`` puts local definitions. ``expressions.py`` is of what is evaluated: ``constants.py`` has the interpreter
evaluate what is of constant level, ``applications.py`` expands operators, ``recursion.py`` those that refer to
themselves, ``operators.py`` and ``binders.py`` express by others what the engine does not have, and push primes to
variables. ``conditions.py`` keeps what is walked apart from that. ``walk.py`` and ``assignments.py`` make trees of the
initial predicate and of actions, as the interpreter walks them, and ``enabled.py`` makes a condition of such a tree.
"""
