"""What was learned of it, which pauses touched it, what was erased; and every event in order."""

from __future__ import annotations

from collections.abc import Iterator

from bot.cards.plaintext import plain, words
from bot.domain import events as e
from bot.domain.lessons import Proposed
from bot.domain.requests import Request
from bot.filing.case import Case, Told, when
from bot.filing.shape import Entry


def learned(case: Case, request: Request) -> Iterator[Entry]:
    """The feedback item and the sample, with who changed what when."""
    for told in case.told:
        if (said := _lesson(case, told)) is not None:
            yield said
        if isinstance(told.event, e.FeedbackChanged) and told.event.proposal is not None:
            yield _tightened(case, told, told.event.proposal)
    if request.erased and request.feedback is not None and not any(True for _ in case.each(e.FeedbackOpened)):
        item = request.feedback
        text = f"{words(item.kind.value)}, {item.state.value}, due {when(item.due_at)}"
        yield Entry("Feedback item", text, case.refs("request.erased"))


def _tightened(case: Case, told: Told, proposed: Proposed) -> Entry:
    counts = (
        f"judged again: {proposed.judged}; stopped that ran without a person: {proposed.held}; "
        f"overrides caught: {proposed.caught} of {proposed.overrides}"
    )
    text = plain(proposed.diff) or "(no change could be made, or it is not shown in this file)"
    note = f"{plain(proposed.told)} Against policy {plain(proposed.against)}; {counts}."
    return case.said(told, "Change of the policy proposed", text, note=note.strip())


def _lesson(case: Case, told: Told) -> Entry | None:
    event, people = told.event, case.people
    note = plain(text) if isinstance(text := getattr(event, "note", None), str) and text else None
    if isinstance(event, e.FeedbackOpened):
        whose = people.name(event.assignee) if event.assignee else "whoever answers for the team"
        text = f"{words(event.kind.value)} for {whose}, due {when(event.due_at)}; suggested by {plain(event.rule)}"
        return case.said(told, "Feedback item opened", text, note=note)
    if isinstance(event, e.FeedbackChanged):
        parts = [
            f"now {event.state.value}" if event.state else "",
            f"kind {words(event.kind.value)}" if event.kind else "",
            f"with {people.name(event.assignee)}" if event.assignee else "",
            f"due {when(event.due_at)}" if event.due_at else "",
        ]
        text = f"{case.who(told.actor)}: {', '.join(filter(None, parts)) or 'a note'}"
        return case.said(told, "Feedback item changed", text, note=note)
    if isinstance(event, e.FeedbackReminded):
        return case.said(told, "Feedback item", f"reminder {event.number}")
    if isinstance(event, e.Sampled):
        because = {"share": "as one of a share", "new_build": "as one of the first of a new build"}[event.because.value]
        return case.said(told, "Taken as a sample", f"{people.name(event.to)} was asked to look at it, {because}")
    if isinstance(event, e.Graded):
        grade = {"good": "good", "needs_work": "needs work"}[event.grade.value]
        return case.said(told, "Graded", f"{case.who(told.actor)}: {grade}", note=note)
    return None


def paused(case: Case, _: Request) -> Iterator[Entry]:
    """Pauses that covered it while it was open, and their end."""
    for told in case.others:
        event = told.event
        if isinstance(event, e.Paused):
            frozen = "; nothing held could be approved or run meanwhile" if event.freeze else ""
            until = f", until {when(event.until)}" if event.until else ""
            alarm = f"; by the alarm {plain(event.alarm)}" if event.alarm else ""
            text = f"{plain(event.scope)} by {case.who(told.actor)}{until}{frozen}{alarm}"
            yield case.said(told, "Paused", text, note=plain(event.reason) or None)
        elif isinstance(event, e.Resumed):
            text = f"{plain(event.scope)} by {case.who(told.actor)}"
            yield case.said(told, "Resumed", text, note=plain(event.reason) or None)


def erased(case: Case, _: Request) -> Iterator[Entry]:
    """The erasure of its personal data."""
    for told, event in case.each(e.Erased):
        rule = f", by the rule {plain(event.rule)} of the policy's retention" if event.rule else ""
        yield case.said(told, "Erased", case.who(told.actor) + rule, note=plain(event.reason) or None)


def in_order(case: Case, _: Request) -> Iterator[Entry]:
    """Every event of the request, one line each."""
    for told in case.told:
        what = words(told.record.type.partition(".")[2])
        gone = told.event is None and not told.withheld
        text = case.who(told.actor) + ("; its content was erased since" if gone else "")
        yield case.said(told, what, text)
