"""The history of a request's feedback item in sentences."""

from __future__ import annotations

from bot.cards.masking import Masker
from bot.cards.plaintext import plain, words
from bot.cards.wording import lesson_title
from bot.domain import events as e
from bot.domain.lessons import FeedbackState, Grade
from bot.policy.document import Policy

_DID = {
    FeedbackState.OPEN: "opened its feedback item again",
    FeedbackState.ACCEPTED: "accepted its feedback item",
    FeedbackState.DONE: "said that its feedback item is done",
    FeedbackState.DECLINED: "declined its feedback item",
}


LearnedEvent = e.FeedbackOpened | e.FeedbackChanged | e.FeedbackReminded | e.Sampled | e.Graded


def learned(event: LearnedEvent, policy: Policy, masker: Masker) -> tuple[str, str | None]:
    """What an event of a feedback item or of a sample says, and the note beside it."""
    if isinstance(event, e.Sampled):
        return f"asked {_name(event.to, policy)} to look at it afterwards", None
    if isinstance(event, e.Graded):
        said = "found it good" if event.grade is Grade.GOOD else "said that it needs work"
        return said, masker.optional(event.note)
    if isinstance(event, e.FeedbackReminded):
        return "reminded of its feedback item", f"{event.late_seconds} s late" if event.late_seconds else None
    if isinstance(event, e.FeedbackOpened):
        return f"opened a feedback item: {lesson_title(event.kind)}", _opened(event, policy, masker)
    if event.proposal is not None:
        return "worked out a tightened threshold", plain(event.proposal.told)
    notes = []
    if event.kind is not None:
        notes.append(f"To be learned: {lesson_title(event.kind)}")
    if event.assignee is not None:
        notes.append(f"{_name(event.assignee, policy)} has it")
    if event.due_at is not None:
        notes.append(f"Due {event.due_at:%Y-%m-%d %H:%M} UTC")
    if event.note:
        notes.append(masker.text(event.note))
    did = "changed its feedback item" if event.state is None else _DID[event.state]
    return did, "\n".join(notes) or None


def _opened(event: e.FeedbackOpened, policy: Policy, masker: Masker) -> str:
    notes = [f"{_name(event.assignee, policy)} has it"] if event.assignee is not None else []
    notes.append(f"Due {event.due_at:%Y-%m-%d %H:%M} UTC")
    chosen = event.kind is not event.suggested
    suggested = f"{lesson_title(event.suggested)} was suggested" if chosen else "As suggested"
    notes.append(f"{suggested} by the rule {words(event.rule).lower()}")
    if event.note:
        notes.append(masker.text(event.note))
    return "\n".join(notes)


def _name(id_: str, policy: Policy) -> str:
    person = policy.people.get(id_)
    return plain(id_ if person is None else person.name)
