"""``signoff request``: look at requests, and erase the personal data of one."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from bot.answering.finding import read_finding
from bot.app import Workplace
from bot.cards import plain
from bot.cli.at_work import at_work
from bot.cli.filing import FileOut, Masked, write_decision_file
from bot.cli.reading import AsJson, Database, console, operator, say_json, with_store
from bot.cli.request_file import request_file, request_json
from bot.domain.requests import Request
from bot.erasing import Erasure, erase_request
from bot.errors import BadInput, NotFound
from bot.ports import Page, RequestQuery, Store
from bot.recording import stream_of
from bot.settings import Settings

app = typer.Typer(no_args_is_help=True)

RequestId = Annotated[str, typer.Argument(metavar="ID", help="The request's id.")]
_STATUSES = ("pending", "approved", "approved_with_edits", "rejected", "expired", "cancelled")


@app.command("show")
def show_command(
    request_id: RequestId,
    *,
    file: FileOut = None,
    masked: Masked = False,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Show one request: proposal, verdict, who decided where and when, grant, outcome and events.

    Sensitive fields stay masked. With --file, the whole file of the decision is written instead.
    """

    async def work(store: Store, settings: Settings) -> None:
        if file is not None:
            await write_decision_file(store, settings, request_id, file, masked=masked)
            return
        request = await store.request(request_id)
        if request is None:
            raise NotFound(f"there is no request {request_id}", remedy="`signoff request list` lists them")
        records = await store.events(stream_of("request", request_id))
        agent = await store.agent(request.agent_id)
        name = agent.name if agent is not None else request.agent_id
        if as_json:
            say_json(request_json(request, records, name))
        else:
            console().print(request_file(request, records, name))

    with_store(database, work)


