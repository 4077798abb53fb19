"""Strict JSON: one reading of every document, and one text and digest for every value.

Two documents that mean the same give the same text, and two that differ never do, because approvals are bound to
digests. Reading refuses what would make that untrue: duplicate keys, NaN and infinities, lone surrogates, nesting past
a bound, and numbers that a double can't hold as written. Whole numbers are read as ``int`` (so ``1.0`` is ``1``).

The canonical text is RFC 8785 (JCS) but for one thing: integers between 2**53 and 2**64 are written with all their
digits, where RFC 8785 would round them, so that two different account numbers never share a digest.
"""

from __future__ import annotations

import hashlib
import json
import re
from decimal import Decimal
from typing import Any

import orjson
import rfc8785

from bot.errors import BadInput, TooLarge

Json = Any
"""A JSON value: dict with str keys, list, str, bool, int, float (never whole), or None."""

MAX_DEPTH = 64
MOST_MARKS = 20_000
"""Commas and opening brackets outside of texts that a document from outside may have: so many values are read in 30 ms,
during which nothing else is answered. Requests have some hundreds."""
MAX_INT_DIGITS = 20
MAX_FLOAT_DIGITS = 40
_PLAIN_FROM, _PLAIN_BELOW = 1e-4, 1e15
"""Between these orjson writes a double as ECMAScript does, without an exponent."""
INT_MIN, INT_MAX = -(2**63), 2**64 - 1
_ATOMS = frozenset((str, int, bool, type(None)))
_OTHERWISE = re.compile(rb"[:,\[]-?[0-9]+(?:\.0[,\]}]|(?:\.[0-9]+)?[eE])")
_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)
"""Texts, one without an end too (whose every quote would else be tried for a beginning), and marks outside of them."""


class _Unreadable(ValueError):
    pass


def _pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(items)
    if len(found) != len(items):
        seen: set[str] = set()
        for key, _ in items:
            if key in seen:
                raise _Unreadable(f"the key {key[:80]!r} appears twice")
            seen.add(key)
    return found


def _integer(text: str) -> int:
    if len(text) > MAX_INT_DIGITS or not INT_MIN <= (number := int(text)) <= INT_MAX:
        raise _Unreadable(f"the number {text[:40]} does not fit in 64 bits; send it as a string")
    return number


def _float(text: str) -> int | float:
    if len(text) > MAX_FLOAT_DIGITS:
        raise _Unreadable(f"the number {text[:40]}... has too many digits; send it as a string")
    number = float(text)
    exact = Decimal(text)
    if number in {float("inf"), float("-inf")} or exact != Decimal(repr(number)):
        raise _Unreadable(f"the number {text} can't be kept exactly; send it as a string")
    if number.is_integer():
        if not INT_MIN <= exact <= INT_MAX:
            raise _Unreadable(f"the number {text} does not fit in 64 bits; send it as a string")
        return int(exact)
    return number


def _constant(text: str) -> float:
    raise _Unreadable(f"{text} is not a JSON number")


_decoder = json.JSONDecoder(object_pairs_hook=_pairs, parse_float=_float, parse_int=_integer, parse_constant=_constant)


def _require_small(text: str, what: str, max_depth: int, most_marks: int) -> None:
    """Count no further than what is allowed.

    Raises:
        TooLarge: it nests deeper, or has more values.
    """
    depth = marks = 0
    for match in _STRUCTURE.finditer(text):
        mark = match.group()
        if mark in "]}":
            depth -= 1
        elif mark in "[{,":
            marks += 1
            depth += mark != ","
        if depth > max_depth:
            raise TooLarge(f"nests deeper than {max_depth} levels", field=what, remedy="flatten the document")
        if marks > most_marks:
            remedy = f"send at most {most_marks} commas and opening brackets, besides those in texts"
            raise TooLarge("holds too many values", field=what, remedy=remedy)


def read(
    raw: bytes | str, *, what: str = "body", max_depth: int = MAX_DEPTH, most_marks: int | None = MOST_MARKS
) -> Json:
    """Read one JSON document strictly; only what nobody waits for, such as a line of a file, is read at any length.

    Raises:
        BadInput: naming ``what`` and the reason, when it is not JSON or not exactly representable.
        TooLarge: when it nests deeper than ``max_depth``, or has more than ``most_marks`` (None: any number) commas and
            opening brackets outside of texts; it is not read then.
    """
    most = len(raw) if most_marks is None else most_marks
    try:
        text = raw.decode("utf-8") if isinstance(raw, bytes) else raw
    except UnicodeDecodeError as error:
        raise BadInput("is not UTF-8 text", field=what, remedy="send JSON encoded as UTF-8") from error
    brackets = text.count("[") + text.count("{")
    if brackets > max_depth or brackets + text.count(",") > most:
        _require_small(text, what, max_depth, most)
    try:
        value = _decoder.decode(text)
        if "\\u" in text or not text.isascii():
            orjson.dumps(value)  # a lone surrogate is no Unicode text
    except (ValueError, RecursionError, orjson.JSONEncodeError) as error:
        reason = str(error) if isinstance(error, (_Unreadable, json.JSONDecodeError)) else "holds an unpaired surrogate"
        raise BadInput(f"is not valid JSON: {reason}", field=what, remedy="send one JSON document") from error
    return value


def _plain(value: Json) -> bool:
    """Whether orjson's text of ``value`` is its RFC 8785 text (or has integers that RFC 8785 can't write).

    Every payload passes through here, so what most values are is settled where they stand, without another call.
    """
    kind = type(value)
    if kind is dict:
        for key, item in value.items():  # noqa: SIM110 - a generator for all() costs three times as much
            if not key.isascii() or not (type(item) in _ATOMS or _plain(item)):
                return False
        return True
    if kind is list or kind is tuple:
        for item in value:  # noqa: SIM110 - as above
            if not (type(item) in _ATOMS or _plain(item)):
                return False
        return True
    return kind in _ATOMS or (kind is float and _PLAIN_FROM <= abs(value) < _PLAIN_BELOW and not value.is_integer())


def _write(value: Json) -> str:
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))  # RFC 8785, 3.2.3: by UTF-16 code units
        return "{" + ",".join(f"{_write(str(key))}:{_write(value[key])}" for key in keys) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(_write, value)) + "]"
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        return rfc8785.dumps(value).decode()
    return orjson.dumps(value).decode()


def canonical(value: Json) -> bytes:
    """The one text of a JSON value (RFC 8785; see the module's note on large integers).

    Raises:
        BadInput: when the value holds something that JSON can't say (NaN, a lone surrogate, another type).
    """
    try:
        if _plain(value):
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        return _write(value).encode()
    except (rfc8785.CanonicalizationError, orjson.JSONEncodeError, UnicodeEncodeError, AttributeError) as error:
        raise BadInput(f"can't be written as JSON: {error}") from error


def canonical_as_read(value: Json) -> bytes:
    """The same for a value that ``read`` gave or that typed fields hold: one without NaN and of JSON's types alone.

    Every payload passes through here. Its text is made first and searched for the two things that orjson writes
    otherwise, whole floats and exponents; names that are not ASCII take the long way too.
    """
    text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    if text.isascii() and _OTHERWISE.search(text) is None:
        return text
    return canonical(value)


def digest(value: Json) -> str:
    """Lower-case hex SHA-256 of the canonical text."""
    return hashlib.sha256(canonical(value)).hexdigest()


def same(one: Json, other: Json) -> bool:
    """JSON equality: 1 equals 1.0, true does not equal 1, key order does not matter."""
    return canonical(one) == canonical(other)
