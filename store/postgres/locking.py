"""Which advisory locks a batch takes, so that batches of all processes that touch the same things queue for each other.

Requests and tallies are locked for the batch alone, also where they do not exist yet; agents, instances and ledgers are
shared while they are only read. So a pause, which is a fact of a ledger that every opening reads, is committed either
before a batch has read what is paused or after that batch was committed. Keys and waiting grants need none: the first
are unique in their table, the second are requests. All locks are taken by one statement in one order, so no two batches
wait for each other in a circle. Contacts need none either: each is written once and perhaps erased once, and whoever
comes second finds the row there or at another version, and looks again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

ALONE = ("requests", "tallies")
SHARED = ("agents", "instances", "ledgers")


def number(kind: str, name: str) -> int:
    """The lock of one thing: 64 bits, signed."""
    hashed = hashlib.blake2b(f"{kind}:{name}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(hashed, "big", signed=True)


def locks(names: Mapping[str, Iterable[str]], written: frozenset[tuple[str, str]]) -> dict[int, bool]:
    """The locks for everything named, True where it is alone; ``written`` is what to change of the shared."""
    found = {number(kind, name): True for kind in ALONE for name in names[kind]}
    for kind in SHARED:
        for name in names[kind]:
            lock = number(kind, name)
            found[lock] = found.get(lock, False) or (kind, name) in written
    return found


def begin(wanted: Mapping[int, bool]) -> str:
    """The statements that begin a transaction and take the locks."""
    if not wanted:
        return "BEGIN"
    ordered = ",".join(f"({lock},{alone})" for lock, alone in sorted(wanted.items()))
    return (
        "BEGIN; SELECT CASE WHEN alone THEN pg_advisory_xact_lock(lock) ELSE pg_advisory_xact_lock_shared(lock) END "  # noqa: S608 - numbers of ours
        f"FROM (VALUES {ordered}) AS wanted (lock, alone)"
    )
