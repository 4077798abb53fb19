"""Who may look at a request, and who is nobody here."""

from __future__ import annotations

from bot.domain.people import Person
from bot.domain.requests import Request
from bot.errors import NotAllowed
from bot.policy.document import Policy


class Stranger(NotAllowed):
    """A user who is nobody of the policy: nothing is shown to them. ``address`` is theirs, where the platform says it.

    ``ask`` are the names of those who can have them added.
    """

    code = "unknown_person"

    def __init__(self, address: str | None, ask: tuple[str, ...]) -> None:
        super().__init__("Signoff does not know who you are")
        self.address = address
        self.ask = ask


def may_see(request: Request, person: Person) -> bool:
    """Whether a request is shown to a person: its approvers, those who answer for it, and those it escalates to."""
    routing = request.routing
    staged = {who for stage in routing.stages for who in stage.approvers}
    escalated = {who for step in routing.escalation for who in step.to}
    answering = {routing.accountable, routing.risk_owner}
    if request.feedback is not None and request.feedback.assignee is not None:
        answering.add(request.feedback.assignee)
    if request.sample is not None:
        answering.add(request.sample.to)
    return person.id in {*routing.approvers, *answering, *staged, *escalated, *request.told, *request.widened}


def require_sight(request: Request, person: Person, policy: Policy) -> None:
    """Refuse whoever a request is not shown to.

    Raises:
        NotAllowed: saying who may decide it.
    """
    if may_see(request, person):
        return
    names = [found.name for id_ in request.routing.approvers if (found := policy.people.get(id_)) is not None]
    remedy = f"ask {', '.join(names)}" if names else "ask the accountable executive"
    raise NotAllowed(f"this request belongs to {request.routing.owner_title}", remedy=remedy)


def answerable(policy: Policy, request: Request | None) -> tuple[str, ...]:
    """The names of those who can have somebody added to the policy."""
    ids = [owner.accountable for owner in policy.owners.values()] if request is None else [request.routing.accountable]
    return tuple(person.name for id_ in dict.fromkeys(ids) if (person := policy.people.get(id_)) is not None)
