"""Following: the cards that stand, and the threads below them, say how the request is now."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from msgspec.structs import replace

from bot.domain import events as e
from bot.domain.ids import derived_uuid
from bot.domain.people import Person
from bot.domain.requests import MessageRef
from bot.errors import Busy, ChannelUnavailable, MessageGone
from bot.ports import Posting
from bot.sending.scene import PERSON, Scene
from bot.sending.trying import Try
from bot.sending.wording import lead

_OPENING = 1


async def redraw(trying: Try, scene: Scene) -> None:
    """Draw every card of it as it is now, all at the same time; left to a later event's errand where there is one.

    Of what was erased, the lines that tell of it are taken away.
    """
    if scene.overtaken(trying.errand.seq):
        return
    await draw(trying, scene)
    if scene.request.erased:
        await asyncio.gather(*(_clear(trying, scene, ref) for ref in scene.standing("card")))


async def draw(trying: Try, scene: Scene) -> None:
    """Every card of it as it is now, whatever comes later."""
    refs = scene.standing("card", "ping")
    outcomes = await asyncio.gather(*(_update(trying, scene, ref) for ref in refs), return_exceptions=True)
    for outcome in outcomes:
        if outcome is not None:
            raise outcome


async def _clear(trying: Try, scene: Scene, card: MessageRef) -> None:
    """Take away the lines that tell of what was erased since; where the card is gone they can't be found."""
    keep = {ref.message for ref in scene.standing("lines") if ref.upto >= scene.erased_by}
    with suppress(MessageGone, ChannelUnavailable):
        if await trying.chat.clear(card, keep=keep):
            trying.count("cleared")


async def _update(trying: Try, scene: Scene, ref: MessageRef) -> None:
    why = lead(scene, ref.upto, ref.place) if ref.kind == "ping" and scene.matters(ref.upto) else None
    calls = scene.deciders() if scene.open and ref.kind == "card" and not ref.place.startswith(PERSON) else ()
    try:
        await trying.chat.update(ref, scene.card(ref.place), lead=why, calls=calls)
    except (MessageGone, ChannelUnavailable) as problem:
        await _gone(trying, scene, ref, problem)
    else:
        trying.count("redrawn")


async def _gone(trying: Try, scene: Scene, ref: MessageRef, problem: MessageGone | ChannelUnavailable) -> None:
    """A card that is gone is shown elsewhere while it matters; what was shown beside it is not missed."""
    if scene.open and ref.kind == "card":
        trying.count("unshown")
        await trying.notes.unshown(scene.request.id, ref.place, problem)


async def add_lines(trying: Try, scene: Scene) -> None:
    """One reply below each card with everything that its thread lacks, up to the event of this errand.

    Several events close together are gathered by the errand of the last. What an errand says depends on its event
    alone, so that a reply whose answer was lost is the same when it is found.
    """
    if scene.overtaken(trying.errand.seq) and not trying.again:
        return
    busy: Busy | None = None
    for ref in scene.standing("card"):
        try:
            await _reply(trying, scene, ref)
        except (MessageGone, ChannelUnavailable) as problem:
            await _gone(trying, scene, ref, problem)
        except Busy as error:  # the other threads need not wait for this one
            busy = error
    if busy is not None:
        raise busy


async def _reply(trying: Try, scene: Scene, ref: MessageRef) -> None:
    upto = trying.errand.seq
    after = _told_upto(scene, ref)
    lines = scene.lines(after=after, upto=upto)
    if not lines:
        return
    calls = _called(scene, after, upto) if scene.open else ()
    posting = Posting(derived_uuid("lines", trying.id, ref.place), calls=calls, again=trying.again)

    async def note(posted: MessageRef) -> None:
        if upto < scene.erased_by:  # found again, after what it says was erased
            await _clear(trying, scene, ref)
        below = replace(posted, surface=scene.surface, kind="lines", place=ref.place, upto=upto)
        await trying.notes.lines_posted(scene.request.id, below)

    await trying.ask(ref.place, trying.chat.reply(ref, lines, posting), note)
    trying.count("replied")


def _told_upto(scene: Scene, card: MessageRef) -> int:
    """The last event of which the thread below a card tells."""
    thread = (card.workspace, card.channel, card.place)
    told = [ref.upto for ref in scene.standing("lines") if (ref.workspace, ref.channel, ref.place) == thread]
    return max(told, default=_OPENING)


def _called(scene: Scene, after: int, upto: int) -> tuple[Person, ...]:
    """Who is called: whoever asked what was answered now, who is reminded, and who signs in a stage that began."""
    called: dict[str, Person] = {}
    for _, event in scene.events(after=after, upto=upto):
        if isinstance(event, e.Answered):
            askers = (asked.by.id for asked in scene.request.questions if asked.id == event.question)
            called |= {id_: person for id_ in askers if (person := scene.policy.people.get(id_)) is not None}
        elif isinstance(event, e.Reminded | e.StageBegan):
            called |= {person.id: person for person in _waited_for(scene)}
    return tuple(called.values())


def _waited_for(scene: Scene) -> tuple[Person, ...]:
    """Those for whom it waits, without whoever has put it off: they are told when they asked to be."""
    away = {snooze.by.id for snooze in scene.request.snoozes}
    return tuple(person for person in scene.deciders() if person.id not in away)
