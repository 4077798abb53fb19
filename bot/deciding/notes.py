"""What people write: notes, reasons and questions, which stay on record."""

from __future__ import annotations

from bot.deciding.commands import MAX_NOTE
from bot.errors import BadInput


def text(written: str, name: str) -> str:
    """It without space around it.

    Raises:
        BadInput: naming the field, when there is nothing or too much of it.
    """
    written = written.strip()
    if not written:
        raise BadInput("is needed", field=name, remedy="write a sentence; it reaches the agent and stays on record")
    if len(written) > MAX_NOTE:
        raise BadInput(f"is longer than {MAX_NOTE} characters", field=name, remedy="shorten it")
    return written


def optional_text(written: str | None, name: str) -> str | None:
    """The same, where nothing is an answer too."""
    return text(written, name) if written and written.strip() else None
