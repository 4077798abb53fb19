"""Standing in: to whom it comes while somebody is away. A delegation moves the duty, and gives nobody a right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.domain.duties import Delegation
from bot.domain.people import Person
from bot.rostering.on_call import Roster


def away(roster: Roster, person_id: str, at: datetime) -> Delegation | None:
    """The delegation that is in force for somebody, the newest of several."""
    found = (one for one in reversed(roster.duties.delegations) if one.person == person_id)
    return next((one for one in found if one.since <= at < one.until), None)


def stand_in(roster: Roster, person_id: str, at: datetime, able: Callable[[Person], bool]) -> str:
    """Who has a person's duty at an instant: the end of the chain of delegations, the person themselves without one.

    Where the chain comes back to somebody, or ends with somebody who is not ``able`` or not of the policy, it stays
    with the last who is; that is the person themselves, if nobody else is.
    """
    holder, seen = person_id, {person_id}
    current = person_id
    while (delegation := away(roster, current, at)) is not None and delegation.to not in seen:
        current = delegation.to
        seen.add(current)
        person = roster.policy.people.get(current)
        if person is None:
            break
        if able(person) and away(roster, current, at) is None:
            holder = current
    return holder
