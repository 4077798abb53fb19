"""Sheets: the forms of on call and away, the same on every surface, which only draws them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from bot.domain.people import Person
from bot.domain.spelling import spelled
from bot.errors import BadInput, NotAllowed
from bot.rostering.arranging import MAX_NOTE
from bot.rostering.leave import able_to_stand_in, may_cover, may_send_away, taking_turns
from bot.rostering.on_call import Roster
from bot.rostering.times import HINT, clock

MOST_CHOICES = 100
"""A menu has no more; with more people their names are typed. Slack: https://docs.slack.dev/reference/block-kit."""
_LONGEST_TIME = 40
Choice = tuple[str, str]
"""Value and title."""


class Entry(msgspec.Struct, frozen=True):
    """One input: a menu where there are ``choices``, else a line of text."""

    name: str
    label: str
    choices: tuple[Choice, ...] = ()
    value: str = ""
    hint: str = ""
    required: bool = True
    most: int = 200
    """Characters."""


class Sheet(msgspec.Struct, frozen=True):
    """A form: what it is called, what is said above its inputs, and the word on its button."""

    name: str
    title: str
    told: str
    entries: tuple[Entry, ...]
    button: str


def sheet(name: str, roster: Roster, person: Person, now: datetime, wanted: str = "") -> Sheet:
    """The form of this name for somebody; ``wanted`` is what was typed behind the command, chosen in it if it fits.

    Raises:
        NotAllowed: where they may arrange nothing of the kind, saying what would help.
    """
    return SHEETS[name](roster, person, now, wanted)


def _cover(roster: Roster, person: Person, _now: datetime, wanted: str) -> Sheet:
    policy = roster.policy
    mine = [(id_, one.title) for id_, one in policy.rotations.items() if may_cover(roster, id_, person.id)]
    if not mine:
        if not policy.rotations:
            raise NotAllowed("the policy has no rotation", remedy="it is written under rotations of the policy file")
        titles = ", ".join(rotation.title for rotation in policy.rotations.values())
        remedy = "ask whoever takes turns in it or answers for it: `oncall` has the names"
        raise NotAllowed(f"{person.name} may not say who is on call in {titles}", remedy=remedy)
    chosen = _among(wanted, mine) or mine[0][0]
    first = dict.fromkeys((person.id, *taking_turns(roster, chosen), *policy.people))
    return Sheet(
        "cover",
        "Cover",
        "From then until then this person is on call, whoever the plan names. A swap is two of these.",
        (
            Entry("rotation", "Rotation", tuple(mine[:MOST_CHOICES]), chosen),
            _people(
                "person", "Who is on call", [policy.people[id_] for id_ in first if id_ in policy.people], person.id
            ),
            *_times(roster),
            _note(),
        ),
        "Cover",
    )


def _away(roster: Roster, person: Person, _now: datetime, wanted: str) -> Sheet:
    policy = roster.policy
    theirs = [one for one in policy.people.values() if may_send_away(policy, one.id, person.id)]
    who = sorted(theirs, key=lambda one: one.id != person.id)
    able = able_to_stand_in(policy, person) if len(who) == 1 else list(policy.people.values())
    if not able:
        remedy = "ask whoever keeps the policy file to add an approver"
        raise NotAllowed(f"nobody could sign everything that comes to {person.name}", remedy=remedy)
    to = _among(wanted, [(one.id, one.name) for one in able]) or ""
    told = (
        "What would come to one of them, reminders and steps, comes to the other meanwhile. It gives nobody a right to "
        "sign: whoever stands in has to be able to sign it all themselves."
    )
    entries = (
        _people("person", "Who is away", who, person.id),
        _people("to", "Who stands in", able, to),
        *_times(roster),
        _note(),
    )
    return Sheet("away", "Away", told, entries, "Stand in")


def _quiet(roster: Roster, person: Person, _now: datetime, _wanted: str) -> Sheet:
    standing = roster.duties.quiet.get(person.id)
    told = (
        "Between these times nothing that can wait is sent to you: it comes when they end. What is urgent comes at "
        "once, and so does what comes to you because you are on call. Leave both empty for no quiet hours."
    )
    begins, ends = ("", "") if standing is None else (clock(standing.begins), clock(standing.ends))
    zone = roster.policy.timezone if standing is None else standing.timezone
    return Sheet(
        "quiet",
        "Quiet hours",
        told,
        (
            Entry("begins", "From", (), begins, "Such as 22:00", required=False, most=5),
            Entry(
                "ends",
                "Until",
                (),
                ends,
                "Such as 07:00; the next morning where that is earlier",
                required=False,
                most=5,
            ),
            Entry("timezone", "Time zone", (), zone, "Such as America/New_York", most=64),
        ),
        "Keep",
    )


SHEETS: dict[str, Callable[[Roster, Person, datetime, str], Sheet]] = {"cover": _cover, "away": _away, "quiet": _quiet}
"""By command."""


def sheet_of(name: str) -> Callable[[Roster, Person, datetime, str], Sheet]:
    """What makes the form of this name.

    Raises:
        BadInput: when there is none.
    """
    if name not in SHEETS:
        raise BadInput("this form is none of Signoff's", remedy="open it again")
    return SHEETS[name]


def _times(roster: Roster) -> tuple[Entry, Entry]:
    hint = f"By the clock of {roster.policy.timezone}: {HINT}"
    return (
        Entry("since", "From", (), "now", hint, most=_LONGEST_TIME),
        Entry("until", "Until", (), "", f"{hint}. A day alone ends with that day", most=_LONGEST_TIME),
    )


def _note() -> Entry:
    return Entry("note", "Note", (), "", "For whoever reads the record", required=False, most=MAX_NOTE)


def _people(name: str, label: str, people: Sequence[Person], chosen: str) -> Entry:
    """A menu, where two of the same name are told apart by their ids; with too many of them, a line to type in."""
    if len(people) > MOST_CHOICES:
        return Entry(name, label, (), chosen, "Id, name or address as the policy file has it")
    names = [one.name for one in people]
    choices = ((one.id, f"{one.name} ({one.id})" if names.count(one.name) > 1 else one.name) for one in people)
    return Entry(name, label, tuple(choices), chosen)


def _among(wanted: str, choices: Sequence[Choice]) -> str | None:
    text = spelled(wanted)
    return next((id_ for id_, title in choices if text and text in {spelled(id_), spelled(title)}), None)
