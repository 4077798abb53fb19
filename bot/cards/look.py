"""What a card says of a sample: who is asked to look at it afterwards, and what they said."""

from __future__ import annotations

from bot.cards.masking import Masker
from bot.cards.plaintext import plain
from bot.cards.shape import Look
from bot.domain.lessons import Because, Grade
from bot.domain.requests import Request
from bot.policy.document import Policy

_LABELS = {Grade.GOOD: "good", Grade.NEEDS_WORK: "needs work"}
_WHY = {Because.SHARE: "one of a share", Because.NEW_BUILD: "one of the first of its build"}


def look_of(request: Request, policy: Policy, masker: Masker) -> Look | None:
    """The look as it stands now; None where the request is no sample."""
    sample = request.sample
    if sample is None:
        return None
    id_ = sample.to if sample.by is None else sample.by.id
    person = policy.people.get(id_)
    state, label = ("waiting", "waits for a look") if sample.grade is None else (sample.grade, _LABELS[sample.grade])
    note = masker.optional(sample.note)
    return Look(str(state), label, plain(id_ if person is None else person.name), _WHY[sample.because], note)
