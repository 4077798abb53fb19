"""The life of one request in virtual time, moved on by the engine's own rules: none of them is written again here.

``bot.routing.route`` freezes its path, ``bot.escalating`` says what time does to it, and ``bot.deciding`` what a
signature makes of it. So what the engine learns (stages, claims that end, steps that widen or move), this does too.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.deciding import Approve, Claim, approvers_now, decide
from bot.deciding.entitling import Standing
from bot.domain import events as e
from bot.domain.lifecycle import apply_request
from bot.domain.people import Actor
from bot.domain.requests import Assessment, Proposal, Request
from bot.errors import SignoffError
from bot.escalating.climbing import climb
from bot.policy.document import Policy
from bot.recording import Loaded, View
from bot.recording.deriving import deadlines_of
from bot.rostering import Roster
from bot.routing import route

AGENT = "simulated"
_MOST_SETTLED = 10_000
_SURFACE = "simulated"


class Moment(View):
    """What a flow of the engine sees of one request at one instant; what it records moves the request on."""

    def __init__(self, request: Request, now: datetime) -> None:
        super().__init__(_NOTHING, now, bytes)
        self.now_is = request
        self.happened: list[e.Event] = []

    def request(self, id_: str) -> Request | None:
        """The request, if it is that one."""
        return self.now_is if id_ == self.now_is.id else None

    def recorded(self, id_: str) -> Request:
        """The request."""
        del id_
        return self.now_is

    def time(self, kind: str, id_: str) -> datetime:
        """Now: virtual time never goes back."""
        del kind, id_
        return self.now

    def record(self, kind: str, id_: str, event: e.Event, actor: Actor) -> None:  # type: ignore[override]  # no record is kept of what never happened
        """Let the request follow the event."""
        del kind
        self.happened.append(event)
        self.now_is = apply_request(self.now_is, event, id_, self.now, actor)


_NOTHING = Loaded()


class Rules:
    """The engine's rules under one policy, as the simulation asks them."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        limits = {person.limit for person in policy.people.values() if person.limit is not None}
        self._limits = sorted(limits)
        self._roster = Roster(policy)  # nobody is covered for or away; calendars are not read
        self._settled: dict[int, tuple[Assessment, Policy | None]] = {}
        self._entitled: dict[Hashable, Mapping[str, bool]] = {}

    def open(self, number: int, proposal: Proposal, assessment: Assessment, now: datetime) -> Request:
        """A held request as it is opened."""
        routing = route(self._routed(proposal, assessment, now), proposal, assessment, now)
        return Request(
            id=str(number),
            agent_id=AGENT,
            instance_id=AGENT,
            key=str(number),
            proposal=proposal,
            digest="",
            assessment=assessment,
            routing=routing,
            opened_at=now,
            deadline_at=max(routing.deadline_at, now + timedelta(seconds=1)),  # as opening does
        )

    def _routed(self, proposal: Proposal, assessment: Assessment, now: datetime) -> Policy:
        """The policy with the outcome of its routing rules for this very example in their place.

        The rules look at the example alone, which comes again and again when requests come at a rate.
        """
        action = self._policy.actions.get(assessment.action_type)
        if action is None or not action.routes:
            return self._policy
        known = self._settled.get(id(assessment))
        if known is None or known[0] is not assessment:  # it may not come again
            if len(self._settled) >= _MOST_SETTLED:
                self._settled.clear()
            self._settled[id(assessment)] = (assessment, None)
            return self._policy
        if known[1] is None:
            owner = route(self._policy, proposal, assessment, now).owner
            settled = replace(action, routes=(), owner=owner)
            narrowed = replace(self._policy, actions={**self._policy.actions, action.id: settled})
            known = self._settled[id(assessment)] = (assessment, narrowed)
        return known[1] or self._policy

    def next_due(self, request: Request) -> datetime:
        """When time next does something to a pending request."""
        return min(deadlines_of(request).values())

    def pass_time(self, request: Request, now: datetime) -> tuple[Request, list[e.Event]]:
        """What time has done to a pending request by now, its expiry left out."""
        moment = Moment(request, now)
        climb(moment, request.id, self._roster)
        return moment.now_is, moment.happened

    def entitled(self, request: Request) -> Mapping[str, bool]:
        """Who may sign a pending request as it stands, by person id, and whether that would decide it."""
        context, amount = request.assessment.context, request.assessment.amount
        routing = request.routing
        key = (
            routing.owner,
            routing.approvers,
            routing.approvals_needed,
            routing.barred,
            request.widened,
            request.stage,
            request.stage_starts,
            tuple(actor.id for actor in request.signatures),
            request.assessment.action_type,
            context.on_behalf_of,
            # Between two people's limits every amount is as good as another.
            None if amount is None else (amount.currency, bisect_left(self._limits, amount.amount)),
        )
        found = self._entitled.get(key)
        if found is None:
            tried = {id_: self._signed(request, id_) for id_ in approvers_now(request, self._policy)}
            found = self._entitled[key] = {id_: decides for id_, decides in tried.items() if decides is not None}
        return found

    def differs(self, before: Request, after: Request) -> bool:
        """Whether other people may take it up than before, or it is due at another time."""
        return (
            before.routing is not after.routing
            or before.widened != after.widened
            or before.claim is not after.claim
            or before.stage != after.stage
        )

    def claim(self, request: Request, person: str, now: datetime) -> Request:
        """The request when somebody takes it up; where claims have no end, nothing depends on one."""
        if request.routing.claim_seconds is None:
            return request
        return self._carried_out(request, self._claimed(request, person, now), person, now)

    def sign(self, request: Request, person: str, now: datetime) -> Request:
        """The request after a signature, with its decision if that was the last one missing.

        Raises:
            SignoffError: when the person may not sign it (any more).
        """
        events = decide(request, Approve(), self._standing(person, now))
        return self._carried_out(request, events, person, now)

    def _signed(self, request: Request, person: str) -> bool | None:
        """Whether a signature of this person decides it; None when they may not give one."""
        try:
            events = decide(request, Approve(), self._standing(person, request.opened_at))
        except SignoffError:
            return None
        return any(isinstance(event, e.Decided) for event in events)

    def _claimed(self, request: Request, person: str, now: datetime) -> Sequence[e.Event]:
        return decide(request, Claim(), self._standing(person, now))

    def _carried_out(self, request: Request, events: Sequence[e.Event], person: str, now: datetime) -> Request:
        actor = self._standing(person, now).actor
        for event in events:
            request = apply_request(request, event, request.id, now, actor)
        return request

    def _standing(self, person: str, now: datetime) -> Standing:
        return Standing(
            person=self._policy.people[person],
            surface=_SURFACE,
            now=now,
            policy=self._policy,
            reserve=lambda _: (),
            random_id=lambda: "",
        )
