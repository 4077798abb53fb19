"""What a card says of a request's feedback item: what is to be learned, by whom, until when, how far it has come."""

from __future__ import annotations

from datetime import datetime

from bot.cards.masking import Masker
from bot.cards.plaintext import plain, words
from bot.cards.shape import Lesson
from bot.cards.wording import ITEM_STATES, lesson_title
from bot.deciding import display_name
from bot.domain.requests import Request
from bot.learning.suggesting import by_reason
from bot.policy.document import Policy


def lesson_of(request: Request, policy: Policy, masker: Masker, now: datetime) -> Lesson | None:
    """The item as it stands now; None where nothing was corrected."""
    item = request.feedback
    if item is None:
        return None
    last = item.steps[-1] if item.steps else None
    person = None if item.assignee is None else policy.people.get(item.assignee)
    proposal = item.proposal
    return Lesson(
        kind=item.kind.value,
        title=lesson_title(item.kind),
        state=item.state.value,
        label=ITEM_STATES[item.state.value],
        who=item.assignee if person is None else person.name,
        due_at=item.due_at,
        overdue=item.state.unfinished and item.due_at <= now,
        suggested=lesson_title(item.suggested),
        rule=words(item.rule),
        changes=len(item.steps),
        last=None if last is None else display_name(last.by, policy),
        note=masker.optional(item.note if last is None else last.note),
        diff=plain(proposal.diff) if proposal is not None and proposal.diff else None,
        proposed=None if proposal is None else plain(proposal.told),
    )


def suggestions(request: Request, policy: Policy) -> tuple[tuple[str, str], ...]:
    """What each reason that a rejection may give suggests to learn, by the policy's rules."""
    return tuple((code, found.learn.value) for code, found in by_reason(request, policy).items())
