"""The Merkle tree over the record, on an SQL database.

Leaves follow one another by (xid, position). On PostgreSQL only events of transactions older than every running one
are taken; whatever is committed later has a higher xid, so nothing ever lands before a sealed event. A stream's events
keep their order, because a transaction gets its xid after its locks. SQLite has one writer, so there the position does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from bot.domain import merkle
from bot.domain.events import micros, moment
from bot.ports import Checkpoint, Sealed, Unsealed
from store.database import Database
from store.peaks import peaks_of
from store.sql import Rows, Script, Step, sql, step

_CHECKPOINT = "size, root, at, previous, key_id, signature"
_LAST = sql(f"SELECT {_CHECKPOINT} FROM checkpoints ORDER BY size DESC LIMIT 1")  # noqa: S608 - names of ours
_CHECKPOINTS = sql(f"SELECT {_CHECKPOINT} FROM checkpoints ORDER BY size")  # noqa: S608 - names of ours
_ALONE = sql("SELECT 1", postgres="SELECT pg_try_advisory_xact_lock(hashtextextended('seals', 0))::int")
_MARK = sql(
    "SELECT e.xid, e.position FROM events AS e "
    "JOIN leaves AS l ON l.stream = e.stream AND l.seq = e.seq WHERE l.number = $1"
)
_UNSEALED = sql(
    "SELECT stream, seq, hash FROM events WHERE $1 = 0 AND position > $2 ORDER BY position LIMIT $3",
    postgres="SELECT stream, seq, hash FROM events WHERE (xid, position) > ($1, $2) "
    "AND xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint ORDER BY xid, position LIMIT $3",
)
_NODE = sql("SELECT hash FROM nodes WHERE level = $1 AND number = $2")
_NODES = sql("SELECT number, hash FROM nodes WHERE level = $1 AND number >= $2 AND number <= $3")
_ADD_NODE = sql("INSERT INTO nodes (level, number, hash) VALUES ($1, $2, $3)")
_ADD_LEAF = sql("INSERT INTO leaves (number, stream, seq) VALUES ($1, $2, $3)")
_ADD = sql(f"INSERT INTO checkpoints ({_CHECKPOINT}) VALUES ($1, $2, $3, $4, $5, $6)")  # noqa: S608 - names of ours
_LEAF = sql("SELECT number FROM leaves WHERE stream = $1 AND seq = $2")
_LEAVES_OF = sql("SELECT seq, number FROM leaves WHERE stream = $1")
_LEAVES = sql("SELECT number, stream, seq FROM leaves WHERE number >= $1 ORDER BY number LIMIT $2")


class SqlSeals:
    """Conforms to ``bot.ports.Seals``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def last(self) -> Checkpoint | None:
        """See ``Seals``."""
        return _first(await self._database.read(_LAST))

    async def checkpoints(self) -> Sequence[Checkpoint]:
        """See ``Seals``."""
        return tuple(_checkpoints(await self._database.scan(_CHECKPOINTS)))

    async def seal(self, make: Callable[[Unsealed], Sealed | None], *, limit: int = 5000) -> Checkpoint | None:
        """See ``Seals``."""
        return await self._database.perform(lambda: _seal(make, limit))

    async def leaf(self, stream: str, seq: int) -> int | None:
        """See ``Seals``."""
        rows = await self._database.read(_LEAF, stream, seq)
        return rows[0][0] if rows else None

    async def leaves_of(self, stream: str) -> Mapping[int, int]:
        """See ``Seals``."""
        return dict(map(tuple, await self._database.scan(_LEAVES_OF, stream)))

    async def leaves(self, start: int, limit: int) -> Sequence[tuple[int, str, int]]:
        """See ``Seals``."""
        return tuple(map(tuple, await self._database.scan(_LEAVES, start, limit)))

    async def alike(self, start: int, streams: Sequence[str], seqs: Sequence[int]) -> int:
        """See ``Seals``."""
        return await self._database.walk(
            lambda rows: merkle.alike(rows, start, streams, seqs), _LEAVES, start, len(streams)
        )

    async def nodes(self, names: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], bytes]:
        """See ``Seals``."""
        runs = list(_runs(names))
        if not runs:
            return {}
        found = await self._database.snapshot([step(_NODES, *run) for run in runs])
        return {(run[0], number): bytes(hash_) for run, rows in zip(runs, found, strict=True) for number, hash_ in rows}


def _runs(names: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """Names as runs ``(level, first, last)``: verifying asks for thousands that stand side by side."""
    run: tuple[int, int, int] | None = None
    for level, number in names:
        if run is not None and run[0] == level and run[2] + 1 == number:
            run = (level, run[1], number)
        else:
            if run is not None:
                yield run
            run = (level, number, number)
    if run is not None:
        yield run


def _seal(make: Callable[[Unsealed], Sealed | None], limit: int) -> Script[Checkpoint | None]:
    if not (yield step(_ALONE))[0][0]:
        return None
    last = _first((yield step(_LAST)))
    size = 0 if last is None else last.size
    marks = (yield step(_MARK, size - 1)) if size else ()
    xid, position = marks[0] if marks else (0, 0)
    rows = yield step(_UNSEALED, xid, position, limit)
    if not rows:
        return None
    peaks = {}
    for name in peaks_of(size):
        for (hash_,) in (yield step(_NODE, *name)):
            peaks[name] = bytes(hash_)
    sealed = make(Unsealed(last, peaks, tuple(bytes(row[2]) for row in rows)))
    if sealed is None:
        return None
    yield from _append(sealed, size, rows)
    return sealed.checkpoint


def _append(sealed: Sealed, size: int, rows: Rows) -> Script[None]:
    checkpoint = sealed.checkpoint
    taken = rows[: checkpoint.size - size]
    yield Step(_ADD_LEAF, each=[(size + number, row[0], row[1]) for number, row in enumerate(taken)])
    yield Step(_ADD_NODE, each=[(level, number, hash_) for (level, number), hash_ in sealed.nodes.items()])
    yield step(
        _ADD,
        checkpoint.size,
        checkpoint.root,
        micros(checkpoint.at),
        checkpoint.previous,
        checkpoint.key_id,
        checkpoint.signature,
    )


def _checkpoints(rows: Rows) -> Iterator[Checkpoint]:
    for size, root, at, previous, key_id, signature in rows:
        yield Checkpoint(size, bytes(root), moment(at), bytes(previous), key_id, bytes(signature))


def _first(rows: Rows) -> Checkpoint | None:
    return next(_checkpoints(rows), None)
