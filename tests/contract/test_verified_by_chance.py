"""Whatever is done to a record, several processes say of it what one says."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.proving.record import verify
from bot.proving.together import verify_together
from store.opening import open_store
from tests.contract.test_verified_together import KEYRING, filled, threads
from tests.rigs.house import MovedClock

DEEDS = (
    "UPDATE events SET {column} = (SELECT {column} FROM events WHERE position = {other}) WHERE position = {one}",
    "DELETE FROM events WHERE position = {one}",
    "UPDATE events SET position = -position WHERE position = {one}",
    "DELETE FROM leaves WHERE number = {one}",
    "UPDATE leaves SET number = number + 1000 WHERE number = {one}",
    "DELETE FROM checkpoints WHERE size > {one}",
    "UPDATE checkpoints SET at = at + 1 WHERE size > {one}",
    "DELETE FROM nodes WHERE level = {level} AND number = {other} % 8",
    "UPDATE nodes SET hash = zeroblob(32) WHERE level = {level} AND number = {other} % 8",
    "UPDATE requests SET version = version + 1 WHERE rowid % 7 = {one} % 7",
)
COLUMNS = ("type", "at", "actor", "surface", "payload", "salt", "digest", "prev", "hash")


@pytest.fixture
def record(tmp_path: Path, sqlite_template: bytes) -> Path:
    path = tmp_path / "record.db"
    path.write_bytes(sqlite_template)
    return path


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_reports_are_equal(record: Path, data: st.DataObject) -> None:
    made = record.with_name("made.db")
    if not made.exists():
        await filled(f"sqlite:///{record}")
        shutil.copy(record, made)
    tampered = record.with_name("tampered.db")
    shutil.copy(made, tampered)
    with closing(sqlite3.connect(tampered, isolation_level=None)) as file:
        for _ in range(data.draw(st.integers(0, 3))):
            words = {
                "one": data.draw(st.integers(1, 60)),
                "other": data.draw(st.integers(1, 60)),
                "level": data.draw(st.integers(0, 4)),
                "column": data.draw(st.sampled_from(COLUMNS)),
            }
            try:
                file.execute(data.draw(st.sampled_from(DEEDS)).format(**words))
            except sqlite3.IntegrityError:  # what the table itself does not take is no tampering
                continue
    opener = partial(open_store, f"sqlite:///{tampered}", MovedClock(), vault_key=None, migrate=False)
    store = await opener()
    rows = data.draw(st.booleans())
    alone = await verify(store, KEYRING, rows=rows)
    step = data.draw(st.sampled_from((1, 4, 13, 1000)))
    several = await verify_together(store, KEYRING, opener, 2, rows=rows, step=step, pool=threads)
    await store.close()
    assert several == alone
