"""Write the TLC model of a bound spec: a module ``MC.tla``, its ``MC.cfg``, and the modules it extends."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from mc.dataclass import dataclass
from mc.errors import ModelError, UsageError
from mc.lang.kinds import in_order
from mc.lang.text import to_tla
from mc.lang.values import ModelValue, ModelValueSet
from mc.tlc.proof import Proof

_SYMMETRY = "MCSymmetry"
_LARGEST = 2**31 - 1
#: What begins a part of a TLC configuration (``tlc2.tool.impl.ModelConfig``), wherever it stands.
_WORDS = frozenset(
    {
        *("INIT", "NEXT", "VIEW", "SYMMETRY", "SPECIFICATION", "TYPE", "TYPE_CONSTRAINT", "ALIAS", "CHECK_DEADLOCK"),
        *("CONSTANT", "CONSTRAINT", "ACTION_CONSTRAINT", "INVARIANT", "PROPERTY", "POSTCONDITION"),
        *("CONSTANTS", "CONSTRAINTS", "ACTION_CONSTRAINTS", "INVARIANTS", "PROPERTIES", "POSTCONDITIONS"),
        *("_PERIODIC", "_POSSIBLE", "_RL_REWARD"),
    }
)


@dataclass(frozen=True)
class TlcModel:
    """A model on disk, ready for TLC."""

    #: Absolute.
    directory: Path
    #: The module's name; its files are ``name.tla`` and ``name.cfg`` in the directory.
    name: str
    #: Whether TLC is to look for deadlocks: an option of its command line, not of the cfg.
    deadlock: bool


def write_model(proof: Proof, directory: Path) -> TlcModel:
    """Write the model into ``directory``, which is created.

    Raises :class:`ModelError` where the modules lack a definition that the model names, and
    :class:`UsageError` where the directory cannot be written.
    """
    name = "MC"
    while name in proof.modules:
        name += "_"
    module, config = _module(proof, name), _config(proof)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        # Copies, so that the directory alone is enough to repeat the run by hand.
        for needed in proof.modules.values():
            shutil.copyfile(needed.path, directory / f"{needed.name}.tla")
        (directory / f"{name}.tla").write_text(module, encoding="utf-8")
        (directory / f"{name}.cfg").write_text(config, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write the TLC model: {error}; choose another directory with --out") from None
    return TlcModel(directory.resolve(), name, proof.spec.model.deadlock)


def _symmetric(proof: Proof) -> list[str]:
    """The constants to permute; one member alone has nothing to be permuted with."""
    return [name for name in proof.spec.model.symmetry if len(proof.spec.constants[name]) > 1]


def extended(proof: Proof) -> tuple[str, ...]:
    """The modules that a model of the spec extends."""
    return (proof.root.name, *(extra.name for extra in proof.extras if extra is not proof.root), "TLC")


def _module(proof: Proof, name: str) -> str:
    spec, model = proof.spec, proof.spec.model
    lines = [
        f"---- MODULE {name} ----",
        f"\\* Written by mc: model {model.name} of {spec.path.name}.",
        f"EXTENDS {', '.join(extended(proof))}",
    ]
    symmetric = _symmetric(proof)
    if symmetric:
        group = " \\cup ".join(f"Permutations({constant})" for constant in symmetric)
        lines += ["", f"{_SYMMETRY} == {group}"]
    return "\n".join([*lines, "", "====", ""])


def config_lines(proof: Proof, initial: str, following: str) -> list[str]:
    """What a config of the model begins with: ``Init``, ``Next``, constants and substitutions."""
    spec, model = proof.spec, proof.spec.model
    named = (*spec.constants, *model.substitute, *(d.name for d in (*spec.invariants, *spec.constraints)))
    for name in named:
        if name in _WORDS:
            raise ModelError(
                f"{name} is a word of TLC's configurations, so TLC cannot be told of it: choose another name"
            )
    lines = [f"INIT {initial}", f"NEXT {following}"]
    lines += [f"CONSTANT {name} = {_constant(name, value)}" for name, value in spec.constants.items()]
    proof.require(model.substitute.keys(), "substitute: the definition")
    proof.require(model.substitute.values(), "substitute: the definition")
    return lines + [f"CONSTANT {old} <- {new}" for old, new in model.substitute.items()]


def _config(proof: Proof) -> str:
    spec = proof.spec
    lines = config_lines(proof, *proof.initial_and_next())
    for keyword, definitions in (("INVARIANT", spec.invariants), ("CONSTRAINT", spec.constraints)):
        proof.require((d.name for d in definitions), f"the {keyword.lower()}")
        lines += [f"{keyword} {d.name}" for d in definitions]
    if _symmetric(proof):
        lines.append(f"SYMMETRY {_SYMMETRY}")
    return "\n".join([*lines, ""])


def _constant(name: str, value: Any) -> str:
    """A value as a TLC config writes it: names in it that nothing defines are model values."""
    if isinstance(value, ModelValueSet):
        # TLC compares the elements of a set with each other, and a type is what stands before _ in second place.
        types = {member.name[0]: member for member in value.members if member.name[1:2] == "_" and member.name[2:]}
        if len(types) > 1:
            one, other, *_ = types.values()
            raise ModelError(
                f"constant {name}: {one} and {other} have different types for TLC, which compares none such: a model "
                f"value whose second character is _ has the first one as its type; choose other names"
            )
        return "{" + ", ".join(member.name for member in value.members) + "}"
    if isinstance(value, int) and value > _LARGEST:
        raise ModelError(f"constant {name} = {value:,}: numbers of TLC have 32 bits, so they end at {_LARGEST:,}")
    if isinstance(value, frozenset):
        return "{" + ", ".join(_constant(name, element) for element in in_order(value)) + "}"
    if isinstance(value, (bool, int, str, ModelValue)):
        return to_tla(value)
    raise ModelError(f"constant {name}: {value!r} cannot be written into a TLC config")
