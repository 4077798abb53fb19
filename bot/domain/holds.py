"""Legal holds: what nothing may be erased of, and why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from bot.domain.requests import Request

HOLDS = "holds"
"""The ledger that every hold and its end stand in."""


class Hold(msgspec.Struct, frozen=True, gc=False):
    """Since ``at``, and until it is released, nothing that its scope covers is erased."""

    id: str
    scope: str
    """``request:<id>``, ``owner:<id>``, ``action:<id>``, or ``customer:`` with the customer's pseudonym."""
    by: str
    """The id of the person who placed it, or an operator's login name."""
    reason: str
    at: datetime

    def covers(self, request: Request, customer: str | None) -> bool:
        """Whether it keeps a request; ``customer`` is the pseudonym of its customer, None where it names none."""
        scopes = {
            f"request:{request.id}",
            f"owner:{request.routing.owner}",
            f"action:{request.assessment.action_type}",
        }
        if customer is not None:
            scopes.add(f"customer:{customer}")
        return self.scope in scopes


def with_hold(standing: tuple[Hold, ...], new: Hold) -> tuple[Hold, ...]:
    """With one more; one of the same name takes the older one's place."""
    return (*(one for one in standing if one.id != new.id), new)


def without_hold(standing: tuple[Hold, ...], id_: str) -> tuple[Hold, ...]:
    """Without the one of this name."""
    return tuple(one for one in standing if one.id != id_)


def standing_on_contacts(holds: Iterable[Hold], customer: str) -> tuple[Hold, ...]:
    """Those that keep what is known of a customer, by their pseudonym."""
    return tuple(one for one in holds if one.scope == f"customer:{customer}")
