"""``/signoff``: every answer is for the one who asked, at once where it can be, else as a message of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from adapters.slack.app import duty, pausing
from adapters.slack.app.clicks import guarded
from adapters.slack.app.opening import open_modal
from adapters.slack.app.room import HandOver, Room
from adapters.slack.app.submitting import ACK_SECONDS, Ack
from adapters.slack.app.telling import log_fault, tell, words_of
from adapters.slack.app.visiting import Visit, read_visit
from adapters.slack.cards import answers
from adapters.slack.cards.drawn import Drawn
from adapters.slack.cards.friction import friction_message
from adapters.slack.cards.lessons import LISTED, feedback_answer
from adapters.slack.cards.samples import MOST_SAMPLES, samples_answer
from adapters.slack.cards.summary import summary_message, unattached
from bot.answering import Summary, asked
from bot.answering.asking import find_owner
from bot.cards import card
from bot.domain.requests import Request
from bot.errors import BadInput, SignoffError
from bot.learning.listing import has, items
from bot.listing import queue_of
from bot.ports import RequestQuery
from bot.receiving import find_named, may_see, require_sight

Body = Mapping[str, Any]
Answer = Callable[[Room, Visit, str], Awaitable[Drawn]]
_SOON = 0.5
"""Seconds that a summary is waited for before it is said to come: most often it takes longer, or nearly no time."""
FORMS = {"pause": ("Pause", pausing.pause_form), "resume": ("Resume", pausing.resume_form), **duty.FORMS}
"""Commands that open a modal: its title, and what fills it."""
_COUNTING = "The summary is being counted; it comes in a moment."
_WORKING = "One moment: the answer comes as a message of its own."


async def commanded(room: Room, ack: Ack, body: Body, seconds: float = ACK_SECONDS) -> None:
    """Answer a command, or acknowledge it and answer afterwards."""
    visit = read_visit(body)
    name, _, rest = str(body.get("text") or "help").strip().partition(" ")
    name, rest = name.lower(), rest.strip()
    if name in FORMS:
        title, make = FORMS[name]
        work = guarded(room, visit, name, lambda: open_modal(room, visit, body, title, lambda: make(room, visit, rest)))
        room.jobs.start(work, name)
        await ack()
        return
    task = room.jobs.awaited(_answer(room, visit, body, name, rest), "command")
    done, _ = await asyncio.wait((task,), timeout=min(seconds, _SOON) if name == "summary" else seconds)
    if done:
        await ack(**_private(task.result()))
        return
    room.jobs.start(_late(room, visit, task), "late answer")
    await ack(**_private(answers.say(_COUNTING if name == "summary" else _WORKING)))


def _private(said: Drawn | None) -> dict[str, Any]:
    return {} if said is None else {"response_type": "ephemeral", **said}


async def _late(room: Room, visit: Visit, task: asyncio.Task[Drawn | None]) -> None:
    said = await task
    if said is not None:
        await tell(room, visit, said)


async def _answer(room: Room, visit: Visit, body: Body, name: str, rest: str) -> Drawn | None:
    """What is said; None where it was answered before. Never an error of ours."""
    try:
        if not await room.seen.first(body):
            return None
        answer = ANSWERS.get(name)
        return answers.unknown_command(name) if answer is None else await answer(room, visit, rest)
    except Exception as error:  # noqa: BLE001 - the last resort: the user is told
        log_fault(error, "command")
        return words_of(error)


async def _help(_room: Room, _visit: Visit, _rest: str) -> Drawn:
    return answers.help_answer()


async def _queue(room: Room, visit: Visit, _rest: str) -> Drawn:
    person, policy, now = await room.person(visit), room.policy(), room.clock.now()
    queue = await queue_of(room.store, policy, person, now)
    mine = [one for one in queue.items if await room.ours(visit, one)]
    cards = [card(one, policy, viewer=person, now=now, pauses=room.pausing.now()) for one in mine]
    return answers.queue_answer(cards, queue.more, room.desk_url)


async def _summary(room: Room, visit: Visit, rest: str) -> Drawn:
    await room.person(visit)
    owner, period = asked(rest, room.policy())
    summary = await room.answering.summary(owner, period)
    hand_over = room.hand_over
    if hand_over is None:
        return summary_message(summary, desk_url=room.desk_url)
    room.jobs.start(_hand_over(room, visit, summary, hand_over), "summary files")
    return summary_message(summary, desk_url=room.desk_url, files=True)


async def _friction(room: Room, visit: Visit, rest: str) -> Drawn:
    """Only the one who asks sees it: what is for a risk owner's eyes is in it where they are one."""
    person = await room.person(visit)
    owner, period = asked(rest, room.policy())
    found = await room.frictions.measured(owner, period, reader=person.id)
    return friction_message(found.friction, found.hints, desk_url=room.desk_url)


async def _hand_over(room: Room, visit: Visit, summary: Summary, hand_over: HandOver) -> None:
    """A message that only one user sees takes no files: they come as a direct message."""
    try:
        problem = await hand_over(visit.workspace, visit.user, summary)
    except SignoffError as error:
        problem = unattached(error)
    if problem is not None:
        await tell(room, visit, answers.say(problem))


async def _show(room: Room, visit: Visit, rest: str) -> Drawn:
    """One request by its id, or by six characters or more of its beginning or end."""
    person = await room.person(visit)
    request = await find_named(room.store, rest, lambda one: room.ours(visit, one))
    require_sight(request, person, room.policy())
    return answers.request_answer(await room.drawn(request, person), room.request_url(request.id))


async def _who(room: Room, visit: Visit, rest: str) -> Drawn:
    await room.person(visit)
    policy = room.policy()
    try:
        owner = find_owner(rest, policy)
    except BadInput:
        return answers.unknown_owner(rest, policy)
    hints: dict[str, str] = {}
    for id_ in dict.fromkeys((owner.accountable, owner.risk_owner, *owner.approvers)):
        if id_ in policy.people and (hint := await _presence(room, visit, id_)):
            hints[id_] = hint
    return answers.who_answer(owner, policy, hints)


async def _feedback(room: Room, visit: Visit, rest: str) -> Drawn:
    person, policy, now = await room.person(visit), room.policy(), room.clock.now()

    async def fits(request: Request) -> bool:
        theirs = may_see(request, person) if rest.lower() == "all" else has(request, person)
        return theirs and await room.ours(visit, request)

    found = await items(room.store, fits, limit=LISTED)
    cards = [card(one, policy, viewer=person, now=now) for one in found.requests]
    return feedback_answer(cards, found.more, room.desk_url)


async def _samples(room: Room, visit: Visit, _rest: str) -> Drawn:
    person, policy, now = await room.person(visit), room.policy(), room.clock.now()
    found = await room.store.requests(RequestQuery(sampled_for=person.id, limit=MOST_SAMPLES))
    cards = [card(one, policy, viewer=person, now=now) for one in found.items if await room.ours(visit, one)]
    return samples_answer(cards, room.desk_url)


async def _presence(room: Room, visit: Visit, id_: str) -> str | None:
    """What their status says, in this workspace: a hint, which may be missing."""
    try:
        for workspace, user in await room.people.user_of(room.policy().people[id_]):
            if workspace == visit.workspace:
                return await room.people.presence(workspace, user)
    except SignoffError:
        return None
    return None


ANSWERS: dict[str, Answer] = {
    "help": _help,
    "queue": _queue,
    "summary": _summary,
    "friction": _friction,
    "show": _show,
    "who": _who,
    "oncall": duty.on_call,
    "feedback": _feedback,
    "samples": _samples,
}
