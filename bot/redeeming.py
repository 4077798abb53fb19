"""Redeeming: the agent's side of a decision. Cancel while it waits, spend the grant once, say what happened."""

from __future__ import annotations

from collections.abc import Callable

from bot.domain import events as e
from bot.domain import people
from bot.domain.agents import Agent, Instance
from bot.domain.pauses import PAUSES
from bot.domain.people import Actor
from bot.domain.requests import Decision, DecisionKind, Grant, GrantStatus, OutcomeStatus, Request
from bot.errors import AlreadyDecided, BadInput, Conflict, CredentialRefused, NotFound
from bot.opening import require_live
from bot.pausing import refuse_frozen_grant
from bot.policy.document import Policy
from bot.policy.promise import resumed
from bot.ports import Recorder
from bot.recording import Needs, View

MAX_NOTE = 4000
"""Characters of an outcome's note or of an answer."""


class Redeeming:
    """What the agent API calls, for one instance at a time; requests of other instances are unknown to it.

    ``policy`` names people where a refusal speaks of them; without it they are called by their ids.
    """

    def __init__(self, store: Recorder, policy: Callable[[], Policy] | None = None) -> None:
        self._store = store
        self._policy = policy

    async def cancel(self, request_id: str, *, agent: Agent, instance_id: str) -> Request:
        """Withdraw a pending request; again gives the same.

        Raises:
            NotFound: when this instance has no such request.
            AlreadyDecided: when it was decided or expired before.
        """

        def flow(view: View) -> Request:
            request = _own(view, request_id, agent, instance_id)
            if request.decision is not None:
                if request.decision.kind is DecisionKind.CANCELLED:
                    return request
                raise _terminal(request.decision)
            author = people.agent(agent.id)
            decision = Decision(DecisionKind.CANCELLED, author, view.time("request", request_id))
            view.record("request", request_id, e.Decided(decision), author)
            return view.recorded(request_id)

        return await self._store.transact(_needs(request_id, agent, instance_id), flow)

    async def redeem(
        self, request_id: str, *, agent: Agent, instance_id: str, key: str, digest: str | None = None
    ) -> Request:
        """Spend the grant, once: the agent runs the action now. The same ``key`` again is the same answer.

        ``digest`` is the SHA-256 of the canonical text of the arguments that will run; None stands for the proposed
        arguments (which an approval with edits does not cover).

        Raises:
            NotFound: when this instance has no such request.
            Conflict: ``not_approved``, ``already_consumed``, ``approval_expired``, ``approval_revoked``,
                ``digest_mismatch`` or ``paused`` (it is frozen; once that ends, it can be spent).
            CredentialRefused: when the agent was revoked after the approval.
        """

        def flow(view: View) -> Request:
            request = _own(view, request_id, agent, instance_id)
            require_live(view.agent(agent.id), view.instance(instance_id), view.now)
            grant = request.grant
            if grant is None:
                raise Conflict("the request is not approved", code="not_approved")
            repeated = grant.status is GrantStatus.REDEEMED and grant.key == key
            if not repeated:
                _refuse_ended(grant)
            if grant.digest != (request.digest if digest is None else digest):
                code = "not_approved" if digest is None else "digest_mismatch"
                raise Conflict("other arguments were signed than these", code=code, field="digest")
            if repeated:
                return request
            if grant.expires_at <= view.time("request", request_id):
                raise Conflict("the approval has expired", code="approval_expired")
            refuse_frozen_grant(view, request, self._policy() if self._policy is not None else None)
            view.record("request", request_id, e.Redeemed(key), people.agent(agent.id))
            return view.recorded(request_id)

        return await self._store.transact(_needs(request_id, agent, instance_id, ledgers=(PAUSES,)), flow)

    async def report(
        self, request_id: str, *, agent: Agent, instance_id: str, status: OutcomeStatus, note: str | None
    ) -> Request:
        """Say what happened, once; the same report again is the same answer.

        Raises:
            NotFound: when this instance has no such request.
            Conflict: ``not_consumed`` or ``outcome_conflict``.
        """
        if note is not None and len(note) > MAX_NOTE:
            raise BadInput(f"is longer than {MAX_NOTE} characters", field="note", remedy="shorten it")

        def flow(view: View) -> Request:
            request = _own(view, request_id, agent, instance_id)
            if request.grant is None or request.grant.status is not GrantStatus.REDEEMED:
                raise Conflict("the approval was not consumed", code="not_consumed")
            if request.outcome is not None:
                if (request.outcome.status, request.outcome.note) == (status, note):
                    return request
                raise Conflict("another outcome was reported before", code="outcome_conflict")
            view.record("request", request_id, e.OutcomeReported(status, note), people.agent(agent.id))
            return view.recorded(request_id)

        return await self._store.transact(_needs(request_id, agent, instance_id), flow)

    async def answer(self, request_id: str, question_id: str, text: str, *, agent: Agent, instance_id: str) -> Request:
        """Answer a reviewer's question; the same answer again changes nothing.

        Raises:
            NotFound: when this instance has no such request, or the request no such question.
            Conflict: ``already_answered`` with another text.
        """
        text = text.strip()
        if not text or len(text) > MAX_NOTE:
            raise BadInput(f"has to be 1 to {MAX_NOTE} characters long", field="answer", remedy="send a sentence")

        def flow(view: View) -> Request:
            request = _own(view, request_id, agent, instance_id)
            asked = next((question for question in request.questions if question.id == question_id), None)
            if asked is None:
                raise NotFound("there is no such question")
            if asked.answer is not None:
                if asked.answer == text:
                    return request
                raise Conflict("this question was answered before", code="already_answered")
            if request.decision is not None:
                raise _terminal(request.decision)
            view.record("request", request_id, e.Answered(question_id, text), people.agent(agent.id))
            _let_time_run(view, request_id, people.agent(agent.id))
            return view.recorded(request_id)

        return await self._store.transact(_needs(request_id, agent, instance_id), flow)


