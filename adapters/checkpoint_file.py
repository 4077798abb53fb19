"""A file to which signed checkpoints are appended: on another disk, a share, or what a backup takes along."""

from __future__ import annotations

import asyncio
import fcntl
import os
from pathlib import Path

from bot.errors import Unavailable

_TAIL = 64 * 1024
"""Bytes at the end in which a note that was appended lately is looked for."""


class CheckpointFile:
    """Conforms to ``bot.publishing.Target``. Any number of processes may append; a note stands there once, and whole.

    Notes follow one another with an empty line between them. What a crash in the middle of one left is completed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    async def publish(self, id_: str, note: str) -> None:
        """See ``Target``; returns when it is on disk.

        Raises:
            Unavailable: when the file can't be written.
        """
        del id_
        try:
            await asyncio.to_thread(self._append, note.encode())
        except OSError as error:
            raise Unavailable(
                f"{self._path} can't be written: {error.strerror}",
                remedy="let this user write it, or name another in SIGNOFF_CHECKPOINT_FILE",
            ) from error

    def _append(self, note: bytes) -> None:
        new = not self._path.exists()
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            lacking = _lacking(_tail(file), note)
            while lacking:
                lacking = lacking[os.write(file, lacking) :]
            os.fsync(file)
        finally:
            os.close(file)
        if new:
            self._sync_folder()

    def _sync_folder(self) -> None:
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _tail(file: int) -> bytes:
    length = os.fstat(file).st_size
    return os.pread(file, _TAIL, max(0, length - _TAIL))


def _lacking(tail: bytes, note: bytes) -> bytes:
    """What has to be appended so that the note stands at the end, or nothing where it stands already."""
    if note in tail:
        return b""
    begun = next((size for size in range(min(len(note), len(tail)), 0, -1) if _begins(tail, note, size)), 0)
    if begun:
        return note[begun:]
    return (b"\n" if tail else b"") + note


def _begins(tail: bytes, note: bytes, size: int) -> bool:
    """Whether the last bytes are the first ``size`` of the note, at the place where a note begins."""
    return tail.endswith(note[:size]) and (size == len(tail) or tail[: len(tail) - size].endswith(b"\n\n"))
