"""TLA+ text and TLC's configurations.

``load.py`` makes a :class:`mc.spec.module.ModuleSpec` of a module and a configuration, which ``config.py`` and
``behavior.py`` read. ``modules.py`` makes formulas of modules. On its way: ``files.py``, ``syntax.py`` and
``faults.py`` find and parse texts; ``units.py`` goes through the units of a module, with what ``scope.py`` says names
are; ``lowering.py`` resolves names, ``instances.py`` and ``withs.py`` substitute; ``expressions.py``, ``bounds.py``,
``lets.py`` and ``subexpressions.py`` make formulas; ``precedence.py``, ``bullets.py`` and ``levels.py`` refuse what is
no TLA+ though it parses; ``met.py`` has the order of names. ``library/`` has modules that come with mc.
"""
