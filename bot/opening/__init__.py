"""Opening: a proposal becomes a request with its verdict, in one transaction with the caps that it reserves."""

from __future__ import annotations

from bot.opening.calling import CALM, Situation
from bot.opening.proposing import OpenedRequest, open_request, require_live

__all__ = ["CALM", "OpenedRequest", "Situation", "open_request", "require_live"]
