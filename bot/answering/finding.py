"""Finding: what somebody asks for of the whole record, read the same from the command line and the API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

from bot.cards.masking import Masker
from bot.domain.money import decimal_of
from bot.domain.requests import DecisionKind, Request
from bot.errors import BadInput
from bot.ports import RequestQuery

STATUSES = ("pending", *(kind.value for kind in DecisionKind))
LONGEST = 500
"""Characters of anything that is asked for."""
TEXTS = ("text", "person", "customer", "agent", "action")
TIMES = ("opened_from", "opened_before", "decided_from", "decided_before")
AMOUNTS = ("amount_from", "amount_to")
ASKED = (*TEXTS, *TIMES, *AMOUNTS, "currency")
"""What may be asked for once each."""


def read_finding(
    given: Mapping[str, str | None],
    *,
    statuses: tuple[str, ...] = (),
    owners: tuple[str, ...] | None = None,
    limit: int = 50,
    after: str | None = None,
) -> RequestQuery:
    """The query that was asked for; ``given`` has the names of ``ASKED``, None and missing ones narrow nothing.

    Raises:
        BadInput: naming what can't be used and what to write.
    """
    if unknown := set(statuses) - set(STATUSES):
        raise BadInput(f"{min(unknown)[:40]!r} is no status", field="status", remedy="choose " + ", ".join(STATUSES))
    texts = {name: _text(given.get(name), name) for name in (*TEXTS, "currency")}
    times = {name: _time(given.get(name), name) for name in TIMES}
    amounts = {name: _amount(given.get(name), name) for name in AMOUNTS}
    currency = texts["currency"]
    return RequestQuery(
        statuses=statuses,
        owners=owners,
        text=texts["text"],
        person=texts["person"],
        customer=texts["customer"],
        agent_id=texts["agent"],
        action_type=texts["action"],
        currency=None if currency is None else currency.upper(),
        opened_from=times["opened_from"],
        opened_before=times["opened_before"],
        decided_from=times["decided_from"],
        decided_before=times["decided_before"],
        amount_from=amounts["amount_from"],
        amount_to=amounts["amount_to"],
        limit=limit,
        after=after,
    )


def found_line(request: Request) -> dict[str, str | None]:
    """What everybody is told who may find a request: nothing that is masked, and the id that leads to the rest."""
    decision, amount, masker = request.decision, request.assessment.amount, Masker(request, frozenset())
    return {
        "id": request.id,
        "status": request.status,
        "owner": request.routing.owner,
        "action_type": request.assessment.action_type,
        "title": masker.text(request.assessment.title),
        "customer": masker.optional(request.assessment.context.customer),
        "amount": None if amount is None else str(amount.amount),
        "currency": None if amount is None else amount.currency,
        "agent_id": request.agent_id,
        "opened_at": request.opened_at.isoformat().replace("+00:00", "Z"),
        "decided_at": None if decision is None else decision.at.isoformat().replace("+00:00", "Z"),
        "decided_by": None if decision is None else str(decision.by),
    }


def _text(value: str | None, field: str) -> str | None:
    if value is not None and not 0 < len(value) <= LONGEST:
        raise BadInput(f"has to be 1 to {LONGEST} characters long", field=field, remedy="leave it out for all")
    return value


def _time(value: str | None, field: str) -> datetime | None:
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadInput(
            f"{value[:40]!r} is no time", field=field, remedy="write a day or a time, such as 2026-11-01T09:30"
        ) from None


def _amount(value: str | None, field: str) -> Decimal | None:
    return None if value is None else decimal_of(value, field=field)
