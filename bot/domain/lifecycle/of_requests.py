"""Requests."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from bot.domain import events as e
from bot.domain import people
from bot.domain.learned import apply_lesson
from bot.domain.people import Actor
from bot.domain.requests import (
    Claim,
    Grant,
    GrantStatus,
    MessageRef,
    Outcome,
    Question,
    Request,
    Snooze,
    Undelivered,
)


def apply_request(state: Request | None, event: e.Event, id_: str, at: datetime, actor: Actor) -> Request:
    """The request after one of its events.

    Raises:
        ValueError: when the event is not one of a request, or the first is not ``Opened``.
    """
    if isinstance(event, e.Opened):
        return _opened(event, id_, at)
    if isinstance(event, e.Erased):
        return event.residue
    if state is None:
        raise ValueError(f"the first event of request {id_} is {type(event).__name__}")
    if isinstance(event, e.Decided):
        return replace(
            state,
            decision=event.decision,
            grant=event.grant,
            reserved=event.reserved,
            signatures=event.decision.signatures,
            claim=None,
            snoozes=(),
            stopped_at=None,
        )
    if isinstance(event, e.Redeemed | e.GrantMoved | e.Lapsed | e.Revoked):
        return _grant_ended(state, event, at)
    if isinstance(event, e.OutcomeReported):
        return replace(state, outcome=Outcome(event.status, at, event.note))
    return _went_on(state, event, at, actor)


def _went_on(state: Request, event: e.Event, at: datetime, actor: Actor) -> Request:
    if isinstance(event, e.Posted | e.LinesPosted | e.Unshown):
        return _shown(state, event)
    if isinstance(event, e.Warned):
        return replace(state, warned=True, told=_with(state.told, event.to))
    if isinstance(event, e.Reassigned | e.Snoozed | e.Woken | e.Reminded | e.Escalated):
        return _kept_waiting(state, event, at, actor)
    if isinstance(event, e.StageBegan | e.Rescheduled | e.Moved):
        return _on_another_path(state, event)
    if isinstance(event, e.FeedbackOpened | e.FeedbackChanged | e.FeedbackReminded | e.Sampled | e.Graded):
        return apply_lesson(state, event, at, actor)
    return _while_pending(state, event, at, actor)


def _opened(event: e.Opened, id_: str, at: datetime) -> Request:
    return Request(
        id=id_,
        agent_id=event.agent_id,
        instance_id=event.instance_id,
        key=event.key,
        proposal=event.proposal,
        digest=event.digest,
        assessment=event.assessment,
        routing=event.routing,
        opened_at=at,
        deadline_at=event.deadline_at,
        reserved=event.reserved,
    )


def _grant_ended(state: Request, event: e.Event, at: datetime) -> Request:
    grant = state.grant
    if grant is None:
        raise ValueError(f"request {state.id} has no grant to end")
    if isinstance(event, e.Redeemed):
        return replace(state, grant=replace(grant, status=GrantStatus.REDEEMED, ended_at=at, key=event.key))
    ended: Grant
    if isinstance(event, e.GrantMoved):
        ended = replace(grant, status=GrantStatus.MOVED, ended_at=at, moved_to=event.to)
    elif isinstance(event, e.Lapsed):
        ended = replace(grant, status=GrantStatus.LAPSED, ended_at=at)
    else:
        ended = replace(grant, status=GrantStatus.REVOKED, ended_at=at)
    return replace(state, grant=ended, reserved=())


def _shown(state: Request, event: e.Posted | e.LinesPosted | e.Unshown) -> Request:
    """What stands where; a card that does not stand any more is no message of it."""
    if isinstance(event, e.Unshown):
        gone = Undelivered(event.surface, event.place, event.problem)
        left = tuple(ref for ref in state.messages if (ref.surface, ref.place) != (event.surface, event.place))
        return replace(state, messages=left, undelivered=(*state.undelivered, gone))
    return replace(state, messages=_with_message(state.messages, event.message))


def _kept_waiting(
    state: Request, event: e.Reassigned | e.Snoozed | e.Woken | e.Reminded | e.Escalated, at: datetime, actor: Actor
) -> Request:
    if isinstance(event, e.Reassigned):
        claim = Claim(people.person(event.to, actor.surface), at, event.until)
        return replace(state, claim=claim, told=_with(state.told, (event.to,)))
    if isinstance(event, e.Snoozed):
        others = tuple(one for one in state.snoozes if one.by.id != actor.id)
        return replace(state, snoozes=(*others, Snooze(actor, event.until)))
    if isinstance(event, e.Woken):
        return replace(state, snoozes=tuple(one for one in state.snoozes if one.by.id != event.person))
    if isinstance(event, e.Reminded):
        return replace(state, reminded=event.number)
    return replace(
        state,
        escalated=event.number,
        widened=_with(state.widened, event.widened),
        told=_with(state.told, event.to),
    )


def _with(before: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*before, *more)))


def _on_another_path(state: Request, event: e.StageBegan | e.Rescheduled | e.Moved) -> Request:
    """The next stage, the rest of its time, or another owner: ``routing`` says what counts from now on."""
    if isinstance(event, e.Moved):
        return replace(
            state,
            routing=event.routing,
            deadline_at=event.routing.deadline_at,
            moved_from=state.routing.owner_title,
            widened=(),
            claim=None,
            snoozes=(),
        )
    path = replace(state.routing, due_at=event.due_at, remind_at=event.remind_at, escalation=event.escalation)
    if isinstance(event, e.Rescheduled):
        path = replace(path, deadline_at=event.deadline_at)
        return replace(state, routing=path, deadline_at=event.deadline_at, stopped_at=None)
    starts = (*state.stage_starts[: event.stage], event.signed_before)
    return replace(
        state,
        routing=replace(path, approvers=event.approvers, approvals_needed=event.approvals_needed),
        stage=event.stage,
        stage_starts=starts,
        signatures=event.signatures,
        reminded=0,
        escalated=0,
        widened=(),
        claim=None,
        snoozes=(),
    )


def _while_pending(state: Request, event: e.Event, at: datetime, actor: Actor) -> Request:
    if isinstance(event, e.Signed | e.Withdrawn):
        others = tuple(one for one in state.signatures if one.id != actor.id)
        return replace(state, signatures=others if isinstance(event, e.Withdrawn) else (*state.signatures, actor))
    if isinstance(event, e.Claimed):
        return replace(state, claim=Claim(actor, at, event.until))
    if isinstance(event, e.Unclaimed):
        return replace(state, claim=None)
    if isinstance(event, e.Asked):
        return _asked(state, Question(event.question, actor, at, event.text))
    if isinstance(event, e.Answered):
        answered = tuple(
            replace(asked, answer=event.text, answered_at=at) if asked.id == event.question else asked
            for asked in state.questions
        )
        return replace(state, questions=answered)
    if isinstance(event, e.Revealed):
        return state  # who looked is in the events alone
    raise ValueError(f"{type(event).__name__} is no event of a request")


def _asked(state: Request, question: Question) -> Request:
    """With an open question. Where the promise waits for the answer, the clock stops; the agent's own time goes on."""
    routing, asked = state.routing, replace(state, questions=(*state.questions, question))
    if not routing.stops_while_asked or state.stopped_at is not None:
        return asked
    return replace(asked, stopped_at=question.at, deadline_at=routing.latest_at or state.deadline_at)


def _with_message(messages: tuple[MessageRef, ...], new: MessageRef) -> tuple[MessageRef, ...]:
    """With a new one in the place of what it follows: the same message, or the older lines of its thread."""

    def followed(old: MessageRef) -> bool:
        same_channel = (old.surface, old.workspace, old.channel) == (new.surface, new.workspace, new.channel)
        lines = old.kind == new.kind == "lines" and old.place == new.place
        return same_channel and (lines or old.message == new.message)

    return (*(old for old in messages if not followed(old)), new)
