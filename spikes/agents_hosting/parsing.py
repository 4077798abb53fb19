"""Activities as they come in: read strictly, held against the SDK's model, and kept whole as plain dicts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from microsoft_agents.activity import Activity

from bot.domain import jsontext
from bot.errors import BadInput

Json = dict[str, Any]

MOST_BYTES = 256 * 1024
"""Of an activity; Teams' own are a tenth of that at most."""
LONGEST_ID = 2_048


def parsed(body: bytes) -> Json:
    """An activity, with everything that the SDK's model does not know.

    Raises:
        BadInput: it is none, naming the field.
    """
    if len(body) > MOST_BYTES:
        raise BadInput("The activity is too large", code="too_large", remedy=f"send at most {MOST_BYTES} bytes")
    found: Any = jsontext.read(body, what="activity")
    if not isinstance(found, dict):
        raise BadInput("An activity is a JSON object", field="/")
    for field, value in _needed(found):
        if not isinstance(value, str) or not value or len(value) > LONGEST_ID:
            raise BadInput("An activity of Teams has a text here", field=field)
    try:
        Activity.model_validate(_told(found))
    except Exception as error:
        # Whatever is raised: the SDK's validators raise Exception itself, besides pydantic's and KeyError.
        raise BadInput("This is no activity of the Bot Framework", field=_field(error)) from error
    return found


def _needed(activity: Json) -> Iterator[tuple[str, Any]]:
    """What every activity of Teams has, and must have for anything to be done with it."""
    for name in ("type", "channelId", "serviceUrl"):
        yield f"/{name}", activity.get(name)
    for name in ("conversation", "from"):
        found = activity.get(name)
        yield f"/{name}/id", found.get("id") if isinstance(found, dict) else None


def _told(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Without what is null or an empty text: the SDK's model refuses both, the Bot Framework's took them as absent."""
    if isinstance(value, dict):
        return {name: _told(each) for name, each in value.items() if each is not None and each != ""}
    if isinstance(value, list):
        return [_told(each) for each in value if each is not None]
    return value


def _field(error: Exception) -> str:
    errors = getattr(error, "errors", None)
    where = errors()[0]["loc"] if callable(errors) else ()
    return "/" + "/".join(str(each) for each in where)
