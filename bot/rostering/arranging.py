"""Arranging: what somebody asks for becomes a fact, or a refusal that says what would help. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain import events as e
from bot.domain.duties import Cover, Delegation, QuietHours
from bot.domain.people import Actor, ActorKind, Person
from bot.domain.spelling import spelled
from bot.errors import BadInput, NotAllowed
from bot.policy.document import Policy
from bot.rostering.leave import (
    able_to_stand_in,
    heads_of,
    loop,
    may_cover,
    may_send_away,
    unable,
    who_may_cover,
)
from bot.rostering.on_call import Roster

GRACE = timedelta(minutes=5)
"""What was typed as now is a little in the past when it is sent."""
LONGEST = timedelta(days=366)
MAX_NOTE = 500
"""Characters."""
_DAY = 24 * 60
_MINUTE = timedelta(minutes=1)


def cover(
    roster: Roster,
    rotation: str,
    person: str,
    since: datetime,
    until: datetime,
    note: str | None,
    by: Actor,
    now: datetime,
) -> Cover | e.Covered:
    """The fact that somebody is on call for a while; the cover that says so already, where there is one.

    Raises:
        BadInput: naming ``rotation``, ``person``, ``since``, ``until`` or ``note``.
        NotAllowed: saying who may.
    """
    policy = roster.policy
    if rotation not in policy.rotations:
        known = ", ".join(policy.rotations) or "the policy names none yet"
        raise BadInput(
            f"{rotation[:40]!r} is no rotation of the policy", field="rotation", remedy=f"there are: {known}"
        )
    found = find_person(policy, person, "person")
    since, until = span(since, until, now)
    note = _note(note)
    if not _free(by) and not may_cover(roster, rotation, by.id):
        names = ", ".join(who_may_cover(roster, rotation)) or "nobody"
        title = policy.rotations[rotation].title
        raise NotAllowed(f"{_name(policy, by.id)} may not say who is on call in {title}", remedy=f"ask {names}")
    for one in roster.duties.covers:
        if (one.rotation, one.person) == (rotation, found.id) and _same(one, since, until):
            return one
    return e.Covered(rotation, found.id, since, until, note)


def delegate(
    roster: Roster,
    person: str,
    to: str,
    since: datetime,
    until: datetime,
    note: str | None,
    by: Actor,
    now: datetime,
) -> Delegation | e.Delegated:
    """The fact that somebody is stood in for; the delegation that says so already, where there is one.

    Raises:
        BadInput: naming ``person``, ``to``, ``since``, ``until`` or ``note``.
        NotAllowed: saying who may.
    """
    policy = roster.policy
    away, other = find_person(policy, person, "person"), find_person(policy, to, "to")
    since, until = span(since, until, now)
    note = _note(note)
    if not _free(by) and not may_send_away(policy, away.id, by.id):
        names = ", ".join(_name(policy, id_) for id_ in (away.id, *heads_of(policy, away.id)))
        raise NotAllowed(f"{_name(policy, by.id)} may not say who stands in for {away.name}", remedy=f"ask {names}")
    _require_able(policy, away, other)
    for one in roster.duties.delegations:
        if (one.person, one.to) == (away.id, other.id) and _same(one, since, until):
            return one
    new = Delegation(0, away.id, other.id, since, until, by.id)
    if (found := loop(roster, new)) is not None:
        at, chain = found
        names = " to ".join(_name(policy, id_) for id_ in chain)
        remedy = f"choose somebody else, or let it end before {at.astimezone(policy.zone):%Y-%m-%d %H:%M %Z}"
        raise BadInput(f"would come back: from {names}", field="to", remedy=remedy)
    return e.Delegated(away.id, other.id, since, until, note)


def quiet(
    roster: Roster, person: str, begins: int, ends: int, timezone: str, by: Actor
) -> QuietHours | e.QuietHoursSet | None:
    """The fact of somebody's own quiet hours; what stands already, where it is that (None: they have none).

    ``begins`` and ``ends`` are minutes after midnight; -1 for ``begins`` is no quiet hours any more.

    Raises:
        BadInput: naming ``begins``, ``ends`` or ``timezone``.
        NotAllowed: for another person's.
    """
    found = find_person(roster.policy, person, "person")
    if not _free(by) and by.id != found.id:
        raise NotAllowed("quiet hours are everybody's own", remedy=f"ask {found.name}")
    standing = roster.duties.quiet.get(found.id)
    if begins == -1:
        return None if standing is None else e.QuietHoursSet(found.id, -1, -1)
    for field, minutes in (("begins", begins), ("ends", ends)):
        if not 0 <= minutes < _DAY:
            raise BadInput("is no time of the day", field=field, remedy="write it as 22:00")
    if begins == ends:
        raise BadInput("is when they begin", field="ends", remedy="quiet hours end at another time than they begin")
    try:
        ZoneInfo(timezone)
    except (ValueError, OSError, KeyError) as error:  # ZoneInfoNotFoundError is a KeyError
        remedy = "use a name such as America/New_York or UTC"
        raise BadInput(f"{timezone[:40]!r} is no time zone", field="timezone", remedy=remedy) from error
    wanted = QuietHours(found.id, begins, ends, timezone)
    return standing if standing == wanted else e.QuietHoursSet(found.id, begins, ends, timezone)


def ended(roster: Roster, one: Cover | Delegation, by: Actor, note: str | None) -> e.DutyEnded:
    """The fact that a cover or a delegation ends before its time.

    Raises:
        NotAllowed: saying who may.
        BadInput: naming ``note``.
    """
    policy = roster.policy
    if isinstance(one, Cover):
        may = by.id in {one.by, one.person} or may_cover(roster, one.rotation, by.id)
        names = who_may_cover(roster, one.rotation)
    else:
        may = by.id == one.by or may_send_away(policy, one.person, by.id)
        names = [_name(policy, id_) for id_ in (one.person, *heads_of(policy, one.person))]
    if not may and not _free(by):
        raise NotAllowed(f"{_name(policy, by.id)} may not end this", remedy=f"ask {', '.join(names)}")
    return e.DutyEnded(one.number, _note(note))


def find_person(policy: Policy, typed: str, field: str) -> Person:
    """The person of the policy with this id, name or address.

    Raises:
        BadInput: when there is none, or when several have that name.
    """
    text = spelled(typed)
    found = policy.people.get(typed.strip()) or policy.person_by_email(typed)
    if found is not None:
        return found
    same = [person for person in policy.people.values() if text and text in {spelled(person.name), spelled(person.id)}]
    if len(same) == 1:
        return same[0]
    if same:
        ids = ", ".join(person.id for person in same)
        raise BadInput(f"several people are called {typed[:60]}", field=field, remedy=f"write one of {ids}")
    text = "is missing" if not typed.strip() else f"{typed[:60]!r} is nobody of the policy"
    raise BadInput(text, field=field, remedy="give somebody's id, name or address as the policy file has it")


def span(since: datetime, until: datetime, now: datetime) -> tuple[datetime, datetime]:
    """A time to come.

    Raises:
        BadInput: naming ``since`` or ``until``.
    """
    if since < now - GRACE:
        raise BadInput("lies in the past", field="since", remedy="write now, or a later time")
    if until <= now:
        raise BadInput("lies in the past", field="until", remedy="write a later time, such as +7d")
    if until <= since:
        raise BadInput("is not after the beginning", field="until", remedy="write a later time, such as +7d")
    if until > now + LONGEST:
        raise BadInput("is more than a year ahead", field="until", remedy="choose an earlier end, and renew it then")
    return since, until


def _require_able(policy: Policy, person: Person, other: Person) -> None:
    if other.id == person.id:
        raise BadInput("is the one who is away", field="to", remedy="choose somebody else")
    why = unable(policy, person, other)
    if why is not None:
        able = ", ".join(one.name for one in able_to_stand_in(policy, person))
        remedy = f"choose one of {able}" if able else "nobody of the policy could: add an approver to it"
        text = f"could not sign everything that comes to {person.name}: {why}"
        raise BadInput(text, field="to", remedy=remedy)


def _note(note: str | None) -> str | None:
    text = (note or "").strip()
    if len(text) > MAX_NOTE:
        raise BadInput(f"is longer than {MAX_NOTE} characters", field="note", remedy="write less")
    return text or None


def _same(standing: Cover | Delegation, since: datetime, until: datetime) -> bool:
    """Whether what stands is what is asked for: times are typed to the minute, and now is later the second time."""
    return standing.since <= since <= standing.since + GRACE and abs(standing.until - until) < _MINUTE


def _free(by: Actor) -> bool:
    """Whether somebody needs no leave: an operator at the console of the machine."""
    return by.kind is ActorKind.OPERATOR


def _name(policy: Policy, id_: str) -> str:
    person = policy.people.get(id_)
    return id_ if person is None else person.name
