"""The entry ``sampling`` of an action: how much of it is looked at afterwards, and by whom."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from bot.domain.verdicts import Level
from bot.policy.names import Names
from bot.policy.sampling import EACH_DAY, Sampling
from bot.policy.yamltree import At

SAMPLING_KEYS = frozenset({"share", "agents", "new_builds", "reviewers", "each_day"})
NEW_BUILDS_KEYS = frozenset({"share", "first"})
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?)%")
_WHOLE = 100
_MOST_EACH_DAY = 1000
_MOST_FIRST = 1_000_000


def read_sampling(at: At, names: Names, level: Level) -> Sampling | None:
    """What an action says of it; None, with the mistake noted, where it can't be."""
    if level is Level.COMMIT:
        at.wrong("means nothing at level commit, which changes what a sample could only regret", "use hold_when")
        return None
    found = at.keys(SAMPLING_KEYS, required=("share",))
    agents = {}
    for name, _, value in found["agents"].entries() if "agents" in found else ():
        agents[name] = _share(value)
    new_share, first = _new_builds(found["new_builds"]) if "new_builds" in found else (0.0, 0)
    reviewers = names.persons(found["reviewers"]) if "reviewers" in found else ()
    if "reviewers" in found and (unlisted := names.unlisted(found["reviewers"])):
        found["reviewers"].wrong(
            f"names {unlisted[0]}, whose members are not in this file", "list its members, or people"
        )
    each_day = found["each_day"].integer(least=1, most=_MOST_EACH_DAY) if "each_day" in found else None
    share = _share(found["share"]) if "share" in found else 0.0
    return Sampling(share, agents, new_share, first, reviewers, each_day or EACH_DAY)


def sampling_schema() -> dict[str, Any]:
    """The JSON Schema of the entry."""
    share = {
        "anyOf": [
            {"type": "number", "minimum": 0, "maximum": 1},
            {"type": "string", "pattern": f"^{_PERCENT.pattern}$"},
        ]
    }
    number = {"type": "integer", "minimum": 1}
    new_builds = {"share": share, "first": number}
    properties = {
        "share": {"description": "Of what runs alone.", **share},
        "agents": {"description": "By agent's name.", "type": "object", "additionalProperties": share},
        "new_builds": {
            "description": "Of the first requests of each build.",
            "type": "object",
            "properties": new_builds,
            "additionalProperties": False,
            "required": ["share", "first"],
        },
        "reviewers": {
            "description": "People or groups who are asked; its owner's approvers without it.",
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
        },
        "each_day": {"description": "The most that one of them is asked in a day.", **number},
    }
    return {"type": "object", "properties": properties, "additionalProperties": False, "required": ["share"]}


def _new_builds(at: At) -> tuple[float, int]:
    found = at.keys(NEW_BUILDS_KEYS, required=("share", "first"))
    share = _share(found["share"]) if "share" in found else 0.0
    first = found["first"].integer(least=1, most=_MOST_FIRST) if "first" in found else None
    return share, first or 0


def _share(at: At) -> float:
    """A number from 0 to 1, or ``5%``."""
    text = at.node.value if isinstance(at.node.value, str) else ""
    percent = _PERCENT.fullmatch(text.strip())
    if percent is None:
        return float(at.decimal(least=Decimal(0), most=Decimal(1)) or 0)
    if Decimal(percent[1]) > _WHOLE:
        at.wrong(f"{text} is more than all", "write 0% to 100%, or 0 to 1")
        return 0.0
    return float(Decimal(percent[1]) / _WHOLE)
