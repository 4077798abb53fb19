"""A process that has imported the program and forks it when it is told to: `tests.rigs.launching` starts and feeds it.

A child is what ``python -m MODULE WORDS`` would be: it has its own folder, environment, streams, session and arguments,
and what it changes in a module is changed for itself. What it lacks is the second and a half that importing takes. It
belongs to whoever asked: the process between it and this one ends at once, and who asked takes in orphans meanwhile.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import socket
import sys
import time
from dataclasses import asdict, dataclass
from typing import NoReturn

IMPORTED = ("bot.cli", "bot.app.slack", "bot.app.teams", "store.tables")
"""What takes long to import, and changes nothing outside of itself when it is."""
LONGEST = 1 << 17
STREAMS = (0, 1, 2)


@dataclass(frozen=True)
class Order:
    """What is to be run, and where."""

    module: str
    words: tuple[str, ...]
    folder: str
    environment: dict[str, str]

    def packed(self) -> bytes:
        """As it travels: one message."""
        return json.dumps(asdict(self)).encode()


def main(line: socket.socket) -> None:
    """Fork for every order until who orders is gone."""
    for name in IMPORTED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # or every child's collector walks over, and copies, all that was imported
    line.send(b"ready")
    while True:
        said, streams, _, _ = socket.recv_fds(line, LONGEST, len(STREAMS))
        if not said:
            return
        pid = _orphan()
        if pid == 0:
            line.close()
            _become(Order(**json.loads(said)), streams)
        line.send(str(pid).encode())
        for each in streams:
            os.close(each)


def _orphan() -> int:
    """Fork twice: 0 in the grandchild once its parent has ended, its id here."""
    reading, writing = os.pipe()
    waiting, going = os.pipe()
    between = os.fork()
    if between == 0:
        pid = os.fork()
        if pid == 0:
            for each in (reading, writing, going):
                os.close(each)
            os.read(waiting, 1)  # ends when nobody holds the other end
            os.close(waiting)
            return 0
        os.write(writing, str(pid).encode())
        os._exit(0)
    os.close(writing)
    os.close(waiting)
    os.waitpid(between, 0)
    os.close(going)
    with os.fdopen(reading) as told:
        return int(told.read())


def _become(order: Order, streams: list[int]) -> NoReturn:
    os.setsid()
    for mine, given in zip(STREAMS, streams, strict=True):
        os.dup2(given, mine)
        os.close(given)
    os.chdir(order.folder)
    os.environ.clear()
    os.environ.update(order.environment)
    time.tzset()
    more = [each for each in order.environment.get("PYTHONPATH", "").split(os.pathsep) if each]
    sys.path[:] = [order.folder, *more, *sys.path[1:]]
    sys.argv[:] = [order.module, *order.words]
    runpy.run_module(order.module, run_name="__main__", alter_sys=True)
    sys.exit()


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
