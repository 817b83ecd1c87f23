"""Cross-check with TLC: write its model, run it, read its output and dumps, compare.

A model goes through ``proof`` (the ``.tla`` of the spec, read by ``tla``), ``model`` (MC.tla and
MC.cfg), ``run`` (TLC, its output read by ``output``), ``dump`` (its states and edges), ``compare`` and
``graphs`` (what differs), ``explain`` (where first). :func:`crosscheck`, in ``check``, does all of it. ``subject`` says
what is asked of a spec or of a TLA+ module (``module``); ``reading`` has mc take the place of TLC.
"""

from mc.tlc.check import EDGE_LIMIT, STATE_LIMIT, crosscheck
from mc.tlc.compare import CrosscheckResult, Row

__all__ = ["EDGE_LIMIT", "STATE_LIMIT", "CrosscheckResult", "Row", "crosscheck"]
