"""Cases: what was learned of one request as a test case, with what the agent wanted and what the human made of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from bot.cards.masking import Masker, masked
from bot.domain.jsontext import Json
from bot.domain.lessons import FeedbackItem
from bot.domain.requests import Decision, Request
from bot.ports import Library, RequestQuery
from bot.recording import timestamp

PAGE = 200
"""Requests that are in memory at a time."""


def case_of(request: Request, agent: str | None, *, clear: bool) -> dict[str, Any]:
    """The case, JSON-ready, always with the same keys; sensitive values are masked unless ``clear``.

    ``agent`` is the agent's name, where it is known.

    Raises:
        ValueError: when nothing is to be learned of it.
    """
    item, decision = request.feedback, request.decision
    if item is None or request.erased:
        raise ValueError(f"request {request.id} has nothing to be learned from")
    made = {
        "id": request.id,
        "lesson": _lesson(item),
        "agent": {"id": request.agent_id, "name": agent},
        "model": request.assessment.context.model,
        "build": request.assessment.context.build,
        "policy_version": request.assessment.verdict.policy_version,
        "action_type": request.assessment.action_type,
        "level": request.assessment.level.value,
        "owner": request.routing.owner,
        "proposed_at": timestamp(request.opened_at),
        "tool": request.proposal.tool,
        "input": list(request.assessment.context.transcript),
        "context": request.proposal.context or {},
        "agent_reasoning": request.proposal.agent_reasoning,
        "agent_arguments": request.proposal.arguments,
        "human_arguments": None if decision is None else decision.arguments,
        "decision": None if decision is None else _decision(decision),
        "held_because": [{"rule": one.rule, "text": one.text} for one in request.assessment.verdict.reasons],
    }
    return made if clear else _hidden(request, made)


def _lesson(item: FeedbackItem) -> dict[str, Any]:
    return {
        "kind": item.kind.value,
        "suggested": item.suggested.value,
        "rule": item.rule,
        "state": item.state.value,
        "assignee": item.assignee,
        "opened_at": timestamp(item.opened_at),
        "due_at": timestamp(item.due_at),
        "note": item.steps[-1].note if item.steps else item.note,
    }


def _decision(decision: Decision) -> dict[str, Any]:
    return {
        "kind": decision.kind.value,
        "by": decision.by.id,
        "at": timestamp(decision.at),
        "reason_code": decision.reason_code,
        "note": decision.note,
    }


def _hidden(request: Request, made: dict[str, Any]) -> dict[str, Any]:
    """Sensitive arguments masked, and whatever repeats them."""
    sensitive = {field.name for field in request.routing.fields if field.sensitive}
    masker = Masker(request, frozenset())
    for name in ("agent_arguments", "human_arguments"):
        if made[name] is not None:
            made[name] = {key: _veiled(value) if key in sensitive else value for key, value in made[name].items()}
    kept = {"id": made["id"], "proposed_at": made["proposed_at"], "owner": made["owner"], "tool": made["tool"]}
    return {name: kept.get(name) or _masked(value, masker) for name, value in made.items()}


def _veiled(value: Json) -> Any:  # noqa: ANN401 - any JSON
    """Every value in it masked; what it consists of stays to be seen."""
    if isinstance(value, Mapping):
        return {key: _veiled(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_veiled(each) for each in value]
    return None if value is None else masked(str(value))


def _masked(value: Json, masker: Masker) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        return masker.text(value)
    if isinstance(value, Mapping):
        return {key: _masked(each, masker) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(each, masker) for each in value]
    if value is None or isinstance(value, bool):
        return value
    shown = masker.text(str(value))
    return value if shown == str(value) else shown


async def cases(
    library: Library,
    names: Mapping[str, str],
    *,
    kinds: Sequence[str],
    states: Sequence[str],
    owners: Sequence[str] | None = None,
    clear: bool = False,
) -> AsyncIterator[dict[str, Any]]:
    """Every case of these kinds and states, the newest first, a page at a time; what was erased is left out.

    ``names`` are the agents' names by id.
    """
    after = None
    while True:
        query = RequestQuery(
            feedback=tuple(states), owners=None if owners is None else tuple(owners), limit=PAGE, after=after
        )
        page = await library.requests(query)
        for request in page.items:
            if request.feedback is not None and request.feedback.kind.value in kinds and not request.erased:
                yield case_of(request, names.get(request.agent_id), clear=clear)
        after = page.next
        if after is None:
            return
