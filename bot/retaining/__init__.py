"""Retaining: what is kept longer than the policy's retention says is erased, each request on record with the rule."""

from bot.retaining.judging import Due, Kept, judged, over_at
from bot.retaining.passing import EVERY_SECONDS, Passed, Retaining

__all__ = ["EVERY_SECONDS", "Due", "Kept", "Passed", "Retaining", "judged", "over_at"]
