"""The schema's versions: made, upgraded with what is in it, never taken back, and as the tables in the code say."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from bot.errors import SettingsInvalid, Unavailable
from bot.pausing import Pausing
from store import schema
from store.address import address
from store.memory import MemoryStore
from store.opening import open_store
from store.tables import Row
from tests.contract.conftest import DATABASES, VAULT_KEY
from tests.contract.flows import SettableClock, deciding, enrolling, opening, require_rebuilt
from tests.rigs.house import House, MovedClock, new_house
from tests.rigs.postgres import Server

T = TypeVar("T")
RELEASED = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008")
"""Every revision that a release came with."""


@pytest.fixture(params=DATABASES)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/deep/signoff.db"
        return
    postgres: Server = request.getfixturevalue("postgres")
    name = postgres.create()
    yield postgres.url(name)
    postgres.drop(name)


def connected(url: str, work: Callable[[Connection], T]) -> T:
    return schema._connected(address(url), work)


def to(revision: str) -> Callable[[Connection], None]:
    def upgrade(connection: Connection) -> None:
        config: Config = schema._config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    return upgrade


def test_every_released_revision_is_tried() -> None:
    assert schema.head() == RELEASED[-1]


def test_a_new_database_is_made_once(empty: str) -> None:
    assert schema.current(empty) is None
    assert schema.is_safe(empty)
    assert schema.upgrade(empty) is None
    assert schema.upgrade(empty) == schema.head() == schema.current(empty)


def test_what_migrations_make_is_what_the_tables_say(empty: str) -> None:
    schema.upgrade(empty)

    def differences(connection: Connection) -> list[Any]:
        options = {"compare_type": True, "compare_server_default": True, "include_object": here(connection)}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), Row.metadata))

    assert connected(empty, differences) == []


def here(connection: Connection) -> Callable[..., bool]:
    """An index that only one database has is none of the other's, and that of words is in no table of the code."""

    def included(thing: Any, name: str, kind: str, reflected: bool, compare_to: Any) -> bool:
        if str(name).removeprefix("ix_").startswith("request_words"):
            return False
        return not (kind == "index" and name == "ix_events_xid" and connection.dialect.name == "sqlite")

    return included


@pytest.mark.parametrize("revision", RELEASED)
async def test_what_is_in_it_outlives_an_upgrade(empty: str, revision: str, clock: SettableClock) -> None:
    await asyncio.to_thread(connected, empty, to(revision))
    old = await open_store(empty, clock, vault_key=VAULT_KEY, migrate=revision != schema.head())
    await old.transact(*enrolling())
    await old.transact(*opening("r-1", 60))
    await old.transact(*deciding("r-1", "ada"))
    before = await old.views()
    await old.close()
    await asyncio.to_thread(schema.upgrade, empty)
    new = await open_store(empty, clock, vault_key=VAULT_KEY)
    assert await new.ready()
    assert await new.views() == before
    await require_rebuilt(new)
    await new.close()


async def test_a_newer_database_is_left_alone(empty: str, clock: SettableClock) -> None:
    await asyncio.to_thread(schema.upgrade, empty)
    newer = text("UPDATE alembic_version SET version_num = '9999'")
    await asyncio.to_thread(connected, empty, lambda connection: connection.execute(newer) and None)
    assert not await asyncio.to_thread(schema.is_safe, empty)
    with pytest.raises(SettingsInvalid, match="newer"):
        await asyncio.to_thread(schema.upgrade, empty)
    with pytest.raises(SettingsInvalid, match="SIGNOFF_DATABASE"):
        await open_store(empty, clock, vault_key=None)


async def test_an_unprepared_database_is_refused_without_leave_to_migrate(empty: str, clock: SettableClock) -> None:
    with pytest.raises(SettingsInvalid, match="signoff db upgrade"):
        await open_store(empty, clock, vault_key=None, migrate=False)


async def test_several_may_start_at_once(empty: str, clock: SettableClock) -> None:
    stores = await asyncio.gather(*(open_store(empty, clock, vault_key=None) for _ in range(4)))
    for store in stores:
        assert await store.ready()
        await store.close()


