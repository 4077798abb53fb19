"""Placing: a request's card stands where it should, once."""

from __future__ import annotations

import logging

from msgspec.structs import replace

from bot.domain import events as e
from bot.domain.requests import MessageRef
from bot.ports import Posting
from bot.sending.noting import places, wanted_place
from bot.sending.scene import PERSON, Scene
from bot.sending.trying import Try

log = logging.getLogger("signoff.sending")


async def place_card(trying: Try, scene: Scene) -> None:
    """Post the card to the first place that can take it; nothing to do where it stands, or nobody can decide any more.

    What was decided meanwhile is posted all the same where an earlier attempt may have been taken: a card that stands
    unknown to the record would never change again.
    """
    place = wanted_place(scene.request, scene.surface)
    if not (scene.open or trying.again) or not _falls_to(trying, scene):
        return
    if place is None:
        trying.count("desk_only")
        log.warning("request %s is on the desk only: no place on %s can take it", scene.request.id, scene.surface)
        return
    if any(ref.place == place for ref in scene.standing("card")):
        return
    await _post(trying, scene, place)


def _falls_to(trying: Try, scene: Scene) -> bool:
    """The place is the errand's of the event that made it the one where the card should stand.

    That is its opening, a move to another owner, or the loss of the place before. So two errands, in lanes of their
    own, never post to one place.
    """
    wanted, since = None, 1
    shown = scene.request.routing
    lost = set[str]()
    for record in scene.records:
        event = None if record.payload is None else e.event_of(record)
        if isinstance(event, e.Opened | e.Moved):
            shown = event.routing
        elif isinstance(event, e.Unshown) and event.surface == scene.surface:
            lost.add(event.place)
        elif record.type != "request.opened":
            continue
        now = next((each for each in places(shown, scene.surface) if each not in lost), None)
        if now != wanted or record.seq == 1:
            wanted, since = now, record.seq
    return trying.errand.seq == since


async def _post(trying: Try, scene: Scene, place: str) -> None:
    calls = scene.deciders() if scene.open and not place.startswith(PERSON) else ()
    posting = Posting(trying.id, calls=calls, again=trying.again)

    async def note(ref: MessageRef) -> None:
        shown = replace(ref, surface=scene.surface, kind="card", place=place, upto=scene.upto)
        await trying.notes.posted(scene.request.id, shown)

    problem = await trying.show(place, lambda: trying.chat.post(place, scene.card(place), posting), note)
    trying.count("unshown" if problem else "posted")
    if problem is not None:
        await trying.notes.unshown(scene.request.id, place, problem)
