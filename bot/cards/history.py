"""The history of a request in sentences, from its records alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from bot.cards.learned import learned
from bot.cards.masking import Masker
from bot.cards.plaintext import plain, words
from bot.cards.rows import change_rows
from bot.cards.shape import HistoryLine
from bot.cards.so_far import SoFar
from bot.cards.status import where
from bot.deciding import display_name
from bot.domain import events as e
from bot.domain.people import Actor, ActorKind, Person
from bot.domain.requests import DecisionKind, Request
from bot.domain.routing import ASSIGNEE, MANAGER, ON_CALL
from bot.policy.document import Policy

REVEALED_FOR = timedelta(minutes=10)
"""How long a masked field stays open to whoever looked, on the surface where they did; a later look is a new event."""

_DECIDED = {
    DecisionKind.APPROVED: "approved it",
    DecisionKind.APPROVED_WITH_EDITS: "approved it with edits",
    DecisionKind.REJECTED: "rejected it",
    DecisionKind.EXPIRED: "let it expire: not run",
    DecisionKind.CANCELLED: "cancelled it",
}
_VERDICTS = {"allow": "the gate allowed it", "hold": "the gate held it", "block": "the gate blocked it"}


def revealed_to(records: Sequence[e.EventRecord], viewer: Person, surface: str, now: datetime) -> frozenset[str]:
    """The masked fields that a person looked at on this surface within the last ten minutes."""
    who = f"{ActorKind.PERSON}:{viewer.id}"
    return frozenset(
        event.field
        for record in records
        if record.type == "request.revealed" and record.actor == who and record.surface == surface
        if record.payload is not None and record.at > now - REVEALED_FOR
        if isinstance(event := e.event_of(record), e.Revealed) and not event.in_file
    )


def history(
    records: Sequence[e.EventRecord],
    request: Request,
    policy: Policy,
    *,
    revealed: frozenset[str] = frozenset(),
    agent: str | None = None,
    earlier: Sequence[e.EventRecord] = (),
) -> tuple[HistoryLine, ...]:
    """One line for each record of a request, oldest first; sensitive values stay masked in it.

    ``earlier`` are the records before these: some sentences name what was so until then.
    """
    masker, so_far = Masker(request, revealed), SoFar()
    for record in earlier:
        so_far.note(record)
    lines = []
    for record in records:
        lines.append(_line(record, request, policy, masker, agent, so_far))
        so_far.note(record)
    return tuple(lines)


def _line(
    record: e.EventRecord, request: Request, policy: Policy, masker: Masker, agent: str | None, so_far: SoFar
) -> HistoryLine:
    kind, _, id_ = record.actor.partition(":")
    actor = Actor(ActorKind(kind), id_, record.surface)
    who = plain(agent) if agent and actor.kind is ActorKind.AGENT else _beginning(display_name(actor, policy))
    if record.payload is None:
        what, note = _erased(record)
        return HistoryLine(record.at, who, where(record.surface), what, note, record.type)
    event = e.event_of(record)
    what, note = _said(event, request, policy, masker)
    if isinstance(event, e.Unclaimed) and actor.kind is ActorKind.CLOCK:
        who = who if so_far.holder is None else _names((so_far.holder,), policy)
        what = "had it no longer: their time was over" if so_far.holder else "ended the claim: its time was over"
        note = _late(event.late_seconds)
    if isinstance(event, e.StageBegan) and event.stage < so_far.stage:
        what = what.replace("let it go on", "sent it back", 1)
    return HistoryLine(record.at, who, where(record.surface), what, note, record.type)


def _beginning(name: str) -> str:
    """As a sentence begins: ``The clock``; somebody's name stays as they write it."""
    return "The" + name[3:] if name.startswith("the ") else name


def _erased(record: e.EventRecord) -> tuple[str, str | None]:
    return "did something whose content was erased since", words(record.type.partition(".")[2])


def _said(event: e.Event, request: Request, policy: Policy, masker: Masker) -> tuple[str, str | None]:
    if isinstance(event, e.Opened):
        verdict = event.assessment.verdict
        reasons = "\n".join(masker.text(one.text) for one in verdict.reasons)
        return f"proposed it; {_VERDICTS[verdict.kind.value]}", reasons
    if isinstance(event, e.Decided):
        return _decided(event, request, policy, masker)
    if isinstance(event, e.Signed):
        return "signed it", masker.optional(event.note)
    if isinstance(event, e.Asked | e.Answered):
        return "asked the agent" if isinstance(event, e.Asked) else "answered", masker.text(event.text)
    return _looked_at(event, request, policy, masker)


def _looked_at(event: e.Event, request: Request, policy: Policy, masker: Masker) -> tuple[str, str | None]:
    if isinstance(event, e.Revealed):
        titles = {field.name: field.title for field in request.routing.fields}
        title = plain(titles.get(event.field, event.field))
        took = f"took a file of it with the masked field {title} in clear"
        return took if event.in_file else f"looked at the masked field {title}", None
    if isinstance(event, e.Posted | e.LinesPosted | e.Unshown):
        return _shown(event)
    if isinstance(event, e.Reassigned | e.Snoozed | e.Woken | e.Reminded | e.Escalated | e.Warned):
        return _waited(event, policy, masker)
    if isinstance(event, e.StageBegan | e.Rescheduled | e.Moved):
        return _went_on(event, request, policy)
    if isinstance(event, e.FeedbackOpened | e.FeedbackChanged | e.FeedbackReminded | e.Sampled | e.Graded):
        return learned(event, policy, masker)
    return _followed(event, masker)


