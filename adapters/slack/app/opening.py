"""Opening a modal: at once, since what allows it lives three seconds; what it says is read afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from adapters.slack.app.room import Room
from adapters.slack.app.telling import log_fault, notice_of, tell
from adapters.slack.app.visiting import Visit
from adapters.slack.cards import answers
from adapters.slack.cards.modals import loading, notice
from bot.errors import BadInput, Conflict, SignoffError, Unavailable

Json = dict[str, Any]
Make = Callable[[], Awaitable[Json]]
_AGAIN = "Please click again"
_WHY = "Slack allows three seconds between a click and its form, and that time was over. Nothing was done."
_TRIES = 2


async def open_modal(room: Room, visit: Visit, body: Mapping[str, Any], title: str, make: Make) -> None:
    """Open a modal that says that it loads, then put in it what ``make`` gives, or why that is refused.

    Of a call that comes twice the first alone has an effect; a trigger that is used or too old makes a private
    "click again".
    """
    first, opened = await asyncio.gather(room.seen.first(body), _open(room, visit, title), return_exceptions=True)
    if first is False:
        return
    if isinstance(opened, BaseException):
        await _not_opened(room, visit, opened)
        return
    try:
        view = await make() if first is True else notice_of(_error(first), title)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong, the modal must not load for ever
        log_fault(error, title)
        view = notice_of(error, title)
    await put(room, visit, opened, view)


def _error(found: object) -> Exception:
    return found if isinstance(found, Exception) else Unavailable("it can't be told whether this came before")


async def put(room: Room, visit: Visit, view_id: str, view: Json) -> None:
    """Put a view in the place of another; one that Slack does not take gives way to a word. Closed is closed."""
    for _ in range(_TRIES):
        try:
            await room.workspaces.write(visit.workspace, "views.update", view_id=view_id, view=view)
        except BadInput as error:
            structlog.get_logger("slack").error("view_not_taken", callback=view.get("callback_id"), code=error.code)
            view = notice("Too much for Slack", "This can't be shown in a form of Slack's.", f"Desk: {room.desk_url}")
        except SignoffError:
            continue  # most often they closed it meanwhile; a form that stays empty is closed and opened again
        else:
            return


async def _open(room: Room, visit: Visit, title: str) -> str:
    method = "views.push" if visit.modal else "views.open"
    answer = await room.workspaces.write(visit.workspace, method, trigger_id=visit.trigger, view=loading(title))
    return str(answer["view"]["id"])


async def _not_opened(room: Room, visit: Visit, error: BaseException) -> None:
    if isinstance(error, Conflict):
        await tell(room, visit, answers.say(_AGAIN, _WHY))
        return
    if isinstance(error, Unavailable):
        await tell(room, visit, answers.say("Slack did not open the form; nothing was done.", "Click again."))
        return
    raise error
