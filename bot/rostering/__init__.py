"""Rostering: who is on call, who stands in for whom, and to whom a step of an escalation comes because of it."""

from bot.rostering.on_call import Planned, Roster, who_is_on_call
from bot.rostering.standing_in import away, stand_in
from bot.rostering.stepping import Told, told_by

__all__ = ["Planned", "Roster", "Told", "away", "stand_in", "told_by", "who_is_on_call"]
