"""Contacts."""

from __future__ import annotations

from bot.domain import events as e
from bot.domain.contacts import Contact


def apply_contact(event: e.Event) -> Contact:
    """The contact after one of its events.

    Raises:
        ValueError: when the event is not one of a contact.
    """
    if isinstance(event, e.ContactReported):
        return event.contact
    if isinstance(event, e.ContactErased):
        return event.residue
    raise ValueError(f"{type(event).__name__} is no event of a contact")
