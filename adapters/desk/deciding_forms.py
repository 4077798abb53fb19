"""What a person does with a request: each form becomes one command, and the answer is the request's page again.

Nothing typed is lost: where a command is refused, the page comes back with the reason and the typed text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from aiohttp import web

from adapters.desk import feedback_page
from adapters.desk.guard import FORM
from adapters.desk.pages import sentence
from adapters.desk.request_page import Said, find, show_request
from adapters.desk.workroom import SURFACE, VISITOR, WORKROOM
from bot.attending import snooze_until
from bot.cards import card
from bot.deciding import (
    Approve,
    Ask,
    Claim,
    Command,
    Reassign,
    Reject,
    Reveal,
    Revoke,
    Snooze,
    Unclaim,
    Withdraw,
)
from bot.domain.requests import Request
from bot.errors import AlreadyDecided, BadInput, Conflict, NotAllowed, SignoffError
from bot.learning.sheets import CHANGE, DECLINE, NEEDS_WORK, command_of
from bot.receiving import act, read_lesson
from bot.receiving.at_once import AT_ONCE, LISTED

Form = dict[str, str]


def _at_once(name: str) -> Callable[[Form, Request, datetime], Command]:
    return lambda *_: AT_ONCE[name]()


COMMANDS: dict[str, Callable[[Form, Request, datetime], Command]] = {
    "approve": lambda form, *_: Approve(form.get("note")),
    "reject": lambda form, *_: Reject(
        form.get("reason_code", ""), form.get("note", ""), read_lesson(form.get("lesson", ""))
    ),
    "claim": lambda *_: Claim(),
    "release": lambda *_: Unclaim(),
    "ask": lambda form, *_: Ask(form.get("text", "")),
    "reassign": lambda form, *_: Reassign(form.get("to", ""), form.get("note")),
    "snooze": lambda form, found, now: Snooze(snooze_until(found, form.get("until", ""), now.astimezone(UTC))),
    "reveal": lambda form, *_: Reveal(form.get("field", "")),
    "revoke": lambda form, *_: Revoke(form.get("note", "")),
    "withdraw": lambda form, *_: Withdraw(form.get("note")),
    **{name: _at_once(name) for name in LISTED},
    NEEDS_WORK: lambda form, found, now: command_of(NEEDS_WORK, found, form, "", now.tzinfo),
    DECLINE: lambda form, found, now: command_of(DECLINE, found, form, form.get("seen", ""), now.tzinfo),
    CHANGE: lambda form, found, now: command_of(CHANGE, found, form, form.get("seen", ""), now.tzinfo),
}
"""The last part of an address, and the command that its form makes of the request at this time, by the policy's clock.
"""
_LISTS = {"feedback", "samples"}
"""Pages on which commands are given, and shown again afterwards, as they were narrowed."""
_QUERY = re.compile(r"[\w=&%+.-]{0,300}", re.ASCII)
_TYPED = {"note", "text", "reason_code", "lesson", "to", "until", "state", "kind", "assignee", "due_at"}


async def act_on(request: web.Request) -> web.StreamResponse:
    """``POST /desk/requests/{id}/{command}``: carry it out, then show the request (303)."""
    found = await find(request)
    name, form = request.match_info["command"], request[FORM]
    make = COMMANDS.get(name)
    if make is None:
        raise web.HTTPNotFound
    if name == "approve" and found.routing.high_class and found.pending and form.get("confirmed") != "yes":
        return _confirm(request, found, form)
    try:
        await submit(request, found, make(form, found, _now(request)))
    except SignoffError as error:
        if _list_of(form) == "feedback" and isinstance(error, (Conflict, NotAllowed, BadInput)):
            said = refused(error, form, name)
            narrowed = form["from"].partition("?")[2]
            return await feedback_page.board(request, status=status_of(error), said=said, at=found.id, query=narrowed)
        return await show_refused(request, found.id, error, form, name)
    raise web.HTTPSeeOther(f"/desk/{form['from']}" if _list_of(form) else f"/desk/requests/{found.id}")


def _list_of(form: Form) -> str | None:
    """The list on which the form stood; what it is narrowed to follows in its address."""
    page, _, query = form.get("from", "").partition("?")
    return page if page in _LISTS and _QUERY.fullmatch(query) else None


def _now(request: web.Request) -> datetime:
    room = request.app[WORKROOM]
    return room.clock.now().astimezone(room.policy().zone)


async def submit(request: web.Request, found: Request, command: Command) -> None:
    """Carry out a command. That one's own click came twice is no refusal: it shows the same outcome.

    Raises:
        SignoffError: as ``Deciding.submit`` says.
    """
    room, person = request.app[WORKROOM], request[VISITOR].person
    await act(room.store, room.deciding, SURFACE, found.id, command, person)


async def show_refused(request: web.Request, id_: str, error: SignoffError, form: Form, name: str) -> web.Response:
    """The request as it is now, with why nothing was done and what was typed.

    Raises:
        SignoffError: the same again, when it says nothing of the request.
    """
    now = await request.app[WORKROOM].store.request(id_)
    if now is None or not isinstance(error, (Conflict, NotAllowed, BadInput)):
        raise error
    said = refused(error, form, name)
    return await show_request(request, now, status=status_of(error), said=said)


def status_of(error: SignoffError) -> int:
    """409 for a race that was lost, 403 for what is not allowed, 422 for what has to be typed again."""
    return 409 if isinstance(error, Conflict) else 403 if isinstance(error, NotAllowed) else 422


def refused(error: SignoffError, form: Form, name: str) -> Said:
    """A refusal in words, with what was typed."""
    typed = {key: value for key, value in form.items() if value.strip() and key in _TYPED}
    if isinstance(error, AlreadyDecided):
        title, _, what = error.opening(error.decided_by).partition(": ")
        message = f"{what[:1].upper()}{what[1:]} before your click. Yours changed nothing."
        return Said(title, message, "Nothing else is needed of you.", typed, form=name)
    if isinstance(error, Conflict):
        return Said("It has changed meanwhile", error.message, error.remedy, typed, form=name)
    if isinstance(error, NotAllowed):
        return Said("Nothing was done", error.message, error.remedy, typed, form=name)
    field = error.field or "note"
    if name in {"reassign", "snooze", DECLINE, CHANGE, NEEDS_WORK}:
        problem = _beside(field, error, form)
        return Said("Not quite yet", f"Nothing was done yet. {problem}", None, typed, {field: problem}, name)
    return Said("One thing is missing", "Nothing was done yet.", None, typed, {field: error.message}, name)


def _beside(field: str, error: SignoffError, form: Form) -> str:
    """Sentences that stand beside the field of a choice."""
    if not form.get(field) and field != "note":
        return "Choose one of them."
    remedy = f" {sentence(error.remedy)}" if error.remedy else ""
    said = f"The note {error.message}" if field == "note" else f"What was chosen {error.message}"
    return sentence(said) + remedy


def _confirm(request: web.Request, found: Request, form: Form) -> web.Response:
    """A second look for what is hard to undo: the same form, with its last button."""
    room, visitor = request.app[WORKROOM], request[VISITOR]
    policy, now = room.policy(), room.clock.now()
    return room.pages.show(
        "confirm.html",
        now=now,
        zone=policy.zone,
        visitor=visitor,
        card=card(found, policy, viewer=visitor.person, now=now, pauses=room.pausing.now()),
        note=form.get("note", ""),
    )
