"""The command ``signoff`` by a clock that a test moves: the one in the file ``clock`` of the folder it runs in.

``python -m tests.rigs.moved serve``. Everything but the time of day is the program as it is.
"""

from __future__ import annotations

from pathlib import Path

from adapters.clock import SystemClock
from tests.rigs.its_clock import give_it
from tests.rigs.jumping_clock import JumpingClock

if __name__ == "__main__":
    from bot.cli import main

    clock = JumpingClock(Path("clock"))
    setattr(SystemClock, "now", lambda _: clock.now())  # noqa: B010 - a method, which nothing else may replace
    give_it(clock)
    main()
