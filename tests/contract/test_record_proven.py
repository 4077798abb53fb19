"""Random histories of the real flows, erasures among them: the record verifies on every database, tampering shows."""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from adapters.signing import derive_keys
from bot.deciding import Approve, ApproveWithEdits, Ask, Claim, Command, Reject, Reveal, Revoke, Unclaim
from bot.domain.requests import OutcomeStatus, Request
from bot.enrolling import Enrolling
from bot.erasing import erase_request
from bot.errors import SignoffError
from bot.ports import RequestQuery
from bot.proving.exports import export
from bot.proving.files import verify_export
from bot.proving.findings import Kind, Report
from bot.proving.keys import Keyring
from bot.proving.record import verify
from bot.proving.requests import prove, verify_record
from bot.sealing import seal_once
from store.opening import open_store
from tests.rigs.house import House, MovedClock, new_house

KEYS = derive_keys(bytes(range(32)))
KEYRING = Keyring([KEYS.public_key])
STEPS = 60


async def opened(url: str) -> House:
    clock = MovedClock()
    return await new_house(await open_store(url, clock, vault_key=KEYS.vault_key), clock)


async def step(house: House, chance: random.Random) -> None:
    """One thing that may happen; what is refused is no matter."""
    if chance.random() < 0.3:
        context = {"customer": f"c{chance.randrange(3)}", "session": f"s{chance.randrange(5)}"}
        await house.propose(chance.choice([5, 20, 80, 120, 400]), context=context, reason='Übermaß \u0007 \\ "')
        return
    requests = (await house.store.requests(RequestQuery(limit=50))).items
    if not requests:
        return
    await chance.choice(ACTS)(house, chance.choice(requests), chance)


async def say(house: House, request: Request, chance: random.Random) -> None:
    commands: list[Command] = [
        Approve(),
        Approve("fine"),
        ApproveWithEdits({"amount": chance.choice([20, 80]), "reason": "less"}),
        Reject("wrong_amount", "no"),
        Claim(),
        Unclaim(),
        Ask("why?"),
        Reveal("card"),
        Revoke("over"),
    ]
    await house.say(
        request, chance.choice(commands), who=chance.choice(["dana", "omar"]), surface=chance.choice(["desk", "slack"])
    )


async def proceed(house: House, request: Request, chance: random.Random) -> None:
    if chance.random() < 0.5:
        await house.redeeming.redeem(request.id, key=f"k{chance.randrange(3)}", **house.agent)
    else:
        await house.redeeming.report(request.id, status=OutcomeStatus.FAILED, note="Ann was out", **house.agent)


async def erase(house: House, request: Request, chance: random.Random) -> None:
    keep = chance.random() < 0.5
    await erase_request(house.store, request.id, reason="asked for", by=house.operator, keep_amounts=keep)


async def pass_time(house: House, request: Request, chance: random.Random) -> None:
    del request
    house.clock.move(minutes=chance.choice([1, 20, 90]))
    await house.sweep()


async def seal(house: House, request: Request, chance: random.Random) -> None:
    del request
    await seal_once(house.store.seals, KEYS.signer, house.clock, limit=chance.choice([1, 3, 5000]))


async def cancel(house: House, request: Request, chance: random.Random) -> None:
    del chance
    await house.redeeming.cancel(request.id, **house.agent)


ACTS: list[Callable[[House, Request, random.Random], Any]] = [
    say,
    say,
    say,
    proceed,
    proceed,
    erase,
    pass_time,
    seal,
    cancel,
]


@pytest.mark.parametrize("seed", range(4))
async def test_random_histories_verify(url: str, seed: int, tmp_path: Path) -> None:
    house = await opened(url)
    chance = random.Random(seed)
    for _ in range(STEPS):
        try:
            await step(house, chance)
        except SignoffError:
            continue
    report = await verify(house.store, KEYRING)
    assert (report.findings, report.views) == ((), "compared")
    if seed == 0:
        await Enrolling(house.store, house.clock).revoke(house.issued.agent, note="left", by=house.operator)
    while await seal_once(house.store.seals, KEYS.signer, house.clock, limit=7):
        pass
    report = await verify(house.store, KEYRING)
    assert (report.findings, report.views, report.unsealed) == ((), "compared", 0)
    out = BytesIO()
    await export(house.store, KEYS.public_key, house.clock.now(), out)
    (tmp_path / "x.jsonl").write_bytes(out.getvalue())
    assert (await verify_export(tmp_path / "x.jsonl", KEYRING)).findings == ()
    for request in (await house.store.requests(RequestQuery(limit=100))).items:
        raw = await prove(house.store, request.id, KEYS.public_key, house.clock.now())
        proven = verify_record(raw, KEYRING)
        assert (proven.findings, proven.unsealed) == ((), 0)
    await house.store.close()


