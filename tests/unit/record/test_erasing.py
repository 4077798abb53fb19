"""Personal data goes; the proof, the views and the counts stay."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import msgspec
import pytest

from adapters.signing import derive_keys
from bot.deciding import Approve, Revoke
from bot.domain.requests import GrantStatus, OutcomeStatus, Request
from bot.erasing import erase_request, residue
from bot.errors import BadInput, Conflict, NotFound
from bot.proving.findings import Kind, Report
from bot.proving.keys import Keyring
from bot.proving.record import verify
from bot.sealing import seal_once
from store.memory import MemoryStore
from tests.rigs.history import Written, write_history
from tests.rigs.house import House, new_house

KEYS = derive_keys(bytes(range(32)))
PERSONAL = (b"4111", "Späte".encode(), b"Ann", b"Number 7", b"Which invoice", b"invoice")


@dataclass
class Place:
    house: House
    written: Written
    store: MemoryStore

    async def verify(self) -> Report:
        return await verify(self.store, Keyring([KEYS.public_key]))

    async def text(self, request_id: str) -> bytes:
        """Everything that is kept of a request."""
        request = await self.store.request(request_id)
        records = await self.store.events(f"request:{request_id}")
        return msgspec.json.encode(request) + b"".join(record.payload or b"" for record in records)


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    house = await new_house()
    written = await write_history(house)
    assert isinstance(house.store, MemoryStore)
    await seal_once(house.store.seals, KEYS.signer, house.clock)
    yield Place(house, written, house.store)
    await house.store.close()


@pytest.mark.parametrize("which", ["ran", "rejected", "edited", "asked", "expired"])
async def test_what_was_personal_is_gone_and_the_record_still_proves(place: Place, which: str) -> None:
    request_id = getattr(place.written, which)
    before = await place.store.request(request_id)
    erasure = await erase_request(place.store, request_id, reason="asked for", by=place.house.operator)
    assert before is not None
    text = await place.text(request_id)
    for word in PERSONAL:
        assert word not in text, word
    records = await place.store.events(f"request:{request_id}")
    assert erasure.payloads == len(records) - 1
    assert all(record.payload is None and record.salt is None for record in records[:-1])
    assert records[-1].type == "request.erased"
    after = await place.store.request(request_id)
    assert after == erasure.request
    assert after is not None
    assert after.erased
    assert (after.status, after.opened_at, after.assessment.amount, after.assessment.action_type) == (
        before.status,
        before.opened_at,
        before.assessment.amount,
        before.assessment.action_type,
    )
    assert after.decision is not None
    assert before.decision is not None
    assert (after.decision.by, after.decision.at) == (before.decision.by, before.decision.at)
    report = await place.verify()
    assert report.findings == ()
    assert report.erased == len(records) - 1
    assert report.views == "compared"


async def test_everything_that_ended_can_be_erased_and_the_views_still_follow_from_the_record(place: Place) -> None:
    written = place.written
    await place.house.say(await _request(place, written.allowed), Revoke("over"), who="vera")
    await place.house.say(await _request(place, written.spent), Revoke("over"), who="vera")
    for id_ in (written.ran, written.allowed, written.rejected, written.edited, written.spent, written.expired):
        await erase_request(place.store, id_, reason="asked for", by=place.house.operator)
    report = await place.verify()
    assert report.findings == ()


async def _request(place: Place, id_: str) -> Request:
    request = await place.store.request(id_)
    assert request is not None
    return request


async def test_amounts_go_too_when_asked(place: Place) -> None:
    erasure = await erase_request(
        place.store, place.written.ran, reason="asked for", by=place.house.operator, keep_amounts=False
    )
    assert erasure.request.assessment.amount is None


async def test_what_is_still_open_is_not_erased(place: Place) -> None:
    for id_ in (place.written.pending, place.written.allowed):
        with pytest.raises(Conflict) as refused:
            await erase_request(place.store, id_, reason="asked for", by=place.house.operator)
        assert refused.value.code == "still_open"
        assert refused.value.remedy


async def test_an_unknown_request_and_a_missing_reason_are_refused(place: Place) -> None:
    with pytest.raises(NotFound):
        await erase_request(place.store, "nope", reason="asked for", by=place.house.operator)
    for reason in ("", "  ", "x" * 1001):
        with pytest.raises(BadInput) as refused:
            await erase_request(place.store, place.written.ran, reason=reason, by=place.house.operator)
        assert refused.value.field == "reason"


async def test_erasing_again_changes_nothing(place: Place) -> None:
    first = await erase_request(place.store, place.written.ran, reason="asked for", by=place.house.operator)
    again = await erase_request(place.store, place.written.ran, reason="once more", by=place.house.operator)
    assert again.request == first.request
    assert again.payloads == 0
    assert residue(first.request) == first.request


async def test_what_is_said_after_an_erasure_can_be_erased_too(place: Place) -> None:
    house = place.house
    request = await house.held(50)
    await house.say(request, Approve("for Ann"))
    await house.redeeming.redeem(request.id, key="run-9", **house.agent)
    await erase_request(place.store, request.id, reason="asked for", by=house.operator)
    await house.redeeming.report(request.id, status=OutcomeStatus.FAILED, note="Ann was out", **house.agent)
    assert b"Ann" in await place.text(request.id)
    await erase_request(place.store, request.id, reason="asked for", by=house.operator)
    assert b"Ann" not in await place.text(request.id)
    report = await place.verify()
    assert report.findings == ()


async def test_a_key_that_was_used_stays_used(place: Place) -> None:
    house = place.house
    opened = await house.propose(20, key="once", context={"customer": "c9"})
    assert opened.request.grant is not None
    house.clock.at = opened.request.grant.expires_at
    await house.sweep()
    await erase_request(place.store, opened.request.id, reason="asked for", by=house.operator)
    again = await house.propose(20, key="once", context={"customer": "c9"})
    assert (again.replayed, again.request.id, again.request.erased) == (True, opened.request.id, True)
    assert again.request.grant is not None
    assert again.request.grant.status is GrantStatus.LAPSED
    with pytest.raises(Conflict):
        await house.propose(21, key="once", context={"customer": "c9"})


async def test_an_erasure_that_stopped_half_way_is_named_and_can_be_finished(place: Place) -> None:
    store, house = place.store, place.house
    records = list(store._rows.records)
    await erase_request(store, place.written.ran, reason="asked for", by=house.operator)
    for number, record in enumerate(records):
        store._rows.records[number] = record
    (finding,) = (await place.verify()).findings
    assert finding.kind is Kind.NOT_ERASED
    again = await erase_request(store, place.written.ran, reason="asked for", by=house.operator)
    assert again.payloads > 0
    assert (await place.verify()).findings == ()


async def test_requests_with_the_same_arguments_are_told(place: Place) -> None:
    erasure = await erase_request(place.store, place.written.edited, reason="asked for", by=place.house.operator)
    assert erasure.linked == (place.written.spent,)
