"""``signoff feedback``: what is to be learned of corrections, what becomes of it, and test cases for eval harnesses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from bot.app import read_policy
from bot.cards import plain
from bot.cards.wording import lesson_title
from bot.cli.feedback_export import export_command
from bot.cli.reading import AsJson, Database, console, moment, now, operator, say_json, shown, with_store
from bot.deciding import ChangeFeedback
from bot.domain.lessons import FeedbackState, Lesson
from bot.domain.requests import Request
from bot.errors import BadInput, NotFound
from bot.learning.changing import change_item
from bot.learning.listing import items
from bot.learning.loads import UNFINISHED
from bot.learning.telling import item_view
from bot.membership import with_members
from bot.policy.document import Policy
from bot.ports import Store
from bot.rostering.arranging import find_person
from bot.settings import Settings

app = typer.Typer(no_args_is_help=True)
app.command("export")(export_command)
RequestId = Annotated[str, typer.Argument(metavar="ID", help="The request's id.")]
Note = Annotated[str | None, typer.Option(help="It stays on record.")]
Seen = Annotated[int | None, typer.Option(help="Only while the item has had so many changes.")]
Made = ChangeFeedback | Callable[[Policy], ChangeFeedback]
_STATES = tuple(state.value for state in FeedbackState)


@app.command("list")
def list_command(
    *,
    state: Annotated[
        list[str] | None, typer.Option(help=f"One of {', '.join(_STATES)}; unfinished without it.")
    ] = None,
    owner: Annotated[list[str] | None, typer.Option(help="Of this owner; may be repeated.")] = None,
    kind: Annotated[Lesson | None, typer.Option(help="Of this kind.")] = None,
    person: Annotated[str | None, typer.Option("--of", help="Those that this person has.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Those whose day has passed.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """List feedback items, those that are due first at the beginning."""
    for one in state or ():
        if one not in _STATES:
            raise BadInput(f"is none of {', '.join(_STATES)}", field="--state", remedy="choose one of them")

    async def work(store: Store, settings: Settings) -> None:
        policy, at = _policy(settings), now()
        holder = None if person is None else find_person(policy, person, "--of").id

        async def fits(one: Request) -> bool:
            item = one.feedback
            late = item is not None and item.state.unfinished and item.due_at <= at
            theirs = item is not None and holder in {None, item.assignee} and kind in {None, item.kind}
            return theirs and (late or not overdue)

        found = await items(store, fits, states=tuple(state or UNFINISHED), owners=owner, limit=limit)
        if as_json:
            say_json({"items": [item_view(one, policy, at) for one in found.requests], "more": found.more})
            return
        if not found.requests:
            typer.echo("No such feedback items.", err=True)
            return
        console().print(_table(found.requests, policy, at))
        if found.more or found.cut:
            rest = f"And {found.more} more." if found.more else "There are too many to look at all of them."
            typer.echo(f"{rest} Narrow the list, or export them.", err=True)

    with_store(database, work)


@app.command("show")
def show_command(request_id: RequestId, *, database: Database = None, as_json: AsJson = False) -> None:
    """Show one feedback item: what is to be learned, by whom, until when, and every change with its author."""

    async def work(store: Store, settings: Settings) -> None:
        request, policy = await store.request(request_id), _policy(settings)
        if request is None or request.feedback is None:
            raise NotFound(f"there is no feedback item of {request_id}", remedy="`signoff feedback list` lists them")
        _told(request, policy, as_json=as_json)

    with_store(database, work)


@app.command("accept")
def accept_command(
    request_id: RequestId, *, note: Note = None, seen: Seen = None, database: Database = None, as_json: AsJson = False
) -> None:
    """Say that somebody is at it."""
    _change(request_id, ChangeFeedback(FeedbackState.ACCEPTED, note=note, seen=seen), database, as_json=as_json)


@app.command("done")
def done_command(
    request_id: RequestId, *, note: Note = None, seen: Seen = None, database: Database = None, as_json: AsJson = False
) -> None:
    """Say that it is learned."""
    _change(request_id, ChangeFeedback(FeedbackState.DONE, note=note, seen=seen), database, as_json=as_json)


@app.command("decline")
def decline_command(
    request_id: RequestId,
    *,
    note: Annotated[str, typer.Option(help="Why nothing is learned of it; it stays on record.")],
    seen: Seen = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Say that nothing is learned of it, and why."""
    _change(request_id, ChangeFeedback(FeedbackState.DECLINED, note=note, seen=seen), database, as_json=as_json)


