"""What holds up the event loop: asyncio's own debug says that a callback was slow, a look at its stack whose it was.

One slow callback says nothing on a machine with other things to do. What blocks does so every time; so deeds are done
in several rounds, and only what was slow in each of them counts.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).parents[2]
LIMIT = 0.05
"""Seconds that nothing else is answered in."""
LOOK_SECONDS = 0.005
ROUNDS = 3
OURS = tuple(f"{ROOT / name}/" for name in ("adapters", "bot", "store"))
SDK = tuple(
    f"/site-packages/{name}/" for name in ("botbuilder", "botframework", "msrest", "msal", "requests", "urllib3")
)
"""What the Bot Framework brings along, of which some calls block."""

Frames = tuple[str, ...]
Deed = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Slow:
    """A callback that held up the loop: where ours entered it, and where it most often stood."""

    entry: str
    stood: str
    seconds: float


@dataclass
class Watch(logging.Handler):
    """Hears asyncio's reports and knows what the loop's thread did meanwhile."""

    thread: int
    slow: list[Slow] = field(default_factory=list)
    _looks: deque[tuple[float, Frames]] = field(default_factory=lambda: deque(maxlen=4_000))
    _over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        super().__init__(logging.WARNING)

    __hash__ = logging.Handler.__hash__

    def emit(self, record: logging.LogRecord) -> None:
        """One report of asyncio's: ``Executing %s took %.3f seconds``."""
        if not str(record.msg).startswith("Executing") or not isinstance(record.args, tuple):
            return
        told, seconds = str(record.args[0]), float(str(record.args[1]))
        since = time.monotonic() - seconds
        seen = [frames for at, frames in [*self._looks] if at >= since and frames]
        if seen:
            entry, stood = (
                Counter(each).most_common(1)[0][0] for each in zip(*((s[0], s[-1]) for s in seen), strict=True)
            )
            self.slow.append(Slow(entry, stood, seconds))
        elif any(each in told for each in OURS):  # nothing could look meanwhile: asyncio names what it ran
            self.slow.append(Slow(told[:200], "", seconds))

    def look(self) -> None:
        """Look at the loop's stack again and again, until it is over."""
        while not self._over.wait(LOOK_SECONDS):
            frame = sys._current_frames().get(self.thread)
            at = time.monotonic()
            self._looks.append((at, _own(frame)))

    def end(self) -> None:
        """Look no more."""
        self._over.set()


def _own(frame: FrameType | None) -> Frames:
    """Our own frames and the SDK's, outermost first; empty where the loop runs something else."""
    found: list[str] = []
    while frame is not None:
        code = frame.f_code
        if code.co_filename.startswith(OURS) or any(each in code.co_filename for each in SDK):
            found.append(f"{code.co_filename.removeprefix(f'{ROOT}/')}:{code.co_name}")
        frame = frame.f_back
    return tuple(reversed(found))


@contextmanager
def watched() -> Iterator[Watch]:
    """Watch the running loop, in debug."""
    loop, log = asyncio.get_running_loop(), logging.getLogger("asyncio")
    before = loop.get_debug(), loop.slow_callback_duration
    watch = Watch(threading.get_ident())
    looking = threading.Thread(target=watch.look, daemon=True)
    log.addHandler(watch)
    loop.slow_callback_duration = LIMIT
    loop.set_debug(True)
    gc.collect()
    gc.freeze()  # a walk through everything that tests imported takes as long as what is looked for
    looking.start()
    try:
        yield watch
    finally:
        watch.end()
        looking.join()
        gc.unfreeze()
        loop.set_debug(before[0])
        loop.slow_callback_duration = before[1]
        log.removeHandler(watch)


async def blocked(deeds: Mapping[str, Deed], rounds: int = ROUNDS) -> list[str]:
    """What holds up the loop every time that a deed is done; a first round, unwatched, loads what is loaded once.

    A deed that was not slow in a round is not done again: it is free of what blocks.
    """
    for deed in deeds.values():
        await deed()
    suspects: dict[tuple[str, str], list[Slow]] = {}
    left = dict(deeds)
    for number in range(rounds):
        found: dict[tuple[str, str], list[Slow]] = {}
        for name, deed in left.items():
            for slow in await _slow(deed):
                found.setdefault((name, slow.entry), []).append(slow)
        suspects = {key: [*suspects.get(key, []), *found[key]] for key in found if number == 0 or key in suspects}
        left = {name: deed for name, deed in left.items() if any(name == key[0] for key in suspects)}
    return [f"{name}: {entry} stood in {_places(slow)}" for (name, entry), slow in suspects.items()]


async def _slow(deed: Deed) -> list[Slow]:
    with watched() as watch:
        await asyncio.sleep(0)  # asyncio takes the time of what it begins in debug, and reports once it has ended
        await deed()
        await asyncio.sleep(0)
        return watch.slow


def _places(slow: list[Slow]) -> str:
    return ", ".join(f"{each.stood} for {each.seconds * 1000:.0f} ms" for each in slow)
