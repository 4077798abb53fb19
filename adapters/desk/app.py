"""Mounting the desk on the server's application."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from adapters.desk import (
    audit_page,
    bulk_forms,
    deciding_forms,
    duty_page,
    editing_forms,
    feedback_page,
    friction_page,
    guard,
    kept_page,
    live,
    pausing_forms,
    pictures,
    signing_in,
)
from adapters.desk.dashboard_page import dashboard
from adapters.desk.decided_page import decided
from adapters.desk.explain_page import explain
from adapters.desk.feedback_export import export
from adapters.desk.file_page import file_page, take_whole
from adapters.desk.finding_form import find_by_id
from adapters.desk.pages import TYPES, Pages
from adapters.desk.queue_page import queue
from adapters.desk.request_page import show
from adapters.desk.samples_page import samples
from adapters.desk.search_page import search
from adapters.desk.summary_page import sheet, summary
from adapters.desk.who_page import who
from adapters.desk.workroom import WORKROOM, DrawPlates, Workroom
from bot.answering import Answering
from bot.deciding import Deciding
from bot.filing import Filing
from bot.pausing import Pausing
from bot.policy.document import Policy
from bot.ports import Clock, Store
from bot.proving.verifying import Verifying
from bot.rostering import Rostering
from bot.waiting import Waiting


def _routes() -> list[web.RouteDef]:
    """Every page and form, below ``/desk``."""
    return [
        web.get("", _to_the_desk),
        web.get("/", queue),
        web.get("/decided", decided),
        web.get("/summary", summary),
        web.get("/summary.csv", sheet),
        web.get("/dashboard", dashboard),
        web.get(pictures.PATH, pictures.picture),
        web.get("/friction", friction_page.friction),
        web.get("/friction.csv", friction_page.sheet),
        web.get("/who", who),
        web.get("/find", find_by_id),
        web.get("/search", search),
        web.get("/pauses", pausing_forms.pauses),
        web.post("/pauses", pausing_forms.pause),
        web.get("/pauses/resume", pausing_forms.back),
        web.post("/pauses/resume", pausing_forms.resume),
        web.get("/feedback", feedback_page.feedback),
        web.get("/feedback/export", export),
        web.get("/samples", samples),
        web.get("/audit", audit_page.audit),
        web.get("/audit/{form}", audit_page.back),
        web.post("/audit/verify", audit_page.verify),
        web.post("/audit/compare", audit_page.compare),
        web.get("/kept", kept_page.kept),
        web.get("/kept/{form}", kept_page.back),
        web.post("/kept/erase", kept_page.erase),
        web.post("/kept/hold", kept_page.hold),
        web.post("/kept/release", kept_page.release),
        web.get("/duty", duty_page.duty),
        web.get("/duty/{form}", duty_page.back),
        web.post("/duty/cover", duty_page.cover),
        web.post("/duty/away", duty_page.away),
        web.post("/duty/quiet", duty_page.quiet),
        web.post("/duty/end", duty_page.ended),
        web.get("/bulk", bulk_forms.back),
        web.post("/bulk", bulk_forms.decide),
        web.get("/events", live.events),
        web.get("/in/{token}", signing_in.offer),
        web.post("/in/{token}", signing_in.sign_in),
        web.post("/out", signing_in.sign_out),
        web.get("/requests/{id}", show),
        web.get("/requests/{id}/edit", editing_forms.edit),
        web.post("/requests/{id}/edit", editing_forms.review),
        web.get("/requests/{id}/explain", explain),
        web.get("/requests/{id}/file", file_page),
        web.post("/requests/{id}/file", take_whole),
        web.get("/requests/{id}/{command}", _to_the_request),
        web.post("/requests/{id}/{command}", deciding_forms.act_on),
        web.get("/static/{name}", static),
    ]


def mount(  # noqa: PLR0913 - it is wired once, by name
    app: web.Application,
    *,
    store: Store,
    clock: Clock,
    policy: Callable[[], Policy],
    deciding: Deciding,
    pausing: Pausing,
    rostering: Rostering,
    answering: Answering,
    filing: Filing,
    verifying: Verifying,
    draw: DrawPlates,
    waiting: Waiting,
    public_url: str,
) -> None:
    """Serve the desk below ``/desk``, and lead ``/`` there."""
    desk = web.Application(middlewares=[guard.errors_as_pages, guard.let_in])
    room = Workroom(
        store,
        clock,
        policy,
        deciding,
        pausing,
        rostering,
        answering,
        filing,
        verifying,
        draw,
        waiting,
        public_url.rstrip("/"),
        Pages(),
    )
    desk[WORKROOM] = room

    async def prepare(_: web.Request, response: web.StreamResponse) -> None:
        guard.add_headers(response, secure=room.secure)

    async def stop(_: web.Application) -> None:
        room.stopping.set()

    desk.on_response_prepare.append(prepare)
    desk.on_shutdown.append(stop)
    desk.add_routes(_routes())
    app.add_subapp("/desk", desk)
    app.router.add_get("/", _to_the_desk)


async def _to_the_desk(_: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("/desk/")


async def _to_the_request(request: web.Request) -> web.StreamResponse:
    """A form's address, opened or reloaded in the browser, leads to the card."""
    if request.match_info["command"] not in deciding_forms.COMMANDS:
        raise web.HTTPNotFound
    raise web.HTTPSeeOther(request.rel_url.parent.path)


async def static(request: web.Request) -> web.StreamResponse:
    """``GET /desk/static/{name}``: from memory; its address holds its digest, so it may be kept for ever."""
    name = request.match_info["name"]
    if name not in TYPES:
        raise web.HTTPNotFound
    return web.Response(
        body=request.app[WORKROOM].pages.files[name],
        content_type=TYPES[name],
        charset="utf-8",
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )
