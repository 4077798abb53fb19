"""Noting: what became of messages to people goes on record, and what follows from it follows from there."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from bot.domain import events as e
from bot.domain.people import COURIER
from bot.domain.requests import MessageRef, Request
from bot.domain.routing import Routing
from bot.errors import SignoffError
from bot.ports import Store
from bot.recording import CHANNEL_FOUND, CHANNEL_LOST, Needs, View, channel_ledger
from bot.sending.scene import PERSON

MAX_PROBLEM = 500
"""Characters of a problem that are kept."""


def places(routing: Routing, surface: str) -> list[str]:
    """Where a card may stand on a surface: its channel, else the second one, else with whoever is accountable."""
    chain = [routing.channels.get(surface), routing.second_channels.get(surface), PERSON + routing.accountable]
    return list(dict.fromkeys(place for place in chain if place))


def wanted_place(request: Request, surface: str) -> str | None:
    """The first of its places that has not turned out to be gone; None when only the desk is left."""
    gone = {one.place for one in request.undelivered if one.surface == surface}
    return next((place for place in places(request.routing, surface) if place not in gone), None)


class Notes:
    """Records for one surface; each is one transaction."""

    def __init__(self, store: Store, surface: str) -> None:
        self._store = store
        self._surface = surface

    async def posted(self, request_id: str, ref: MessageRef) -> None:
        """A card stands. In a channel that was lost, this says that it is found again."""
        ledgers = self._ledgers(ref.place)

        def flow(view: View) -> None:
            view.record("request", request_id, e.Posted(ref), COURIER)
            for ledger in ledgers:
                if view.version("ledger", ledger) % 2:
                    facts = {"surface": self._surface, "place": ref.place}
                    view.record("ledger", ledger, e.Noted(CHANNEL_FOUND, facts), COURIER)

        await self._store.transact(Needs(requests=(request_id,), ledgers=ledgers), flow)

    async def gathered(self, members: Sequence[tuple[str, int]], ref: MessageRef) -> None:
        """A list stands: each of its requests (id, and the event that it is told because of) knows it, or none does."""

        def flow(view: View) -> None:
            for id_, seq in members:
                view.record("request", id_, e.Posted(replace(ref, upto=seq)), COURIER)

        await self._store.transact(Needs(requests=tuple(id_ for id_, _ in members)), flow)

    async def lines_posted(self, request_id: str, ref: MessageRef) -> None:
        """Lines stand in a thread."""
        await self._store.transact(
            Needs(requests=(request_id,)),
            lambda view: view.record("request", request_id, e.LinesPosted(ref), COURIER),
        )

    async def unshown(self, request_id: str, place: str, problem: SignoffError) -> None:
        """It can't stand in a place: noted once a request, and once for each time that the channel is lost."""
        ledgers = self._ledgers(place)

        def flow(view: View) -> None:
            request = view.recorded(request_id)
            if not any((one.surface, one.place) == (self._surface, place) for one in request.undelivered):
                event = e.Unshown(self._surface, place, problem.message[:MAX_PROBLEM])
                view.record("request", request_id, event, COURIER)
            for ledger in ledgers:
                if not view.version("ledger", ledger) % 2:
                    facts = self._loss(view.recorded(request_id), place, problem)
                    view.record("ledger", ledger, e.Noted(CHANNEL_LOST, facts), COURIER)

        await self._store.transact(Needs(requests=(request_id,), ledgers=ledgers), flow)

    def _ledgers(self, place: str) -> tuple[str, ...]:
        return () if place.startswith(PERSON) else (channel_ledger(self._surface, place),)

    def _loss(self, request: Request, place: str, problem: SignoffError) -> dict[str, str]:
        return {
            "surface": self._surface,
            "place": place,
            "to": request.routing.accountable,
            "owner": request.routing.owner_title,
            "instead": wanted_place(request, self._surface) or "",
            "problem": problem.message[:MAX_PROBLEM],
            "remedy": (problem.remedy or "")[:MAX_PROBLEM],
            "code": problem.code,
        }
