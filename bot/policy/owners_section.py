"""The section ``owners``: named teams, what they promise and who is told when the promise is at risk."""

from __future__ import annotations

import re
from enum import StrEnum

from bot.domain.routing import OverLimit
from bot.policy.alarms_section import read_alarms
from bot.policy.digests_section import Around, read_digests
from bot.policy.document import Owner, Sla
from bot.policy.feedback import Feedback
from bot.policy.feedback_section import read_feedback
from bot.policy.hours_section import read_hours
from bot.policy.names import Names
from bot.policy.people_section import read_id, read_person
from bot.policy.promises_section import SURFACES, read_channels, read_sla
from bot.policy.yamltree import At

OWNER_KEYS = frozenset(
    {
        "title",
        "accountable",
        "risk_owner",
        "channels",
        "approvers",
        "hours",
        "sla",
        "reasons",
        "over_limit",
        "separate",
        "assign",
        "alarms",
        "digests",
        "feedback",
        "knowledge_owner",
        "knowledge_channel",
    }
)
SEPARATE = "agent_owner"
DEFAULT_REASONS = ("wrong_amount", "not_eligible", "wrong_customer", "fraud_suspected", "policy_unclear", "other")
_MOST_CHANNELS = 2
_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")


class _Assign(StrEnum):
    """To whom a request is given when it opens."""

    NOBODY = "nobody"
    LEAST_LOADED = "least_loaded"


def read_owners(at: At, names: Names) -> dict[str, Owner]:
    """Every owner by id."""
    owners: dict[str, Owner] = {}
    for name, key, value in at.entries():
        if read_id(name, key) is None:
            continue
        owner = _owner(name, value, names)
        if owner is not None:
            owners[name] = owner
    return owners


def _owner(name: str, at: At, names: Names) -> Owner | None:
    found = at.keys(OWNER_KEYS, required=("accountable", "risk_owner", "approvers"))
    accountable = read_person(found["accountable"], names.people) if "accountable" in found else None
    risk_owner = read_person(found["risk_owner"], names.people) if "risk_owner" in found else None
    approvers = names.persons(found["approvers"]) if "approvers" in found else ()
    channels = read_places(found["channels"]) if "channels" in found else {}
    title = found["title"].text(longest=100) if "title" in found else None
    first = {surface: places[0] for surface, places in channels.items()}
    around = Around(names.people, first, risk_owner or "", accountable or "")
    return Owner(
        id=name,
        title=title or name.replace("_", " ").capitalize(),
        accountable=accountable or "",
        risk_owner=risk_owner or "",
        channels=first,
        second_channels={surface: places[1] for surface, places in channels.items() if len(places) > 1},
        approvers=approvers,
        approver_groups=names.unlisted(found["approvers"]) if "approvers" in found else (),
        sla=read_sla(found["sla"], names) if "sla" in found else Sla(),
        hours=read_hours(found["hours"], names.timezone) if "hours" in found else None,
        reasons=read_codes(found["reasons"]) if "reasons" in found else DEFAULT_REASONS,
        over_limit=(found["over_limit"].choice(OverLimit) if "over_limit" in found else None) or OverLimit.REFUSE,
        bars_agents_owner=_separate(found["separate"]) if "separate" in found else False,
        assigns="assign" in found and found["assign"].choice(_Assign) is _Assign.LEAST_LOADED,
        alarms=read_alarms(found["alarms"]) if "alarms" in found else (),
        digests=read_digests(found["digests"], around) if "digests" in found else (),
        feedback=read_feedback(found["feedback"], names) if "feedback" in found else Feedback(),
        knowledge_owner=read_person(found["knowledge_owner"], names.people) if "knowledge_owner" in found else None,
        knowledge_channels=read_channels(found["knowledge_channel"]) if "knowledge_channel" in found else {},
    )


def _separate(at: At) -> bool:
    """Who may not sign besides those for whom the action is done; so far there is one of whom that can be said."""
    names = at.texts()
    for name in names:
        if name != SEPARATE:
            at.wrong(f"{name[:40]!r} is nobody who could be kept apart", f"write [{SEPARATE}]")
    return SEPARATE in names


def read_places(at: At) -> dict[str, tuple[str, ...]]:
    """The channel of each surface, and a second one for when it is gone."""
    places: dict[str, tuple[str, ...]] = {}
    for surface, place in at.keys(SURFACES).items():
        parts = list(place.items()) if place.is_list else [place]
        if not parts or len(parts) > _MOST_CHANNELS:
            place.wrong("is not one channel or two", "write a channel, or [first, second] where the second stands in")
        names = tuple(name for part in parts if (name := part.text(longest=200)) is not None)
        if names:
            places[surface] = names
    return places


def read_codes(at: At) -> tuple[str, ...]:
    """Reason codes: lower-case words joined by ``_``."""
    codes: dict[str, None] = {}
    for place in at.items():
        code = place.text(longest=64)
        if code is not None and not _CODE.fullmatch(code):
            place.wrong(f"{code[:40]!r} is no reason code", "use lower-case letters, digits and _")
        elif code is not None:
            codes[code] = None
    if at.is_list and not codes:
        at.wrong("lists no reason code", "give at least one, such as not_eligible")
    return tuple(codes)
