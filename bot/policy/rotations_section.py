"""The section ``rotations``: who is on call when, by turns in the file or by an iCalendar."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date

from bot.domain.people import Person
from bot.policy.document import Group
from bot.policy.hours_section import read_days
from bot.policy.people_section import read_id, read_persons
from bot.policy.rotations import Rotation, Turn
from bot.policy.yamltree import At, did_you_mean
from bot.policy.zones import read_zone

TURN_KEYS = frozenset({"people", "every", "starts", "timezone"})
PLAN_KEYS = TURN_KEYS | {"handover"}
SHIFT_KEYS = TURN_KEYS | {"hours", "days"}
ROTATION_KEYS = PLAN_KEYS | {"title", "shifts", "calendar", "owner"}
_EVERY = {"day": 1, "week": 7}
_DAYS = re.compile(r"([1-9][0-9]{0,2}) days")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_HOURS = re.compile(r"(([01][0-9]|2[0-3]):[0-5][0-9]) *- *((([01][0-9]|2[0-3]):[0-5][0-9])|24:00)")
_MINUTES = 24 * 60
_ALL_DAYS = (0, 1, 2, 3, 4, 5, 6)


class _Reader:
    """What the turns of one file may refer to."""

    def __init__(self, people: dict[str, Person], groups: dict[str, Group], timezone: str) -> None:
        self.people = people
        self.groups = groups
        self.timezone = timezone

    def rotation(self, name: str, at: At) -> Rotation:
        """One rotation in any of its three forms: turns of whole days, shifts of a day, or a calendar."""
        found = at.keys(ROTATION_KEYS)
        forms = [form for form in ("people", "shifts", "calendar") if form in found]
        if at.is_mapping and len(forms) != 1:
            at.wrong("says not in one way who is on call", "give `people:`, `shifts:` or a `calendar:`")
        if "people" not in found:
            for key in sorted((PLAN_KEYS - {"people", "timezone"}) & found.keys()):
                found[key].wrong("means nothing without people", "give it with `people:`, or leave it out")
        title = found["title"].text(longest=100) if "title" in found else None
        return Rotation(
            name,
            title or name.replace("_", " ").capitalize(),
            self._turns(found, at),
            _calendar(found["calendar"]) if "calendar" in found else None,
            found["owner"].text(longest=64) if "owner" in found else None,
        )

    def _turns(self, found: dict[str, At], at: At) -> tuple[Turn, ...]:
        zone = (read_zone(found["timezone"]) if "timezone" in found else None) or self.timezone
        if "shifts" in found:
            shifts = (self._shift(place, zone) for place in found["shifts"].items())
            turns = tuple(turn for turn in shifts if turn is not None)
            if found["shifts"].is_list and not turns:
                found["shifts"].wrong("lists no shift", "give at least one")
            return turns
        if "people" not in found:
            return ()
        begins = _minute(found["handover"]) if "handover" in found else 0
        turn = self._turn(found, at, zone, (begins, begins + _MINUTES), _ALL_DAYS)
        return () if turn is None else (turn,)

    def _shift(self, at: At, zone: str) -> Turn | None:
        found = at.keys(SHIFT_KEYS, required=("people", "hours"))
        own = read_zone(found["timezone"]) if "timezone" in found else None
        days = read_days(found["days"]) if "days" in found else _ALL_DAYS
        span = _span(found["hours"]) if "hours" in found else None
        if "people" not in found or span is None:
            return None
        return self._turn(found, at, own or zone, span, days or _ALL_DAYS)

    def _turn(
        self, found: dict[str, At], at: At, zone: str, span: tuple[int, int], days: tuple[int, ...]
    ) -> Turn | None:
        people = read_persons(found["people"], self.people, self.groups)
        lasts = _every(found["every"]) if "every" in found else _EVERY["week"]
        starts = _date(found["starts"]) if "starts" in found else None
        if starts is None and len(people) > 1 and "starts" not in found:
            at.wrong("lacks starts", "add the day on which the first turn begins, such as `starts: 2026-01-05`")
        if not people or lasts is None:
            return None
        return Turn(people, lasts, starts or date(2024, 1, 1), span[0], span[1], zone, days)


def read_rotations(at: At, people: dict[str, Person], groups: dict[str, Group], timezone: str) -> dict[str, Rotation]:
    """Every rotation by id; ``timezone`` is the policy's, for those that name none."""
    reader, rotations = _Reader(people, groups, timezone), dict[str, Rotation]()
    for name, key, value in at.entries():
        if read_id(name, key) is None:
            continue
        if name in people or name in groups:
            key.wrong("is the name of a person or a group too", "give the rotation another name")
            continue
        rotations[name] = reader.rotation(name, value)
    return rotations


def check_owners(at: At, rotations: dict[str, Rotation], owners: Collection[str]) -> None:
    """Who is told of gaps is an owner of the file."""
    for name, _, value in at.entries():
        owner = rotations[name].owner if name in rotations else None
        if owner is not None and owner not in owners:
            value.wrong(f"has the owner {owner[:40]!r}, who is none of this file", did_you_mean(owner, owners))


def _calendar(at: At) -> str | None:
    text = at.text(longest=500)
    if text is not None and "://" in text and not text.startswith("https://"):
        at.wrong("is no https address", "name a file beside the policy, or an address that begins with https://")
        return None
    return text


def _every(at: At) -> int | None:
    text = at.text(longest=20) or ""
    if text in _EVERY:
        return _EVERY[text]
    if found := _DAYS.fullmatch(text):
        return int(found[1])
    at.wrong(f"{text!r} is no length of a turn", "write day, week, or a number of days such as 3 days")
    return None


def _date(at: At) -> date | None:
    text = at.text(longest=20) or ""
    try:
        return date.fromisoformat(text)
    except ValueError:
        at.wrong(f"{text!r} is no day", "write a date such as 2026-01-05")
        return None


def _minute(at: At) -> int:
    text = at.text(longest=20) or ""
    if not _CLOCK.fullmatch(text):
        at.wrong(f"{text!r} is no time of the day", 'write it as "09:00", in quotes')
        return 0
    return int(text[:2]) * 60 + int(text[3:])


def _span(at: At) -> tuple[int, int] | None:
    text = at.text(longest=20) or ""
    found = _HOURS.fullmatch(text)
    if found is None:
        at.wrong(f"{text!r} is no part of a day", 'write when it begins and ends, such as "08:00-16:00", in quotes')
        return None
    begins, ends = (int(clock[:2]) * 60 + int(clock[3:]) for clock in (found[1], found[3]))
    return begins, ends if ends > begins else ends + _MINUTES
