"""Random histories of the real flows, erasures among them: the record verifies on every database, tampering shows."""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import asyncpg
import pytest

from adapters.signing import derive_keys
from bot.deciding import (
    Approve,
    ApproveWithEdits,
    Ask,
    Claim,
    Command,
    Reassign,
    Reject,
    Reveal,
    Revoke,
    Snooze,
    Unclaim,
)
from bot.domain.events import Noted, event_of
from bot.domain.requests import OutcomeStatus, Request
from bot.enrolling import Enrolling
from bot.erasing import erase_request
from bot.errors import SignoffError
from bot.opening import Situation
from bot.pausing import Pausing
from bot.ports import RequestQuery
from bot.proving.consistency import compare_exports
from bot.proving.exports import Span, export
from bot.proving.files import verify_export
from bot.proving.findings import Kind, Report
from bot.proving.keys import Keyring
from bot.proving.manifests import manifest_path
from bot.proving.record import verify
from bot.proving.requests import prove, verify_record
from bot.proving.selected_files import verify_selected
from bot.proving.selecting import Selection
from bot.proving.selections import export_selected
from bot.recording import CHANNEL_FOUND, CHANNEL_LOST
from bot.sealing import seal_once
from store.opening import open_store
from store.rows import EVENT
from tests.contract.flows import require_rebuilt
from tests.rigs.chatting import FIRST, SECOND, URGENT, Chatting, chatting
from tests.rigs.history import write_history
from tests.rigs.house import House, MovedClock, new_house

KEYS = derive_keys(bytes(range(32)))
KEYRING = Keyring([KEYS.public_key])
STEPS = 90
ATTENDED = {
    "request.reassigned", "request.snoozed", "request.woken", "request.reminded", "request.escalated",
    "request.posted", "request.lines_posted", "request.unshown", "ledger.paused", "ledger.resumed", "ledger.noted",
}  # fmt: skip


async def opened(url: str) -> House:
    clock = MovedClock()
    return await new_house(await open_store(url, clock, vault_key=KEYS.vault_key), clock)


@dataclass
class Life:
    """A house with Slack connected, where anything may happen."""

    place: Chatting
    pausing: Pausing
    chance: random.Random

    @property
    def house(self) -> House:
        return self.place.house


async def living(url: str, chance: random.Random) -> Life:
    clock = MovedClock()
    place = await chatting(await open_store(url, clock, vault_key=KEYS.vault_key), clock)
    return Life(place, Pausing(place.house.store, clock, lambda: place.house.policy), chance)


async def step(life: Life) -> None:
    """One thing that may happen; what is refused is no matter."""
    chance, house = life.chance, life.house
    if chance.random() < 0.3:
        context = {"customer": f"c{chance.randrange(3)}", "session": f"s{chance.randrange(5)}"}
        await house.propose(chance.choice([5, 20, 80, 120, 400]), context=context, reason='Übermaß \u0007 \\ "')
        return
    requests = (await house.store.requests(RequestQuery(limit=50))).items
    if not requests:
        return
    await chance.choice(ACTS)(life, chance.choice(requests))


async def say(life: Life, request: Request) -> None:
    chance = life.chance
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
    await submit(life, request, chance.choice(commands))


async def attend(life: Life, request: Request) -> None:
    until = life.house.clock.now() + timedelta(minutes=life.chance.choice([1, 9, 25]))
    commands: list[Command] = [Reassign("lee", "Yours, Ann"), Reassign("omar"), Snooze(until), Snooze(until), Claim()]
    await submit(life, request, life.chance.choice(commands))


async def submit(life: Life, request: Request, command: Command) -> None:
    who, surface = life.chance.choice(["dana", "omar"]), life.chance.choice(["desk", "slack"])
    await life.house.say(request, command, who=who, surface=surface)


async def send(life: Life, request: Request) -> None:
    """What is due goes out, where channels come and go."""
    del request
    gone, chance = life.place.chat.gone, life.chance
    for channel in (FIRST, SECOND, URGENT):
        gone.pop(channel, None)
        if chance.random() < 0.3:
            gone[channel] = "was archived"
    for _ in range(chance.randrange(1, 4)):
        await life.place.sender.send_due()


async def connect(life: Life, request: Request) -> None:
    """Slack is there or not, for what opens from now on."""
    del request
    surfaces = ("slack",) if life.chance.random() < 0.8 else ()
    life.house.situation = Situation(surfaces)


async def pause(life: Life, request: Request) -> None:
    chance, house = life.chance, life.house
    scope = chance.choice(["action:refund", f"agent:{request.agent_id}", "owner:refunds"])
    end = house.clock.now() + timedelta(minutes=5) if chance.random() < 0.5 else None
    if chance.random() < 0.4:
        await life.pausing.pause(scope, "Ann saw doubles", house.person("vera"), "desk", until=end)
    else:
        await life.pausing.resume(scope, "Mended", house.person("rosa"), "slack")
    await connect(life, request)


async def proceed(life: Life, request: Request) -> None:
    house, chance = life.house, life.chance
    if chance.random() < 0.5:
        await house.redeeming.redeem(request.id, key=f"k{chance.randrange(3)}", **house.agent)
    else:
        await house.redeeming.report(request.id, status=OutcomeStatus.FAILED, note="Ann was out", **house.agent)


