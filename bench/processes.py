"""Processes that the bench starts, speaks to and stops: each by its own id."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
STOP_SECONDS = 20


class Failed(RuntimeError):
    """A process did not do what it was started for; the message ends with what it wrote."""


@contextmanager
def running(
    command: Sequence[str | Path], *, until: str, seconds: float = 30, env: Mapping[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start a program, wait for the line that has ``until`` in it, give both; stop the program afterwards.

    Raises:
        Failed: when it ends or is silent for so many seconds.
    """
    process = subprocess.Popen(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"} | dict(env or {}),
    )
    try:
        yield process, _line(process, until, seconds)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _line(process: subprocess.Popen[str], until: str, seconds: float) -> str:
    """The line that was waited for; whatever comes later is read and dropped, so that the program never blocks."""
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        assert process.stdout is not None
        found = False
        for line in process.stdout:
            if not found:
                lines.put(line)
                found = until in line
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    said: list[str] = []
    end = time.monotonic() + seconds
    while True:
        try:
            line = lines.get(timeout=max(0.01, end - time.monotonic()))
        except queue.Empty:
            line = None
        if line is None:
            raise Failed(f"{process.args!r} did not say {until!r}: " + "".join(said)[-2000:])
        said.append(line)
        if until in line:
            return line.strip()


def output(command: Sequence[str | Path], *, seconds: float, env: Mapping[str, str] | None = None) -> str:
    """What a program prints before it ends well.

    Raises:
        Failed: when it ends badly or takes longer.
    """
    try:
        done = subprocess.run(
            [str(part) for part in command],
            check=False,
            capture_output=True,
            text=True,
            timeout=seconds,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)} | dict(env or {}),
        )
    except subprocess.TimeoutExpired as error:
        raise Failed(f"{command!r} took longer than {seconds} s") from error
    if done.returncode != 0:
        raise Failed(f"{command!r} failed: {(done.stderr or done.stdout)[-2000:]}")
    return done.stdout
