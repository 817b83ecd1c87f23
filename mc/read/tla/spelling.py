"""The spellings of operators, and how tightly each binds.

The parser names what it reads by kind (``cup``); the resolver calls an operator by one spelling in ASCII (``\\cup``),
whichever of them the text has.
"""

from __future__ import annotations

from typing import NamedTuple


class Binding(NamedTuple):
    """How tightly an operator binds, and whether it may follow itself without parentheses."""

    low: int
    high: int
    chains: bool = False


#: By the parser's kind: the spelling in ASCII.
INFIX: dict[str, str] = {
    "implies": "=>",
    "plus_arrow": "-+->",
    "equiv": "<=>",
    "iff": "<=>",
    "leads_to": "~>",
    "land": "/\\",
    "lor": "\\/",
    "assign": ":=",
    "bnf_rule": "::=",
    "eq": "=",
    "neq": "/=",
    "lt": "<",
    "gt": ">",
    "rs_ttile": "|-",
    "rd_ttile": "|=",
    "ls_ttile": "-|",
    "ld_ttile": "=|",
    "compose": "@@",
    "map_to": ":>",
    "map_from": "<:",
    "setminus": "\\",
    "dots_2": "..",
    "dots_3": "...",
    "plus": "+",
    "plusplus": "++",
    "mod": "%",
    "modmod": "%%",
    "vert": "|",
    "vertvert": "||",
    "minus": "-",
    "minusminus": "--",
    "amp": "&",
    "ampamp": "&&",
    "mul": "*",
    "mulmul": "**",
    "slash": "/",
    "slashslash": "//",
    "circ": "\\o",
    "excl": "!!",
    "hashhash": "##",
    "dol": "$",
    "doldol": "$$",
    "qq": "??",
    "times": "\\X",
    "pow": "^",
    "powpow": "^^",
}
#: Those that are spelt as the parser calls them, after a backslash.
_WORDS = """
    leq geq approx asymp cong doteq gg ll in notin prec succ preceq succeq propto sim simeq sqsubset sqsupset sqsubseteq
    sqsupseteq subset supset subseteq supseteq cap cup oplus ominus odot oslash otimes bigcirc bullet div star sqcap
    sqcup uplus wr cdot
"""
INFIX |= {kind: f"\\{kind}" for kind in _WORDS.split()}
PREFIX: dict[str, str] = {
    "lnot": "~",
    "union": "UNION",
    "powerset": "SUBSET",
    "domain": "DOMAIN",
    "negative": "-.",
    "enabled": "ENABLED",
    "unchanged": "UNCHANGED",
    "always": "[]",
    "eventually": "<>",
}
POSTFIX: dict[str, str] = {"sup_plus": "^+", "asterisk": "^*", "sup_hash": "^#", "prime": "'"}
#: The operators of each form with one argument.
SPELLING = {**INFIX, **PREFIX, **POSTFIX}
#: Words of the language that the parser takes for names where a definition begins (``tla+.jj`` of SANY).
_RESERVED = """
    ACTION ASSUME ASSUMPTION AXIOM BY CASE CHOOSE CONSTANT CONSTANTS COROLLARY DEF DEFINE DEFS DOMAIN ELSE
    ENABLED EXCEPT EXTENDS FALSE HAVE HIDE IF IN INSTANCE LAMBDA LEMMA LET LOCAL MODULE NEW OBVIOUS OMITTED ONLY
    OTHER PICK PROOF PROPOSITION PROVE QED RECURSIVE SF_ STATE SUBSET SUFFICES TAKE TEMPORAL THEN THEOREM TRUE
    UNCHANGED UNION USE VARIABLE VARIABLES WF_ WITH WITNESS
"""
RESERVED = frozenset(_RESERVED.split())
#: Sets that the parser takes for words of the language; the text may have them in Unicode.
NUMBER_SETS = {"nat_number_set": "Nat", "int_number_set": "Int", "real_number_set": "Real"}


def _bindings() -> dict[str, Binding]:
    """SANY's table (``tla2sany.parser.Operators``), which differs from table 6 of the book in ``SUBSET`` and its like.

    A star stands before what may follow itself.
    """
    table = {
        (16, 16): "",
        (15, 15): "' ^+ ^* ^#",
        (14, 14): "^ ^^",
        (13, 13): "/ ** // *&& *& *\\odot \\oslash *\\otimes \\div *\\star *\\o *\\bigcirc *\\bullet",
        (12, 12): "-.",
        (11, 11): "*- *-- *\\ominus",
        (10, 10): "*+ *++ *\\oplus",
        (10, 11): "*| *|| *%% %",
        (10, 13): "SUBSET UNION DOMAIN *\\X",
        (9, 9): ".. ...",
        (9, 13): "*$$ *$ *?? *## !! *\\uplus *\\sqcap *\\sqcup",
        (9, 14): "\\wr",
        (8, 8): "\\ *\\cap *\\cup",
        (7, 7): ":> <:",
        (6, 6): "*@@",
        (5, 14): "*\\cdot",
        (4, 15): "[] <> ENABLED UNCHANGED",
        (4, 4): "*~",
        (3, 3): "*/\\ *\\/",
        (2, 2): "<=> ~> -+->",
        (1, 1): "=>",
    }
    found = {operator: Binding(5, 5) for operator in INFIX.values()}
    for (low, high), operators in table.items():
        for operator in operators.split():
            chains = operator[0] == "*" and operator[1:] in SPELLING.values()
            found[operator[1:] if chains else operator] = Binding(low, high, chains)
    found["*"] = found["**"] = Binding(13, 13, True)
    return found


BINDING = _bindings()
