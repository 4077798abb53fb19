"""What fits on the shelf: the same for every database."""

from __future__ import annotations

from bot.errors import BadInput, TooLarge

LONGEST_ROOM = 64
"""Characters."""
LONGEST_KEY = 512
"""Characters; with the room, as many bytes as an index of PostgreSQL takes."""
LARGEST_VALUE = 256 * 1024
"""Bytes."""


def require_shelved(room: str, key: str = "", value: bytes = b"") -> None:
    """Refuse what the shelf does not hold.

    Raises:
        BadInput: naming ``room``, ``key`` or ``value``.
    """
    _require_text("room", room, LONGEST_ROOM)
    _require_text("key", key, LONGEST_KEY)
    if len(value) > LARGEST_VALUE:
        raise TooLarge(f"has {len(value)} bytes", field="value", remedy=f"give at most {LARGEST_VALUE} bytes")


def _require_text(field: str, text: str, longest: int) -> None:
    if len(text) > longest:
        raise TooLarge(f"has {len(text)} characters", field=field, remedy=f"give at most {longest} characters")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BadInput("is no Unicode text", field=field, remedy="leave out halves of surrogate pairs") from error
