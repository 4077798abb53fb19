"""Erasing: a request's personal data goes, what statistics and proofs need stays.

The erasure is an event itself. It says what remains known (the residue), then the payloads and salts of the events
before it are deleted. What was bound by a salted digest can't be guessed back from it; the chain and the tree are made
of digests and stay whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from bot.domain.events import Erased, EventRecord, Opened, event_of
from bot.domain.lessons import FeedbackItem
from bot.domain.people import Actor
from bot.domain.requests import (
    Assessment,
    Context,
    Decision,
    Grant,
    GrantStatus,
    Proposal,
    Question,
    Request,
)
from bot.domain.verdicts import Observation
from bot.errors import BadInput, Conflict, NotFound
from bot.ports import Store
from bot.recording import Needs, View, stream_of

MAX_REASON = 1000
"""Characters of the reason for an erasure."""
_TELLING = ("request.opened", "request.erased")


@dataclass(frozen=True, slots=True)
class Erasure:
    """What an erasure did. ``payloads`` is 0 when everything was gone before."""

    request: Request
    payloads: int
    linked: tuple[str, ...]
    """Requests that hold the same arguments, because one was approved by an edit of the other."""


async def erase_request(store: Store, request_id: str, *, reason: str, by: Actor, keep_amounts: bool = True) -> Erasure:
    """Erase the arguments, context, reasoning, customer, notes, questions and answers of one request.

    What remains: action type, tool, times, status, deciders, agent, owner, rule names, reason code, the counts that
    the caps are made of (their keys hold customer and session as digests) and, with ``keep_amounts``, the amount.
    Safe to repeat: a second call finishes what a first one left, and erases what was said since.

    Raises:
        NotFound: when there is no such request.
        Conflict: ``still_open`` while it waits for its decision, or its approval may still be used.
        BadInput: when the reason is missing or too long.
    """
    reason = _checked(reason)
    stream = stream_of("request", request_id)
    facts = _facts(await store.events(stream))
    if facts is None:
        raise NotFound(f"there is no request {request_id}")
    submission, observed = facts

    def flow(view: View) -> Request:
        request = view.request(request_id)
        if request is None:
            raise NotFound(f"there is no request {request_id}")
        _require_ended(request)
        left = residue(request, keep_amounts=keep_amounts)
        if left != request:
            view.record("request", request_id, Erased(left, reason, submission, observed), by)
        return left

    request = await store.transact(Needs(requests=(request_id,)), flow)
    return Erasure(request, await store.erase(stream), _linked(request))


def residue(request: Request, *, keep_amounts: bool = True) -> Request:
    """What remains known of a request once its personal data is gone; of a residue, itself."""
    return replace(
        request,
        proposal=Proposal(
            tool=request.proposal.tool,
            arguments={},
            timeout=request.proposal.timeout,
            server=request.proposal.server,
        ),
        digest="",
        assessment=_assessment(request.assessment, keep_amounts=keep_amounts),
        decision=_decision(request.decision),
        grant=_grant(request.grant),
        outcome=None if request.outcome is None else replace(request.outcome, note=None),
        questions=tuple(_question(question) for question in request.questions),
        feedback=_feedback(request.feedback),
        sample=None if request.sample is None else replace(request.sample, note=None),
        erased=True,
    )


def _assessment(assessment: Assessment, *, keep_amounts: bool) -> Assessment:
    context = assessment.context
    reasons = tuple(replace(reason, text="", compared={}) for reason in assessment.verdict.reasons)
    return replace(
        assessment,
        verdict=replace(assessment.verdict, reasons=reasons),
        context=Context(
            model=context.model,
            build=context.build,
            confidence=context.confidence,
            level=context.level,
            language=context.language,
            region=context.region,
            segment=context.segment,
            currency=context.currency,
            regulated_complaint=context.regulated_complaint,
        ),
        amount=assessment.amount if keep_amounts else None,
    )


def _decision(decision: Decision | None) -> Decision | None:
    if decision is None:
        return None
    return replace(decision, note=None, arguments=None if decision.arguments is None else {})


def _grant(grant: Grant | None) -> Grant | None:
    """Without the digest: whoever can list what the arguments may have been could find them by it."""
    return None if grant is None else replace(grant, digest="")


def _question(question: Question) -> Question:
    return replace(question, text="", answer=None if question.answer is None else "")


def _feedback(item: FeedbackItem | None) -> FeedbackItem | None:
    if item is None:
        return None
    return replace(item, note=None, steps=tuple(replace(step, note=None) for step in item.steps))


def _facts(records: Sequence[EventRecord]) -> tuple[str, tuple[Observation, ...]] | None:
    """What the newest event that still has it says of the submission and of what was counted."""
    for record in reversed(records):
        if record.type in _TELLING and record.payload is not None:
            event = event_of(record)
            if isinstance(event, Opened | Erased):
                return event.submission, event.observed
    return None


def _checked(reason: str) -> str:
    reason = reason.strip()
    if not 0 < len(reason) <= MAX_REASON:
        raise BadInput(
            f"has to be 1 to {MAX_REASON} characters long",
            field="reason",
            remedy="say why, without personal data: it stays on record",
        )
    return reason


def _require_ended(request: Request) -> None:
    remedy = "decide it, or let it expire, first"
    if request.pending:
        raise Conflict("it still waits for its decision", code="still_open", remedy=remedy)
    if request.grant is not None and request.grant.status is GrantStatus.WAITING:
        remedy = "revoke the approval, or let it lapse, first"
        raise Conflict("its approval may still be used", code="still_open", remedy=remedy)


def _linked(request: Request) -> tuple[str, ...]:
    origin = None if request.decision is None else request.decision.origin
    moved_to = None if request.grant is None else request.grant.moved_to
    return tuple(other for other in (origin, moved_to) if other is not None)
