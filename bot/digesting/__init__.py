"""Digesting: summaries that come by themselves, each once however many processes there are.

``Digesting`` notes what is due in the ledger of its owner; what the chat surfaces are to post follows from that fact.
"""

from bot.digesting.due import Due, due_of
from bot.digesting.noting import Digesting, NextAfter
from bot.digesting.publishing import Digested, DigestedFriction, Publishing

__all__ = ["Digested", "DigestedFriction", "Digesting", "Due", "NextAfter", "Publishing", "due_of"]