@pytest.mark.parametrize("url", ["memory:", "sqlite://", "sqlite:///:memory:"])
async def test_memory_has_its_names(url: str, clock: SettableClock) -> None:
    assert isinstance(await open_store(url, clock, vault_key=None), MemoryStore)
    assert schema.current(url) == schema.upgrade(url) == schema.head()


@pytest.mark.parametrize("url", ["", "mysql://x/y", "sqlite:x.db", "sqlite://x.db", "sqlite:///", "postgresql://host"])
async def test_a_wrong_setting_is_named_with_its_remedy(url: str, clock: SettableClock) -> None:
    with pytest.raises(SettingsInvalid, match=r"SIGNOFF_DATABASE.*write .*://"):
        await open_store(url, clock, vault_key=None)


@pytest.mark.parametrize("url", ["postgres://u@h/n", "postgresql+asyncpg://u@h/n"])
def test_postgres_has_its_names(url: str) -> None:
    assert address(url).url == "postgresql://u@h/n"


async def test_a_server_that_is_not_there_is_unavailable(clock: SettableClock) -> None:
    with pytest.raises(Unavailable, match="SIGNOFF_DATABASE"):
        await open_store("postgresql://nobody@127.0.0.1:1/nothing", clock, vault_key=None)


async def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path, clock: SettableClock) -> None:
    (tmp_path / "x.db").write_text("not a database, by any means\n" * 100)
    with pytest.raises(Unavailable):
        await open_store(f"sqlite:///{tmp_path}/x.db", clock, vault_key=None)


async def test_postgres_after_a_restore_seals_what_is_new(fresh_postgres_url: str, clock: SettableClock) -> None:
    """A dump brings the transaction numbers of the old server along, which may lie in the new one's future."""
    connection = await asyncpg.connect(fresh_postgres_url)
    store = await open_store(fresh_postgres_url, clock, vault_key=None)
    await store.transact(*enrolling())
    await store.close()
    await connection.execute("UPDATE events SET xid = xid + 1000000")
    store = await open_store(fresh_postgres_url, clock, vault_key=None)
    seen: list[int] = []
    await store.seals.seal(lambda unsealed: seen.append(len(unsealed.hashes)))
    assert seen == [2]
    await store.close()
    await connection.close()


def test_sqlite_is_kept_private(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/signoff.db"
    schema.upgrade(url)
    assert (tmp_path / "signoff.db").stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(tmp_path / "signoff.db") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


async def test_what_was_paused_before_what_is_paused_was_kept_is_still_paused(empty: str) -> None:
    clock = MovedClock()
    await asyncio.to_thread(connected, empty, schema._upgrade)
    old = await open_store(empty, clock, vault_key=VAULT_KEY)
    house = await new_house(old, clock)
    pausing = Pausing(old, clock, lambda: house.policy)
    vera, until = house.person("vera"), clock.now() + timedelta(hours=1)
    await pausing.pause("owner:refunds", "short", vera, "desk", until=until)
    clock.at = until
    await pausing.pause("action:payout_change", "gone", vera, "desk")
    await pausing.resume("action:payout_change", "mended", vera, "desk")
    await pausing.pause("everything", "stop\u00e9", vera, "desk", until=until + timedelta(hours=1), freeze=True)
    before = await old.views()
    await old.close()

    def as_it_was(connection: Connection) -> None:
        connection.execute(
            text("UPDATE ledgers SET state = :s WHERE id = 'pauses'"), {"s": b'{"id":"pauses","count":4}'}
        )
        connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))

    def as_of_today(connection: Connection) -> None:
        connection.execute(text("UPDATE alembic_version SET version_num = :now"), {"now": RELEASED[-1]})

    for step in (as_it_was, to("0003"), as_of_today):  # what came later stands already
        await asyncio.to_thread(connected, empty, step)
    new = await open_store(empty, clock, vault_key=VAULT_KEY)
    assert await new.views() == before
    assert (await House(new, clock, house.policy, house.issued).propose(10)).request.status == "rejected"
    await require_rebuilt(new)
    await new.close()