@app.command("assign")
def assign_command(  # noqa: PLR0913 - one for each thing that may change
    request_id: RequestId,
    person: Annotated[str | None, typer.Argument(help="Who gets it, by id, name or address.")] = None,
    *,
    due: Annotated[str | None, typer.Option(help="Until when: a day or a time, in UTC without a zone.")] = None,
    kind: Annotated[Lesson | None, typer.Option(help="What is to be learned.")] = None,
    again: Annotated[bool, typer.Option("--open", help="Open an item again that was ended.")] = False,
    note: Note = None,
    seen: Seen = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Give it to somebody, give it another day or another kind, or open it again."""

    def command(policy: Policy) -> ChangeFeedback:
        to = None if person is None else find_person(policy, person, "PERSON").id
        state = FeedbackState.OPEN if again else None
        return ChangeFeedback(state, kind, to, moment(due, "--due"), note, seen)

    _change(request_id, command, database, as_json=as_json)


def _change(request_id: str, command: Made, database: str | None, *, as_json: bool) -> None:
    async def work(store: Store, settings: Settings) -> None:
        policy = _policy(settings)
        wanted = command if isinstance(command, ChangeFeedback) else command(policy)
        _told(await change_item(store, policy, request_id, wanted, operator()), policy, as_json=as_json)

    with_store(database, work)


def _policy(settings: Settings) -> Policy:
    return with_members(read_policy(settings.policy), {})


def _told(request: Request, policy: Policy, *, as_json: bool) -> None:
    view = item_view(request, policy, now())
    if as_json:
        say_json(view)
        return
    item = request.feedback
    title = "" if item is None else lesson_title(item.kind)
    who = _name(view["assignee"], policy)
    console().print(Text(f"{title}: {view['state']}, {who} has it, due {view['due_at']}"))
    console().print(Text(plain(f"  {view['title']} ({view['action_type']}), request {view['request']}")))
    chosen = "as suggested" if view["kind"] == view["suggested"] else f"{view['suggested']} was suggested"
    console().print(
        Text(f"  opened by {view['opened_by']} at {view['opened_at']}, {chosen} by the rule {view['rule']}")
    )
    for step in view["steps"]:
        said = ", ".join(str(step[name]) for name in ("state", "kind", "assignee", "due_at") if step[name])
        note = f": {plain(step['note'])}" if step["note"] else ""
        console().print(Text(f"  {step['at']} {step['by']} on {step['surface']}: {said}{note}"))
    if view["proposal"]:
        console().print(Text(f"  proposed: {view['proposal']['told']}"))
        console().print(Text(view["proposal"]["diff"]))


def _name(id_: str | None, policy: Policy) -> str:
    person = None if id_ is None else policy.people.get(id_)
    return id_ or "nobody" if person is None else plain(person.name)


def _table(found: Sequence[Request], policy: Policy, at: datetime) -> Table:
    table = Table("request", "to be learned", "state", "who has it", "due", "about", box=SIMPLE, highlight=False)
    for request in found:
        item = request.feedback
        if item is None:
            continue
        late = item.state.unfinished and item.due_at <= at
        due = shown(item.due_at.astimezone(UTC)) + (" passed" if late else "")
        cells = (request.id, lesson_title(item.kind), item.state.value, _name(item.assignee, policy), due)
        table.add_row(*map(Text, cells), Text(plain(request.assessment.title)))
    return table
