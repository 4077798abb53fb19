"""What is kept: for how long, what goes next, legal holds, and for risk owners the erasing of a customer."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from aiohttp import web

from adapters.desk.guard import FORM
from adapters.desk.pages import sentence
from adapters.desk.request_page import Said
from adapters.desk.workroom import SURFACE, VISITOR, WORKROOM
from bot.domain import people
from bot.domain.people import Person
from bot.erasing import (
    Belongings,
    CustomerErasure,
    belongings_of,
    erase_customer,
    refuse_unless_erasable,
    refuse_unless_theirs,
    sayable,
)
from bot.errors import BadInput, Conflict, NotAllowed, NotFound, SignoffError
from bot.holding import Holding, Standing, may_hold
from bot.policy.document import Policy
from bot.retaining import Due, Retaining, kept_said, rules_said

Form = dict[str, str]
HERE = "/desk/kept"
SOON = timedelta(days=30)
_LISTED = 50
_ERASING = ("customer", "reason", "cancel", "amounts")
_REFUSALS = (BadInput, Conflict, NotAllowed, NotFound)


async def kept(request: web.Request) -> web.StreamResponse:
    """``GET /desk/kept``: what is kept, what goes soon, what is held."""
    return await _page(request, {})


async def back(_: web.Request) -> web.StreamResponse:
    """A form's address, opened or reloaded in the browser."""
    raise web.HTTPSeeOther(HERE)


async def erase(request: web.Request) -> web.StreamResponse:
    """``POST /desk/kept/erase``: say what would go and ask once more; with ``step=yes`` erase it."""
    room, person, form = request.app[WORKROOM], request[VISITOR].person, request[FORM]
    if form.get("step") == "back":
        return await _page(request, form, at="erase")
    customer, policy = form.get("customer", ""), room.policy()
    try:
        sayable(form.get("reason", ""))
        found = await belongings_of(room.store, customer)
        refuse_unless_theirs(person, found, policy)
        cancel = form.get("cancel") == "yes"
        await refuse_unless_erasable(room.store, customer, found, veil=policy.veil, cancel=cancel)
        if len(found) and form.get("step") != "yes":
            return _sure(request, form, found)
        done = await erase_customer(
            room.store,
            customer,
            reason=form.get("reason", ""),
            by=people.person(person.id, SURFACE),
            now=room.clock.now(),
            veil=policy.veil,
            keep_amounts=form.get("amounts") != "yes",
            cancel=cancel,
        )
    except _REFUSALS as error:
        return await _page(request, form, at="erase", error=error)
    return await _page(request, {}, said=_done(done))


async def hold(request: web.Request) -> web.StreamResponse:
    """``POST /desk/kept/hold``: place a legal hold."""
    room, person, form = request.app[WORKROOM], request[VISITOR].person, request[FORM]
    scope = f"{form.get('kind', '')}:{form.get('named', '').strip()}"
    try:
        await Holding(room.store, room.policy).place(scope, form.get("reason", ""), person, SURFACE)
    except _REFUSALS as error:
        return await _page(request, form, at="hold", error=error)
    raise web.HTTPSeeOther(HERE)


async def release(request: web.Request) -> web.StreamResponse:
    """``POST /desk/kept/release``: end a legal hold."""
    room, person, form = request.app[WORKROOM], request[VISITOR].person, request[FORM]
    held = form.get("hold", "")
    try:
        await Holding(room.store, room.policy).release(held, form.get("reason", ""), person, SURFACE)
    except _REFUSALS as error:
        return await _page(request, form, at=held, error=error)
    raise web.HTTPSeeOther(HERE)


def answers_for_risk(person: Person, policy: Policy) -> bool:
    """Whether they are the risk owner of anybody."""
    return any(owner.risk_owner == person.id for owner in policy.owners.values())


