"""Clicks on cards, in the Home tab and in modals: acknowledged at once, carried out afterwards."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from adapters.slack.app import bulk
from adapters.slack.app.acting import act
from adapters.slack.app.forms import FORMS, fill, show
from adapters.slack.app.opening import open_modal, put
from adapters.slack.app.room import Room
from adapters.slack.app.telling import log_fault, tell, words_of
from adapters.slack.app.visiting import STRANGE, Pressed, Visit, read_pressed, read_visit, request_id
from adapters.slack.cards import answers, reading
from adapters.slack.cards.modals import reject_form
from bot.errors import BadInput
from bot.receiving.at_once import AT_ONCE, LISTED

Body = Mapping[str, Any]


async def clicked(room: Room, body: Body) -> None:
    """Do what a button asks for; whoever pressed it hears in private what went wrong.

    A request of a high class asks its approver once more, in a dialog of Slack's own (``confirm``). Slack shows it
    before it sends the click and says nothing of it here, so that nothing can be checked: it keeps somebody from
    clicking by accident, and is no second control. Signatures of several people are.
    """
    visit = read_visit(body)
    await guarded(room, visit, "click", lambda: _clicked(room, visit, body))


async def shortcut(room: Room, body: Body) -> None:
    """The message shortcut "Explain this card": about the request that the message's first block names."""
    visit = read_visit(body)
    title = FORMS["explain"][0]
    await guarded(
        room,
        visit,
        "shortcut",
        lambda: open_modal(room, visit, body, title, lambda: fill(room, visit, "explain", _named_by(body))),
    )


async def guarded(room: Room, visit: Visit, what: str, work: Callable[[], Awaitable[None]]) -> None:
    """Whatever goes wrong, the user hears of it in private, and nobody else does."""
    try:
        await work()
    except Exception as error:  # noqa: BLE001 - the last resort: a word to the user, a line in the log without any of theirs
        log_fault(error, what)
        await tell(room, visit, words_of(error))


async def _clicked(room: Room, visit: Visit, body: Body) -> None:
    if _chose_reason(body):
        await _suggest(room, visit, body["view"])
        return
    pressed = read_pressed(body)
    if pressed.command in {"open_desk", "open_file"}:
        return  # a link: the browser is there already
    if pressed.command == "show":
        title, field = "Masked field", pressed.field
        await open_modal(room, visit, body, title, lambda: show(room, visit, pressed.request, field))
    elif pressed.command == "bulk":
        await open_modal(room, visit, body, bulk.TITLE, lambda: bulk.form(room, visit, pressed.request))
    elif pressed.command in FORMS:
        title = FORMS[pressed.command][0]
        await open_modal(room, visit, body, title, lambda: fill(room, visit, pressed.command, pressed.request))
    elif pressed.command in AT_ONCE:
        if await room.seen.first(body):
            await _at_once(room, visit, pressed)
    else:
        raise BadInput(STRANGE)


async def _at_once(room: Room, visit: Visit, pressed: Pressed) -> None:
    request = await room.find(visit, pressed.request)
    person = await room.person(visit, request)
    await act(room, request.id, AT_ONCE[pressed.command](), person)
    if visit.private and pressed.command in LISTED:  # a list of them is redrawn by nobody
        await tell(room, visit, answers.say("It is on record."))


def _chose_reason(body: Body) -> bool:
    """Whether it is a choice in the form to reject, and no click."""
    view, actions = body.get("view"), body.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else None
    named = isinstance(first, Mapping) and first.get("block_id") == "reason_code"
    return named and isinstance(view, Mapping) and view.get("callback_id") == "reject"


async def _suggest(room: Room, visit: Visit, view: Mapping[str, Any]) -> None:
    """The form again, with the lesson chosen that the reason suggests; all else stays as it was typed."""
    typed = reading.values(view)
    request, person = await room.see(visit, request_id(reading.metadata(view).get("request")))
    drawn = await room.drawn(request, person)
    lesson = dict(drawn.suggestions).get(typed.get("reason_code", ""), "")
    await put(room, visit, visit.view, reject_form(drawn, typed | {"lesson": lesson}))


def _named_by(body: Body) -> str:
    """The request of a card, as its first block says it: ``request|<id>``."""
    message = body.get("message")
    blocks = message.get("blocks") if isinstance(message, Mapping) else None
    first = blocks[0] if isinstance(blocks, list) and blocks else None
    name = first.get("block_id") if isinstance(first, Mapping) else None
    kind, _, id_ = str(name).partition("|")
    if kind != "request":
        raise BadInput("This message is no card of a request", remedy="use it on a card that Signoff has posted")
    return request_id(id_)
