"""Editing in two steps: type, then see before and after and sign. Plain forms; the second carries the first."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from adapters.desk.deciding_forms import show_refused, status_of, submit
from adapters.desk.guard import FORM
from adapters.desk.request_page import Said, find
from adapters.desk.workroom import SURFACE, VISITOR, WORKROOM
from bot.cards import card, change_rows, revealed_to, try_out
from bot.cards.masking import Masker
from bot.cards.wording import lesson_title
from bot.deciding import ApproveWithEdits
from bot.domain.lessons import Lesson
from bot.domain.requests import Request
from bot.editing import EditRefused, check_arguments, parse_form
from bot.errors import AlreadyDecided, BadInput, NotAllowed, SignoffError
from bot.forms import PREFIX, inputs, typed_over
from bot.learning.suggesting import of_edit
from bot.receiving import read_lesson

Form = dict[str, str]


async def edit(request: web.Request) -> web.StreamResponse:
    """``GET /desk/requests/{id}/edit``: the form."""
    found = await find(request)
    return await _form(request, found, {}, {})


async def review(request: web.Request) -> web.StreamResponse:
    """``POST /desk/requests/{id}/edit``: check what was typed and show before and after, or sign it (``step=sign``)."""
    found, form = await find(request), request[FORM]
    typed = typed_over(found, form)
    if form.get("step") == "back":
        return await _form(request, found, typed, form)
    try:
        arguments = parse_form(found, typed)
        check_arguments(found, arguments)
        command = ApproveWithEdits(arguments, form.get("note"), read_lesson(form.get("lesson", "")))
        if form.get("step") != "sign":
            _try_out(request, found, command)
            return await _before_and_after(request, found, arguments, form)
        await submit(request, found, command)
    except EditRefused as error:
        return await _form(request, found, typed, form, problems=error.problems, status=422)
    except AlreadyDecided as error:
        return await show_refused(request, found.id, error, form | _kept(typed), "edit")
    except (BadInput, NotAllowed) as error:
        return await _form(request, found, typed, form, error=error, status=status_of(error))
    raise web.HTTPSeeOther(f"/desk/requests/{found.id}")


def _kept(typed: Form) -> Form:
    """Typed values as one text, for a page that has no inputs any more."""
    return {"text": "\n".join(f"{name}: {value}" for name, value in typed.items())}


def _try_out(request: web.Request, found: Request, command: ApproveWithEdits) -> None:
    room = request.app[WORKROOM]
    try_out(found, command, request[VISITOR].person, room.policy(), room.clock.now())


async def _revealed(request: web.Request, found: Request) -> frozenset[str]:
    room = request.app[WORKROOM]
    records = await room.store.events(f"request:{found.id}")
    return revealed_to(records, request[VISITOR].person, SURFACE, room.clock.now())


async def _form(
    request: web.Request,
    found: Request,
    typed: Form,
    form: Form,
    *,
    problems: dict[str, str] | None = None,
    error: SignoffError | None = None,
    status: int = 200,
) -> web.Response:
    room, visitor = request.app[WORKROOM], request[VISITOR]
    policy, now = room.policy(), room.clock.now()
    revealed = await _revealed(request, found)
    drawn = card(found, policy, viewer=visitor.person, now=now, revealed=revealed, pauses=room.pausing.now())
    masker = Masker(found, revealed)
    said = Said("This can't be signed yet", error.message, error.remedy) if error is not None else None
    problems = problems or {}
    fields = inputs(found, policy, masker.hidden, typed, problems)
    named = {field.field for field in fields}
    return room.pages.show(
        "editing.html",
        status=status,
        now=now,
        zone=policy.zone,
        visitor=visitor,
        card=drawn,
        inputs=fields,
        fixed=[row for row in drawn.changes if row.name not in named],
        other_problems={name: text for name, text in problems.items() if name not in named},
        said=said,
        note=form.get("note", ""),
        lesson=form.get("lesson", ""),
        lessons=tuple(lesson.value for lesson in Lesson),
        has_problems=bool(problems),
    )


async def _before_and_after(
    request: web.Request, found: Request, arguments: dict[str, Any], form: Form
) -> web.Response:
    room, visitor = request.app[WORKROOM], request[VISITOR]
    policy, now = room.policy(), room.clock.now()
    revealed = await _revealed(request, found)
    sent = {name: value for name, value in form.items() if name.startswith(PREFIX)}
    return room.pages.show(
        "before_and_after.html",
        now=now,
        zone=policy.zone,
        visitor=visitor,
        card=card(found, policy, viewer=visitor.person, now=now, revealed=revealed, pauses=room.pausing.now()),
        rows=change_rows(found, policy, Masker(found, revealed), arguments),
        sent=sent | {"note": form.get("note", ""), "lesson": form.get("lesson", "")},
        note=form.get("note", ""),
        lesson=form.get("lesson", ""),
        learned=lesson_title(read_lesson(form.get("lesson", "")) or of_edit(found, arguments, policy).learn),
    )
