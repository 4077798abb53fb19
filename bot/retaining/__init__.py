"""Retaining: what is kept longer than the policy's retention says is erased, each request on record with the rule."""

from bot.retaining.judging import Due, Kept, judged, over_at
from bot.retaining.passing import EVERY_SECONDS, Passed, Retaining
from bot.retaining.wording import KEPT, kept_said, rules_in_a_line, rules_said

__all__ = [
    "EVERY_SECONDS",
    "KEPT",
    "Due",
    "Kept",
    "Passed",
    "Retaining",
    "judged",
    "kept_said",
    "over_at",
    "rules_in_a_line",
    "rules_said",
]
