"""LLVM's assembly, written as text: the values and blocks of one function.

The text is written from the first instruction to the last; what stands at a label is written at once. Pointers have
one type in LLVM; what they point to is told by the instructions that use them, so it is kept here beside each value.
"""

from __future__ import annotations

from mc.dataclass import dataclass


@dataclass(frozen=True)
class Kind:
    """A type: its text, and of a pointer what it points to."""

    text: str
    element: str = ""


I128, I64, I16, I8, I1, VOID = (Kind(text) for text in ("i128", "i64", "i16", "i8", "i1", "void"))
POINTER, POINTER16, POINTER8 = (Kind("ptr", text) for text in ("i64", "i16", "i8"))
EIGHT = Kind("<8 x i64>")


class Value(str):
    """An operand: its text, its type, and the number that it is if that is known."""

    kind: Kind
    number: int | None

    def __new__(cls, text: str, kind: Kind, number: int | None = None) -> Value:
        value = super().__new__(cls, text)
        value.kind, value.number = kind, number
        return value

    @property
    def typed(self) -> str:
        """The type and the text, as they stand in most places."""
        return f"{self.kind.text} {self}"


def constant(number: int, kind: Kind = I64) -> Value:
    """A number, or a truth value."""
    return Value(str(number), kind, number)


ZERO, ONE = constant(0), constant(1)


def _agree(left: Value, right: Value) -> None:
    """:class:`TypeError` where two values are of different types: LLVM would cut a number to the other's size."""
    if left.kind is not right.kind and left.kind != right.kind:
        raise TypeError(f"{left.typed} and {right.typed} are of different types")


class Assembly:
    """The instructions of a function. Memory for its locals stands before them."""

    def __init__(self) -> None:
        self.memory: list[str] = []
        self.lines: list[str] = []
        #: The block that is being written; it is open until an instruction leaves it.
        self.block = ""
        self.open = True
        self._values = 0
        self._labels = 0

    def text(self) -> str:
        """All of it."""
        return "\n".join(["memory.0:", *self.memory, *self.lines])

    def value(self, kind: Kind, text: str) -> Value:
        """The result of an instruction."""
        name = f"%{self._values}"
        self._values += 1
        self.lines.append(f"  {name} = {text}")
        return Value(name, kind)

    def do(self, text: str) -> None:
        """An instruction without a result."""
        self.lines.append(f"  {text}")

    def area(self, words: int) -> Value:
        """Memory for some words, all 0, that lasts until the function returns."""
        area = f"%stack.{len(self.memory)}"
        # To store an array of zeros is a value of that many parts for LLVM, which takes its time with them.
        self.memory += [
            f"  {area} = alloca [{words} x i64]",
            f"  call void @llvm.memset.p0.i64(ptr {area}, i8 0, i64 {8 * words}, i1 0)",
        ]
        return Value(area, POINTER)

    # Blocks

    def label(self, hint: str) -> str:
        """A new name for a block."""
        self._labels += 1
        return f"{hint}.{self._labels}"

    def begin(self, label: str) -> None:
        """Go on with a block, which runs where a branch leads to it."""
        self.lines.append(f"{label}:")
        self.block, self.open = label, True

    def branch(self, label: str, attribute: str = "") -> None:
        """Leave the block, if it is open, for another one."""
        if self.open:
            self.do(f"br label %{label}{attribute}")
            self.open = False

    def choose(self, condition: Value, then: str, otherwise: str) -> None:
        """Leave the block for one of two."""
        self.do(f"br i1 {condition}, label %{then}, label %{otherwise}")
        self.open = False

    def leave(self, value: Value | None) -> None:
        """Return from the function."""
        self.do(f"ret {value.typed}" if value is not None else "ret void")
        self.open = False

    def joined(self, values: list[tuple[Value, str]]) -> Value:
        """The value that comes from the block, the second of each pair, from which this block was reached."""
        for value, _ in values:
            _agree(values[0][0], value)
        kind = values[0][0].kind
        return self.value(kind, f"phi {kind.text} {', '.join(f'[{value}, %{block}]' for value, block in values)}")

    # Instructions

    def binary(self, operation: str, left: Value, right: Value) -> Value:
        """An operation on two values of one type, with a result of that type."""
        _agree(left, right)
        return self.value(left.kind, f"{operation} {left.typed}, {right}")

    def compare(self, relation: str, left: Value, right: Value) -> Value:
        """Whether ``eq``, ``ne``, ``slt`` (signed, less than) ... holds."""
        _agree(left, right)
        return self.value(I1, f"icmp {relation} {left.typed}, {right}")

    def select(self, condition: Value, then: Value, otherwise: Value) -> Value:
        """One of two values."""
        _agree(then, otherwise)
        return self.value(then.kind, f"select i1 {condition}, {then.typed}, {otherwise.typed}")

    def cast(self, operation: str, value: Value, kind: Kind) -> Value:
        """The value as one of another type."""
        return self.value(kind, f"{operation} {value.typed} to {kind.text}")

    def further(self, base: Value, count: Value) -> Value:
        """The pointer ``count`` elements further."""
        return self.value(base.kind, f"getelementptr {base.kind.element}, ptr {base}, i64 {count}")

    def load(self, place: Value) -> Value:
        """The element that a pointer points to, as a word."""
        element = Kind(place.kind.element)
        value = self.value(element, f"load {element.text}, ptr {place}")
        return value if element == I64 else self.cast("zext", value, I64)

    def store(self, value: Value, place: Value) -> None:
        """Make a word the element that a pointer points to, cut to its size."""
        _agree(value, ZERO)
        element = Kind(place.kind.element)
        if element != I64:
            value = self.cast("trunc", value, element)
        self.do(f"store {value.typed}, ptr {place}")
