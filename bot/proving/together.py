"""Verifying with several processes: each surveys pieces of the record, and the pieces are joined here in their order.

A record in which nothing is in doubt is done with that. Where anything is, one process goes through it all again and
says what is wrong, so that the findings are the same however many looked. A process holds one piece at a time; what is
held here is where each stream stands, and the peaks of the tree.
"""

from __future__ import annotations

import asyncio
from array import array
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from functools import partial
from multiprocessing import get_context
from typing import TypeVar

from bot.domain.events import GENESIS
from bot.errors import Unavailable
from bot.ports import Checkpoint, Store
from bot.proving import views
from bot.proving.checkpoints import SignedCheckpoints
from bot.proving.findings import Finding, Report
from bot.proving.growing import Growing
from bot.proving.key_changes import with_changes
from bot.proving.keys import Keyring
from bot.proving.record import UNREADABLE, Progress, verify
from bot.proving.surveying import BLOCK, Opener, Piece, compare_block, compare_rows_of_nodes, prepare, survey

STEP = 50_000
"""Positions of a piece: some tenths of a second of work."""
AHEAD = 2
"""Pieces a process that are asked for before they are wanted."""
_SPARSE = 20
"""Positions an event past which the record is not gone through by positions."""
T = TypeVar("T")
Pool = Callable[[int, Sequence[int]], AbstractAsyncContextManager[Executor]]
"""So many processes, each told the sizes of the checkpoints; ended with what they were asked for."""


async def verify_together(
    store: Store,
    keys: Keyring,
    opener: Opener,
    workers: int,
    *,
    rows: bool = True,
    progress: Progress | None = None,
    step: int = STEP,
    pool: Pool | None = None,
) -> Report:
    """Verify as ``record.verify`` does, with so many processes, each of which opens the store by ``opener``.

    ``pool`` has them; processes begun for it when left out. Safe while others write. The report is the same as with
    one process.

    Raises:
        Unavailable: when a process ends before its work does, or can't open the store.
    """
    if workers > 1:
        found = await _Joining(store, keys, rows=rows, progress=progress).report(
            opener, workers, step, pool or processes
        )
        if found is not None:
            return found
    return await verify(store, keys, rows=rows, progress=progress)


class _Doubt(Exception):
    """Something is not as it should be: one process has to say what."""


