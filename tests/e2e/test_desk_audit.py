"""The audit page: what is sealed, verified by whom, one run at a time, and what a kept checkpoint says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.deciding import Approve
from bot.proving.findings import Finding, Kind, Report
from bot.proving.verifying import LEASE, LEDGER, Step, Verifying
from bot.recording import stream_of
from bot.sealing import note_of
from tests.rigs.desk import Desk, served, signed_in, words_of
from tests.rigs.filed import TRUSTED, sealed
from tests.rigs.house import POLICY


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with served(policy=POLICY) as desk:
        yield desk


class Slow:
    """Verifies until it is let go, and then finds what it is told to."""

    def __init__(self, *findings: Finding) -> None:
        self.go = asyncio.Event()
        self.begun = asyncio.Event()
        self.findings = findings

    async def __call__(self, step: Step) -> Report:
        step(30, 90)
        self.begun.set()
        await self.go.wait()
        return Report(90, 3, 0, 1, 88, None, 2, None, "compared", self.findings)


def verifying_of(desk: Desk, slow: Slow) -> Verifying:
    house = desk.house
    return Verifying(house.store, house.clock, lambda: house.policy, TRUSTED, slow)


async def test_it_is_verified_and_who_did_stands_on_record(desk: Desk) -> None:
    held = await desk.house.held()
    async with signed_in(desk, "rosa") as rosa:
        _, page = await rosa.get("/desk/audit")
        assert "Nothing is sealed yet" in words_of(page)
        await desk.house.say(held, Approve(), "dana")
        await sealed(desk.house)
        checkpoint = await desk.house.store.seals.last()
        assert checkpoint is not None
        _, page = await rosa.get("/desk/audit")
        assert f"Covers {checkpoint.size} events" in words_of(page)
        assert "Not sealed yet none" in words_of(page)
        assert "Nobody has verified the record" in words_of(page)
        status, _, to = await rosa.post("/desk/audit/verify")
        assert (status, to) == (303, "/desk/audit#verification")
        await desk.verifying.settled()
        _, page = await rosa.get("/desk/audit")
        shown = words_of(page)
    assert "Nothing was changed, removed, reordered or inserted." in shown
    assert f"By Rosa, 2 Mar, 10:00 EST : {checkpoint.size + 1} events, {checkpoint.size} of them sealed" in shown
    records = await desk.house.store.events(stream_of("ledger", LEDGER))
    assert [record.actor for record in records] == ["person:rosa"] * 2
    assert [record.surface for record in records] == ["desk"] * 2


async def test_findings_are_named_to_those_who_may_and_by_kind_and_place_to_others(desk: Desk) -> None:
    finding = Finding(Kind.CHANGED, "it is not what was recorded", "request:1", 2, expected="aa", found="<b>cust_1</b>")
    slow = Slow(finding)
    verifying = verifying_of(desk, slow)
    slow.go.set()
    await verifying.begin(desk.house.person("vera"), "desk")
    await verifying.settled()
    standing = await verifying.standing()
    assert standing.report is not None
    assert standing.report.findings == (finding,)
    assert standing.runs[0].findings == (("changed", "request:1 #2"),)
    payloads = [record.payload for record in await desk.house.store.events(stream_of("ledger", LEDGER))]
    assert b"cust_1" not in b"".join(payload for payload in payloads if payload is not None)
    async with signed_in(desk, "dana") as dana:
        _, page = await dana.get("/desk/audit")
    shown = words_of(page)
    assert "1 finding: this is not the record that was written." in shown
    assert "Changed at request:1 #2" in shown
    assert "Verify now" not in shown
    assert "verify it: Rosa, Vera" in shown


async def test_one_runs_at_a_time_and_the_second_click_shows_it(desk: Desk) -> None:
    slow, other = Slow(), Slow()
    first, elsewhere = verifying_of(desk, slow), verifying_of(desk, other)
    assert await first.begin(desk.house.person("rosa"), "desk")
    assert not await first.begin(desk.house.person("rosa"), "desk")
    assert not await elsewhere.begin(desk.house.person("vera"), "desk")
    async with asyncio.timeout(10):
        await slow.begun.wait()
    assert not other.begun.is_set()
    async with signed_in(desk, "vera") as vera:
        status, _, to = await vera.post("/desk/audit/verify")
        assert (status, to) == (303, "/desk/audit#verification")
        _, page = await vera.get("/desk/audit")
    assert "Rosa began it" in words_of(page)
    assert 'http-equiv="refresh"' in page
    assert "Verify now" not in page
    standing = await first.standing()
    assert standing.running is not None
    assert (standing.running.done, standing.running.total) == (30, 90)
    slow.go.set()
    await first.settled()
    assert (await elsewhere.standing()).running is None
    assert await elsewhere.begin(desk.house.person("vera"), "desk")
    await elsewhere.close()


async def test_a_server_that_stops_meanwhile_leaves_word_of_it(desk: Desk) -> None:
    stopped = verifying_of(desk, Slow())
    await stopped.begin(desk.house.person("rosa"), "desk")
    await stopped.close()
    async with signed_in(desk, "rosa") as rosa:
        _, page = await rosa.get("/desk/audit")
        assert "It did not come to its end: the server was stopped meanwhile." in words_of(page)
        assert "Verify now" in page


async def test_a_process_that_was_killed_holds_nobody_up_for_long(desk: Desk) -> None:
    store, now = desk.house.store, desk.house.clock.now()
    await store.shelf.put(
        "verifying", "running", b'{"by":"rosa","begun_at":"2026-03-02T15:00:00Z"}', expires_at=now + LEASE
    )
    verifying = verifying_of(desk, Slow())
    assert not await verifying.begin(desk.house.person("rosa"), "desk")
    desk.house.clock.move(seconds=LEASE.total_seconds() + 1)
    assert await verifying.begin(desk.house.person("rosa"), "desk")
    await verifying.close()


async def test_who_may_not_is_told_who_may(desk: Desk) -> None:
    async with signed_in(desk, "dana") as dana:
        for form, fields in (("verify", {}), ("compare", {"notes": "x"})):
            status, page, _ = await dana.post(f"/desk/audit/{form}", **fields)
            assert status == 403
            assert "Ask Rosa, Vera." in words_of(page)
    assert not await desk.house.store.events(stream_of("ledger", LEDGER))


async def test_a_kept_checkpoint_is_held_against_the_record(desk: Desk) -> None:
    await desk.house.held()
    await sealed(desk.house)
    checkpoint = await desk.house.store.seals.last()
    assert checkpoint is not None
    note = note_of(checkpoint)
    async with signed_in(desk, "rosa") as rosa:
        _, page, _ = await rosa.post("/desk/audit/compare", notes=note)
        assert "The record still holds this very checkpoint." in words_of(page)
        await desk.house.held(130)
        await sealed(desk.house)
        newer = await desk.house.store.seals.last()
        assert newer is not None
        _, page, _ = await rosa.post("/desk/audit/compare", notes=note + "\n" + note_of(newer))
        assert "The record still holds all 2 checkpoints." in words_of(page)
        lines = note.splitlines(keepends=True)
        _, page, _ = await rosa.post("/desk/audit/compare", notes="".join([lines[0], "1\n", *lines[2:]]))
        assert "not signed by a trusted key" in words_of(page)
        status, page, _ = await rosa.post("/desk/audit/compare", notes="<script>alert(1)</script>")
        assert status == 422
        assert "is no checkpoint" in words_of(page)
        assert "<script>alert" not in page
    async with served(policy=POLICY) as younger, signed_in(younger, "rosa") as rosa:
        _, page, _ = await rosa.post("/desk/audit/compare", notes=note)
        assert "the record was cut" in words_of(page).lower()
