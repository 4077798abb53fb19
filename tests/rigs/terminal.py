"""A terminal for tests: a command that believes somebody is watching, and what it shows them."""

from __future__ import annotations

import asyncio
import errno
import os
import pty
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

SECONDS = 60.0
_COMMANDS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Shown:
    """A command in a terminal, and all that it has shown."""

    def __init__(self, process: asyncio.subprocess.Process, terminal: int) -> None:
        self.process = process
        self.text = ""
        self._terminal = terminal
        self._more = asyncio.Event()
        self._over = asyncio.Event()
        os.set_blocking(terminal, False)
        asyncio.get_running_loop().add_reader(terminal, self._read)

    @property
    def words(self) -> str:
        """Everything shown, without colours and other commands to the terminal."""
        return _COMMANDS.sub("", self.text)

    async def until(self, words: str, seconds: float = SECONDS) -> None:
        """Wait until these words have been shown."""
        async with asyncio.timeout(seconds):
            while words not in self.words:
                self._more.clear()
                await self._more.wait()

    async def ended(self, seconds: float = SECONDS) -> int:
        """Wait until it has ended and all is shown; its exit code."""
        async with asyncio.timeout(seconds):
            await self._over.wait()
            return await self.process.wait()

    def _read(self) -> None:
        try:
            read = os.read(self._terminal, 65536)
        except OSError as error:
            if error.errno != errno.EIO:  # that is how Linux says that the other end is closed
                raise
            read = b""
        self.text += read.decode(errors="replace")
        if not read:
            asyncio.get_running_loop().remove_reader(self._terminal)
            self._over.set()
        self._more.set()


@asynccontextmanager
async def in_terminal(*words: str, columns: int = 120, lines: int = 40) -> AsyncIterator[Shown]:
    """A command of Python's in a terminal of its own; it has ended when the block does."""
    terminal, other = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": str(columns), "LINES": str(lines)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, *words, stdin=other, stdout=other, stderr=other, start_new_session=True, env=environment
    )
    os.close(other)
    try:
        yield Shown(process, terminal)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        asyncio.get_running_loop().remove_reader(terminal)
        os.close(terminal)
