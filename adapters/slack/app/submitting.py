"""Submitted modals: what was typed becomes a command, and its refusal stands below the inputs.

The answer goes into the acknowledgement, for which Slack waits three seconds. What takes longer goes on by itself, and
its answer is put into the modal when it is there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from adapters.slack.app import bulk, duty, editing, pausing
from adapters.slack.app.acting import act
from adapters.slack.app.opening import put
from adapters.slack.app.refilling import refilled
from adapters.slack.app.room import Room
from adapters.slack.app.telling import log_fault, notice_of, sentences
from adapters.slack.app.visiting import Visit, read_visit, request_id
from adapters.slack.cards import reading
from adapters.slack.cards.modals import notice
from bot.attending import snooze_until
from bot.deciding import Ask, Command, Reassign, Reject, Revoke, Snooze, Withdraw
from bot.domain.requests import Request
from bot.editing import EditRefused
from bot.errors import BadInput, SignoffError
from bot.forms import input_name
from bot.learning.sheets import CHANGE, DECLINE, NEEDS_WORK, command_of
from bot.receiving import read_lesson

Json = dict[str, Any]
View = Mapping[str, Any]
Typed = Mapping[str, str]
Handler = Callable[[Room, Visit, View], Awaitable[Json]]
ACK_SECONDS = 2.0
"""How long the answer is waited for before the modal is told that it will come."""
CLOSE: Json = {}
"""The answer that closes the modal."""


class Ack(Protocol):
    """Bolt's acknowledgement."""

    async def __call__(self, **answer: Any) -> object:  # noqa: ANN401 - its arguments are Slack's
        """Acknowledge."""
        ...


async def submitted(room: Room, ack: Ack, body: View, seconds: float = ACK_SECONDS) -> None:
    """Acknowledge with what came of it, within ``seconds``; else with a word, and put the answer in its place later."""
    visit, view = read_visit(body), body["view"]
    task = room.jobs.awaited(_answer(room, visit, body, view), "submission")
    done, _ = await asyncio.wait((task,), timeout=seconds)
    if done:
        await ack(**task.result())
        return
    room.jobs.start(_late(room, visit, view, task), "late answer")
    text = "It is being recorded; the answer appears here."
    await ack(**reading.update(notice("Still working…", text, "You may close this: it goes on.")))


async def _answer(room: Room, visit: Visit, body: View, view: View) -> Json:
    """What Slack is answered; never an error of ours."""
    try:
        if not await room.seen.first(body):
            return CLOSE
        return await HANDLERS.get(str(view.get("callback_id")), _unknown)(room, visit, view)
    except Exception as error:  # noqa: BLE001 - the last resort: the user is told, in the modal
        log_fault(error, "submission")
        return _refused(error, view)


def _refused(error: Exception, view: View) -> Json:
    """Below the input at fault, else below the first; a modal without inputs becomes the refusal."""
    text, remedy = sentences(error)
    sentence = f"{text} ({remedy})" if remedy else text
    if isinstance(error, EditRefused):
        problems = {input_name(name): problem for name, problem in error.problems.items()}
    else:
        field = error.field if isinstance(error, SignoffError) else None
        problems = {field if field in _inputs(view) else next(iter(_inputs(view)), ""): sentence}
    answer = reading.errors(problems, view)
    return answer if answer["errors"] else reading.update(notice_of(error))


def _inputs(view: View) -> list[str]:
    return [str(block.get("block_id")) for block in view.get("blocks", ()) if block.get("type") == "input"]


async def _late(room: Room, visit: Visit, view: View, task: asyncio.Task[Json]) -> None:
    """Put the answer into the modal. What was typed stands in it again, where it has to be changed."""
    answer = await task
    shown = answer.get("view")
    if answer.get("response_action") == "errors":
        shown = refilled(view, answer["errors"])
    await put(room, visit, visit.view, shown or notice("Done", "It is on record, and every card shows it."))


async def _on_request(room: Room, visit: Visit, view: View, make: Callable[[Request, Typed], Command]) -> Json:
    typed = reading.values(view)
    request = await room.find(visit, request_id(reading.metadata(view).get("request")))
    person = await room.person(visit, request)
    await act(room, request.id, make(request, typed), person)
    return CLOSE


async def _unknown(_room: Room, _visit: Visit, _view: View) -> Json:
    raise BadInput("this form is none of Signoff's", remedy="open it again")


async def _reject(room: Room, visit: Visit, view: View) -> Json:
    def make(_: Request, typed: Typed) -> Command:
        lesson = read_lesson(typed.get("lesson", ""))
        return Reject(typed.get("reason_code", ""), typed.get("note", ""), lesson)

    return await _on_request(room, visit, view, make)


async def _ask(room: Room, visit: Visit, view: View) -> Json:
    return await _on_request(room, visit, view, lambda _, typed: Ask(typed.get("text", "")))


async def _revoke(room: Room, visit: Visit, view: View) -> Json:
    return await _on_request(room, visit, view, lambda _, typed: Revoke(typed.get("note", "")))


async def _withdraw(room: Room, visit: Visit, view: View) -> Json:
    return await _on_request(room, visit, view, lambda _, typed: Withdraw(typed.get("note")))


async def _reassign(room: Room, visit: Visit, view: View) -> Json:
    return await _on_request(
        room, visit, view, lambda _, typed: Reassign(typed.get("to", ""), typed.get("note") or None)
    )


async def _snooze(room: Room, visit: Visit, view: View) -> Json:
    def make(request: Request, typed: Typed) -> Command:
        return Snooze(snooze_until(request, typed.get("until", ""), room.clock.now()))

    return await _on_request(room, visit, view, make)


async def _item(room: Room, visit: Visit, view: View) -> Json:
    name, seen = str(view.get("callback_id")), reading.metadata(view).get("seen", "")
    zone = room.policy().zone
    return await _on_request(room, visit, view, lambda request, typed: command_of(name, request, typed, seen, zone))


HANDLERS: dict[str, Handler] = {
    "reject": _reject,
    "ask": _ask,
    "revoke": _revoke,
    "withdraw": _withdraw,
    "reassign": _reassign,
    "snooze": _snooze,
    DECLINE: _item,
    CHANGE: _item,
    NEEDS_WORK: _item,
    "edit": editing.review,
    "edit_review": editing.sign,
    "bulk": bulk.decide,
    "pause": pausing.pause,
    "resume": pausing.resume,
    **dict.fromkeys(duty.FORMS, duty.sent),
}
"""By the modal's ``callback_id``."""
