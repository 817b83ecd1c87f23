"""Whether all behaviors of a graph satisfy a formula."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from mc.temporal.automaton import automaton
from mc.temporal.cases import Case, cases
from mc.temporal.components import fair_components
from mc.temporal.formula import Formula
from mc.temporal.graph import Graph
from mc.temporal.lasso import Lasso, Tree, lasso
from mc.temporal.product import product


def find(graph: Graph, formulas: Iterable[Formula]) -> Lasso | None:
    """A behavior of the graph that satisfies all of some formulas; None where there is none.

    What is to be shown of all behaviors is given as its negation, beside the fairness that they have.
    """
    return next((found for case in cases(formulas) if (found := _find(graph, case)) is not None), None)


def _find(graph: Graph, case: Case) -> Lasso | None:
    both = product(graph, automaton(case.formula))
    tree = Tree(both)
    allowed = tree.reached(both)
    for formula in case.persistent:
        allowed &= graph.truth(formula)[both.steps]
    recurrent = [*both.kept, *(graph.truth(formula)[both.steps] for formula in case.recurrent)]
    strong = [(graph.truth(p)[both.steps], graph.truth(q)[both.steps]) for p, q in case.strong]
    fair = fair_components(both, np.asarray(allowed), recurrent, strong)
    return None if fair is None else lasso(both, tree, fair, recurrent, strong)
