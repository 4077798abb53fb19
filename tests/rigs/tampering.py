"""A real database file that may be tampered with, and what `signoff audit verify` says of it."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from adapters.signing import derive_keys
from bot.cli import app
from bot.domain.events import Claimed, EventRecord, chain_hash, keep, micros, moment
from bot.domain.people import Actor, ActorKind
from bot.ports import Checkpoint
from bot.sealing import seal_once
from store.opening import open_store
from store.rows import EVENT, record_of
from tests.rigs.history import Written, write_history
from tests.rigs.house import MovedClock, new_house

MASTER = bytes(range(32))
KEYS = derive_keys(MASTER)
Json = dict[str, Any]
HEADER = ("type", "at", "actor", "surface", "digest", "prev")


@dataclass(frozen=True)
class Made:
    """A database file with a sealed history and two events after it."""

    file: Path
    written: Written


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    file = tmp_path_factory.mktemp("record") / "signoff.db"

    async def write() -> Written:
        clock = MovedClock()
        store = await open_store(f"sqlite:///{file}", clock, vault_key=KEYS.vault_key)
        house = await new_house(store, clock)
        written = await write_history(house)
        for limit in (3, 9, 13, 5000):
            await seal_once(store.seals, KEYS.signer, clock, limit=limit)
            clock.move(seconds=1)
        await house.held(31)
        await house.held(32)
        await store.close()
        return written

    return Made(file, asyncio.run(write()))


class Database:
    """A copy that may be tampered with."""

    def __init__(self, file: Path, written: Written) -> None:
        self.file = file
        self.written = written
        self._connection = sqlite3.connect(file, isolation_level=None)

    def do(self, statement: str, *args: Any) -> list[Any]:
        return self._connection.execute(statement, args).fetchall()

    def close(self) -> None:
        self._connection.close()

    @property
    def stream(self) -> str:
        """A request with six events, all of them sealed."""
        return f"request:{self.written.ran}"

    @property
    def newest(self) -> str:
        """The stream of the newest event, which is not sealed."""
        return str(self.do("SELECT stream FROM events ORDER BY position DESC LIMIT 1")[0][0])

    def last_seq(self) -> int:
        return int(self.do("SELECT max(seq) FROM events WHERE stream = ?", self.stream)[0][0])

    def record(self, stream: str, seq: int) -> EventRecord:
        return record_of(self.do(f"SELECT {', '.join(EVENT)} FROM events WHERE stream = ? AND seq = ?", stream, seq)[0])

    def leaf(self, stream: str, seq: int) -> int:
        return int(self.do("SELECT number FROM leaves WHERE stream = ? AND seq = ?", stream, seq)[0][0])

    def rewrite(self, seq: int, **fields: Any) -> None:
        """Change an event and make its own hash fit again."""
        record = self.record(self.stream, seq)
        values = {name: fields.get(name, getattr(record, name)) for name in HEADER}
        hashed = chain_hash(self.stream, seq, *values.values())
        values["at"] = micros(values["at"])
        columns = ", ".join(f"{name} = ?" for name in (*HEADER, "hash"))
        where = (self.stream, seq)
        self.do(f"UPDATE events SET {columns} WHERE stream = ? AND seq = ?", *values.values(), hashed, *where)

    def forge(self, stream: str, seq: int, prev: bytes) -> None:
        """Add an event with a correct chain."""
        at = self.record(self.stream, 1).at
        actor = Actor(ActorKind.PERSON, "dana", "desk")
        record = keep(Claimed(), stream=stream, seq=seq, at=at, actor=actor, salt=bytes(16), prev=prev)
        values = [micros(at) if name == "at" else getattr(record, name) for name in EVENT]
        self.do(f"INSERT INTO events ({', '.join(EVENT)}) VALUES ({', '.join('?' * len(EVENT))})", *values)

    def checkpoints(self) -> list[Checkpoint]:
        return [
            Checkpoint(size, root, moment(at), previous, key, signature)
            for size, root, at, previous, key, signature in self.do(
                "SELECT size, root, at, previous, key_id, signature FROM checkpoints ORDER BY size"
            )
        ]


@pytest.fixture
def database(made: Made, tmp_path: Path) -> Iterator[Database]:
    shutil.copy(made.file, tmp_path / "signoff.db")
    with closing(Database(tmp_path / "signoff.db", made.written)) as database:
        yield database


def audit(database: Database, *args: str) -> tuple[int, Json]:
    result = CliRunner().invoke(
        app,
        ["audit", "verify", "--json", "--database", f"sqlite:///{database.file}", *args],
        env={"SIGNOFF_KEY": MASTER.hex()},
        catch_exceptions=False,
    )
    report: Json = json.loads(result.stdout)
    return result.exit_code, report


def named(report: Json) -> set[tuple[str, Any]]:
    """What was found, and where: the number in the stream, the leaf or the checkpoint's size."""
    return {
        (
            finding["kind"],
            finding.get("seq") or finding.get("checkpoint") or finding.get("leaf") or finding.get("stream"),
        )
        for finding in report["findings"]
    }
