"""The list ``alarms`` of an owner: when the policy pauses by itself."""

from __future__ import annotations

import re
from typing import Any

from bot.policy.alarms import Alarm, Stops
from bot.policy.yamltree import At

ALARM_KEYS = frozenset({"name", "overrides", "within", "pause", "freeze", "for"})
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_MOST_ALARMS = 10
_MOST = 1000
"""Overrides that an alarm can count to."""
_LONGEST = 7 * 86400
"""Seconds that an alarm can look back."""


def read_alarms(at: At) -> tuple[Alarm, ...]:
    """Every alarm of an owner, each with a name of its own."""
    alarms: dict[str, Alarm] = {}
    for place in at.items():
        alarm = _alarm(place)
        if alarm is None:
            continue
        if alarm.name in alarms:
            place.wrong(f"is another alarm with the name {alarm.name}", "give each a name of its own")
        alarms[alarm.name] = alarm
    if len(alarms) > _MOST_ALARMS:
        at.wrong(f"lists more than {_MOST_ALARMS} alarms", "keep those that matter")
    return tuple(alarms.values())


def _alarm(at: At) -> Alarm | None:
    found = at.keys(ALARM_KEYS, required=("name", "overrides", "within"))
    name = found["name"].text(longest=64) if "name" in found else None
    if name is not None and not _NAME.fullmatch(name):
        found["name"].wrong(f"{name[:40]!r} is no name of an alarm", "use lower-case letters, digits and _")
    overrides = found["overrides"].integer(least=1, most=_MOST) if "overrides" in found else None
    within = found["within"].duration() if "within" in found else None
    if within is not None and within > _LONGEST:
        found["within"].wrong("looks back further than a week", "count over 7d or less")
    stops = found["pause"].choice(Stops) if "pause" in found else Stops.ACTION
    freeze = found["freeze"].boolean() if "freeze" in found else False
    lasts = found["for"].duration() if "for" in found else None
    if name is None or overrides is None or within is None:
        return None
    return Alarm(name, overrides, within, stops or Stops.ACTION, freeze or False, lasts)


def alarm_schema(duration: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema of one alarm; ``duration`` is that of a span of time."""
    properties = {
        "name": {"type": "string", "pattern": f"^{_NAME.pattern}$"},
        "overrides": {
            "description": "How many edits and rejections by people set it off.",
            "type": "integer",
            "minimum": 1,
            "maximum": _MOST,
        },
        "within": {"description": "Over which time they are counted.", **duration},
        "pause": {
            "description": "What they are counted by, and what is stopped.",
            "enum": [each.value for each in Stops],
        },
        "freeze": {"description": "Whether what is held or approved is frozen.", "type": "boolean"},
        "for": {"description": "When the pause ends by itself; without it, when somebody resumes it.", **duration},
    }
    required = ["name", "overrides", "within"]
    return {"type": "object", "properties": properties, "additionalProperties": False, "required": required}
