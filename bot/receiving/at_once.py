"""What a button in chat does by itself: commands that need nothing typed, by the name of the button."""

from __future__ import annotations

from collections.abc import Callable

from bot.deciding import Approve, ChangeFeedback, Claim, Command, GradeSample, Unclaim
from bot.domain.lessons import FeedbackState, Grade

AT_ONCE: dict[str, Callable[[], Command]] = {
    "approve": Approve,
    "claim": Claim,
    "release": Unclaim,
    "accept_item": lambda: ChangeFeedback(FeedbackState.ACCEPTED),
    "finish_item": lambda: ChangeFeedback(FeedbackState.DONE),
    "grade_good": lambda: GradeSample(Grade.GOOD),
}
LISTED = frozenset({"accept_item", "finish_item", "grade_good"})
"""Those that stand in lists as well, which nobody redraws."""
