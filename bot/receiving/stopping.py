"""What somebody may stop or let go on, as choices of a form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.cards.pauses import scope_title
from bot.domain.pauses import EVERYTHING
from bot.domain.people import Person
from bot.domain.spelling import spelled
from bot.errors import NotAllowed
from bot.pausing import pausable, who_may
from bot.policy.document import Policy


def scopes(person: Person, policy: Policy, agents: Mapping[str, str]) -> list[tuple[str, str]]:
    """What this person may stop: values and titles. ``agents`` are names by id.

    Raises:
        NotAllowed: saying who may, when that is nothing.
    """
    found = [(scope, scope_title(scope, policy, agents)) for scope in pausable(person, policy, agents)]
    if not found:
        raise nobody(person, policy)
    return found


def chosen(wanted: str, among: Sequence[tuple[str, str]]) -> str | None:
    """The scope that somebody typed: whole, its id alone, or its title."""
    text = spelled(wanted)
    for scope, title in among:
        if text and text in {spelled(scope), spelled(scope.partition(":")[2]), spelled(title)}:
            return scope
    return None


def nobody(person: Person, policy: Policy) -> NotAllowed:
    """What to raise at somebody who may neither pause nor resume."""
    names = ", ".join(who_may(EVERYTHING, policy)) or "nobody"
    return NotAllowed(f"{person.name} may not pause or resume automation", remedy=f"ask {names}")