async def do(url: str, statement: str) -> None:
    """Write to a database behind the store's back."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as file:
            file.execute(statement)
        return
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


ONE = "WHERE stream = '{stream}' AND seq = 2"
TAMPERING = {
    f"UPDATE events SET actor = 'person:mallory' {ONE}": {(Kind.CHANGED, 2)},
    f"UPDATE events SET surface = 'slack' {ONE}": {(Kind.CHANGED, 2)},
    f"UPDATE events SET at = at + 1 {ONE}": {(Kind.CHANGED, 2)},
    f"UPDATE events SET payload = salt {ONE}": {(Kind.CHANGED, 2)},
    f"UPDATE events SET digest = prev {ONE}": {(Kind.CHANGED, 2)},
    f"UPDATE events SET payload = NULL, salt = NULL {ONE}": {(Kind.PAYLOAD_MISSING, 2)},
    f"DELETE FROM events {ONE}": {(Kind.REMOVED, 2)},
    "DELETE FROM events WHERE stream = '{stream}' AND seq = 3": {(Kind.CUT_TAIL, 3)},
    "DELETE FROM events WHERE stream = '{unsealed}'": {(Kind.CUT_TAIL, 1)},
    "UPDATE checkpoints SET at = at + 1 WHERE size = 4": {(Kind.FORGED_SIGNATURE, 4)},
    "UPDATE checkpoints SET root = previous WHERE size = 4": {(Kind.FORGED_SIGNATURE, 4), (Kind.FORGED_CHECKPOINT, 4)},
    "DELETE FROM checkpoints WHERE size = 4": {(Kind.CHECKPOINT_MISSING, 5)},
    "DELETE FROM checkpoints WHERE size = 5": {(Kind.CHECKPOINT_MISSING, 4)},
    "UPDATE nodes SET hash = (SELECT root FROM checkpoints WHERE size = 4) WHERE level = 0 AND number = 2": {
        (Kind.NODE_CHANGED, 2)
    },
    "UPDATE tallies SET count = count + 1 WHERE key LIKE 'cap:agent_hour%'": {(Kind.VIEW_DIFFERS, None)},
    "UPDATE requests SET version = version + 1 WHERE status = 'approved'": {(Kind.CUT_TAIL, 4)},
}


def places(report: Report) -> set[tuple[Kind, int | None]]:
    return {(one.kind, one.seq or one.checkpoint or one.leaf) for one in report.findings}


@pytest.mark.parametrize("statement", TAMPERING)
async def test_tampering_is_named_on_every_database(url: str, statement: str) -> None:
    house = await opened(url)
    request = await house.say(await house.held(), Approve())
    await house.redeeming.redeem(request.id, key="k", **house.agent)
    await seal_once(house.store.seals, KEYS.signer, house.clock, limit=4)
    await seal_once(house.store.seals, KEYS.signer, house.clock)
    unsealed = await house.held()
    await do(url, statement.format(stream=f"request:{request.id}", unsealed=f"request:{unsealed.id}"))
    report = await verify(house.store, KEYRING)
    await house.store.close()
    assert places(report) == TAMPERING[statement]


async def test_verifying_while_others_write_finds_nothing(url: str) -> None:
    house = await opened(url)
    busy = True

    async def write() -> None:
        while busy:
            request = await house.held(100, context={"customer": os.urandom(4).hex()})
            await house.say(request, Approve())
            await seal_once(house.store.seals, KEYS.signer, house.clock, limit=3)

    writing = asyncio.create_task(write())
    for rows in (False, True, False, True):
        report = await verify(house.store, KEYRING, rows=rows)
        assert report.findings == ()
    busy = False
    await writing
    assert (await verify(house.store, KEYRING)).findings == ()
    await house.store.close()