async def erase(life: Life, request: Request) -> None:
    keep = life.chance.random() < 0.5
    await erase_request(life.house.store, request.id, reason="asked for", by=life.house.operator, keep_amounts=keep)


async def pass_time(life: Life, request: Request) -> None:
    del request
    life.house.clock.move(minutes=life.chance.choice([1, 8, 20, 90]))
    await life.house.sweep()


async def seal(life: Life, request: Request) -> None:
    del request
    await seal_once(life.house.store.seals, KEYS.signer, life.house.clock, limit=life.chance.choice([1, 3, 5000]))


async def cancel(life: Life, request: Request) -> None:
    await life.house.redeeming.cancel(request.id, **life.house.agent)


ACTS: list[Callable[[Life, Request], Awaitable[None]]] = [
    say, say, say, attend, attend, send, send, connect, pause, proceed, proceed, erase, pass_time,
    pass_time, seal, cancel,
]  # fmt: skip


async def tell_all(life: Life) -> None:
    """After whatever chance left out: each event that only time, people or a chat platform make stands on record."""
    life.house.situation = Situation(("slack",))
    context = {"customer": "last", "session": "last"}
    request = await life.house.held(120, context=context)
    life.place.chat.gone = {FIRST: "was archived"}
    await life.place.sender.send_due()
    await life.house.say(request, Reassign("lee", "Yours, Ann"))
    await life.house.say(request, Snooze(life.house.clock.now() + timedelta(minutes=9)), who="lee")
    for _ in range(3):
        await life.place.sender.send_due()
        life.house.clock.move(minutes=4)
        await life.house.sweep()
    life.place.chat.gone = {}
    await life.place.settle()
    await life.house.held(120, context=context)
    await life.place.settle()
    await life.pausing.pause("everything", "Ann saw doubles", life.house.person("vera"), "desk")
    await life.pausing.resume("everything", "Mended", life.house.person("vera"), "desk")


@pytest.mark.parametrize("seed", range(4))
async def test_random_histories_verify(url: str, seed: int, tmp_path: Path) -> None:
    life = await living(url, random.Random(seed))
    house = life.house
    for _ in range(STEPS):
        try:
            await step(life)
        except SignoffError:
            continue
    await life.pausing.standing()
    for paused in life.pausing.now():
        await life.pausing.resume(paused.scope, "Mended", house.person("vera"), "desk")
    await tell_all(life)
    told = {record.type for _, record in await house.store.all_events(limit=100_000)}
    assert told >= ATTENDED
    assert {CHANNEL_LOST, CHANNEL_FOUND} <= await noted(house)
    await require_rebuilt(house.store)
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


async def noted(house: House) -> set[str]:
    """What stands in the ledgers of channels."""
    records = [one for _, one in await house.store.all_events(limit=100_000) if one.type == "ledger.noted"]
    return {event.what for record in records if isinstance(event := event_of(record), Noted)}


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


@pytest.mark.parametrize("format_", ["jsonl", "csv", "parquet"])
async def test_parts_and_consistency_on_every_database(url: str, format_: str, tmp_path: Path) -> None:
    house = await opened(url)
    await write_history(house)
    while await seal_once(house.store.seals, KEYS.signer, house.clock, limit=7):
        pass
    await house.propose(30)
    part, span = tmp_path / f"part.{format_}", Span()
    owners = ((await house.store.requests(RequestQuery(limit=1))).items[0].routing.owner,)
    for wanted in (Selection(owners, "refund"), Selection()):
        made = await export_selected(house.store, KEYS.signer, house.clock.now(), part, format_, wanted, span)
        report = verify_selected(part, manifest_path(part), KEYRING)
        assert (report.findings, report.events, report.unsealed) == ((), made.rows, 1)
    old, new = tmp_path / "old.jsonl", tmp_path / "new.jsonl"
    for path in (old, new):
        with path.open("wb") as file:
            await export(house.store, KEYS.public_key, house.clock.now(), file)
        await house.propose(31)
        await seal_once(house.store.seals, KEYS.signer, house.clock)
    found = await compare_exports(old, new, KEYRING)
    assert (found.findings, bool(found.proof)) == ((), True)
    await house.store.close()


@pytest.mark.parametrize("value", ["'words'", "X'00ff'", "7", "-1.5", "''"])
@pytest.mark.parametrize("column", EVENT)
async def test_a_column_of_another_type_is_found_on_sqlite(tmp_path: Path, column: str, value: str) -> None:
    house = await opened(f"sqlite:///{tmp_path / 'signoff.db'}")
    request = await house.say(await house.held(), Approve())
    await seal_once(house.store.seals, KEYS.signer, house.clock)
    await do(
        f"sqlite:///{tmp_path / 'signoff.db'}",
        f"UPDATE events SET {column} = {value} {ONE.format(stream=f'request:{request.id}')}",
    )
    for rows in (False, True):
        report = await verify(house.store, KEYRING, rows=rows)
        assert not report.ok
        assert any(str(one.stream).endswith(request.id) for one in report.findings), report.findings
    await house.store.close()