async def _page(
    request: web.Request, form: Form, *, at: str = "", error: SignoffError | None = None, said: Said | None = None
) -> web.Response:
    room, visitor = request.app[WORKROOM], request[VISITOR]
    policy, now, person = room.policy(), room.clock.now(), visitor.person
    retaining = Retaining(room.store, room.clock, room.policy)
    due = [one async for one in retaining.due(now + SOON)]
    due.sort(key=lambda one: (one.at, one.request.id))
    field = error.field if isinstance(error, BadInput) else None
    if error is not None and field is None:
        said = Said("Nothing was done", error.message, error.remedy)
    return room.pages.show(
        "kept.html",
        status=200 if error is None else _status(error),
        now=now,
        zone=policy.zone,
        visitor=visitor,
        rules=[_rule(rule, text) for rule, text in rules_said(policy).items()],
        due=[_row(one) for one in due[:_LISTED]],
        more=max(0, len(due) - _LISTED),
        holds=[await _held(one, person, policy, request) for one in await Holding(room.store, room.policy).standing()],
        mine=any(person.id in {owner.accountable, owner.risk_owner} for owner in policy.owners.values()),
        risk=answers_for_risk(person, policy),
        risk_owners=sorted({policy.people[owner.risk_owner].name for owner in policy.owners.values()}),
        typed=form,
        at_form=at,
        problems={} if error is None or field is None else {field: _problem(error)},
        said=said,
    )


def _status(error: SignoffError) -> int:
    if isinstance(error, NotFound):
        return 404
    return 409 if isinstance(error, Conflict) else 403 if isinstance(error, NotAllowed) else 422


def _problem(error: SignoffError) -> str:
    return " ".join(sentence(text) for text in (f"This {error.message}", error.remedy) if text)


def _rule(rule: str, text: str) -> tuple[str, str]:
    kind, _, name = rule.removeprefix("retention.").partition(".")
    title = {"owners": "owner ", "actions": "action "}.get(kind, "")
    return f"{title}{name or kind}", f"{text}, by default" if kind == "default" else text


def _row(due: Due) -> dict[str, object]:
    request = due.request
    return {
        "id": request.id,
        "title": request.assessment.title,
        "owner": request.routing.owner_title,
        "at": due.at,
        "rule": due.rule,
        "kept": kept_said(due),
    }


async def _held(standing: Standing, person: Person, policy: Policy, request: web.Request) -> dict[str, object]:
    one = standing.hold
    kind, _, id_ = one.scope.partition(":")
    about = await request.app[WORKROOM].store.request(id_) if kind == "request" else None
    by = policy.people.get(one.by)
    return {
        "id": one.id,
        "scope": standing.scope.replace(":", " ", 1),
        "by": one.by if by is None else by.name,
        "at": one.at,
        "reason": one.reason,
        "mine": may_hold(person, one.scope, policy, about),
    }


def _sure(request: web.Request, form: Form, found: Belongings) -> web.Response:
    """A second look: what will be gone for good, with its last button."""
    room, visitor = request.app[WORKROOM], request[VISITOR]
    statuses = Counter(one.status.replace("_", " ") for one in found.requests)
    return room.pages.show(
        "kept_sure.html",
        now=room.clock.now(),
        zone=room.policy().zone,
        visitor=visitor,
        customer=form.get("customer", ""),
        reason=form.get("reason", ""),
        requests=len(found.requests),
        contacts=len(found.contacts),
        statuses=sorted(statuses.items()),
        open=len(found.open),
        amounts=form.get("amounts") == "yes",
        sent={name: form.get(name, "") for name in _ERASING},
        action=f"{HERE}/erase",
    )


def _done(done: CustomerErasure) -> Said:
    if not done.requests and not done.contacts:
        return Said("Nothing is left", "Nothing is known of this customer, or all of it was erased before.", None)
    text = f"{_many(done.requests, 'request')} and {_many(done.contacts, 'contact')} were erased; it stands on record."
    remedy = "Whoever runs the server takes it out of the database's files as well: `signoff db vacuum`."
    return Said("It is gone", text, remedy)


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
