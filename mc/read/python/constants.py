"""The constants of a spec: what a model gives for them, as values of the kinds that the spec declares."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Mapping
from typing import Any

import mc.lang
from mc.errors import DomainError, EvaluationError, ModelError, SpecError
from mc.lang import arithmetic, kinds
from mc.lang.composites import Record, Seq, Set
from mc.lang.domains import Domain, Fn, as_domain
from mc.lang.text import from_tla, is_name, to_tla
from mc.lang.values import ModelValue, ModelValueSet, RecordValue, SeqValue, rename
from mc.read.python.rewrite import HELPERS, executable
from mc.read.python.source import Declared
from mc.read.python.tables import near
from mc.spec.objects import Model

#: What to write in place of an empty set of model values.
EMPTY = "; a set that may be empty is annotated as a part of another one, Set(Server)"
#: What the text of a value begins with that is no atom.
_OPENING = ("{", "<<", "[", "(", '"')


def bind_constants(declared: Mapping[str, Declared], model: Model) -> dict[str, Any]:
    """The values of all declared constants, from what the model gives."""
    known = ", ".join(declared) or "none"
    for name in model.constants:
        if name not in declared:
            what = f"model {model.name}: the spec has no constant {name!r}"
            raise ModelError(f"{what}; {near(name, declared)}its constants are: {known}")
    bound: dict[str, Any] = {}
    for name, constant in declared.items():
        kind = constant.kind
        if name not in model.constants:
            if kind != "ModelValue":
                raise ModelError(f"model {model.name}: no value for the constant {name}; give one with -c {name}=...")
            bound[name] = _model_value(name, name)
        elif kind:
            bound[name] = _bind(name, kind, model.constants[name])
        else:
            bound[name] = _element(name, _domain(constant, bound), model.constants[name])
    return bound


def _domain(constant: Declared, bound: Mapping[str, Any]) -> Domain:
    """The domain that a constant is annotated with; it may depend on constants before it."""
    namespace = {**HELPERS, **{name: getattr(mc.lang, name) for name in mc.lang.__all__}, **bound}
    try:
        code = compile(ast.Expression(executable(constant.annotation)), str(constant.file), "eval")
        return as_domain(eval(code, namespace))
    except Exception as error:
        what = f"constant {constant.name}: {ast.unparse(constant.annotation)} is no domain of mc.lang and of constants"
        raise SpecError(f"{what} that are declared before it: {error}", str(constant.file), constant.line) from None


def _element(name: str, domain: Domain, given: Any) -> Any:
    """What a model gives for a constant, as an element of its domain."""
    try:
        return domain.coerce(_converted(domain, given))
    except (DomainError, EvaluationError) as error:
        form = "a list, a mapping, or the text of a value of TLA+"
        raise ModelError(f"constant {name}: {error}; give {form} ({name}={{1, 2}})") from None


def _converted(domain: Domain, given: Any) -> Any:
    """A value of TLA+ from its text, or from the lists and mappings of YAML."""
    if isinstance(given, str) and given.startswith(_OPENING):
        return from_tla(given)
    if isinstance(given, list) and isinstance(domain, (Set, Seq)):
        parts = [_converted(domain.element, part) for part in given]
        return kinds.set_of(parts) if isinstance(domain, Set) else SeqValue(parts)
    if isinstance(given, dict) and isinstance(domain, Fn):
        return kinds.function((_converted(domain.domain, k), _converted(domain.range, v)) for k, v in given.items())
    if isinstance(given, dict) and isinstance(domain, Record):
        fields = {name: part for name, part in given.items() if name in domain.fields}
        return RecordValue({**given, **{name: _converted(domain.fields[name], fields[name]) for name in fields}})
    if isinstance(given, str):
        number = given.lstrip("-").isdigit()
        if not number and is_name(given) and ModelValue(given) in domain:
            return ModelValue(given)
        return int(given) if number and given not in domain else given
    return given


def _bind(name: str, kind: str, given: Any) -> Any:
    if kind == "Natural":
        if not isinstance(given, int) or isinstance(given, bool) or given < 0:
            raise ModelError(f"constant {name} is a natural number, not {given!r}")
        if not arithmetic.fits(given):
            raise ModelError(f"constant {name}: {arithmetic.too_large(given)}")
        return given
    if kind == "Boolean":
        if not isinstance(given, bool):
            raise ModelError(f"constant {name} is true or false, not {given!r}")
        return given
    if kind == "ModelValue":
        if not isinstance(given, str) or not given.isidentifier():
            raise ModelError(f"constant {name} is one model value (a name), not {given!r}")
        return _model_value(name, given)
    if isinstance(given, int) and not isinstance(given, bool):
        if not 1 <= given <= 63:
            raise ModelError(f"constant {name} is a set of model values: give 1 to 63 of them, not {given}")
        letter = next((c for c in name if c.isascii() and c.isalpha()), "m").lower()
        given = [f"{letter}{k}" for k in range(1, given + 1)]
    if not isinstance(given, list) or not given or not all(isinstance(g, str) and g.isidentifier() for g in given):
        raise ModelError(
            f"constant {name} is a set of model values: give how many, or their names ({name}=a,b,c), not {given!r}"
            + EMPTY * (given == [])
        )
    if len(set(given)) != len(given):
        raise ModelError(f"constant {name} names a model value twice: {', '.join(given)}")
    return ModelValueSet(name, [_model_value(name, member).name for member in given])


def _model_value(constant: str, name: str) -> ModelValue:
    if not is_name(name):
        raise ModelError(f"constant {constant}: a model value cannot be called {name}, which is no name in TLA+")
    return ModelValue(name)


def check_symmetry(model: Model, constants: Mapping[str, Any]) -> None:
    """A symmetric constant is a set of model values, and no other constant tells these apart."""
    sets = [name for name, value in constants.items() if isinstance(value, ModelValueSet)]
    for number, name in enumerate(model.symmetry):
        if name not in sets:
            raise ModelError(
                f"model {model.name}: symmetry: {name} is not a constant set of model values; {near(name, sets)}"
                f"there are: {', '.join(sets) or 'none'}"
            )
        if name in model.symmetry[:number]:
            raise ModelError(f"model {model.name}: symmetry: {name} is named twice")
        members = constants[name].members
        for one, other in itertools.pairwise(members):
            for tells, value in constants.items():
                if (
                    not isinstance(value, (ModelValue, ModelValueSet))
                    and rename(value, {one: other, other: one}) != value
                ):
                    what = f"{tells} = {to_tla(value)} tells {one} and {other} of {name} apart"
                    raise ModelError(f"model {model.name}: symmetry: {what}")
