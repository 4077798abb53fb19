"""Commands, by mention in a channel or in the 1:1 chat. What is for one person alone is answered in their chat."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from html import unescape
from typing import Any

from adapters.teams.app import duty, pausing
from adapters.teams.app.clicks import REJECT, clicked, read_pressed
from adapters.teams.app.homes import feedback, home, samples
from adapters.teams.app.linking import link
from adapters.teams.app.room import Json, Room
from adapters.teams.app.telling import UNREACHED, card_of, log_fault, say_here, tell
from adapters.teams.app.visiting import Visit, mapping, text
from adapters.teams.cards import card_attachment, refresh_for
from adapters.teams.cards.answers import (
    help_card,
    request_card,
    say_card,
    unknown_command_card,
    unknown_owner_card,
    who_card,
)
from adapters.teams.cards.friction import friction_card
from adapters.teams.cards.summary import summary_card
from bot.answering import asked
from bot.answering.asking import find_owner
from bot.domain.people import Person
from bot.errors import BadInput, SignoffError
from bot.receiving import find_named, require_sight
from bot.receiving.at_once import AT_ONCE

Activity = Mapping[str, Any]
_MARK = re.compile(r"<at\b[^>]*>.*?</at>", re.DOTALL)
_LONGEST = 1_000
_ELSEWHERE = "The answer is in our chat."
_ABSENT = "not met in Teams"
_NO_DIALOGS = "This client opens no forms; do it on the desk."


async def said(room: Room, visit: Visit, activity: Activity) -> None:
    """Answer a message: a command, or a button of a client too old for any other way.

    Raises:
        SignoffError: when nobody could be told what came of it.
    """
    if not await room.seen.first(("message", *visit.identity)):
        return
    if isinstance(activity.get("value"), Mapping):
        await _old_click(room, visit, activity["value"])
        return
    name, _, rest = words_of(activity).partition(" ")
    name, rest = name.lower() or "help", rest.strip()
    try:
        if name == "link":
            await say_here(room, visit, await link(room, visit, rest))
            return
        made = await ANSWERS[name](room, visit, rest) if name in ANSWERS else unknown_command_card(name)
    except Exception as error:  # noqa: BLE001 - the last resort: the user is told
        log_fault(error, "command")
        made = card_of(error)
    await _answer(room, visit, made, openly=name in _OPENLY)


def words_of(activity: Activity) -> str:
    """What was written to the bot, without its name."""
    found, own = text(activity.get("text"))[:_LONGEST], mapping(activity.get("recipient")).get("id")
    entities = activity.get("entities")
    for each in entities if isinstance(entities, list) else ():
        mention = mapping(each)
        if mention.get("type") == "mention" and mapping(mention.get("mentioned")).get("id") == own:
            found = found.replace(text(mention.get("text")) or "\0", " ")
    # Teams writes what was typed as HTML: a space after a mention, say, as &nbsp;.
    return " ".join(unescape(_MARK.sub(" ", found)).replace("\u00a0", " ").split())


async def _answer(room: Room, visit: Visit, made: Json, *, openly: bool) -> None:
    """To this user alone; in a channel, with a word there that it was answered."""
    if visit.private or openly:
        await say_here(room, visit, made)
    else:
        reached = await tell(room, visit, made)
        await say_here(room, visit, say_card(_ELSEWHERE if reached else UNREACHED))


async def _help(_room: Room, visit: Visit, _rest: str) -> Json:
    return help_card("" if visit.private else "@Signoff")


async def _queue(room: Room, visit: Visit, _rest: str) -> Json:
    return await home(room, visit, await room.person(visit))


async def _summary(room: Room, visit: Visit, rest: str) -> Json:
    await room.person(visit)
    owner, period = asked(rest, room.policy())
    summary = await room.answering.summary(owner, period)
    if room.publishing is not None:
        return await room.publishing.drawn(summary)
    return summary_card(summary, desk_url=room.desk_url)


async def _samples(room: Room, visit: Visit, _rest: str) -> Json:
    return await samples(room, visit, await room.person(visit))


async def _friction(room: Room, visit: Visit, rest: str) -> Json:
    """It comes in their own chat: what is for a risk owner's eyes is in it where they are one."""
    person = await room.person(visit)
    owner, period = asked(rest, room.policy())
    found = await room.frictions.measured(owner, period, reader=person.id)
    return friction_card(found.friction, found.hints, desk_url=room.desk_url)


