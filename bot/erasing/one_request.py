"""Erasing one request, in one transaction in which no legal hold keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain import events as e
from bot.domain.events import Erased, EventRecord, Opened, event_of
from bot.domain.holds import HOLDS
from bot.domain.people import Actor
from bot.domain.requests import Decision, DecisionKind, GrantStatus, Request
from bot.domain.veiling import VEILED, veiled_submission
from bot.domain.verdicts import Observation
from bot.erasing.residues import residue
from bot.errors import BadInput, Conflict, NotFound
from bot.holding import refuse_held
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


async def erase_request(
    store: Store,
    request_id: str,
    *,
    reason: str,
    by: Actor,
    veil: bytes = b"",
    keep_amounts: bool = True,
    cancel: bool = False,
    rule: str | None = None,
) -> Erasure:
    """Erase the arguments, context, reasoning, customer, notes, questions and answers of one request.

    What remains: action type, tool, times, status, deciders, agent, owner, rule names, reason code, the counts that
    the caps are made of (their keys hold customer and session as pseudonyms), that its idempotency key was used (as a
    pseudonym under ``veil``) and, with ``keep_amounts``, the amount. With ``cancel`` what still waits is cancelled or
    revoked first. ``rule`` is the policy's, where its retention does it.
    Safe to repeat: a second call erases what was said since.

    Raises:
        NotFound: when there is no such request.
        Conflict: ``still_open`` while it waits for its decision, or its approval may still be used; ``on_hold`` while
            a legal hold keeps it.
        BadInput: when the reason is missing or too long.
    """
    reason = sayable(reason)
    stream = stream_of("request", request_id)
    records = await store.events(stream)
    facts = _facts(records)
    if facts is None:
        raise NotFound(f"there is no request {request_id}", remedy="`signoff request list` lists them")
    submission, observed = facts
    if not submission.startswith(VEILED):
        submission = veiled_submission(submission, veil)

    def flow(view: View) -> tuple[Request, bool]:
        request = view.request(request_id)
        if request is None:
            raise NotFound(f"there is no request {request_id}")
        refuse_held(view, request, veil)
        if cancel:
            request = _ended(view, request, by)
        _require_ended(request)
        left = residue(request, veil=veil, keep_amounts=keep_amounts)
        if left != request:
            view.record("request", request_id, Erased(left, reason, submission, observed, rule), by)
        return left, left != request

    request, recorded = await store.transact(Needs(requests=(request_id,), ledgers=(HOLDS,)), flow)
    left_over = await store.erase(stream)
    return Erasure(request, payloads_of(records) if recorded else left_over, _linked(request))


def payloads_of(records: Sequence[EventRecord]) -> int:
    """How many of these still say what happened."""
    return sum(record.payload is not None for record in records)


def sayable(reason: str) -> str:
    """The reason without space around it.

    Raises:
        BadInput: when there is none or it is too long.
    """
    reason = reason.strip()
    if not 0 < len(reason) <= MAX_REASON:
        raise BadInput(
            f"has to be 1 to {MAX_REASON} characters long",
            field="reason",
            remedy="say why, without personal data: it stays on record",
        )
    return reason


def _facts(records: Sequence[EventRecord]) -> tuple[str, tuple[Observation, ...]] | None:
    """What the newest event that still has it says of the submission and of what was counted."""
    for record in reversed(records):
        if record.type in _TELLING and record.payload is not None:
            event = event_of(record)
            if isinstance(event, Opened | Erased):
                return event.submission, event.observed
    return None


def _ended(view: View, request: Request, by: Actor) -> Request:
    """The request once nothing of it waits any more: cancelled, or its approval taken back."""
    if request.pending:
        decision = Decision(DecisionKind.CANCELLED, by, view.time("request", request.id))
        view.record("request", request.id, e.Decided(decision), by)
    elif request.grant is not None and request.grant.status is GrantStatus.WAITING:
        view.record("request", request.id, e.Revoked("what it is about was erased"), by)
    return view.recorded(request.id)


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
