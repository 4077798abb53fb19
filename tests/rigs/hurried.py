"""The command ``signoff`` whose sender waits less by itself: for a Slack whose seconds are short as well.

``python -m tests.rigs.hurried serve``. Everything but three numbers is the program as it is.
"""

from __future__ import annotations

from datetime import timedelta

from bot.cli import main
from bot.sending import patience, sender

patience.NO_ANSWER_SECONDS = 0.1
"""Instead of 2: before a message whose answer was lost is looked for."""
sender.HOLD = timedelta(seconds=4)
"""Instead of 30: how long what a killed server was sending is left alone."""
sender.ATTEMPT_SECONDS = 3.0
"""Instead of 25: an attempt still ends before that."""

main()
