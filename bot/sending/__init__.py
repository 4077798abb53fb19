"""Sending: what the outbox holds is carried out, at least once and never twice where anybody sees it.

``Rounds`` is the loop over the outbox, for any kind of message.
"""

from bot.sending.rounds import Rounds

__all__ = ["Rounds"]
