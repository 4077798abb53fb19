"""Counting: whoever has several feedback items or samples to hear of hears how many, in one text that names no case."""

from __future__ import annotations

from msgspec.structs import replace

from bot.domain.ids import derived_uuid
from bot.domain.requests import MessageRef
from bot.errors import ChannelUnavailable
from bot.ports import Posting
from bot.sending.gathering import Plan
from bot.sending.scene import PERSON, Scene
from bot.sending.sorts import Sort
from bot.sending.trying import Try

_SAID = {
    Sort.LESSON: "{} feedback items wait for you. The command feedback lists them, and so does the desk.",
    Sort.SAMPLE: "{} samples wait for your look. The command samples lists them, and so does the desk.",
}


async def tell_of_many(trying: Try, scene: Scene, place: str, plan: Plan, sort: Sort, *, again: bool) -> bool:
    """Say how many there are, and where they are listed; whether the person was reached, or need not be."""
    person = scene.policy.people.get(place.removeprefix(PERSON))
    if person is None:
        return True
    text = _SAID[sort].format(len(plan.members))

    async def note(ref: MessageRef) -> None:
        told = replace(ref, surface=scene.surface, kind="told", place=place)
        await trying.notes.gathered(plan.members, told)

    try:
        posting = Posting(derived_uuid("lessons", trying.id, place), again=again)
        await trying.ask(place, trying.chat.tell(person, text, posting), note)
    except ChannelUnavailable as problem:
        trying.count("unreached")
        for id_, _ in plan.members:
            await trying.notes.unshown(id_, place, problem)
        return False
    trying.count("told")
    return True
