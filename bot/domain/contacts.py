"""A contact: a customer spoke with somebody, agent or person, at a time."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec.structs import replace


class Contact(msgspec.Struct, frozen=True, gc=False):
    """One contact of one customer, reported by an agent's platform."""

    id: str
    customer: str
    """As ``context.customer`` of requests names them; empty once erased."""
    at: datetime
    reported_by: str
    """The instance that reported it."""
    reported_at: datetime
    channel: str | None = None
    """``chat``, ``phone``, ``email`` ..."""
    topic: str | None = None
    erased: bool = False


def anonymous(contact: Contact) -> Contact:
    """What remains known of a contact once its personal data is gone: when, over what, and who reported it."""
    return replace(contact, customer="", topic=None, erased=True)
