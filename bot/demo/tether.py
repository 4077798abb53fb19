"""Runs the command ``signoff`` on a tether: it is told to stop when whoever holds the other end of its input ends.

So the demonstration's server goes with the demonstration, even where that is killed outright.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading


def _watch() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_watch, name="tether", daemon=True).start()
    runpy.run_module("bot.cli", run_name="__main__")
