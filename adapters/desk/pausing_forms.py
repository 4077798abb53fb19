"""What is paused, and for who answers for it the forms to stop automation and to let it go on, each in two steps."""

from __future__ import annotations

from aiohttp import web

from adapters.desk.banner import agent_names
from adapters.desk.guard import FORM
from adapters.desk.pages import sentence
from adapters.desk.request_page import Said
from adapters.desk.workroom import SURFACE, VISITOR, WORKROOM
from bot.cards.pauses import scope_title, stopped
from bot.domain.pauses import EVERYTHING
from bot.errors import BadInput, Conflict, NotAllowed, SignoffError
from bot.pausing import END_CHOICES, FREEZE_CHOICES, end_of, freezes, may_pause, pausable, who_may

Form = dict[str, str]
HERE = "/desk/pauses"
_RESUMING = ("scope", "reason")
_PAUSING = (*_RESUMING, "freeze", "end")


async def pauses(request: web.Request) -> web.StreamResponse:
    """``GET /desk/pauses``: what is stopped, and the forms for whoever may use them."""
    return await _page(request, {}, wanted=request.query.get("scope", ""))


async def back(_: web.Request) -> web.StreamResponse:
    """A form's address, opened or reloaded in the browser."""
    raise web.HTTPSeeOther(HERE)


async def pause(request: web.Request) -> web.StreamResponse:
    """``POST /desk/pauses``: check and ask once more; with ``step=yes`` stop it."""
    room, person, form = request.app[WORKROOM], request[VISITOR].person, request[FORM]
    if form.get("step") == "back":
        return await _page(request, form)
    scope, reason = form.get("scope", ""), form.get("reason", "")
    try:
        until, freeze = end_of(form.get("end", ""), room.clock.now()), freezes(form.get("freeze", ""))
        room.pausing.checked(scope, reason, person)
        if form.get("step") != "yes":
            return await _sure(request, form)
        await room.pausing.pause(scope, reason, person, SURFACE, until=until, freeze=freeze)
    except (BadInput, NotAllowed) as error:
        return await _page(request, form, error=error)
    raise web.HTTPSeeOther(HERE)


async def resume(request: web.Request) -> web.StreamResponse:
    """``POST /desk/pauses/resume``: check and ask once more; with ``step=yes`` let it go on."""
    room, person, form = request.app[WORKROOM], request[VISITOR].person, request[FORM]
    if form.get("step") == "back":
        return await _page(request, form, resuming=True)
    scope, reason = form.get("scope", ""), form.get("reason", "")
    try:
        room.pausing.checked(scope, reason, person)
        if form.get("step") != "yes":
            return await _sure(request, form, resuming=True)
        await room.pausing.resume(scope, reason, person, SURFACE)
    except (BadInput, NotAllowed, Conflict) as error:
        return await _page(request, form, error=error, resuming=True)
    raise web.HTTPSeeOther(HERE)


async def _page(
    request: web.Request, form: Form, *, error: SignoffError | None = None, resuming: bool = False, wanted: str = ""
) -> web.Response:
    room, visitor = request.app[WORKROOM], request[VISITOR]
    policy, now, person = room.policy(), room.clock.now(), visitor.person
    standing = await room.pausing.standing()
    agents = {agent.id: agent.name for agent in await room.store.agents() if agent.revoked_at is None}
    named = agents | await agent_names(room, standing)
    scopes = [(scope, scope_title(scope, policy, agents)) for scope in pausable(person, policy, agents)]
    field = error.field if isinstance(error, BadInput) else None
    return room.pages.show(
        "pauses.html",
        status=200 if error is None else _status(error),
        now=now,
        zone=policy.zone,
        visitor=visitor,
        stopped=[(stopped(one, policy, named), may_pause(person, one.scope, policy)) for one in standing],
        scopes=scopes,
        ends=END_CHOICES,
        freezing=FREEZE_CHOICES,
        typed={"scope": wanted} | form,
        resuming=form.get("scope", "") if resuming else None,
        problems={field: _problem(field, error, form)} if error is not None and field else {},
        said=Said(_heading(error), error.message, error.remedy) if error is not None and not field else None,
        who_may=who_may(EVERYTHING, policy),
    )


def _status(error: SignoffError) -> int:
    return 409 if isinstance(error, Conflict) else 403 if isinstance(error, NotAllowed) else 422


def _heading(error: SignoffError) -> str:
    return "It has changed meanwhile" if isinstance(error, Conflict) else "Nothing was done"


def _problem(field: str, error: SignoffError, form: Form) -> str:
    if not form.get(field, "").strip():
        return "Choose what to stop." if field == "scope" else "A reason is needed: agents and people are told it."
    return " ".join(sentence(text) for text in (f"This {error.message}", error.remedy) if text)


async def _sure(request: web.Request, form: Form, *, resuming: bool = False) -> web.Response:
    """A second look: what will be stopped or go on, with its last button."""
    room, visitor = request.app[WORKROOM], request[VISITOR]
    policy, now, scope = room.policy(), room.clock.now(), form.get("scope", "")
    agents = {agent.id: agent.name for agent in await room.store.agents()}
    sent = {name: form.get(name, "") for name in (_RESUMING if resuming else _PAUSING)}
    return room.pages.show(
        "pause_sure.html",
        now=now,
        zone=policy.zone,
        visitor=visitor,
        title=scope_title(scope, policy, agents),
        scope=scope,
        reason=form.get("reason", ""),
        until=None if resuming else end_of(form.get("end", ""), now),
        freeze=not resuming and freezes(form.get("freeze", "")),
        sent=sent,
        resuming=resuming,
        action=f"{HERE}/resume" if resuming else HERE,
    )
