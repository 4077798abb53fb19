"""Rostering: who is on call, who stands in for whom, and to whom a step of an escalation comes because of it.

``Rostering`` is for people: what they arrange is a fact of one ledger, and everything here follows from that, the
policy and the calendars. ``spans`` and ``gaps`` look ahead.
"""

from bot.rostering.commanding import Rostering
from bot.rostering.keeping import LEDGER, NEEDS, STREAM, duties_of
from bot.rostering.looking_ahead import AHEAD, Span, gaps, spans
from bot.rostering.on_call import Planned, Roster, who_is_on_call
from bot.rostering.standing_in import away, stand_in
from bot.rostering.stepping import Told, told_by

__all__ = [
    "AHEAD",
    "LEDGER",
    "NEEDS",
    "STREAM",
    "Planned",
    "Roster",
    "Rostering",
    "Span",
    "Told",
    "away",
    "duties_of",
    "gaps",
    "spans",
    "stand_in",
    "told_by",
    "who_is_on_call",
]