async def _feedback(room: Room, visit: Visit, rest: str) -> Json:
    return await feedback(room, visit, await room.person(visit), rest)


async def _show(room: Room, visit: Visit, rest: str) -> Json:
    person, alone = await room.person(visit), _alone(visit)
    request = await find_named(room.store, rest, lambda one: room.ours(alone, one))
    require_sight(request, person, room.policy())
    made = request_card(await room.drawn(request, person), room.request_url(request.id))
    # Nobody redraws what was only shown on asking: its own refresh keeps it right for whoever looks again.
    return {**made, "refresh": refresh_for([visit.account], request.id)}


async def _who(room: Room, visit: Visit, rest: str) -> Json:
    await room.person(visit)
    policy = room.policy()
    try:
        owner = find_owner(rest, policy)
    except BadInput:
        return unknown_owner_card(rest, policy)
    hints: dict[str, str] = {}
    for id_ in dict.fromkeys((owner.accountable, owner.risk_owner, *owner.approvers)):
        if id_ in policy.people and (hint := await _absence(room, policy.people[id_])):
            hints[id_] = hint
    return who_card(owner, policy, hints)


async def _absence(room: Room, person: Person) -> str | None:
    """That nowhere where the bot is they are a member: a hint. Of presence Teams tells a bot nothing."""
    try:
        return None if await room.people.account_of(person) is not None else _ABSENT
    except SignoffError:  # then nothing is said of it
        return None


async def _pause(room: Room, visit: Visit, rest: str) -> Json:
    await pausing.pause_form(room, visit, rest, {}, {})  # whoever may not is told at once
    return pausing.offer("pause", rest)


async def _resume(room: Room, visit: Visit, rest: str) -> Json:
    await pausing.resume_form(room, visit, rest, {}, {})
    return pausing.offer("resume", rest)


def _alone(visit: Visit) -> Visit:
    """The same user in their chat, which is where the answer goes."""
    return Visit(visit.tenant, visit.service_url, visit.user, visit.account, visit.conversation, private=True)


async def _old_click(room: Room, visit: Visit, value: Activity) -> None:
    """A button's fallback, which comes as a message: done, with a word in private where something is to say."""
    try:
        pressed = read_pressed({"action": {"verb": value.get("verb"), "data": value}, "trigger": "manual"})
        if pressed.verb in AT_ONCE or (pressed.verb == REJECT and pressed.typed):
            answer = await clicked(room, visit, pressed, first=True)
            made = answer.notice
        else:
            made = await _without_dialogs(room, visit, pressed.verb, pressed.request)
    except Exception as error:  # noqa: BLE001 - as above
        log_fault(error, "click")
        made = card_of(error)
    if made is not None and not await tell(room, visit, made):
        await say_here(room, visit, say_card(UNREACHED))  # what is drawn for one person is never shown to a channel


async def _without_dialogs(room: Room, visit: Visit, verb: str, request_id: str) -> Json:
    """What a client that opens no dialogs gets: rejecting unfolds inside a card of their own."""
    request, person = await room.see(visit, request_id)
    url = room.request_url(request.id)
    if verb == REJECT:
        return card_attachment(await room.drawn(request, person), desk_url=url, viewer=True, inline=True)
    return say_card(_NO_DIALOGS, url)


ANSWERS: dict[str, Callable[[Room, Visit, str], Awaitable[Json]]] = {
    "help": _help,
    "queue": _queue,
    "summary": _summary,
    "friction": _friction,
    "show": _show,
    "who": _who,
    "pause": _pause,
    "resume": _resume,
    "feedback": _feedback,
    "samples": _samples,
    **duty.ANSWERS,
}
_OPENLY = frozenset({"help"})
"""What shows nothing of any request, and is answered where it was asked."""
