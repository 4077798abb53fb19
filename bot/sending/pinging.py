"""Pinging: those whom an event concerns are shown the card, with the reason above it."""

from __future__ import annotations

from msgspec.structs import replace

from bot.domain import events as e
from bot.domain.events import EventRecord
from bot.domain.ids import derived_uuid
from bot.domain.people import Person
from bot.domain.requests import MessageRef
from bot.ports import Posting
from bot.sending.scene import PERSON, Scene
from bot.sending.trying import Try
from bot.sending.wording import lead


async def ping(trying: Try, scene: Scene | None) -> None:
    """Show it to each of them, one after the other, each on record before the next is told.

    Whoever can't be reached is noted, and the others are told all the same. What is decided meanwhile is shown to
    nobody else; where an earlier attempt may have been taken, that one card is found, so that it changes as well.
    """
    told = set[str]()
    while scene is not None:
        left = (one for one in _concerned(trying, scene) if one not in told and not _settled(trying, scene, one))
        place = next(left, None)
        if place is None or not (scene.open or trying.again):
            return
        told.add(place)
        await _show(trying, scene, place)
        if not scene.open:
            return
        scene = await trying.look()


def _concerned(trying: Try, scene: Scene) -> list[str]:
    record, event = scene.record(trying.errand.seq), scene.event(trying.errand.seq)
    if record is None:
        return []
    if isinstance(event, e.Reassigned):
        return [PERSON + event.to] if not _did_it(record, event.to) else []
    if isinstance(event, e.Woken):
        return [PERSON + event.person]
    if isinstance(event, e.Warned):
        return [PERSON + id_ for id_ in event.to]
    if isinstance(event, e.Escalated):
        posted = event.post_to.get(scene.surface)
        people = [PERSON + id_ for id_ in event.to]
        return people if posted is None else [*people, posted]
    return []


def _did_it(record: EventRecord, person: str) -> bool:
    return record.actor == f"person:{person}"


def _settled(trying: Try, scene: Scene, place: str) -> bool:
    """Whether they were shown it because of this event, or turned out since to be out of reach."""
    seq = trying.errand.seq
    if any((ref.place, ref.upto) == (place, seq) for ref in scene.standing("ping")):
        return True
    return any(
        isinstance(event, e.Unshown) and (event.surface, event.place) == (scene.surface, place)
        for _, event in scene.events(after=seq)
    )


async def _show(trying: Try, scene: Scene, place: str) -> None:
    seq = trying.errand.seq
    posting = Posting(
        derived_uuid("ping", trying.id, place),
        calls=_called(scene, seq, place),
        again=trying.again,
        lead=lead(scene, seq),
    )

    async def note(ref: MessageRef) -> None:
        shown = replace(ref, surface=scene.surface, kind="ping", place=place, upto=seq)
        await trying.notes.posted(scene.request.id, shown)

    problem = await trying.show(place, lambda: trying.chat.post(place, scene.card(place), posting), note)
    trying.count("unreached" if problem else "pinged")
    if problem is not None:
        await trying.notes.unshown(scene.request.id, place, problem)


def _called(scene: Scene, seq: int, place: str) -> tuple[Person, ...]:
    """In a channel those to whom this step went; a private message calls by itself."""
    event = scene.event(seq)
    if place.startswith(PERSON) or not scene.open or not isinstance(event, e.Escalated):
        return ()
    return tuple(person for id_ in event.to if (person := scene.policy.people.get(id_)) is not None)
