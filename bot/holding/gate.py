"""What legal holds mean for one erasure: asked inside the transaction that would erase."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.holds import Hold, standing_on_contacts
from bot.domain.requests import Request
from bot.domain.spelling import spelled
from bot.domain.veiling import veiled
from bot.errors import Conflict
from bot.recording import View

ON_HOLD = "on_hold"
"""The code of every refusal because of a legal hold."""


def customers_pseudonym(customer: str, veil: bytes) -> str:
    """What stands for a customer in the ledger of holds, however they are spelled."""
    return veiled("customer", spelled(customer), veil)


def keeping(holds: Iterable[Hold], request: Request, veil: bytes) -> Hold | None:
    """The hold that keeps a request, the oldest first; None while none does."""
    customer = request.assessment.context.customer
    pseudonym = None if customer is None else customers_pseudonym(customer, veil)
    return next((hold for hold in holds if hold.covers(request, pseudonym)), None)


def refuse_held(view: View, request: Request, veil: bytes) -> None:
    """Refuse to erase what a legal hold keeps.

    Raises:
        Conflict: ``on_hold``, saying who placed it, when and why.
    """
    hold = keeping(view.holds(), request, veil)
    if hold is not None:
        raise held(hold, f"request {request.id}")


def refuse_held_customer(view: View, customer: str, veil: bytes) -> None:
    """Refuse to erase what is known of a customer beside requests.

    Raises:
        Conflict: ``on_hold``.
    """
    for hold in standing_on_contacts(view.holds(), customers_pseudonym(customer, veil)):
        raise held(hold, "what is known of this customer")


def held(hold: Hold, what: str) -> Conflict:
    """What to tell somebody who would erase what a hold keeps."""
    kind = hold.scope.partition(":")[0]
    scopes = {"customer": " on the customer", "request": ""}
    scope = scopes.get(kind, f" on the {hold.scope.replace(':', ' ')}")
    said = f"{what} is under a legal hold{scope}, placed by {hold.by} at {hold.at:%Y-%m-%d %H:%M} UTC"
    return Conflict(
        f"{said}: {hold.reason}",
        code=ON_HOLD,
        remedy=f"ask {hold.by}; once it is settled, `signoff hold release {hold.id}` ends it",
    )
