"""The section ``owners``: named teams, what they promise and who is told when the promise is at risk."""

from __future__ import annotations

import re

from bot.domain.people import Person
from bot.policy.document import Escalation, Group, Owner, Reminder, Sla
from bot.policy.durations import spoken
from bot.policy.hours_section import read_hours
from bot.policy.people_section import read_id, read_person, read_persons
from bot.policy.yamltree import At

OWNER_KEYS = frozenset({"title", "accountable", "risk_owner", "channels", "approvers", "hours", "sla", "reasons"})
SLA_KEYS = frozenset({"respond_within", "remind_at", "escalate", "expire_after", "calendar"})
ESCALATION_KEYS = frozenset({"after", "to", "post_to"})
SURFACES = frozenset({"slack", "teams", "desk"})
DEFAULT_REASONS = ("wrong_amount", "not_eligible", "wrong_customer", "fraud_suspected", "policy_unclear", "other")
_MOST_CHANNELS = 2
_WHOLE = 100
_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")


def read_owners(at: At, people: dict[str, Person], groups: dict[str, Group], timezone: str) -> dict[str, Owner]:
    """Every owner by id; ``timezone`` is the policy's, for hours that name none."""
    owners: dict[str, Owner] = {}
    for name, key, value in at.entries():
        if read_id(name, key) is None:
            continue
        owner = _owner(name, value, people, groups, timezone)
        if owner is not None:
            owners[name] = owner
    return owners


def _owner(name: str, at: At, people: dict[str, Person], groups: dict[str, Group], timezone: str) -> Owner | None:
    found = at.keys(OWNER_KEYS, required=("accountable", "risk_owner", "approvers"))
    accountable = read_person(found["accountable"], people) if "accountable" in found else None
    risk_owner = read_person(found["risk_owner"], people) if "risk_owner" in found else None
    approvers = read_persons(found["approvers"], people, groups) if "approvers" in found else ()
    channels = read_places(found["channels"]) if "channels" in found else {}
    title = found["title"].text(longest=100) if "title" in found else None
    return Owner(
        id=name,
        title=title or name.replace("_", " ").capitalize(),
        accountable=accountable or "",
        risk_owner=risk_owner or "",
        channels={surface: places[0] for surface, places in channels.items()},
        second_channels={surface: places[1] for surface, places in channels.items() if len(places) > 1},
        approvers=approvers,
        approver_groups=_known_elsewhere(found["approvers"], groups) if "approvers" in found else (),
        sla=_sla(found["sla"], people, groups) if "sla" in found else Sla(),
        hours=read_hours(found["hours"], timezone) if "hours" in found else None,
        reasons=read_codes(found["reasons"]) if "reasons" in found else DEFAULT_REASONS,
    )


def read_channels(at: At) -> dict[str, str]:
    """Channel by surface."""
    return {
        surface: channel
        for surface, place in at.keys(SURFACES).items()
        if (channel := place.text(longest=200)) is not None
    }


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


def _known_elsewhere(at: At, groups: dict[str, Group]) -> tuple[str, ...]:
    """The groups in a list whose members are not in the file."""
    places = list(at.items()) if at.is_list else [at]
    return tuple(name for place in places if (name := place.text(longest=64)) in groups and not groups[name].members)


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


def _sla(at: At, people: dict[str, Person], groups: dict[str, Group]) -> Sla:
    found = at.keys(SLA_KEYS)
    default = Sla()
    respond = (found["respond_within"].duration() if "respond_within" in found else None) or default.respond_within
    expire = (found["expire_after"].duration() if "expire_after" in found else None) or default.expire_after
    lasts = max(expire, respond) if "expire_after" not in found else expire
    if "expire_after" in found and expire < respond:
        found["expire_after"].wrong(
            "is shorter than respond_within", "let a request live at least as long as the promise"
        )
    reminders = _reminders(found["remind_at"], respond) if "remind_at" in found else (Reminder(respond // 2, 50),)
    steps = _ladder(found["escalate"], people, groups) if "escalate" in found else ()
    for step in steps:
        if step.after >= lasts:
            text = f"has a step after {spoken(step.after)}, when requests have expired ({spoken(lasts)})"
            found["escalate"].wrong(text, "escalate earlier, or let requests live longer")
    calendar = found["calendar"].boolean() if "calendar" in found else False
    return Sla(respond, reminders, steps, lasts, calendar or False)


def _reminders(at: At, respond: int) -> tuple[Reminder, ...]:
    reminders = []
    for place in at.items():
        text = place.text(longest=20) or ""
        if text.endswith("%"):
            share = int(text[:-1]) if re.fullmatch(r"[0-9]{1,3}", text[:-1]) else 0
            if not 1 <= share <= _WHOLE:
                place.wrong(f"{text!r} is no share of the promised time", "write 1% to 100%, such as 50%")
                continue
            reminders.append(Reminder(respond * share // 100, share))
        elif text:
            seconds = place.duration()
            if seconds is not None:
                reminders.append(Reminder(seconds))
    return tuple(sorted(reminders, key=lambda reminder: reminder.seconds))


def _ladder(at: At, people: dict[str, Person], groups: dict[str, Group]) -> tuple[Escalation, ...]:
    steps: list[Escalation] = []
    for place in at.items():
        found = place.keys(ESCALATION_KEYS, required=("after", "to"))
        after = found["after"].duration() if "after" in found else None
        to = read_persons(found["to"], people, groups) if "to" in found else ()
        if "to" in found and (unknown := _known_elsewhere(found["to"], groups)):
            found["to"].wrong(f"names {unknown[0]}, whose members are not in this file", "list its members, or people")
        post_to = read_channels(found["post_to"]) if "post_to" in found else {}
        if after is not None:
            if steps and after <= steps[-1].after:
                place.wrong("comes no later than the step before it", "order the steps by `after`")
            steps.append(Escalation(after, to, post_to))
    return tuple(steps)
