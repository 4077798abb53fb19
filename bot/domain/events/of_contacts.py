"""What happens to a contact: a customer who came back, as an agent's platform reports it."""

from __future__ import annotations

from bot.domain.contacts import Contact
from bot.domain.events.fact import Fact


class ContactReported(Fact, frozen=True, tag="contact.reported"):
    """A customer was in contact."""

    contact: Contact


class ContactErased(Fact, frozen=True, tag="contact.erased"):
    """Who it was is known no more; ``residue`` remains."""

    residue: Contact
    reason: str
