"""Reading: the events of an iCalendar become who is on call when."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from bot.domain.people import Person
from bot.domain.spelling import spelled
from bot.errors import BadInput
from bot.policy.document import Policy
from bot.policy.working_time import wall_instant
from bot.rostering import Planned

MAX_BYTES = 1024 * 1024
MAX_EVENTS = 5000
"""Components of a calendar, and what they come to within the time that is looked at."""
_LONGEST_TEXT = 200
_TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
"""Nobody changes shifts so often, and such an event would come without end."""
_MAILTO = re.compile("mailto:", re.IGNORECASE)


def read(body: bytes, policy: Policy, since: datetime, until: datetime) -> tuple[Planned, ...]:
    """Who is on call by the events that touch this time; of several at once the first counts: the one that began last.

    An event is the person's whose address an attendee has, else whose id, name or address its summary is, alone or
    behind a colon. Events of nobody keep their summary. Days without a time are days of the policy's zone, as are times
    without a zone; what is cancelled is left out.

    Raises:
        BadInput: when it is no calendar, or too large a one.
    """
    if len(body) > MAX_BYTES:
        raise BadInput(f"is larger than {MAX_BYTES // 1024} KiB", field="calendar", remedy="export fewer events")
    try:
        calendar = icalendar.Calendar.from_ical(body)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise _unreadable() from error
    if not isinstance(calendar, icalendar.Calendar):
        raise _unreadable()
    _require_bounded(calendar)
    try:
        events = recurring_ical_events.of(calendar).between(since, until)
    except Exception as error:  # the library raises what the values in a stranger's file make it raise
        raise _unreadable() from error
    if len(events) > MAX_EVENTS:
        raise BadInput(f"has more than {MAX_EVENTS} events in 16 days", field="calendar", remedy="export fewer events")
    found = [entry for event in events for entry in _planned(event, policy)]
    return tuple(sorted(found, key=lambda entry: (entry.since, -entry.until.timestamp(), entry.person), reverse=True))


def _unreadable() -> BadInput:
    return BadInput("is no calendar", field="calendar", remedy="name an iCalendar file, or the address of one (.ics)")


def _require_bounded(calendar: icalendar.Calendar) -> None:
    """Refuse what would come to millions of events."""
    components = list(calendar.walk("VEVENT"))
    if len(components) > MAX_EVENTS:
        raise BadInput(f"has more than {MAX_EVENTS} events", field="calendar", remedy="export fewer events")
    for component in components:
        for rule in _rules(component):
            often = {str(part).upper() for part in rule.get("FREQ", ())} & _TOO_OFTEN
            within = any(len(rule.get(key, ())) > 1 for key in ("BYSECOND", "BYMINUTE", "BYHOUR"))
            if often or within:
                text = f"an event comes more than once a day: {_summary(component)!r}"
                raise BadInput(text, field="calendar", remedy="give each shift an event of its own")


def _rules(component: Any) -> Iterator[Any]:  # noqa: ANN401 - the library's own
    for key in ("RRULE", "EXRULE"):
        found = component.get(key)
        yield from found if isinstance(found, list) else () if found is None else (found,)


def _planned(event: Any, policy: Policy) -> Iterator[Planned]:  # noqa: ANN401 - the library's own
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    begins, ends = _instant(event.start, policy.zone), _instant(event.end, policy.zone)
    if ends <= begins:
        return
    people = _people(event, policy)
    if people:
        yield Planned(people[0].id, begins, ends)
    else:
        yield Planned("", begins, ends, _summary(event) or "an event without a summary")


def _people(event: Any, policy: Policy) -> list[Person]:  # noqa: ANN401 - the library's own
    attendees = event.get("ATTENDEE", ())
    addresses = [_MAILTO.sub("", str(one)) for one in (attendees if isinstance(attendees, list) else [attendees])]
    found = [person for address in addresses if (person := policy.person_by_email(address)) is not None]
    return found or [person for text in _names(_summary(event)) if (person := _named(text, policy)) is not None]


def _names(summary: str) -> tuple[str, ...]:
    """The whole of it, and what stands behind its last colon: ``On call: Dana``."""
    return (summary, summary.rpartition(":")[2])


def _named(text: str, policy: Policy) -> Person | None:
    wanted = spelled(text)
    if not wanted:
        return None
    same = [one for one in policy.people.values() if wanted in {spelled(one.id), spelled(one.name), spelled(one.email)}]
    return same[0] if len(same) == 1 else None


def _summary(event: Any) -> str:  # noqa: ANN401 - the library's own
    return " ".join(str(event.get("SUMMARY", "")).split())[:_LONGEST_TEXT]


def _instant(at: date | datetime, zone: ZoneInfo) -> datetime:
    if not isinstance(at, datetime):
        return wall_instant(at, 0, zone)
    if at.tzinfo is None:
        return wall_instant(at.date(), at.hour * 60 + at.minute, zone) + timedelta(seconds=at.second)
    return at.astimezone(UTC)
