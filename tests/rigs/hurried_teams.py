"""The command ``signoff`` whose sender waits less by itself: for a Teams whose seconds are short as well.

``python -m tests.rigs.hurried_teams serve``. Everything but a few numbers is the program as it is.
"""

from __future__ import annotations

from datetime import timedelta

import adapters.teams.client
from adapters.teams.client import Pacing, posting
from adapters.teams.client.pacing import THREAD
from bot.cli import main
from bot.ports import Clock
from bot.sending import patience, sender

FASTER = 10
"""Teams' windows last a tenth."""


class Hurried(Pacing):
    """Keeps Teams' rates, with windows that are as many times shorter."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock, tuple((count, seconds / FASTER) for count, seconds in THREAD))


if __name__ == "__main__":
    patience.NO_ANSWER_SECONDS = 0.1  # instead of 2: before a message whose answer was lost is looked for
    sender.HOLD = timedelta(seconds=4)  # instead of 30: how long what a killed server was sending is left alone
    sender.ATTEMPT_SECONDS = 3.0  # instead of 25: an attempt still ends before that
    posting.SIGHTING = timedelta(seconds=0.2)  # instead of 15: how long a card is waited for to tell of itself
    setattr(adapters.teams.client, Pacing.__name__, Hurried)  # before anything is put together of it
    main()