def _shown(event: e.Posted | e.LinesPosted | e.Unshown) -> tuple[str, str | None]:
    if isinstance(event, e.Unshown):
        return f"could not show it in {plain(event.place)} ({where(event.surface)})", plain(event.problem)
    what = "posted it to" if isinstance(event, e.Posted) else "told of it in"
    return f"{what} {where(event.message.surface)}", None


def _late(seconds: int) -> str | None:
    return f"{seconds} s late" if seconds else None


def _waited(
    event: e.Reassigned | e.Snoozed | e.Woken | e.Reminded | e.Escalated | e.Warned, policy: Policy, masker: Masker
) -> tuple[str, str | None]:
    if isinstance(event, e.Reassigned):
        return f"handed it to {_names((event.to,), policy)}", masker.optional(event.note)
    if isinstance(event, e.Snoozed):
        return f"put it off until {event.until:%Y-%m-%d %H:%M} UTC", None
    late = _late(event.late_seconds)
    if isinstance(event, e.Woken):
        return f"brought it back to {_names((event.person,), policy)}", late
    if isinstance(event, e.Reminded):
        return "reminded that it still waits", late
    if isinstance(event, e.Warned):
        return f"told {_names(event.to, policy)} that the limit of the law is near", late
    return _escalated(event, policy), "\n".join(filter(None, (late, *_about_step(event, policy)))) or None


def _escalated(event: e.Escalated, policy: Policy) -> str:
    if event.to:
        return f"told {_names(event.to, policy)} that it still waits"
    return "posted it elsewhere: it still waits" if event.post_to else "found nobody to tell that it still waits"


def _about_step(event: e.Escalated, policy: Policy) -> Iterator[str]:
    for stand_in, away in event.instead_of.items():
        yield f"{_names((stand_in,), policy)} stands in for {_names((away,), policy)}"
    if event.on_call:
        yield f"On call: {_names(event.on_call, policy)}"
    if event.widened:
        yield f"May decide from now on: {_names(event.widened, policy)}"
    if event.nobody:
        yield f"Came to nobody: {', '.join(_unfound(name, policy) for name in event.nobody)}"


def _unfound(name: str, policy: Policy) -> str:
    """What a step names that came to nobody, as people call it."""
    rotation = policy.rotations.get(name.removeprefix(ON_CALL)) if name.startswith(ON_CALL) else None
    words_of = {MANAGER: "a manager", ASSIGNEE: "whoever has it"}
    return plain(rotation.title if rotation is not None else words_of.get(name, name.removeprefix(ON_CALL)))


def _went_on(event: e.StageBegan | e.Rescheduled | e.Moved, request: Request, policy: Policy) -> tuple[str, str | None]:
    if isinstance(event, e.Moved):
        before = policy.owners.get(event.from_owner)
        title = event.from_owner if before is None else before.title
        return f"moved it from {plain(title)} to {plain(event.routing.owner_title)}", None
    if isinstance(event, e.Rescheduled):
        minutes = round(event.stopped_seconds / 60)
        return "let its time run again", f"It stood still for {minutes} min"
    stages = request.routing.stages
    title = stages[event.stage].title if event.stage < len(stages) else str(event.stage + 1)
    return f"let it go on to stage {event.stage + 1} of {len(stages)}: {plain(title)}", None


def _names(ids: tuple[str, ...], policy: Policy) -> str:
    return ", ".join(policy.people[id_].name if id_ in policy.people else id_ for id_ in ids)


def _decided(event: e.Decided, request: Request, policy: Policy, masker: Masker) -> tuple[str, str | None]:
    decision = event.decision
    notes = [words(decision.reason_code)] if decision.reason_code else []
    if decision.kind is DecisionKind.APPROVED_WITH_EDITS:
        rows = change_rows(request, policy, masker, decision.arguments)
        notes += [f"{row.title}: {row.before or 'none'} → {row.value or 'none'}" for row in rows if row.changed]
    if decision.note:
        notes.append(masker.text(decision.note))
    if decision.lesson is not None:
        notes.append(f"To be learned: {words(decision.lesson.value).lower()}")
    return _DECIDED[decision.kind], "\n".join(notes) or None


def _followed(event: e.Event, masker: Masker) -> tuple[str, str | None]:
    if isinstance(event, e.OutcomeReported):
        return f"reported that it {event.status.value}", masker.optional(event.note)
    if isinstance(event, e.Withdrawn):
        return "took the signature back", masker.optional(event.note)
    if isinstance(event, e.Revoked):
        return "revoked the approval", masker.text(event.note)
    if isinstance(event, e.Erased):
        return "erased its personal data", masker.text(event.reason)
    if isinstance(event, e.Lapsed):
        return "ended the approval: it was never run", _late(event.late_seconds)
    said = {
        e.Claimed: "claimed it",
        e.Unclaimed: "let it go",
        e.Redeemed: "redeemed the approval to run it",
        e.GrantMoved: "asked again with the edited arguments",
    }
    return said.get(type(event), words(type(event).__name__)), None
