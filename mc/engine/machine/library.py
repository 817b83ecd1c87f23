"""Machine code, by LLVM, of kernels and of what is made for a model: all functions are optimised together, once.

Objects are kept on disk under the hash of all they depend on, so a second start compiles nothing.
"""

from __future__ import annotations

import ctypes
import hashlib
import re
import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import llvmlite
import llvmlite.binding as llvm
import numpy as np
import numpy.typing as npt

from mc.engine import code, machine
from mc.engine.code.source import Source
from mc.engine.machine.cache import Cache

_C_TYPES: dict[str, Any] = {
    "int": ctypes.c_int64,
    "bool": ctypes.c_bool,
    "ptr": ctypes.c_void_p,
    "ptr8": ctypes.c_void_p,
    "None": None,
}
#: The files of the compiler itself.
_COMPILER = [file for folder in (code, machine) for file in sorted(Path(folder.__path__[0]).glob("*.py"))]
#: The head of a function to be called from Python. Its text tells: to parse the whole module takes far longer than to
#: load the code that was kept of it.
_HEAD = re.compile(r"^@(entry|later)\ndef (\w+)\(([^)]*)\) -> (\w+):", re.MULTILINE)


class Library:
    """Compiled functions, callable as attributes: ``library.insert(...)``. Calls release the GIL.

    Those marked ``entry`` are compiled together, and loaded by :meth:`ready`, or by :meth:`load_kept` and :meth:`load`;
    one marked ``later`` when it is first asked for. ``quick``: they are not optimised, which takes a tenth of the time.
    """

    def __init__(self, source: Source, cache: Path, quick: bool = False) -> None:
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        self.quick = quick
        self._processor = llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
        self._versions = f"{llvmlite.__version__} {quick} {self._processor} {_compiler_text()}"
        self._source, self._cache = source, Cache(cache)
        #: What runs the code that was loaded.
        self._engines: list[llvm.ExecutionEngine] = []
        self._lock = threading.Lock()
        heads = _HEAD.findall(source.kernels)
        #: Parameters and result of each function that was not asked for yet.
        self._later = {name: (parameters, result) for mark, name, parameters, result in heads if mark == "later"}
        self._entries = {name: (parameters, result) for mark, name, parameters, result in heads if mark == "entry"}

    def ready(self) -> Library:
        """Load the functions, compiled before if no earlier run has kept their code."""
        self._make_ready(self._entries)
        return self

    def load_kept(self) -> bool:
        """Load the functions if an earlier run has kept their code; whether it has."""
        return self._link_kept(self._entries)

    @cached_property
    def assembly(self) -> str:
        """LLVM's assembly of the functions, which does not depend on whether it will be optimised."""
        return self._assembly(self._entries)

    def compile(self, assembly: str) -> bytes:
        """The code of some assembly, for :meth:`load` and :meth:`keep`, be it in another process."""
        target_machine = self._target_machine()
        parsed = llvm.parse_assembly(assembly)
        parsed.verify()
        if not self.quick:
            options = llvm.create_pipeline_tuning_options(speed_level=3)
            builder = llvm.create_pass_builder(target_machine, options)
            builder.getModulePassManager().run(parsed, builder)
        return bytes(target_machine.emit_object(parsed))

    def load(self, code: bytes) -> None:
        """Load the functions from their code."""
        self._link(self._entries, code)

    def keep(self, code: bytes) -> None:
        """Keep the code of the functions for later runs."""
        self._cache.write(self._key(self._entries), code)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_") or name not in self._later:
            raise AttributeError(f"no entry function {name!r}")
        with self._lock:
            # Another thread may have asked for it at the same time.
            if name not in self.__dict__:
                self._make_ready({name: self._later[name]})
        function: Callable[..., Any] = self.__dict__[name]
        return function

    def _key(self, heads: Mapping[str, tuple[str, str]]) -> str:
        """Under which the code of some functions is kept."""
        everything = "\n".join([self._versions, str(sorted(heads)), self._source.kernels, self._source.text])
        return hashlib.sha256(everything.encode()).hexdigest()[:24]

    def _link_kept(self, heads: Mapping[str, tuple[str, str]]) -> bool:
        object_code = self._cache.read(self._key(heads))
        if object_code is not None:
            self._link(heads, object_code)
        return object_code is not None

    def _make_ready(self, heads: Mapping[str, tuple[str, str]]) -> None:
        if not self._link_kept(heads):
            object_code = self.compile(self._assembly(heads))
            self._cache.write(self._key(heads), object_code)
            self._link(heads, object_code)

    def _target_machine(self) -> llvm.TargetMachine:
        """A new one, since an engine takes it."""
        cpu, features = self._processor
        target = llvm.Target.from_default_triple()
        return target.create_target_machine(cpu=cpu, features=features, opt=0 if self.quick else 3, jit=True)

    def _link(self, heads: Mapping[str, tuple[str, str]], object_code: bytes) -> None:
        """Make functions callable, given by their parameters and results."""
        engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), self._target_machine())
        engine.add_object_file(llvm.ObjectFileRef.from_data(object_code))
        engine.finalize_object()
        self._engines.append(engine)
        for name, (parameters, result) in heads.items():
            kinds = [_C_TYPES[kind] for kind in re.findall(r": (\w+)", parameters)]
            setattr(self, name, _callable(engine.get_function_address(name), kinds, _C_TYPES[result]))

    def _assembly(self, entries: Collection[str]) -> str:
        """LLVM's assembly of some functions and all that they call."""
        # Here, not above, since code that was kept takes no compiler.
        from mc.engine.machine import lower, operations

        functions, tables = self._source.contents
        text = [f'target triple = "{llvm.get_default_triple()}"', operations.DECLARATIONS, lower.METADATA]
        for name, numbers in tables.items():
            words = ", ".join(f"i64 {word}" for word in numbers)
            text.append(f'@"{name}" = internal constant [{len(numbers)} x i64] [{words}]')
        bodies: dict[str, str] = {}
        calls = Counter([*entries])
        todo = list(entries)
        while todo:
            name = todo.pop()
            function = lower.FunctionCompiler(functions[name], functions)
            bodies[name] = function.compile()
            todo += {callee for callee in function.calls if callee not in calls}
            calls.update(function.calls)
        for name in filter(bodies.__contains__, functions):
            # What is called in one place becomes a part of the caller anyway. LLVM has less to do if it knows from the
            # start: otherwise it works on the function alone before that.
            attribute = "alwaysinline " if calls[name] == 1 and name not in entries else ""
            linkage = "" if name in entries else "internal "
            text.append(f"define {linkage}{lower.head(functions[name])} {attribute}{{\n{bodies[name]}\n}}")
        return "\n".join(text)


def _callable(place: int, parameters: list[Any], result: Any) -> Callable[..., Any]:
    kind: Any = ctypes.CFUNCTYPE(result, *parameters)
    function = kind(place)

    def call(*arguments: Any) -> Any:
        return function(*[address(a) if isinstance(a, np.ndarray) else a for a in arguments])

    return call


def address(array: npt.NDArray[Any]) -> int:
    """Where the elements of an array are."""
    return int(array.__array_interface__["data"][0])


def _compiler_text() -> str:
    """The text of the compiler itself: code that an older one made is not used."""
    return "".join(file.read_text(encoding="utf-8") for file in _COMPILER)
