"""The note that tells an agent which arguments a human signed instead of its own.

The Agent Approval Protocol has no edits: an approval with edits reaches the agent as a denial whose note says, in one
line, exactly what was signed. People read it, programs read the JSON between the mark and the end of its line; the
reviewer's own words come after that. Asking for these arguments passes once, until the grant expires; nothing else
does.
"""

from __future__ import annotations

from typing import Any

from bot.domain.jsontext import canonical, read
from bot.errors import BadInput

MARK = "Signed with other arguments. Ask again with exactly these: "


def note_of(arguments: dict[str, Any], words: str | None) -> str:
    """The note for signed ``arguments``, with the reviewer's ``words`` if there are any."""
    line = MARK + canonical(arguments).decode()
    return f"{line}\n{words}" if words else line


def signed_arguments(note: str | None) -> dict[str, Any] | None:
    """The arguments that a note says were signed; None when it is not such a note."""
    _, mark, rest = (note or "").partition(MARK)
    if not mark:
        return None
    try:
        arguments = read(rest.partition("\n")[0], what="note")
    except BadInput:
        return None
    return arguments if isinstance(arguments, dict) else None
