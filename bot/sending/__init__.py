"""Sending: what the outbox holds is carried out, at least once and never twice where anybody sees it.

``Rounds`` is the loop over the outbox, for any kind of message. ``ChatSender`` carries the errands of one chat surface:
cards stand where they should, every card follows the record, threads tell what happened, and those whom something
concerns are told in person.
"""

from bot.sending.rounds import Rounds
from bot.sending.sender import ChatSender

__all__ = ["ChatSender", "Rounds"]
