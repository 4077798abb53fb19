"""Where the streams stand, as the views have it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.ports import Head
from store.database import Database
from store.sql import sql

_KINDS = ("request", "agent", "instance", "ledger", "contact")
_HEADS = sql(" UNION ALL ".join(f"SELECT '{kind}:' || id, version, head FROM {kind}s" for kind in _KINDS))  # noqa: S608 - names of ours
_STREAMS = sql(" UNION ALL ".join(f"SELECT '{kind}:' || id FROM {kind}s" for kind in _KINDS))  # noqa: S608 - as above
_RECORDED = sql(f"SELECT {' + '.join(f'(SELECT coalesce(sum(version), 0) FROM {kind}s)' for kind in _KINDS)}")  # noqa: S608 - as above


async def recorded(database: Database) -> int:
    """See ``Library.recorded``."""
    ((count,),) = await database.scan(_RECORDED)
    return int(count)


async def other_heads(database: Database, heads: Mapping[str, Head]) -> dict[str, Head | None]:
    """See ``Library.other_heads``."""
    others: dict[str, Head | None] = {}
    same = 0

    def compare(rows: Iterable[tuple[str, int, bytes]]) -> None:
        nonlocal same
        for stream, version, head in rows:
            if heads.get(stream) == (version, head):
                same += 1
            else:
                others[stream] = (version, head)

    await database.walk(compare, _HEADS)
    if same + sum(stream in heads for stream in others) < len(heads):
        missing = set(heads)
        await database.walk(lambda rows: missing.difference_update(stream for (stream,) in rows), _STREAMS)
        others.update(dict.fromkeys(missing))
    return others
