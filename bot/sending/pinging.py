"""Pinging: those whom an event concerns are shown the card, with the reason above it, or a list of many at once."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from bot.domain import events as e
from bot.domain.ids import derived_uuid
from bot.domain.people import Person
from bot.domain.requests import MessageRef
from bot.errors import Busy
from bot.ports import Posting
from bot.sending.concerning import concerned, settled
from bot.sending.counting import tell_of_many
from bot.sending.gathering import Gathering, Plan
from bot.sending.listing import Lists
from bot.sending.scene import PERSON, Scene
from bot.sending.sorts import Sort, sort_of
from bot.sending.trying import Try
from bot.sending.wording import lead


@dataclass(frozen=True, slots=True)
class Pinging:
    """Of one surface."""

    gathering: Gathering
    lists: Lists

    async def ping(self, trying: Try, scene: Scene | None) -> None:
        """Show it to each of them, one after the other, each on record before the next is told.

        Whoever can't be reached is noted, and whoever has to wait is told later: the others are told all the same. What
        is decided meanwhile is shown to nobody else; where an earlier attempt may have been taken, that one card is
        found, so that it changes as well.

        Raises:
            Busy: when somebody is left who has to wait.
        """
        told, waits = set[str](), list[Busy]()
        while scene is not None:
            place = next((one for one in _left(scene, trying.errand.seq) if one not in told), None)
            if place is None:
                break
            told.add(place)
            try:
                await self._tell(trying, scene, place)
            except Busy as busy:
                waits.append(busy)
            scene = await trying.look()
        if waits:
            raise min(waits, key=lambda busy: busy.retry_after)

    async def _tell(self, trying: Try, scene: Scene, place: str) -> None:
        if not place.startswith(PERSON):
            if scene.matters(trying.errand.seq) or trying.again:
                await _show(trying, scene, place, trying.errand.seq, again=trying.again)
            return
        plan = await self.gathering.begun(trying.id, scene, trying.errand.seq, place)
        again = plan is not None and trying.again
        if plan is None:
            if not scene.matters(trying.errand.seq):
                return
            plan = await self.gathering.begin(trying.id, scene, trying.errand.seq, place)
        reached = await self._carry_out(trying, scene, place, plan, again=again)
        await self.gathering.end(trying.id, scene, trying.errand.seq, place, reached=reached)

    async def _carry_out(self, trying: Try, scene: Scene, place: str, plan: Plan, *, again: bool) -> bool:
        """Whether they were reached, or need not be."""
        sort = sort_of(scene.records, trying.errand.seq)
        if plan.is_list and sort is not Sort.DECISION:
            return await tell_of_many(trying, scene, place, plan, sort, again=again)
        if plan.is_list:
            return await self.lists.show(trying, place, plan.members, again=again)
        if not scene.matters(plan.members[0][1]) and not again:
            return True
        return await _show(trying, scene, place, plan.members[0][1], again=again)


def _left(scene: Scene, seq: int) -> list[str]:
    """Who has still to be told of an event."""
    places = concerned(scene.records, seq, scene.surface)
    return [one for one in places if not settled(scene.request, scene.records, seq, scene.surface, one)]


async def _show(trying: Try, scene: Scene, place: str, seq: int, *, again: bool) -> bool:
    posting = Posting(
        derived_uuid("ping", trying.id, place),
        calls=_called(scene, seq, place),
        again=again,
        lead=lead(scene, seq, place),
    )

    async def note(ref: MessageRef) -> None:
        shown = replace(ref, surface=scene.surface, kind="ping", place=place, upto=seq)
        await trying.notes.posted(scene.request.id, shown)

    problem = await trying.show(place, lambda: trying.chat.post(place, scene.card(place), posting), note)
    trying.count("unreached" if problem else "pinged")
    if problem is not None:
        await trying.notes.unshown(scene.request.id, place, problem)
    return problem is None


def _called(scene: Scene, seq: int, place: str) -> tuple[Person, ...]:
    """In a channel those to whom this step went; a private message calls by itself."""
    event = scene.event(seq)
    if place.startswith(PERSON) or not scene.open or not isinstance(event, e.Escalated):
        return ()
    return tuple(person for id_ in event.to if (person := scene.policy.people.get(id_)) is not None)
