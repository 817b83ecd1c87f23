"""Specs in Python: read as formulas, checked, and executed for the reference engine.

``load.py`` makes a :class:`mc.spec.objects.Spec` of a file and a model. On its way: ``source.py`` and ``texts.py`` have
the files and the definitions in them; ``top.py``, ``check.py``, ``paths.py`` and ``order.py`` refuse what Python would
take and TLA+ means otherwise; ``tables.py`` and ``constants.py`` read what stands at the top; ``rewrite.py`` and
``walk.py`` make the text that the reference engine executes; ``definitions.py``, ``expressions.py``, ``statements.py``
and ``relations.py`` make formulas.
"""