@app.command("list")
def list_command(  # noqa: PLR0913 - one for each way to narrow the list
    *,
    status: Annotated[list[str] | None, typer.Option(help=f"One of {', '.join(_STATUSES)}; may be repeated.")] = None,
    owner: Annotated[list[str] | None, typer.Option(help="Of this owner; may be repeated.")] = None,
    action: Annotated[str | None, typer.Option(help="Of this action type.")] = None,
    customer: Annotated[str | None, typer.Option(help="For this customer.")] = None,
    decided_by: Annotated[str | None, typer.Option(help="Decided by this person.")] = None,
    text: Annotated[str | None, typer.Option(help="About something that begins so; `find` says more.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    after: Annotated[str | None, typer.Option(help="The cursor that the page before ended with.")] = None,
    due: Annotated[bool, typer.Option("--due", help="Those with the least time left first, not the newest.")] = False,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """List requests, the newest first."""
    for one in status or ():
        if one not in _STATUSES:
            raise BadInput(f"is none of {', '.join(_STATUSES)}", field="--status", remedy="choose one of them")
    query = RequestQuery(
        statuses=tuple(status or ()),
        owners=tuple(owner) if owner else None,
        action_type=action,
        customer=customer,
        decided_by=decided_by,
        text=text,
        order="due" if due else "newest",
        limit=limit,
        after=after,
    )

    async def work(store: Store, _: Settings) -> Page:
        return await store.requests(query)

    _show(with_store(database, work), as_json=as_json)


@app.command("find")
def find_command(  # noqa: PLR0913 - one for each way to narrow what is found
    text: Annotated[
        str | None,
        typer.Argument(help="Words; something that the request is about has to begin with each of them."),
    ] = None,
    *,
    person: Annotated[
        str | None, typer.Option(help="That this person decided, signed, claimed or was told of (id in the policy).")
    ] = None,
    customer: Annotated[str | None, typer.Option(help="For exactly this customer.")] = None,
    agent: Annotated[str | None, typer.Option(help="Proposed by this agent (id).")] = None,
    action: Annotated[str | None, typer.Option(help="Of this action type.")] = None,
    owner: Annotated[list[str] | None, typer.Option(help="Of this owner; may be repeated.")] = None,
    status: Annotated[list[str] | None, typer.Option(help=f"One of {', '.join(_STATUSES)}; may be repeated.")] = None,
    amount_from: Annotated[str | None, typer.Option(help="At least this amount was asked for.")] = None,
    amount_to: Annotated[str | None, typer.Option(help="At most this amount was asked for.")] = None,
    currency: Annotated[str | None, typer.Option(help="In this currency, such as USD.")] = None,
    opened_from: Annotated[
        str | None, typer.Option(help="Opened then or later: 2026-11-01, 2026-11-01T09:30 (UTC).")
    ] = None,
    opened_before: Annotated[str | None, typer.Option(help="Opened before then.")] = None,
    decided_from: Annotated[str | None, typer.Option(help="Decided then or later.")] = None,
    decided_before: Annotated[str | None, typer.Option(help="Decided before then.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    after: Annotated[str | None, typer.Option(help="The cursor that the page before ended with.")] = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Find requests in the whole record by words, people, amounts and times, the newest first.

    What is masked is not looked through.
    """
    given = {
        "text": text,
        "person": person,
        "customer": customer,
        "agent": agent,
        "action": action,
        "amount_from": amount_from,
        "amount_to": amount_to,
        "currency": currency,
        "opened_from": opened_from,
        "opened_before": opened_before,
        "decided_from": decided_from,
        "decided_before": decided_before,
    }
    query = read_finding(
        given, statuses=tuple(status or ()), owners=tuple(owner) if owner else None, limit=limit, after=after
    )

    async def work(store: Store, _: Settings) -> Page:
        return await store.requests(query)

    _show(with_store(database, work), as_json=as_json)


def _show(page: Page, *, as_json: bool) -> None:
    if as_json:
        say_json({"requests": [_json(request) for request in page.items], "next": page.next})
        return
    if not page.items:
        typer.echo("No such requests.", err=True)
        return
    table = Table(box=SIMPLE, padding=0, pad_edge=False, highlight=False)
    for name, title in _COLUMNS.items():
        whole = name in {"id", "status"}
        longest = max(len(line[name] or "") for line in map(_line, page.items))
        table.add_column(title, min_width=longest if whole else None, no_wrap=whole, overflow="fold")
    for line in map(_line, page.items):
        table.add_row(*(Text(plain(line[name] or "")) for name in _COLUMNS))
    console().print(table)
    if page.next:
        typer.echo(f"More: --after {page.next}", err=True)


_COLUMNS = {
    "id": "request",
    "status": "status",
    "action": "action",
    "amount": "amount",
    "customer": "customer",
    "opened": "opened (UTC)",
    "then": "due, or decided by",
}


def _line(request: Request) -> dict[str, str | None]:
    decision, assessment = request.decision, request.assessment
    due = f"due {request.deadline_at:%m-%d %H:%M}"
    return {
        "id": request.id,
        "status": request.status,
        "action": assessment.action_type,
        "amount": None if assessment.amount is None else str(assessment.amount),
        "customer": assessment.context.customer,
        "opened": f"{request.opened_at:%m-%d %H:%M}",
        "then": due if decision is None else str(decision.by),
        "opened_at": request.opened_at.isoformat(),
        "deadline_at": request.deadline_at.isoformat(),
        "decided_at": None if decision is None else decision.at.isoformat(),
        "owner": request.routing.owner,
        "agent_id": request.agent_id,
    }


def _json(request: Request) -> dict[str, str | None]:
    line = _line(request)
    return {name: value for name, value in line.items() if name not in {"opened", "then"}}


@app.command("erase")
def erase_command(
    request_id: RequestId,
    *,
    reason: Annotated[str, typer.Option(help="Why; without personal data, since it stays on record.")],
    amounts: Annotated[bool, typer.Option("--amounts", help="Erase the amount as well.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Erase a request's personal data for good: arguments, context, reasoning, customer, notes. Its proof stays."""
    if not yes:
        typer.confirm(f"Erase the personal data of request {request_id} for good?", abort=True, err=True)

    async def work(place: Workplace) -> Erasure:
        veil = place.veil
        return await erase_request(
            place.store, request_id, reason=reason, by=operator(), veil=veil, keep_amounts=not amounts
        )

    erasure = at_work(database, work)
    if as_json:
        say_json({"request": erasure.request.id, "payloads": erasure.payloads, "linked": list(erasure.linked)})
        return
    typer.echo(f"erased {erasure.payloads} payloads of request {erasure.request.id}")
    for other in erasure.linked:
        typer.echo(f"request {other} was made for the same arguments: erase it as well", err=True)
    if erasure.request.messages:
        typer.echo(
            "the server redraws its cards in chat without that data and deletes the lines below them; what the"
            " platform keeps of its own (exports, notifications) is not in its power",
            err=True,
        )
