"""Telling of a feedback item to a program: plain values, the same for the command line and the HTTP API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.cards.masking import Masker
from bot.deciding import display_name
from bot.domain.lessons import FeedbackItem, FeedbackStep
from bot.domain.requests import Request
from bot.policy.document import Policy
from bot.recording import timestamp


def item_view(request: Request, policy: Policy, now: datetime) -> dict[str, Any]:
    """The item of a request, JSON-ready; sensitive values are masked in its notes.

    Raises:
        ValueError: when it has none.
    """
    item = request.feedback
    if item is None:
        raise ValueError(f"request {request.id} has no feedback item")
    masker = Masker(request, frozenset())
    decision = request.decision
    return {
        "request": request.id,
        "title": masker.text(request.assessment.title),
        "action_type": request.assessment.action_type,
        "owner": request.routing.owner,
        "kind": item.kind.value,
        "suggested": item.suggested.value,
        "rule": item.rule,
        "state": item.state.value,
        "assignee": item.assignee,
        "opened_by": display_name(item.opened_by, policy),
        "opened_at": timestamp(item.opened_at),
        "due_at": timestamp(item.due_at),
        "overdue": item.state.unfinished and item.due_at <= now,
        "reason_code": None if decision is None else decision.reason_code,
        "note": masker.optional(item.note),
        "steps": [_step(step, policy, masker) for step in item.steps],
        "proposal": _proposal(item),
    }


def _step(step: FeedbackStep, policy: Policy, masker: Masker) -> dict[str, Any]:
    return {
        "by": display_name(step.by, policy),
        "surface": step.by.surface,
        "at": timestamp(step.at),
        "state": None if step.state is None else step.state.value,
        "kind": None if step.kind is None else step.kind.value,
        "assignee": step.assignee,
        "due_at": None if step.due_at is None else timestamp(step.due_at),
        "note": masker.optional(step.note),
    }


def _proposal(item: FeedbackItem) -> dict[str, Any] | None:
    found = item.proposal
    if found is None:
        return None
    return {
        "diff": found.diff,
        "told": found.told,
        "against": found.against,
        "judged": found.judged,
        "held": found.held,
        "caught": found.caught,
        "overrides": found.overrides,
    }
