"""Activities as they come in: read strictly, and kept whole as plain dicts.

The SDK's model is not made of them: it refuses what Teams may send, logs what it refuses, and no handler needs it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.domain import jsontext
from bot.errors import BadInput

Json = dict[str, Any]

MOST_BYTES = 256 * 1024
"""Of an activity; Teams' own are a tenth of that at most."""
MOST_MARKS = 20_000
"""Commas and opening brackets in one, in texts too; Teams' own have some hundreds. So many values are read in 20 ms."""
LONGEST_ID = 2_048
_REMEDY = f"send at most {MOST_BYTES} bytes, with {MOST_MARKS} commas and brackets at most"


def parsed(body: bytes) -> Json:
    """An activity, with everything that Teams put into it.

    Raises:
        BadInput: it is none, naming the field.
    """
    if len(body) > MOST_BYTES or sum(map(body.count, (b",", b"[", b"{"))) > MOST_MARKS:
        raise BadInput("The activity is too large", code="too_large", remedy=_REMEDY)
    found: Any = jsontext.read(body, what="activity")
    if not isinstance(found, dict):
        raise BadInput("An activity is a JSON object", field="/")
    for field, value in _needed(found):
        if not isinstance(value, str) or not value or len(value) > LONGEST_ID:
            raise BadInput("An activity of Teams has a text here", field=field)
    return found


def _needed(activity: Json) -> Iterator[tuple[str, Any]]:
    """What every activity of Teams has, and must have for anything to be done with it."""
    for name in ("type", "channelId", "serviceUrl"):
        yield f"/{name}", activity.get(name)
    for name in ("conversation", "from"):
        found = activity.get(name)
        yield f"/{name}/id", found.get("id") if isinstance(found, dict) else None
