"""A clock that several processes share and a test may make jump: the machine's, and so many seconds ahead of it."""

from __future__ import annotations

import mmap
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

_AHEAD = struct.Struct("d")


class JumpingClock:
    """The wall clock of all who open the same file; it starts at the machine's time."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(_AHEAD.pack(0.0))
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), _AHEAD.size)

    @property
    def ahead(self) -> float:
        """Seconds ahead of the machine's clock."""
        (seconds,) = _AHEAD.unpack(self._shared)
        return float(seconds)

    def now(self) -> datetime:
        """Now, aware, in UTC."""
        return datetime.now(UTC) + timedelta(seconds=self.ahead)

    def jump(self, seconds: float) -> None:
        """Have it jump, in every process at once: forwards, or back where negative."""
        _AHEAD.pack_into(self._shared, 0, self.ahead + seconds)
