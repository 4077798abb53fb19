"""Suggesting: which lesson a correction has, by the policy's rules. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from bot.domain.lessons import Lesson
from bot.domain.money import Money
from bot.domain.requests import Request
from bot.errors import BadInput
from bot.policy.document import Policy
from bot.policy.feedback import DEFAULT, DEFAULT_RULES, FeedbackRule, Kind
from bot.policy.paths import amount_of


class Suggestion(msgspec.Struct, frozen=True):
    """What a correction suggests to learn, and the name of the rule that says so."""

    learn: Lesson
    rule: str


def of_rejection(request: Request, reason: str | None, policy: Policy) -> Suggestion:
    """What a rejection for this reason suggests; None is one whose reason is not given."""
    return _first(_rules(request, policy), Kind.REJECTED, reason)


def of_edit(request: Request, arguments: Mapping[str, Any], policy: Policy) -> Suggestion:
    """What signing these arguments in the place of the proposed ones suggests."""
    return _first(_rules(request, policy), kind_of_edit(request, arguments, policy), None)


def kind_of_edit(request: Request, arguments: Mapping[str, Any], policy: Policy) -> Kind:
    """Whether an edit lowers or raises the amount; an amount that can't be read on either side is neither."""
    before, after = request.assessment.amount, _amount(request, arguments, policy)
    if before is None or after is None or before.currency != after.currency or before.amount == after.amount:
        return Kind.CHANGED
    return Kind.LOWERED if after.amount < before.amount else Kind.RAISED


def by_reason(request: Request, policy: Policy) -> dict[str, Suggestion]:
    """What each reason that a rejection may give suggests."""
    return {code: of_rejection(request, code, policy) for code in request.routing.reject_reasons}


def _rules(request: Request, policy: Policy) -> Iterable[FeedbackRule]:
    """Those of its action, then those of its owner, then the built-in ones."""
    action, owner = policy.actions.get(request.assessment.action_type), policy.owners.get(request.routing.owner)
    yield from () if action is None else action.feedback_rules
    yield from () if owner is None else owner.feedback.rules
    yield from DEFAULT_RULES


def _first(rules: Iterable[FeedbackRule], kind: Kind, reason: str | None) -> Suggestion:
    for rule in rules:
        if (not rule.reasons or reason in rule.reasons) and (not rule.corrections or kind in rule.corrections):
            return Suggestion(rule.learn, rule.name)
    return Suggestion(Lesson.REGRESSION_CASE, DEFAULT)


def _amount(request: Request, arguments: Mapping[str, Any], policy: Policy) -> Money | None:
    action = policy.actions.get(request.assessment.action_type)
    try:
        return amount_of(action, arguments, request.assessment.context, request.proposal.context)
    except BadInput:
        return None
