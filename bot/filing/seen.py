"""Who saw it, what was asked, and how it was handled while it waited."""

from __future__ import annotations

from collections.abc import Iterator

from bot.cards.plaintext import plain
from bot.domain import events as e
from bot.domain.people import ActorKind
from bot.domain.requests import MessageRef, Request
from bot.domain.routing import ASSIGNEE, MANAGER, ON_CALL
from bot.filing.case import Case, Told, moment, on, when
from bot.filing.shape import Entry

SEEN = (
    "A card that was posted stood where the people named could read it: whether they did is not recorded. What is "
    "recorded as a person's own look is opening a masked field, taking a file of the decision in which nothing is "
    "masked, and whatever they did with the request. Opening its page on the desk and doing nothing leaves no trace."
)
_KINDS = {"card": "Card shown", "ping": "Card sent", "gathered": "Listed among others", "lines": "Told of in a thread"}


def seen(case: Case, request: Request) -> Iterator[Entry]:
    """Where cards stood, who was told in person, who looked."""
    titles = {field.name: plain(field.title) for field in request.routing.fields}
    for told in case.told:
        event = told.event
        if isinstance(event, e.Posted | e.LinesPosted):
            yield case.said(told, _KINDS.get(event.message.kind, "Shown"), _place(case, event.message))
        elif isinstance(event, e.Unshown):
            text = f"in {plain(event.place)} ({on(event.surface)}): {plain(event.problem)}"
            yield case.said(told, "Could not be shown", text)
        elif isinstance(event, e.Revealed):
            field = titles.get(event.field, plain(event.field))
            how = "in a file that shows everything" if event.in_file else "opened the masked field"
            yield case.said(told, "Looked", f"{case.who(told.actor)}: {field}, {how}")
        elif isinstance(event, e.Escalated | e.Warned) and event.to:
            yield case.said(told, "Told in person", case.people.names(event.to))
    yield from _deeds(case)


def _place(case: Case, message: MessageRef) -> str:
    kind, _, id_ = message.place.partition(":")
    if kind == "person":
        place = f"to {case.people.name(id_)}"
    else:
        place = f"in the channel {plain(message.place or message.channel)}"
    workspace = f", workspace {plain(message.workspace)}" if message.workspace else ""
    where = f"channel {plain(message.channel)}, message {plain(message.message)}"
    return f"{place}, {on(message.surface)}{workspace} ({where})"


def _deeds(case: Case) -> Iterator[Entry]:
    """Everybody who did something with it had it before them."""
    first: dict[tuple[str, str], Told] = {}
    for told in case.told:
        if told.actor.kind is ActorKind.PERSON:
            first.setdefault((told.actor.id, told.actor.surface), told)
    for told in first.values():
        yield case.said(told, "Had it before them", f"{case.who(told.actor)}, at the latest then")


def asked(case: Case, request: Request) -> Iterator[Entry]:
    """Questions to the agent and its answers."""
    for question in request.questions:
        asked_in = tuple(one.ref for one, event in case.each(e.Asked) if event.question == question.id)
        answers = tuple(one.ref for one, event in case.each(e.Answered) if event.question == question.id)
        gone = "(erased)" if request.erased else "(empty)"
        refs = asked_in or case.refs("request.erased")
        label = f"{case.who(question.by)}, asked"
        yield Entry(label, plain(question.text) or gone, refs, at=moment(question.at))
        if question.answer is None:
            yield Entry("The agent", "has not answered", refs)
        else:
            at = moment(question.answered_at) if question.answered_at else None
            refs = answers or case.refs("request.erased")
            yield Entry("The agent answered", plain(question.answer) or gone, refs, at=at, claim=True)


def handled(case: Case, request: Request) -> Iterator[Entry]:
    """Claimed, handed on, put off, reminded, escalated, moved: what happened while it waited."""
    for told in case.told:
        said = _waited(case, told, request)
        if said is not None:
            label, text, note = said
            late = getattr(told.event, "late_seconds", 0)
            notes = [part for part in (note, f"{late} s late" if late else None) if part]
            yield case.said(told, label, text, note="; ".join(notes) or None)


def _waited(case: Case, told: Told, request: Request) -> tuple[str, str, str | None] | None:  # noqa: PLR0911 - one a kind
    event, who, people = told.event, case.who(told.actor), case.people
    if isinstance(event, e.Claimed):
        return "Claimed", who, f"until {when(event.until)}" if event.until else None
    if isinstance(event, e.Unclaimed):
        by_clock = told.actor.kind is ActorKind.CLOCK
        return "Let go", "the time of whoever had claimed it was over" if by_clock else who, None
    if isinstance(event, e.Reassigned):
        return "Handed on", f"{who}, to {people.name(event.to)}", plain(event.note) if event.note else None
    if isinstance(event, e.Snoozed):
        return "Put off", f"{who}, until {when(event.until)}", None
    if isinstance(event, e.Woken):
        return "Brought back", f"to {people.name(event.person)}", None
    if isinstance(event, e.Reminded):
        return "Reminded", f"reminder {event.number}: it still waits", None
    if isinstance(event, e.Warned):
        return "Warned", f"{people.names(event.to)}: the limit of the law is near", None
    if isinstance(event, e.Escalated):
        return "Escalated", *_escalated(case, event)
    return _another_path(case, event, request)


def _escalated(case: Case, event: e.Escalated) -> tuple[str, str | None]:
    people = case.people
    posted = "".join(f", posted in {plain(place)} ({on(surface)})" for surface, place in event.post_to.items())
    notes = [f"{people.name(one)} stood in for {people.name(away)}" for one, away in event.instead_of.items()]
    if event.on_call:
        notes.append(f"on call: {people.names(event.on_call)}")
    if event.widened:
        notes.append(f"may decide from then on: {people.names(event.widened)}")
    if event.nobody:
        notes.append(f"came to nobody: {', '.join(map(_unfound, event.nobody))}")
    return f"step {event.number}: told {people.names(event.to)}{posted}", "; ".join(notes) or None


def _unfound(name: str) -> str:
    return {MANAGER: "a manager", ASSIGNEE: "whoever has it"}.get(name, plain(name.removeprefix(ON_CALL)))


def _another_path(case: Case, event: e.Event | None, request: Request) -> tuple[str, str, str | None] | None:
    if isinstance(event, e.StageBegan):
        stages = request.routing.stages
        title = plain(stages[event.stage].title) if event.stage < len(stages) else ""
        text = f"stage {event.stage + 1} {title}: {event.approvals_needed} of {case.people.names(event.approvers)}"
        return "Went on to", text, f"promised by {when(event.due_at)}"
    if isinstance(event, e.Rescheduled):
        text = f"its time ran again after it stood still for {event.stopped_seconds} s"
        return "Rescheduled", text, f"promised by {when(event.due_at)}, expires {when(event.deadline_at)}"
    if isinstance(event, e.Moved):
        routing = event.routing
        text = f"from {plain(event.from_owner)} to {plain(routing.owner_title)} ({plain(routing.owner)})"
        return "Moved", text, f"could sign from then on: {case.people.names(routing.approvers)}"
    return None
