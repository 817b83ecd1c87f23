"""Give values from a file the kinds that the spec declares for them.

Other tools' files do not keep all kinds apart: a model value is a string there (in Apalache's, with
its type behind it: ``s1_OF_SERVER``), a set may be a list, and a function from model values an object.
TLC's text keeps all of these apart, and prints a function from strings as the record that it is in TLA+.
Quint and Apalache have variants, ``{tag, value}``: one without a value stands for the atom of that name, ``Some`` and
``None`` for an optional value, others for the kinds of a union. The domain says what is meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mc.errors import DomainError, EvaluationError
from mc.lang.composites import Bag, Record, Seq, Set, Union
from mc.lang.domains import Domain, Fn, Optional
from mc.lang.text import from_tla
from mc.lang.values import FnValue, ModelValue, RecordValue, SeqValue


def fit(domain: Domain, value: Any, exact: bool = False) -> Any:
    """``value`` with its parts as the parts of ``domain`` want them; what does not fit stays as it is.

    ``exact``: it is from TLA+ text, which leaves open only whether a record or a sequence is meant as a function.
    """
    variant = None if exact else _variant(value)
    match domain:
        case Optional(domain=inner, none=none) if variant is not None and variant[0] in ("Some", "None"):
            return none if variant[0] == "None" else fit(inner, variant[1])
        case Optional(domain=inner, none=none):
            found = value if exact else _atom(value, none.__eq__)
            return found if found == none else fit(inner, value, exact)
        case Set(element=element):
            if isinstance(value, frozenset if exact else (frozenset, tuple)):
                return frozenset(fit(element, member, exact) for member in _members(value))
        case Seq(element=element):
            if isinstance(value, FnValue) and set(value) == set(range(1, len(value) + 1)):
                value = tuple(value[k] for k in range(1, len(value) + 1))
            if isinstance(value, tuple):
                return SeqValue(fit(element, member, exact) for member in _members(value))
        case Fn(domain=keys, range=values):
            pairs = _pairs(value)
            if pairs is not None:
                return FnValue({_key(keys, key, exact): fit(values, image, exact) for key, image in pairs.items()})
        case Bag(element=element):
            pairs = _pairs(value)
            if pairs is not None:
                return FnValue({_key(element, key, exact): count for key, count in pairs.items()})
        case Union(by_tag=kinds, tag=tag):
            value = _record(value)
            is_flat = not any("value" in kind.fields for kind in kinds.values())
            if is_flat and variant is not None and isinstance(variant[1], RecordValue):
                value = RecordValue({tag: variant[0], **variant[1].fields})
            if isinstance(value, RecordValue):
                # Each kind has one tag, so a kind's own tag is what the field fits, if it fits any.
                fields = value.fields
                for kind in kinds.values():
                    if tag in fields and fit(kind.fields[tag], fields[tag], exact) in kind.fields[tag]:
                        return fit(kind, value, exact)
        case Record(fields=fields):
            value = _record(value)
            if isinstance(value, RecordValue):
                parts = value.fields.items()
                return RecordValue({n: fit(fields[n], part, exact) if n in fields else part for n, part in parts})
        case _ if not exact:
            return _atom(value, domain.__contains__)
    return value


def _variant(value: Any) -> tuple[str, Any] | None:
    """The tag and the value of a variant: an empty record, where it has none (``{"#tup": []}``, ``U_OF_UNIT``)."""
    if not isinstance(value, RecordValue) or value.fields.keys() != {"tag", "value"}:
        return None
    tag, inner = value.fields["tag"], value.fields["value"]
    return (tag, RecordValue({}) if inner in ((), "U_OF_UNIT") else inner) if isinstance(tag, str) else None


def _atom(value: Any, accepts: Any) -> Any:
    """``value``, or the model value that a string stands for, whichever is accepted."""
    variant = _variant(value)
    if variant is not None and variant[1] == RecordValue({}):
        value = variant[0]
    if isinstance(value, str) and accepts(value) is not True:
        for name in (value, value.rpartition("_OF_")[0]):
            if name and accepts(ModelValue(name)) is True:
                return ModelValue(name)
    return value


def _members(value: frozenset[Any] | tuple[Any, ...]) -> list[Any]:
    return list(tuple.__iter__(value) if isinstance(value, tuple) else value)


def _record(value: Any) -> Any:
    """A function from strings as the record that it is."""
    is_function = isinstance(value, FnValue) and len(value) and all(isinstance(key, str) for key in value)
    return RecordValue(dict(value.items())) if is_function else value


def _pairs(value: Any) -> Mapping[Any, Any] | None:
    """A function as pairs, also where it was written as a record or as a sequence."""
    if isinstance(value, RecordValue):
        return value.fields
    if isinstance(value, tuple):
        return dict(enumerate(tuple.__iter__(value), 1))
    return value if isinstance(value, Mapping) else None


def _key(domain: Domain, key: Any, exact: bool) -> Any:
    """An argument of a function; in an object of JSON it is always a string, such as the text of a record."""
    found = fit(domain, key, exact)
    if not exact and isinstance(key, str) and found not in domain:
        try:
            return fit(domain, from_tla(key))
        except (EvaluationError, DomainError, ValueError, RecursionError):
            return key
    return found
