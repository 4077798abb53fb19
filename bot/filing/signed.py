"""Who signed what, where, when and up to which limit; and the one decision."""

from __future__ import annotations

from collections.abc import Iterator

from bot.cards.plaintext import plain, words
from bot.domain import events as e
from bot.domain.people import Actor, ActorKind
from bot.domain.requests import Decision, DecisionKind, Request
from bot.filing.case import Case, Told, moment, when
from bot.filing.proposed import arguments
from bot.filing.shape import Entry

DECIDED = {
    DecisionKind.APPROVED: "approved: it may run once, as proposed",
    DecisionKind.APPROVED_WITH_EDITS: "approved with edits: only the edited arguments may run, once",
    DecisionKind.REJECTED: "rejected: it may not run",
    DecisionKind.EXPIRED: "expired: nobody decided in time, so it was not run",
    DecisionKind.CANCELLED: "cancelled: the agent withdrew it",
}
_APPROVALS = {DecisionKind.APPROVED, DecisionKind.APPROVED_WITH_EDITS}


def signed(case: Case, request: Request) -> Iterator[Entry]:
    """Every signature in its order, those that were taken back included, and the decision with its author."""
    for told in case.told:
        if isinstance(event := told.event, e.Signed):
            yield _signature(case, told, told.actor, event.note)
        elif isinstance(event, e.Withdrawn):
            note = plain(event.note) if event.note else None
            yield case.said(told, "Signature taken back", case.who(told.actor), note=note)
        elif isinstance(event, e.Decided):
            if event.decision.by.kind is ActorKind.PERSON and event.decision.kind in _APPROVALS:
                yield _signature(case, told, event.decision.by, event.decision.note)
            yield from _decision(case, told, event.decision)
    decision = request.decision
    if decision is None:
        yield Entry("Decision", "none yet: it waits for a person, and nothing may run")
    elif not any(True for _ in case.each(e.Decided)):
        yield from _remembered(case, decision)


def _signature(case: Case, told: Told, actor: Actor, note: str | None) -> Entry:
    limit, events = case.people.limit(actor.id, told.record.at)
    before = case.before(told)
    stages = () if before is None else before.routing.stages
    stage = ""
    if before is not None and stages:
        title = plain(stages[before.stage].title) if before.stage < len(stages) else ""
        stage = f"; stage {before.stage + 1} of {len(stages)} ({title})"
    widened = before is not None and actor.id in before.widened
    escalated = "; let in by an escalation" if widened else ""
    text = f"{case.who(actor)}{stage}; {limit}{escalated}"
    return Entry("Signature", text, (told.ref, *events), at=moment(told.record.at), note=plain(note) if note else None)


def _decision(case: Case, told: Told, decision: Decision) -> Iterator[Entry]:
    yield case.said(told, "Decision", DECIDED[decision.kind])
    yield case.said(told, "Decided by", case.who(decision.by))
    if decision.reason_code:
        yield Entry("Reason", words(decision.reason_code), (told.ref,))
    if decision.note:
        yield Entry("Note", plain(decision.note), (told.ref,))
    if len(decision.signatures) > 1:
        yield Entry("Signatures that count", "; ".join(map(case.who, decision.signatures)), (told.ref,))
    if decision.origin:
        yield Entry(
            "Rests on", f"the signature under edited arguments of request {plain(decision.origin)}", (told.ref,)
        )
    if decision.lesson is not None:
        yield Entry("To be learned", words(decision.lesson.value), (told.ref,))


def _remembered(case: Case, decision: Decision) -> Iterator[Entry]:
    """The decision of a request whose data was erased: what the erasure left known."""
    refs = case.refs("request.erased", "request.decided")
    yield Entry("Decision", DECIDED[decision.kind], refs, at=moment(decision.at))
    yield Entry("Decided by", case.who(decision.by), refs)
    if decision.signatures:
        yield Entry("Signed by", "; ".join(map(case.who, decision.signatures)), refs)
    if decision.reason_code:
        yield Entry("Reason", words(decision.reason_code), refs)


def edited(case: Case, request: Request) -> Iterator[Entry]:
    """Every argument that was changed, with what it was."""
    for told, event in case.each(e.Decided):
        signed_arguments = event.decision.arguments
        if signed_arguments is None:
            continue
        before = arguments(request.proposal.arguments, request)
        after = arguments(signed_arguments, request)
        for name in dict.fromkeys((*before, *after)):
            was, became = before.get(name), after.get(name)
            if was != became:
                title = (became or was or ("", ""))[0]
                new = "(removed)" if became is None else became[1]
                yield Entry(title, new, (told.ref,), before="(not there)" if was is None else was[1])


def granted(case: Case, request: Request) -> Iterator[Entry]:
    """The permission to run once, what became of it, and what the agent reported."""
    grant, refs = request.grant, case.refs("request.decided", "request.erased")
    if grant is None:
        yield Entry("Permission to run", "none was given")
        return
    yield Entry("Permission to run", f"once, until {when(grant.expires_at)}", refs)
    if grant.digest:
        yield Entry("Only these arguments", f"those with the digest {grant.digest}", refs)
    for told in case.told:
        if (said := _ended(case, told)) is not None:
            yield said
    if grant.status.value == "waiting":
        yield Entry("Run", "not yet: the permission is unused and still stands", refs)
    elif not any(True for one in case.told if _ended(case, one)):
        yield Entry("What became of it", grant.status.value, refs)
    if request.outcome is None and grant.status.value == "redeemed":
        yield Entry("Outcome", "the agent has reported none")


def _ended(case: Case, told: Told) -> Entry | None:
    event = told.event
    if isinstance(event, e.Redeemed):
        return case.said(told, "Run", f"{case.who(told.actor)}: it ran these arguments now")
    if isinstance(event, e.GrantMoved):
        return case.said(told, "Run", f"passed to request {plain(event.to)}, which asked for the edited arguments")
    if isinstance(event, e.Lapsed):
        return case.said(told, "Never run", "the permission ended unused")
    if isinstance(event, e.Revoked):
        return case.said(told, "Taken back", case.who(told.actor), note=plain(event.note) or None)
    if isinstance(event, e.OutcomeReported):
        note = plain(event.note) if event.note else None
        return case.said(told, "Outcome", f"the agent reports that it {event.status.value}", note=note, claim=True)
    return None
