"""Friction: what automation costs customers and reviewers, as signals with their definitions.

Agents' platforms report contacts of customers and releases of builds (``reporting``). ``measure`` is pure;
``Frictions`` reads the store; ``listed`` is the same signals as one flat list, of which a file is made, ``told`` as a
reader's paragraphs. What only risk owners may see of their reviewers is apart, in ``Hints``.
"""

from bot.friction.asking import Frictions, Measured
from bot.friction.facts import Fact, fact_of
from bot.friction.listing import Line, listed
from bot.friction.measuring import measure
from bot.friction.reporting import (
    MOST_CONTACTS,
    RELEASES,
    NewContact,
    Reported,
    releases_of,
    report_contacts,
    report_release,
)
from bot.friction.sheets import csv_of, object_of
from bot.friction.signals import Friction, Hints
from bot.friction.telling import few, heading, headline, share_text, told

__all__ = [
    "MOST_CONTACTS",
    "RELEASES",
    "Fact",
    "Friction",
    "Frictions",
    "Hints",
    "Line",
    "Measured",
    "NewContact",
    "Reported",
    "csv_of",
    "fact_of",
    "few",
    "heading",
    "headline",
    "listed",
    "measure",
    "object_of",
    "releases_of",
    "report_contacts",
    "report_release",
    "share_text",
    "told",
]
