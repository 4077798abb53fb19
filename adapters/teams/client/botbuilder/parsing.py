"""Activities as they come in: read strictly, and kept whole as plain dicts.

The SDK's model is not made of them: it takes 50 µs for every value, a second for what a quarter of a megabyte can hold,
and nothing else is answered meanwhile. No handler needs it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.domain import jsontext
from bot.errors import BadInput

Json = dict[str, Any]

MOST_BYTES = 256 * 1024
"""Of an activity; Teams' own are a tenth of that at most."""
LONGEST_ID = 2_048
_REMEDY = f"send at most {MOST_BYTES} bytes"


def parsed(body: bytes) -> Json:
    """An activity, with everything that Teams put into it.

    Raises:
        BadInput: it is none, naming the field; ``TooLarge`` when it has too much in it.
    """
    if len(body) > MOST_BYTES:
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
