"""``signoff`` that keeps no pace in Teams: what cards cost by themselves shows only where none waits for its turn.

Teams takes seven messages a second and conversation; a fake that counts none takes as many as come.
"""

from __future__ import annotations

import adapters.teams.client
from adapters.teams.client import Pacing
from bot.cli import main


class Unpaced(Pacing):
    """Everybody has their turn at once."""

    def ask_turn(self, tenant: str, thread: str, id_: str) -> None:
        """Never refuse."""

    def take_turn(self, tenant: str, thread: str, id_: str) -> None:
        """Never refuse."""


if __name__ == "__main__":
    setattr(adapters.teams.client, Pacing.__name__, Unpaced)  # before anything is put together of it
    main()
