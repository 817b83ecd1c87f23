"""Machine code, by LLVM, from functions in a small typed subset of Python.

The subset is what generated modules and ``mc.engine.kernels`` are written in: functions over 64-bit integers,
truth values and pointers (parameters annotated ``int``, ``bool``, ``ptr``, ``ptr8``), with ``if``, ``while``,
``for k in range(...)`` (or over bits, see ``mc.engine.lower_loops``) and assignments. Arithmetic wraps around at 64
bits. A local variable has the type of what is first assigned to it. All functions of a module are optimised
together, once.

Objects are kept on disk under the hash of all they depend on, so a second start compiles nothing.
"""

from __future__ import annotations

import ast
import ctypes
import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import llvmlite
import llvmlite.binding as llvm
import numpy as np
import numpy.typing as npt
from llvmlite import ir

from mc.engine import lower, lower_loops
from mc.engine.cache import Cache
from mc.engine.lower import POINTER, POINTER8, VOID, FunctionCompiler
from mc.engine.lower_loops import I1, I64

_TYPES = {"int": I64, "bool": I1, "ptr": POINTER, "ptr8": POINTER8, "None": VOID}
_C_TYPES: dict[str, Any] = {
    "int": ctypes.c_int64,
    "bool": ctypes.c_bool,
    "ptr": ctypes.c_void_p,
    "ptr8": ctypes.c_void_p,
    "None": None,
}
#: The head of a function to be called from Python. Its text tells: to parse the whole module takes far longer than to
#: load the code that was kept of it.
_ENTRY = re.compile(r"^@entry\ndef (\w+)\(([^)]*)\) -> (\w+):", re.MULTILINE)


class Library:
    """Compiled functions, callable as attributes: ``library.insert(...)``. Calls release the GIL."""

    def __init__(self, source: str, constants: dict[str, int], cache: Path) -> None:
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        target = llvm.Target.from_default_triple()
        cpu, features = llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
        self._machine = target.create_target_machine(cpu=cpu, features=features, opt=3, jit=True)
        versions = f"{llvmlite.__version__} {cpu} {features} {_compiler_text()} {sorted(constants.items())}"
        digest = hashlib.sha256(f"{versions}\n{source}".encode()).hexdigest()[:24]
        kept = Cache(cache)
        code = kept.read(digest)
        if code is None:
            code = self._compile(source, constants)
            kept.write(digest, code)
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), self._machine)
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        self._engine.finalize_object()
        for name, parameters, result in _ENTRY.findall(source):
            setattr(self, name, self._callable(name, re.findall(r": (\w+)", parameters), result))

    def __getattr__(self, name: str) -> Callable[..., Any]:
        raise AttributeError(f"no entry function {name!r}")

    def _callable(self, name: str, parameters: list[str], result: str) -> Callable[..., Any]:
        kind: Any = ctypes.CFUNCTYPE(_C_TYPES[result], *(_C_TYPES[p] for p in parameters))
        function = kind(self._engine.get_function_address(name))

        def call(*arguments: Any) -> Any:
            return function(*[address(a) if isinstance(a, np.ndarray) else a for a in arguments])

        return call

    def _compile(self, source: str, constants: dict[str, int]) -> bytes:
        tree = ast.parse(source)
        functions = [n for n in tree.body if isinstance(n, ast.FunctionDef)]
        module = ir.Module("mc")
        module.triple = llvm.get_default_triple()
        scope: dict[str, Any] = dict(constants)
        for node in tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                value = ast.literal_eval(node.value)
                name = node.targets[0].id
                scope[name] = value if isinstance(value, int) else _table(module, name, value)
        for node in functions:
            parameters = [_TYPES[_annotation(a.annotation)] for a in node.args.args]
            function = ir.Function(module, ir.FunctionType(_TYPES[_annotation(node.returns)], parameters), node.name)
            if not any(ast.unparse(d) == "entry" for d in node.decorator_list):
                function.linkage = "internal"
            scope[node.name] = function
        for node in functions:
            FunctionCompiler(node, scope[node.name], scope).compile()
        parsed = llvm.parse_assembly(str(module))
        parsed.verify()
        options = llvm.create_pipeline_tuning_options(speed_level=3)
        builder = llvm.create_pass_builder(self._machine, options)
        builder.getModulePassManager().run(parsed, builder)
        return bytes(self._machine.emit_object(parsed))


def address(array: npt.NDArray[Any]) -> int:
    """Where the elements of an array are."""
    return int(array.__array_interface__["data"][0])


def _compiler_text() -> str:
    """The text of the compiler itself: code that an older one made is not used."""
    return "".join(Path(file).read_text(encoding="utf-8") for file in (__file__, lower.__file__, lower_loops.__file__))


def _annotation(node: ast.expr | None) -> str:
    if node is None:
        raise TypeError("every parameter and result of a compiled function is annotated")
    return ast.unparse(node)


def _table(module: ir.Module, name: str, numbers: list[int]) -> ir.GlobalVariable:
    kind = ir.ArrayType(I64, len(numbers))
    table = ir.GlobalVariable(module, kind, name)
    table.linkage = "internal"
    table.global_constant = True
    table.initializer = ir.Constant(kind, numbers)
    return table
