"""Submitting: what was typed into one of the sheets is done, and told in a sentence; the same on every surface."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from bot.domain import people
from bot.domain.duties import Cover
from bot.domain.people import Person
from bot.errors import BadInput
from bot.rostering.commanding import Rostering
from bot.rostering.sheets import sheet_of
from bot.rostering.times import clock, instant, minutes
from bot.rostering.wording import cover_said, delegation_said

Typed = Mapping[str, str]


async def submit(rostering: Rostering, name: str, typed: Typed, person: Person, surface: str, now: datetime) -> str:
    """Carry out what somebody typed into the sheet of this name; what has become of it, as a sentence.

    Raises:
        BadInput: naming the input at fault.
        NotAllowed: saying who may.
    """
    sheet_of(name)
    return await _DEEDS[name](rostering, typed, person, surface, now)


async def end(rostering: Rostering, typed: str, person: Person, surface: str) -> str:
    """End the cover or delegation whose number was typed; what has become of it.

    Raises:
        BadInput: naming ``number``.
        NotAllowed: saying who may.
    """
    number = typed.strip().removeprefix("#")
    if not number.isascii() or not number.isdigit() or len(number) > 9:  # noqa: PLR2004 - no ledger is that long
        raise BadInput("is no number", field="number", remedy="the list of who is on call has them, such as #12")
    ended = await rostering.end(int(number), people.person(person.id, surface))
    policy = rostering.roster().policy
    told = cover_said(ended, policy) if isinstance(ended, Cover) else delegation_said(ended, policy)
    return f"Ended: {told}"


async def _cover(rostering: Rostering, typed: Typed, person: Person, surface: str, now: datetime) -> str:
    policy = rostering.roster().policy
    since = instant(typed.get("since", ""), now, policy.zone, "since")
    until = instant(typed.get("until", ""), now, policy.zone, "until", ends=True)
    by = people.person(person.id, surface)
    made = await rostering.cover(
        typed.get("rotation", ""), typed.get("person", ""), since, until, typed.get("note"), by
    )
    return cover_said(made, policy)


async def _away(rostering: Rostering, typed: Typed, person: Person, surface: str, now: datetime) -> str:
    policy = rostering.roster().policy
    since = instant(typed.get("since", ""), now, policy.zone, "since")
    until = instant(typed.get("until", ""), now, policy.zone, "until", ends=True)
    by = people.person(person.id, surface)
    made = await rostering.delegate(typed.get("person", ""), typed.get("to", ""), since, until, typed.get("note"), by)
    return delegation_said(made, policy)


async def _quiet(rostering: Rostering, typed: Typed, person: Person, surface: str, _now: datetime) -> str:
    begins, ends = typed.get("begins", "").strip(), typed.get("ends", "").strip()
    by = people.person(person.id, surface)
    if not begins and not ends:
        await rostering.quiet(person.id, -1, -1, "UTC", by)
        return "You have no quiet hours: everything comes to you at once."
    zone = typed.get("timezone", "").strip()
    kept = await rostering.quiet(person.id, minutes(begins, "begins"), minutes(ends, "ends"), zone, by)
    if kept is None:
        return "You have no quiet hours: everything comes to you at once."
    return f"What can wait comes to you after {clock(kept.ends)}, not from {clock(kept.begins)} on ({kept.timezone})."


_DEEDS: dict[str, Callable[[Rostering, Typed, Person, str, datetime], Awaitable[str]]] = {
    "cover": _cover,
    "away": _away,
    "quiet": _quiet,
}
"""By the sheet's name."""
