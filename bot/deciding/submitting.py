"""The shell around the rules: load, decide inside the transaction, return the request as it is afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.deciding.commands import Approve, ApproveWithEdits, Command, GradeSample, Reject
from bot.deciding.entitling import Standing
from bot.deciding.rules import _moved, decide
from bot.domain import events as e
from bot.domain.pauses import PAUSES
from bot.domain.people import Person
from bot.domain.requests import Request
from bot.domain.verdicts import Reservation
from bot.errors import NotAllowed, NotFound
from bot.gating import fits, reserve_for
from bot.learning.loads import loads_of
from bot.learning.opening import Around, of_decision, of_grade, picks_by_load
from bot.pausing import refuse_frozen_approval
from bot.policy.document import Policy
from bot.ports import Clock, Store
from bot.recording import Needs, View


class Deciding:
    """What every surface calls when a person acts."""

    def __init__(self, store: Store, clock: Clock, policy: Callable[[], Policy]) -> None:
        self._store = store
        self._clock = clock
        self._policy = policy

    async def submit(self, request_id: str, command: Command, person: Person, surface: str) -> Request:
        """Carry out a person's command and return the request as it is afterwards.

        Of any number of people deciding at once one succeeds and the others get ``AlreadyDecided`` with their name.
        Approving again by the same person on the same surface is told so as well; nothing happens twice.

        Raises:
            NotFound: when there is no such request.
            NotAllowed, Conflict, BadInput: as ``decide`` says.
        """
        request = await self._store.request(request_id)
        if request is None:
            raise NotFound(f"there is no request {request_id}")
        now = self._clock.now()
        planned = self._planned(request, command, now)
        loads = await self._loads(request, command)
        needs = Needs(
            requests=(request_id,),
            agents=(request.agent_id,),
            ledgers=(PAUSES,),
            tallies=tuple(sorted({held.key for held in (*planned, *request.reserved)})),
        )
        return await self._store.transact(
            needs, lambda view: self._run(view, request_id, command, person, surface, now, loads)
        )

    async def _loads(self, request: Request, command: Command) -> Mapping[str, int]:
        """Who has how many feedback items, where whoever gets the next one depends on it."""
        corrects = isinstance(command, ApproveWithEdits | Reject | GradeSample)
        return await loads_of(self._store) if corrects and picks_by_load(request, self._policy()) else {}

    def _run(
        self,
        view: View,
        request_id: str,
        command: Command,
        person: Person,
        surface: str,
        now: datetime,
        loads: Mapping[str, int],
    ) -> Request:
        request = view.request(request_id)
        if request is None:
            raise NotFound(f"there is no request {request_id}")
        standing = Standing(
            person=person,
            surface=surface,
            now=view.time("request", request_id),
            policy=self._policy(),
            reserve=lambda arguments: self._reserve(view, request, arguments, now),
            random_id=view.random_id,
        )
        events = decide(request, command, standing)
        refuse_frozen_approval(view, request, events, standing.policy)
        for event in (*events, *_lessons(view, request, events, standing, loads)):
            view.record("request", request_id, event, standing.actor)
        return view.recorded(request_id)

    def _planned(self, request: Request, command: Command, now: datetime) -> tuple[Reservation, ...]:
        if isinstance(command, ApproveWithEdits):
            return self._reservations(request, command.arguments, now)
        return self._reservations(request, None, now) if isinstance(command, Approve) else ()

    def _reservations(
        self, request: Request, arguments: dict[str, Any] | None, now: datetime
    ) -> tuple[Reservation, ...]:
        policy = self._policy()
        amount, context = _moved(request, arguments, policy)
        return reserve_for(policy, request.assessment.action_type, request.agent_id, context, amount, now)

    def _reserve(
        self, view: View, request: Request, arguments: dict[str, Any] | None, now: datetime
    ) -> tuple[Reservation, ...]:
        """Inside the transaction: what the arguments hold of the caps in force, its own share given back first.

        What was reserved when it opened stays reserved where it is, for the day and hour that it was proposed in.
        """
        policy = self._policy()
        kept = request.reserved if arguments is None else ()
        wanted = kept or self._reservations(request, arguments, now)
        tallies = view.tallies(held.key for held in wanted)
        for held in request.reserved:
            if held.key in tallies:
                tallies[held.key] = tallies[held.key].reserve(held, -1)
        amount, _ = _moved(request, arguments, policy)
        problems = fits(policy, request.assessment.action_type, wanted, tallies, amount=amount)
        if problems:
            raise NotAllowed("; ".join(reason.text for reason in problems), code="over_cap")
        return wanted


def _lessons(
    view: View, request: Request, events: Sequence[e.Event], standing: Standing, loads: Mapping[str, int]
) -> Iterator[e.Event]:
    """The feedback item of a correction, opened in the transaction of its decision or grade."""
    agent = view.agent(request.agent_id)
    around = Around(standing.policy, None if agent is None else agent.owner_email, lambda: loads)
    for event in events:
        if isinstance(event, e.Decided):
            item = of_decision(request, event.decision, standing.now, around)
            if item is not None:
                yield item
        elif isinstance(event, e.Graded):
            item = of_grade(request, event, standing.now, around)
            if item is not None:
                yield item
