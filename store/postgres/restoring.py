"""After a restore from a dump: transaction numbers of another server mean nothing here, and sealing goes by them.

Numbers that lie in this server's future give it away. Sealed events then get 0 and unsealed ones 1, lower than any
transaction's, so that the order of what is sealed stands and the rest follows it.
"""

from __future__ import annotations

from store.postgres.connecting import Line

_FOREIGN = "SELECT max(xid) >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint FROM events"
_RENUMBER = (
    "UPDATE events SET xid = CASE WHEN EXISTS "
    "(SELECT 1 FROM leaves WHERE leaves.stream = events.stream AND leaves.seq = events.seq) THEN 0 ELSE 1 END"
)


async def renumber_after_restore(line: Line) -> bool:
    """Put the numbers right where that is needed; returns whether it was."""
    connection = await line.get()
    if not await connection.fetchval(_FOREIGN):
        return False
    async with connection.transaction():
        await connection.execute("LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE")
        if await connection.fetchval(_FOREIGN):
            await connection.execute(_RENUMBER)
    return True
