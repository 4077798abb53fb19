"""Deriving: what the views hold, as pure functions of a state."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from bot.domain.agents import Agent, Credential, Instance
from bot.domain.events import Event
from bot.domain.lifecycle import apply_agent, apply_contact, apply_instance, apply_ledger, apply_request
from bot.domain.people import Actor
from bot.domain.requests import DecisionKind, GrantStatus, Request
from bot.recording.rows import Entity, waiting_key


def _applied(
    kind: str,
    id_: str,
    before: Any,  # noqa: ANN401 - the kind says which
    event: Event,
    at: datetime,
    actor: Actor,
) -> Entity:
    if kind == "request":
        return apply_request(before, event, id_, at, actor)
    if kind == "agent":
        return apply_agent(before, event, at)
    if kind == "instance":
        return apply_instance(before, event, at)
    if kind == "contact":
        return apply_contact(event)
    return apply_ledger(before, event, id_, at, actor)


def _credentials(state: Agent | Instance) -> tuple[Credential, ...]:
    return state.provisioners if isinstance(state, Agent) else state.credentials


def deadlines_of(request: Request) -> dict[str, datetime]:
    """What a request waits for, by kind: a view of its state."""
    if request.pending:
        ladder = ladder_of(request)
        expiry = {"expiry": request.deadline_at}
        return expiry if ladder is None else expiry | {"ladder": ladder}
    waiting: dict[str, datetime] = {}
    if request.grant is not None and request.grant.status is GrantStatus.WAITING:
        waiting["grant"] = request.grant.expires_at
    item = request.feedback
    if item is not None and item.state.unfinished and item.reminded < len(item.remind_at):
        waiting["feedback"] = item.remind_at[item.reminded]
    return waiting


def ladder_of(request: Request) -> datetime | None:
    """When something is next due while it waits: a reminder, a step, the end of a snooze or of a claim.

    While the clock of its promise stands still, there are no reminders and no steps; the law's limit goes on.
    """
    routing = request.routing
    times = [snooze.until for snooze in request.snoozes]
    if request.claim is not None and request.claim.until is not None:
        times.append(request.claim.until)
    if routing.warn_at is not None and not request.warned:
        times.append(routing.warn_at)
    if request.stopped_at is None:
        times += routing.remind_at[request.reminded : request.reminded + 1]
        times += [step.at for step in routing.escalation[request.escalated : request.escalated + 1]]
    return min(times, default=None)


def _deadline_changes(before: Request | None, after: Request) -> Iterator[tuple[str, datetime | None]]:
    old = {} if before is None else deadlines_of(before)
    new = deadlines_of(after)
    for kind in old.keys() - new.keys():
        yield kind, None
    for kind, due_at in new.items():
        if old.get(kind) != due_at:
            yield kind, due_at


def samples_key(person_id: str, day: str) -> str:
    """The tally of how many samples somebody was asked to look at on a day (a date)."""
    return f"samples:{person_id}:{day}"


def sampled_for(request: Request) -> str | None:
    """The id of the person who is asked to look at a request afterwards, while they have not."""
    sample = request.sample
    return None if sample is None or sample.grade is not None else sample.to


def waits_under(request: Request | None) -> str | None:
    """The key under which a request's signed, edited arguments wait for the agent's next request, while they do."""
    if (
        request is None
        or request.erased
        or request.grant is None
        or request.grant.status is not GrantStatus.WAITING
        or request.decision is None
        or request.decision.kind is not DecisionKind.APPROVED_WITH_EDITS
    ):
        return None
    return waiting_key(request.agent_id, request.proposal.tool, request.proposal.server, request.grant.digest)


def timestamp(at: datetime) -> str:
    """RFC 3339 in UTC with microseconds and a ``Z``: the protocol's form."""
    return f"{at.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
