"""Several requests that are alike, decided together: chosen in the queue, looked at one by one, done, and told."""

from __future__ import annotations

from aiohttp import web

from adapters.desk.guard import FORM
from adapters.desk.pages import sentence
from adapters.desk.request_page import Said
from adapters.desk.workroom import SURFACE, VISITOR, WORKROOM
from bot.domain.requests import Request
from bot.errors import BadInput
from bot.receiving import bulk

Form = dict[str, str]
PICK = "pick."
"""Before a request's id in the name of its box."""
_PROBLEMS = {
    "reason_code": "A reason is needed to reject: choose one.",
    "note": "A note is needed to reject: what should the agent do instead?",
}


async def back(_: web.Request) -> web.StreamResponse:
    """A form's address, opened or reloaded in the browser."""
    raise web.HTTPSeeOther("/desk/")


async def decide(request: web.Request) -> web.StreamResponse:
    """``POST /desk/bulk``: show every one that was chosen; with a ``decision``, carry it out on each and tell."""
    room, person, form = request.app[WORKROOM], request[VISITOR].person, request[FORM]
    ids = [name.removeprefix(PICK) for name in form if name.startswith(PICK)]
    try:
        found = await bulk.chosen(room.store, ids, person)
    except BadInput as error:
        return _refused(request, error)
    if "decision" not in form:
        return _review(request, found, form)
    try:
        command = bulk.command_of(form["decision"], form.get("reason_code", ""), form.get("note", ""))
    except BadInput as error:
        return _review(request, found, form, error)
    now, policy = room.clock.now(), room.policy()
    outcomes = await bulk.decide_all(
        room.store,
        room.deciding,
        SURFACE,
        requests=found,
        kind=form.get("kind", ""),
        command=command,
        person=person,
        policy=policy,
        now=now,
    )
    return room.pages.show(
        "bulk_done.html",
        now=now,
        zone=policy.zone,
        visitor=request[VISITOR],
        summed=bulk.summed(outcomes, command),
        failed=bulk.failed(outcomes),
        done=[one for one in outcomes if one.why is None],
    )


def _review(
    request: web.Request, found: tuple[Request, ...], form: Form, error: BadInput | None = None
) -> web.Response:
    room, visitor = request.app[WORKROOM], request[VISITOR]
    now, policy = room.clock.now(), room.policy()
    cards = bulk.drawn(found, policy, visitor.person, now)
    field = "" if error is None else error.field or ""
    return room.pages.show(
        "bulk.html",
        status=200 if error is None else 422,
        now=now,
        zone=policy.zone,
        visitor=visitor,
        cards=cards,
        kind=form.get("kind") or bulk.kind_of(found[0]),
        reasons=cards[0].reject_reasons,
        typed=form,
        problems={} if error is None else {field: _PROBLEMS.get(field, sentence(error.message))},
        pick=PICK,
    )


def _refused(request: web.Request, error: BadInput) -> web.Response:
    room, visitor = request.app[WORKROOM], request[VISITOR]
    said = Said("These can't be decided together", f"What you chose {error.message}.", error.remedy)
    now, zone = room.clock.now(), room.policy().zone
    return room.pages.show("bulk_refused.html", status=422, now=now, zone=zone, visitor=visitor, said=said)
