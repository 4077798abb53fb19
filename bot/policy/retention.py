"""Retention: for how long what a request says of people is kept, once everything about it is over."""

from __future__ import annotations

import msgspec

from bot.domain.verdicts import ActionClass

LEAST_SECONDS = 168 * 3600
"""Requests and their keys are kept at least so long after the decision: an agent may ask for them (Agent Approval
Protocol)."""
HALF_A_YEAR = 183 * 86400
_HIGH = frozenset({ActionClass.MONEY, ActionClass.IDENTITY, ActionClass.COMPLAINT})


class Keeping(msgspec.Struct, frozen=True):
    """What the policy says of one request: the rule, and for how many seconds; None is until somebody erases it."""

    rule: str
    seconds: int | None


class Retention(msgspec.Struct, frozen=True):
    """Seconds by class, owner and action (ids); the nearest counts: the action's, else the owner's, else the class's.

    A class of which nothing is said is kept for half a year where it is of the high ones (money, identity, complaint),
    and until somebody erases it where it is not.
    """

    classes: dict[ActionClass, int | None] = {}
    owners: dict[str, int | None] = {}
    actions: dict[str, int | None] = {}
    contacts: int | None = HALF_A_YEAR
    """Of reported contacts, which have neither class nor owner; counted from the contact."""

    def of(self, *, action_type: str, owner: str, action_class: ActionClass) -> Keeping:
        """What counts for a request of this action type, owner and class."""
        if action_type in self.actions:
            return Keeping(f"retention.actions.{action_type}", self.actions[action_type])
        if owner in self.owners:
            return Keeping(f"retention.owners.{owner}", self.owners[owner])
        if action_class in self.classes:
            return Keeping(f"retention.classes.{action_class}", self.classes[action_class])
        return Keeping(f"retention.default.{action_class}", HALF_A_YEAR if action_class in _HIGH else None)

    @property
    def shortest(self) -> int | None:
        """The shortest time that counts for anything; None where everything is kept."""
        said = (*self.actions.values(), *self.owners.values(), *(self.of_class(each) for each in ActionClass))
        return min((seconds for seconds in said if seconds is not None), default=None)

    def of_class(self, action_class: ActionClass) -> int | None:
        """What counts for a class where neither owner nor action says otherwise."""
        return self.of(action_type="", owner="", action_class=action_class).seconds
