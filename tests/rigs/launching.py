"""Starting our own programs in processes of their own, as `subprocess` does, in a tenth of the time.

Where the system can take in orphans (Linux) a process is forked from one that has imported everything
(`tests.rigs.nursery`, one for each process of the tests), elsewhere and with LAUNCH=plain it is a new interpreter.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from tests.rigs.nursery import Order

ROOT = Path(__file__).parents[2]
SET_CHILD_SUBREAPER = 36
"""Of prctl(2): orphans among our descendants become our children."""


class Process(Protocol):
    """What is common to both ways."""

    @property
    def pid(self) -> int:
        """Its id."""

    def poll(self) -> int | None:
        """How it ended, negative for a signal; None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """How it ended, once it has. Raises subprocess.TimeoutExpired."""

    def send_signal(self, sig: int) -> None:
        """Send it a signal, unless it has ended."""

    def kill(self) -> None:
        """End it at once."""


def launch(module: str, *words: str, folder: Path, environment: Mapping[str, str], out: int, err: int) -> Process:
    """Start ``python -m module words`` in a session of its own, nothing to read, its output to two open files."""
    if _nursery.usable:
        order = Order(module, words, str(folder), dict(environment))
        if (pid := _nursery.fork(order, out, err)) is not None:
            return _Forked(pid)
    return subprocess.Popen(
        [sys.executable, "-m", module, *words],
        cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True,
    )  # fmt: skip


def run(
    module: str, *words: str, folder: Path, environment: Mapping[str, str], seconds: float
) -> subprocess.CompletedProcess[str]:
    """Run ``python -m module words`` to its end; it is killed when it takes longer than that.

    Raises:
        subprocess.TimeoutExpired: it was killed.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out, tempfile.TemporaryFile("w+", encoding="utf-8") as err:
        process = launch(module, *words, folder=folder, environment=environment, out=out.fileno(), err=err.fileno())
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess([module, *words], code, out.read(), err.read())


class _Forked:
    """A child that something else forked for us."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._code: int | None = None
        self._ended = os.pidfd_open(pid)
        self._lock = threading.Lock()

    def poll(self) -> int | None:
        with self._lock:
            if self._code is None:
                try:
                    pid, status = os.waitpid(self.pid, os.WNOHANG)
                except ChildProcessError:  # the test itself waited for it; Popen says the same then
                    pid, status = self.pid, 0
                if pid:
                    self._code = os.waitstatus_to_exitcode(status)
                    os.close(self._ended)
            return self._code

    def wait(self, timeout: float | None = None) -> int:
        while (code := self.poll()) is None:
            if not select.select([self._ended], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
        return code

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, sig)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class _Nursery:
    """The process that forks, started when it is first needed; it ends when we do."""

    def __init__(self) -> None:
        self.usable = sys.platform == "linux" and os.environ.get("LAUNCH") != "plain"
        self._line: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def fork(self, order: Order, out: int, err: int) -> int | None:
        """The id of a child of ours that does this; None where the system does not give it to us."""
        with self._lock, open(os.devnull, "rb") as nothing:  # noqa: PTH123 - a device, opened for its number
            line = self._line or self._started()
            _take_in_orphans(True)
            try:
                socket.send_fds(line, [order.packed()], [nothing.fileno(), out, err])
                pid = int(line.recv(64))
            finally:
                _take_in_orphans(False)
        with suppress(ChildProcessError):
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            return pid
        self.usable = False
        os.kill(pid, signal.SIGKILL)
        return None

    def _started(self) -> socket.socket:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.rigs.nursery", str(theirs.fileno())],
                cwd=ROOT, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()], start_new_session=True,
            )  # fmt: skip
        atexit.register(self._end)
        assert self._line.recv(64) == b"ready"
        return self._line

    def _end(self) -> None:
        assert self._line is not None
        assert self._process is not None
        self._line.close()  # which is what it ends by
        self._process.wait()


def _take_in_orphans(wanted: bool) -> None:
    ctypes.CDLL(None, use_errno=True).prctl(SET_CHILD_SUBREAPER, int(wanted), 0, 0, 0)


_nursery = _Nursery()
