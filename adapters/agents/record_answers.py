"""What is answered to a question for a request's record: its events, or the file of its decision in a form."""

from __future__ import annotations

from aiohttp import web
from msgspec.structs import replace

from adapters.agents.answers import tagged
from adapters.agents.callers import Caller, require_instance
from adapters.agents.readers import require_reader
from adapters.agents.requesting import owned
from adapters.agents.v1_wire import event_view
from bot.domain.events import EventRecord, FeedbackChanged, event_of
from bot.domain.people import agent
from bot.domain.requests import Request
from bot.errors import BadInput
from bot.filing import Filing, Form, Sight, file_name, in_form
from bot.ports import Store

EVENTS = "events"
FORMS = {"file": Form.JSON, "html": Form.HTML, "pdf": Form.PDF}
_ACCEPTED = {"application/pdf": "pdf", "text/html": "html"}


def form_wanted(request: web.Request) -> str:
    """``events``, or the form of a file: what ``form`` says, else what ``Accept`` asks for first.

    Raises:
        BadInput: when there is no such form.
    """
    form = request.query.get("form")
    if form is None:
        first = request.headers.get("Accept", "").partition(",")[0].partition(";")[0].strip().lower()
        return _ACCEPTED.get(first, EVENTS)
    if form not in {EVENTS, *FORMS}:
        raise BadInput(
            f"is none of {EVENTS}, {', '.join(FORMS)}", field="form", remedy="leave it out to get the events"
        )
    return form


async def answer_events(request: web.Request, store: Store, found: Request) -> web.Response:
    """The audit events of a request, with digests and chain."""
    stream = f"request:{found.id}"
    events = [event_view(_for_the_agent(record)) for record in await store.events(stream)]
    return tagged(request, {"stream": stream, "events": events})


def _for_the_agent(record: EventRecord) -> EventRecord:
    """Without a change of the policy that was proposed because of it: where automation stops is not for it to know."""
    if record.type != "request.feedback_changed" or record.payload is None:
        return record
    event = event_of(record)
    proposes = isinstance(event, FeedbackChanged) and event.proposal is not None
    return replace(record, payload=None, salt=None) if proposes else record


async def answer_file(filing: Filing, found: Request, sight: Sight, caller: Caller, form: Form) -> web.Response:
    """The file of its decision."""
    file = await filing.take(found.id, sight, agent(caller.agent.id))
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{file_name(found.id, form)}"',
    }
    return web.Response(body=await in_form(file, form), content_type=form.media_type, headers=headers)


def readable(found: Request | None, caller: Caller, form: str) -> tuple[Request, Sight]:
    """The request and how much of it the caller sees: what it opened itself, or as a reader of the owner.

    Raises:
        NotFound: when there is none, or it is another's.
        NotAllowed: naming how a token that may is made.
    """
    instance = require_instance(caller)
    if found is not None and (found.agent_id, found.instance_id) == (caller.agent.id, instance.id):
        return found, Sight.AGENT
    if found is None or form == EVENTS or not caller.agent.reads:
        return owned(found, caller.agent, instance.id), Sight.AGENT
    if found.routing.owner not in caller.agent.reads:
        require_reader(caller, found.routing.owner)
    return found, Sight.MASKED
