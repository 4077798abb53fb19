"""The syntax tree of an expression, read from and written to the bytes that the CEL library saves it as.

The library has no other way to look at a parsed expression. The bytes are the protocol buffer ``cel.expr.ParsedExpr``
(the CEL specification's syntax.proto); the field numbers below are from there. Reading and writing what was not
changed gives the same bytes, which a test checks.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Union

_WHOLE = {"Parsed", "Expr"}
_VARINT, _EIGHT, _BYTES = 0, 1, 2
Value = Union[int, bytes, "Message"]

# Of each message, the fields that are messages themselves.
_SHAPES: dict[str, dict[int, str]] = {
    "Any": {2: "Parsed"},
    "Parsed": {2: "Expr", 3: "Info"},
    "Info": {4: "Position"},
    "Position": {},
    "Expr": {3: "Const", 4: "Ident", 5: "Select", 6: "Call", 7: "List", 8: "Struct", 9: "Comprehension"},
    "Const": {},
    "Ident": {},
    "Select": {1: "Expr"},
    "Call": {1: "Expr", 3: "Expr"},
    "List": {1: "Expr"},
    "Struct": {2: "Entry"},
    "Entry": {3: "Expr", 4: "Expr"},
    "Comprehension": {2: "Expr", 4: "Expr", 5: "Expr", 6: "Expr", 7: "Expr"},
}


class Message:
    """One protocol buffer message: its fields in order, as number, wire type and value."""

    __slots__ = ("fields", "shape")

    def __init__(self, shape: str, fields: list[tuple[int, int, Value]]) -> None:
        self.shape = shape
        self.fields = fields

    def all(self, number: int) -> list[Value]:
        """Every value of a field."""
        return [value for field, _, value in self.fields if field == number]

    def message(self, number: int) -> Message | None:
        """The message in a field, if there is one."""
        return next((value for value in self.all(number) if isinstance(value, Message)), None)

    def messages(self, number: int) -> list[Message]:
        """Every message in a field."""
        return [value for value in self.all(number) if isinstance(value, Message)]

    def text(self, number: int) -> str:
        """The text in a field; empty where it is absent."""
        return next((value.decode() for value in self.all(number) if isinstance(value, bytes)), "")

    def number(self, number: int) -> int:
        """The integer in a field; 0 where it is absent."""
        return next((value for value in self.all(number) if isinstance(value, int)), 0)

    def has(self, number: int) -> bool:
        """Whether a field is there."""
        return any(field == number for field, _, _ in self.fields)

    def children(self) -> Iterator[Message]:
        """The expressions directly below this message."""
        for _, _, value in self.fields:
            if isinstance(value, Message):
                if value.shape == "Expr":
                    yield value
                else:
                    yield from value.children()


def read(data: bytes, shape: str = "Any") -> Message:
    """The message that bytes say.

    Raises:
        ValueError: when they say none.
    """
    fields: list[tuple[int, int, Value]] = []
    at = 0
    while at < len(data):
        tag, at = _read_varint(data, at)
        number, wire = tag >> 3, tag & 7
        value: Value
        if wire == _VARINT:
            value, at = _read_varint(data, at)
        elif wire in {_EIGHT, _BYTES}:
            size, at = (8, at) if wire == _EIGHT else _read_varint(data, at)
            raw, at = data[at : at + size], at + size
            below = _SHAPES[shape].get(number) if wire == _BYTES else None
            value = read(raw, below) if below else raw
        else:
            raise ValueError(f"wire type {wire} is not known here")
        fields.append((number, wire, value))
    if at != len(data):
        raise ValueError("the message is cut short")
    return Message(shape, fields)


def write(message: Message) -> bytes:
    """The bytes of a message."""
    parts = []
    for number, wire, value in message.fields:
        parts.append(_varint(number << 3 | wire))
        if isinstance(value, int):
            parts.append(_varint(value))
            continue
        raw = write(value) if isinstance(value, Message) else value
        if wire == _BYTES:
            parts.append(_varint(len(raw)))
        parts.append(raw)
    return b"".join(parts)


def name(id_: int, text: str) -> Message:
    """The expression that is a variable, in the place of the expression with this id."""
    return Message("Expr", [(2, _VARINT, id_), (4, _BYTES, Message("Ident", [(1, _BYTES, text.encode())]))])


def path(node: Message) -> tuple[str, ...]:
    """The names that a chain of selections says, ``arguments.order.total``; empty for anything else."""
    parts: list[str] = []
    while (select := node.message(5)) is not None:
        operand = select.message(1)
        if operand is None or select.has(3):
            return ()
        parts.append(select.text(2))
        node = operand
    ident = node.message(4)
    return () if ident is None else (ident.text(1), *reversed(parts))


def literal(node: Message) -> int | float | None:
    """The number that is written there; None for anything else."""
    const = node.message(3)
    if const is None:
        return None
    if const.has(5):
        return float(struct.unpack("<d", next(raw for raw in const.all(5) if isinstance(raw, bytes)))[0])
    if const.has(3):
        return (const.number(3) + (1 << 63)) % (1 << 64) - (1 << 63)  # two's complement
    return const.number(4) if const.has(4) else None


def standalone(parsed: Message, node: Message) -> Message:
    """A saved expression that is this part of another one."""
    if parsed.shape == "Expr":
        return node
    return Message(
        parsed.shape,
        [
            (number, wire, standalone(value, node) if isinstance(value, Message) and value.shape in _WHOLE else value)
            for number, wire, value in parsed.fields
        ],
    )


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data) and shift < 70:  # noqa: PLR2004 -- ten bytes of seven bits
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if not byte & 0x80:
            return value, at
        shift += 7
    raise ValueError("the message is cut short")


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:  # noqa: PLR2004 -- seven bits
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
