"""The stores that the contract is held against, each on a database of its own, opened as often as a test likes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from bot.ports import Store
from store import schema
from store.memory import MemoryStore
from store.opening import open_store
from tests.contract.flows import SettableClock
from tests.rigs.postgres import Server

VAULT_KEY = bytes(range(32))
Opener = Callable[[], Awaitable[Store]]
DATABASES = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture(scope="session")
def postgres_template(postgres: Server) -> str:
    """A migrated database to clone."""
    name = postgres.create()
    schema.upgrade(postgres.url(name))
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A migrated file to copy."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    schema.upgrade(f"sqlite:///{path}")
    return path.read_bytes()


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database that several processes may share."""
    if request.param == "postgres":
        yield request.getfixturevalue("fresh_postgres_url")
        return
    path = tmp_path / "signoff.db"
    path.write_bytes(request.getfixturevalue("sqlite_template"))
    yield f"sqlite:///{path}"


@pytest.fixture
async def opened(url: str, clock: SettableClock) -> AsyncIterator[Opener]:
    """Opens a store on the database of the test, as another process would."""
    stores: list[Store] = []

    async def open_one() -> Store:
        stores.append(await open_store(url, clock, vault_key=VAULT_KEY))
        return stores[-1]

    yield open_one
    for store in stores:
        await store.close()


@pytest.fixture(params=("memory", *DATABASES))
async def store(request: pytest.FixtureRequest, tmp_path: Path, clock: SettableClock) -> AsyncIterator[Store]:
    """One store of each kind, empty."""
    if request.param == "memory":
        store: Store = MemoryStore(clock)
    elif request.param == "postgres":
        store = await open_store(request.getfixturevalue("fresh_postgres_url"), clock, vault_key=VAULT_KEY)
    else:
        path = tmp_path / "signoff.db"
        path.write_bytes(request.getfixturevalue("sqlite_template"))
        store = await open_store(f"sqlite:///{path}", clock, vault_key=VAULT_KEY)
    yield store
    await store.close()
