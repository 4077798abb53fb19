"""Friction: what automation costs customers and reviewers, as signals with their definitions.

Agents' platforms report contacts of customers and releases of builds (``reporting``).
"""

from bot.friction.reporting import (
    MOST_CONTACTS,
    RELEASES,
    NewContact,
    Reported,
    releases_of,
    report_contacts,
    report_release,
)

__all__ = [
    "MOST_CONTACTS",
    "RELEASES",
    "NewContact",
    "Reported",
    "releases_of",
    "report_contacts",
    "report_release",
]