class _Joining:
    def __init__(self, store: Store, keys: Keyring, *, rows: bool, progress: Progress | None) -> None:
        self._store = store
        self._keys = keys
        self._rows = rows
        self._progress = progress
        self._heads: dict[str, tuple[int, bytes]] = {}
        self._gone: dict[str, list[int]] = {}
        self._covered: dict[str, int] = {}
        self._tree = Growing()
        self._waiting: dict[int, list[tuple[int, bytes]]] = {}
        self._ahead: deque[Checkpoint] = deque()
        self._events = self._unsealed = 0
        self._unsealed_since: datetime | None = None

    async def report(self, opener: Opener, workers: int, step: int, pool: Pool) -> Report | None:
        """The report; None where anything is in doubt."""
        try:
            checkpoints = await self._checkpoints()
            await self._survey(opener, workers, step, pool)
            await self._require_whole(checkpoints)
        except (_Doubt, *UNREADABLE):
            return None
        said, findings = "not compared", list[Finding]()
        if self._rows:
            said, findings = await views.compare_rows(self._store)
        size = self._tree.size
        return Report(
            events=self._events,
            streams=len(self._heads),
            erased=sum(self._covered.values()),
            checkpoints=len(checkpoints.all),
            sealed=size,
            sealed_at=checkpoints.all[-1].at if checkpoints.all else None,
            unsealed=self._unsealed,
            unsealed_since=self._unsealed_since,
            views=said,
            findings=tuple(findings),
        )

    async def _checkpoints(self) -> SignedCheckpoints:
        keys = await with_changes(self._store, self._keys)
        checkpoints = SignedCheckpoints(await self._store.seals.checkpoints(), keys)
        if any(checkpoints.findings()):
            raise _Doubt
        self._ahead = deque(checkpoints.all)
        return checkpoints

    async def _survey(self, opener: Opener, workers: int, step: int, pool: Pool) -> None:
        sizes = array("Q", [checkpoint.size for checkpoint in self._ahead])
        size = sizes[-1] if sizes else 0
        last = await _last_position(self._store)
        if last > _SPARSE * await self._store.recorded() + step:
            raise _Doubt
        async with pool(workers, sizes) as running:
            asked = (
                partial(survey, opener, after, min(after + step, last), self._rows) for after in range(0, last, step)
            )
            async for piece in _in_turn(running, asked, workers * AHEAD):
                self._join(piece)
            if self._rows:
                await self._compare_nodes(running, opener, size, workers)

    async def _compare_nodes(self, pool: Executor, opener: Opener, size: int, workers: int) -> None:
        blocks = range((size + (1 << BLOCK) - 1) >> BLOCK)
        asked = (partial(compare_block, opener, block, size) for block in blocks)
        async for good in _in_turn(pool, asked, workers * AHEAD):
            if not good:
                raise _Doubt
        above = size >> BLOCK
        if not await compare_rows_of_nodes(self._store.seals, 0, above, above.bit_length(), BLOCK):
            raise _Doubt

    def _join(self, piece: Piece) -> None:
        if not piece.sound:
            raise _Doubt
        for stream, (seq, prev) in piece.firsts.items():
            if self._heads.get(stream, (0, GENESIS)) != (seq - 1, prev):
                raise _Doubt
        self._heads.update(piece.heads)
        self._erase(piece)
        self._grow(piece)
        self._events += piece.events
        self._unsealed += piece.unsealed
        self._unsealed_since = self._unsealed_since or piece.unsealed_since
        if self._progress is not None:
            self._progress(piece.events)

    def _erase(self, piece: Piece) -> None:
        """What is gone has to be covered by an erasure after it, and an erasure covers all before it."""
        for stream, seqs in piece.gone.items():
            self._gone.setdefault(stream, []).extend(seqs)
        for stream, at in piece.erasures:
            gone = self._gone.get(stream, [])
            self._covered[stream] = self._covered.get(stream, 0) + sum(seq < at for seq in gone)
            self._gone[stream] = [seq for seq in gone if seq >= at]
            if self._covered[stream] < at - 1:
                raise _Doubt

    def _grow(self, piece: Piece) -> None:
        for start, nodes in piece.runs:
            if start in self._waiting or start < self._tree.size:
                raise _Doubt
            self._waiting[start] = nodes
        while (found := self._waiting.pop(self._tree.size, None)) is not None:
            for level, hashed in found:
                self._tree.push(level, hashed)
            if self._ahead and self._ahead[0].size == self._tree.size and self._ahead.popleft().root != self._tree.root:
                raise _Doubt

    async def _require_whole(self, checkpoints: SignedCheckpoints) -> None:
        if self._ahead or self._waiting or any(self._gone.values()):
            raise _Doubt
        if await self._store.seals.leaves(self._tree.size, 1) and len(await self._store.seals.checkpoints()) == len(
            checkpoints.all
        ):
            raise _Doubt
        if await views.judge_heads(self._store, self._heads, await self._store.other_heads(self._heads)):
            raise _Doubt


async def _last_position(store: Store) -> int:
    """The largest position of an event, found by asking whether there is one past a number."""
    least, most = 0, 1
    while page := await store.all_events(after=most, limit=1):
        least, most = page[0][0], max(page[0][0], most) * 2
    while least < most:
        middle = (least + most) // 2
        page = await store.all_events(after=middle, limit=1)
        if page:
            least = page[0][0]
        else:
            most = middle
    return least


@asynccontextmanager
async def processes(workers: int, sizes: Sequence[int]) -> AsyncIterator[Executor]:
    """Processes that share nothing with this one, ended with what they were asked for."""
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=prepare, initargs=(sizes,))
    try:
        yield pool
    finally:
        await asyncio.to_thread(pool.shutdown, cancel_futures=True)


async def _in_turn(pool: Executor, asked: Iterator[Callable[[], T]], ahead: int) -> AsyncIterator[T]:
    """What each call answers, in order; no more than ``ahead`` are under way."""
    loop = asyncio.get_running_loop()
    under_way: deque[asyncio.Future[T]] = deque()
    try:
        for call in asked:
            under_way.append(loop.run_in_executor(pool, call))
            if len(under_way) >= ahead:
                yield await under_way.popleft()
        while under_way:
            yield await under_way.popleft()
    except BrokenProcessPool as error:
        raise Unavailable("a process that was verifying ended", remedy="see its message, or try --workers 1") from error
    finally:
        for future in under_way:
            future.cancel()
