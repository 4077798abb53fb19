"""Grading: what a person says of a sample becomes an event, or a refusal that says why. Pure."""

from __future__ import annotations

from bot.deciding.commands import GradeSample
from bot.deciding.notes import optional_text
from bot.domain import events as e
from bot.domain.lessons import Grade, Sample
from bot.domain.people import Actor
from bot.domain.requests import Request
from bot.errors import BadInput, Conflict, NotAllowed
from bot.policy.document import Policy


def graders(request: Request, policy: Policy) -> tuple[str, ...]:
    """The ids of those who may grade a sample: who is asked, those who may sign such, and its risk owner."""
    sample = request.sample
    owner = policy.owners.get(request.routing.owner)
    signers = sorted(policy.signers_of(request.routing.owner, request.assessment.action_type))
    asked = (None if sample is None else sample.to, *signers, None if owner is None else owner.risk_owner)
    return tuple(id_ for id_ in dict.fromkeys(asked) if id_ is not None and id_ in policy.people)


def grade(request: Request, command: GradeSample, by: Actor, policy: Policy) -> list[e.Event]:
    """The event of a grade: one a sample.

    Raises:
        Conflict: ``no_sample`` where nobody was asked, ``already_graded`` saying who was first and what they said.
        NotAllowed: saying who may.
        BadInput: naming ``note``, which what needs work has to have, or ``lesson``, which a good one can't.
    """
    if request.sample is None:
        raise Conflict("it is no sample: nobody is asked to look at it afterwards", code="no_sample")
    able = graders(request, policy)
    if by.id not in able:
        names = ", ".join(policy.people[id_].name for id_ in able) or "nobody any more"
        raise NotAllowed("you are not among those who look at this sample", remedy=f"ask {names}")
    if request.sample.grade is not None:
        raise Conflict(f"already looked at: {_said(request.sample, policy)}", code="already_graded")
    note = optional_text(command.note, "note")
    if command.grade is Grade.NEEDS_WORK and note is None:
        raise BadInput("is needed", field="note", remedy="say what would have been better")
    if command.grade is Grade.GOOD and command.lesson is not None:
        raise BadInput("goes with what needs work alone", field="lesson", remedy="leave it out, or say needs work")
    return [e.Graded(command.grade, note, command.lesson)]


def _said(sample: Sample, policy: Policy) -> str:
    if sample.by is None or sample.grade is None:
        return "by somebody"
    person = policy.people.get(sample.by.id)
    return f"{sample.by.id if person is None else person.name} said {sample.grade.value.replace('_', ' ')}"
