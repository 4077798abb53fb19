"""Which requests and contacts a query asks for, and in which order they stand."""

from __future__ import annotations

from bot.domain.contacts import Contact
from bot.domain.events import micros
from bot.domain.requests import Request
from bot.ports import ContactQuery, RequestQuery
from bot.recording import Wanted, found_in, sampled_for, search_text


def place_of(request: Request, *, due: bool) -> tuple[int, str]:
    """Where a request stands in a list: by when it is due, or by when it was opened."""
    return micros(request.deadline_at if due else request.opened_at), request.id


def newest(request: Request) -> tuple[int, str]:
    """Where a request stands by when it was opened."""
    return place_of(request, due=False)


def met(contact: Contact, query: ContactQuery) -> bool:
    """Whether a contact is asked for."""
    return (
        (contact.customer != "" or not query.named)
        and (query.customer is None or (contact.customer != "" and contact.customer == query.customer))
        and (query.contacted_from is None or contact.at >= query.contacted_from)
        and (query.contacted_before is None or contact.at < query.contacted_before)
    )


def matches(request: Request, query: RequestQuery, groups: Wanted) -> bool:
    """Whether a request is asked for; ``groups`` is what of its words and marks."""
    decision, amount = request.decision, request.assessment.amount
    return (
        (not query.statuses or request.status in query.statuses)
        and (query.owners is None or request.routing.owner in query.owners)
        and query.agent_id in {None, request.agent_id}
        and query.instance_id in {None, request.instance_id}
        and query.action_type in {None, request.assessment.action_type}
        and query.customer in {None, request.assessment.context.customer}
        and (query.decided_by is None or (decision is not None and decision.by.id == query.decided_by))
        and (not query.feedback or (request.feedback is not None and request.feedback.state in query.feedback))
        and query.sampled_for in {None, sampled_for(request)}
        and (query.opened_from is None or request.opened_at >= query.opened_from)
        and (query.opened_before is None or request.opened_at < query.opened_before)
        and (query.decided_from is None or (decision is not None and decision.at >= query.decided_from))
        and (query.decided_before is None or (decision is not None and decision.at < query.decided_before))
        and (query.amount_from is None or (amount is not None and amount.amount >= query.amount_from))
        and (query.amount_to is None or (amount is not None and amount.amount <= query.amount_to))
        and found_in(search_text(request), groups)
    )
