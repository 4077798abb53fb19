"""Placing: a request's card stands where it should, once."""

from __future__ import annotations

import logging

from msgspec.structs import replace

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
    if not (scene.open or trying.again) or not _falls_to(trying, scene, place):
        return
    if place is None:
        trying.count("desk_only")
        log.warning("request %s is on the desk only: no place on %s can take it", scene.request.id, scene.surface)
        return
    if any(ref.place == place for ref in scene.standing("card")):
        return
    await _post(trying, scene, place)


def _falls_to(trying: Try, scene: Scene, place: str | None) -> bool:
    """The first place is its opening's errand; what comes after is that of the event which says that a place is gone.

    So two errands, in lanes of their own, never post to one place.
    """
    first = places(scene.request, scene.surface)[0]
    return (place == first) == (trying.errand.seq == 1)


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