def _let_time_run(view: View, request_id: str, author: Actor) -> None:
    """The clock of a promise that stood still for the agent's answers runs again after the last of them."""
    request, now = view.recorded(request_id), view.time("request", request_id)
    if request.stopped_at is None or any(asked.answer is None for asked in request.questions):
        return
    left = resumed(request.routing, request.stopped_at, now)
    seconds = int((now - request.stopped_at).total_seconds())
    event = e.Rescheduled(left.due_at, left.deadline_at, left.remind_at, left.escalation, seconds)
    view.record("request", request_id, event, author)


def _needs(request_id: str, agent: Agent, instance_id: str, *, ledgers: tuple[str, ...] = ()) -> Needs:
    return Needs(requests=(request_id,), agents=(agent.id,), instances=(instance_id,), ledgers=ledgers)


def _own(view: View, request_id: str, agent: Agent, instance_id: str) -> Request:
    request = view.request(request_id)
    if request is None or request.instance_id != instance_id or request.agent_id != agent.id:
        raise NotFound("there is no such request for this instance")
    instance: Instance | None = view.instance(instance_id)
    if instance is None or instance.deleted_at is not None:
        raise CredentialRefused("the instance was deleted")
    return request


def _terminal(decision: Decision) -> AlreadyDecided:
    kind = decision.kind.value
    return AlreadyDecided(
        f"the request is {kind.replace('_', ' ')} already",
        decided_by=str(decision.by),
        decided_at=decision.at,
        kind=kind,
    )


_ENDED = {
    GrantStatus.REDEEMED: ("the approval was consumed before", "already_consumed"),
    GrantStatus.LAPSED: ("the approval has expired", "approval_expired"),
    GrantStatus.REVOKED: ("the approval was revoked", "approval_revoked"),
    GrantStatus.MOVED: ("the approval was spent by another request", "already_consumed"),
}


def _refuse_ended(grant: Grant) -> None:
    ended = _ENDED.get(grant.status)
    if ended is not None:
        raise Conflict(ended[0], code=ended[1])
