"""Summarising: requests become a summary. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from bot.answering.counting import Counting
from bot.answering.figures import Cut, Figures, Summary
from bot.answering.periods import Period
from bot.domain.requests import Request
from bot.policy.document import Policy

EVERYBODY = "All owners"


def summarise(
    requests: Iterable[Request],
    policy: Policy,
    *,
    owner: str | None,
    period: Period,
    before: Iterable[Request],
    agents: Mapping[str, str] | None = None,
) -> Summary:
    """The figures of ``requests`` and, to compare with, of ``before``, each request given once.

    Of both, only the requests of ``owner`` (an owner's id; None is everybody) that were opened in the period, or in the
    span before it, are counted. ``agents`` names agents by id. ``Figures`` says what each figure means.
    """
    zone = ZoneInfo(period.zone)
    now, then = (Counting(policy, period.at, agents or {}, zone) for _ in range(2))
    for request in requests:
        if period.holds(request.opened_at) and owner in {None, request.routing.owner}:
            now.add(request)
    for request in before:
        if period.held_before(request.opened_at) and owner in {None, request.routing.owner}:
            then.add(request)
    return summary_of(policy, owner, period, now.figures(), then.figures())


def summary_of(
    policy: Policy, owner: str | None, period: Period, now: Figures, then: Figures | None, cut: Cut | None = None
) -> Summary:
    """The figures with their titles."""
    return Summary(
        owner=owner,
        owner_title=EVERYBODY if owner is None else policy.owners[owner].title if owner in policy.owners else owner,
        period=period,
        figures=now,
        before=then,
        policy_version=policy.version,
        cut=cut,
    )
