"""The forms of feedback items and samples, the same on every surface, and what was typed into one as a command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TypeVar

from bot.cards.plaintext import plain
from bot.cards.wording import ITEM_STATES, LESSONS, told_apart
from bot.deciding import MAX_NOTE, ChangeFeedback, Command, GradeSample, teachers
from bot.domain.lessons import FeedbackItem, FeedbackState, Grade, Lesson
from bot.domain.requests import Request
from bot.errors import BadInput, Conflict
from bot.policy.document import Policy
from bot.rostering.sheets import MOST_CHOICES, Choice, Entry, Sheet

DECLINE, CHANGE, NEEDS_WORK = "decline_item", "change_item", "needs_work"
TITLES = {DECLINE: "Decline feedback", CHANGE: "Feedback item", NEEDS_WORK: "Needs work"}
_DAY = timedelta(days=1)
Typed = Mapping[str, str]
T = TypeVar("T", FeedbackState, Lesson)


def sheet_of(name: str, request: Request, policy: Policy) -> Sheet:
    """The form of this name about a request's item or sample.

    Raises:
        Conflict: when it has none.
    """
    return _needs_work(request) if name == NEEDS_WORK else _SHEETS[name](request, item_of(request), policy)


def sheets_of(request: Request, policy: Policy) -> list[Sheet]:
    """Every form that there is about a request's item and its sample."""
    item = () if request.feedback is None else (DECLINE, CHANGE)
    look = () if request.sample is None or request.sample.grade is not None else (NEEDS_WORK,)
    return [sheet_of(name, request, policy) for name in (*item, *look)]


def item_of(request: Request) -> FeedbackItem:
    """The item of a request.

    Raises:
        Conflict: when it has none.
    """
    if request.feedback is None:
        raise Conflict("it has no feedback item: nobody corrected it", code="no_feedback")
    return request.feedback


def seen_of(request: Request) -> str:
    """What a form sends along, so that nothing is done where the item was changed meanwhile."""
    return "" if request.feedback is None else str(len(request.feedback.steps))


def command_of(name: str, request: Request, typed: Typed, seen: str, zone: tzinfo | None) -> Command:
    """What sending the form of this name asks for.

    Raises:
        BadInput: naming the input at fault.
        Conflict: when there is no item.
    """
    number = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else None  # noqa: PLR2004 - never so many
    note = typed.get("note", "").strip() or None
    if name == NEEDS_WORK:
        return GradeSample(Grade.NEEDS_WORK, note, _one_of(Lesson, typed.get("lesson", ""), "lesson"))
    if name == DECLINE:
        return ChangeFeedback(FeedbackState.DECLINED, note=note, seen=number)
    item = item_of(request)
    state = _one_of(FeedbackState, typed.get("state", ""), "state")
    return ChangeFeedback(
        state=None if state is item.state else state,
        kind=_one_of(Lesson, typed.get("kind", ""), "kind"),
        assignee=typed.get("assignee", "").strip() or None,
        due_at=_due(typed.get("due_at", "").strip(), item, zone),
        note=note,
        seen=number,
    )


def _one_of(kind: type[T], text: str, name: str) -> T | None:
    try:
        return kind(text) if text else None
    except ValueError as error:
        raise BadInput("is none of those offered", field=name, remedy="choose one of them") from error


def _due(text: str, item: FeedbackItem, zone: tzinfo | None) -> datetime | None:
    """The end of a day by the policy's clock; None for the day that it is due on already."""
    if not text or text == _day(item.due_at, zone):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise BadInput("is no day", field="due_at", remedy="write it as 2026-03-31") from error
    return datetime.combine(day + _DAY, time(), zone).astimezone(item.due_at.tzinfo)


def _day(at: datetime, zone: tzinfo | None) -> str:
    return at.astimezone(zone).date().isoformat()


def _decline(_request: Request, _item: FeedbackItem, _policy: Policy) -> Sheet:
    why = Entry("note", "Why nothing is learned of it", (), "", "It stays on record.", most=MAX_NOTE)
    return Sheet(DECLINE, TITLES[DECLINE], "The correction stands; its feedback item ends here.", (why,), "Decline")


def _change(request: Request, item: FeedbackItem, policy: Policy) -> Sheet:
    states = tuple((state.value, ITEM_STATES[state.value].capitalize()) for state in FeedbackState)
    kinds = tuple((value, title) for value, title, _ in LESSONS if value)
    entries = (
        Entry("state", "How far it is", states, item.state.value),
        Entry("kind", "What is to be learned", kinds, item.kind.value),
        _people(request, item, policy),
        Entry("due_at", "Due", (), _day(item.due_at, policy.zone), "A day such as 2026-03-31", most=10),
        Entry("note", "Note", (), "", "Declining needs one. It stays on record.", required=False, most=MAX_NOTE),
    )
    return Sheet(CHANGE, TITLES[CHANGE], "Whoever gets it is told at once.", entries, "Save")


def _needs_work(_request: Request) -> Sheet:
    kinds = tuple((value, title) for value, title, _ in LESSONS)
    entries = (
        Entry(
            "note",
            "What would have been better",
            (),
            "",
            "It stays on record, for whoever learns of it.",
            most=MAX_NOTE,
        ),
        Entry("lesson", "What should be learned from it?", kinds, "", required=False),
    )
    return Sheet(
        NEEDS_WORK, TITLES[NEEDS_WORK], "It has run, and stays as it is; a feedback item is opened.", entries, "Send"
    )


def _people(request: Request, item: FeedbackItem, policy: Policy) -> Entry:
    """Whoever may have it: those who may change it first; with too many of them, a line to type in."""
    ids = dict.fromkeys((*teachers(request, policy), *policy.people))
    choices: list[Choice] = [(id_, plain(policy.people[id_].name)) for id_ in ids]
    if len(choices) > MOST_CHOICES:
        return Entry("assignee", "Who has it", (), item.assignee or "", "The id of a person of the policy")
    return Entry("assignee", "Who has it", tuple(told_apart(choices)), item.assignee or "")


_SHEETS: dict[str, Callable[[Request, FeedbackItem, Policy], Sheet]] = {DECLINE: _decline, CHANGE: _change}
