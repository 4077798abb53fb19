"""Everything that a customer left goes from every table; what is proven stays proven; a legal hold keeps all of it."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass

import pytest
from msgspec.structs import replace

from adapters.signing import derive_keys
from bot.catching_up import catch_up_pending
from bot.deciding import Approve, ApproveWithEdits, Ask, Reject
from bot.domain import events as e
from bot.domain import people
from bot.domain.agents import Agent
from bot.domain.lessons import Because, Grade
from bot.domain.requests import OutcomeStatus, Request
from bot.domain.veiling import veiled_use
from bot.erasing import CustomerErasure, belongings_of, erase_customer, erase_request
from bot.errors import BadInput, Conflict
from bot.friction import NewContact, report_contacts
from bot.holding import Holding
from bot.ports import ContactQuery, RequestQuery, Store
from bot.proving.keys import Keyring
from bot.proving.record import verify
from bot.receiving.drafting import Draft, Drafts
from bot.recording import Needs, View, stream_of
from bot.sealing import seal_once
from store.vacuuming import vacuum
from tests.contract.conftest import Opener
from tests.contract.flows import require_rebuilt
from tests.rigs.house import POLICY, House, MovedClock, new_house
from tests.rigs.remains import remains

KEYS = derive_keys(bytes(range(32)))
ANN = "Cust_Zqx77"
MARK = "zqx"
"""In everything that is said of her, and in nothing else."""
CONTEXT = {
    "customer": ANN,
    "customer_name": "Ann Zqxlee",
    "session": "zqx-session",
    "transcript": ["I lost my zqxphone"],
    "evidence": ["https://crm.test/zqx"],
}


@pytest.fixture
def clock() -> MovedClock:
    """The stores' and the house's alike."""
    return MovedClock()


@dataclass
class Left:
    """What she left, and what somebody else did."""

    hers: list[str]
    pending: Request
    granted: Request
    other: Request


async def furnish(store: Store, clock: MovedClock) -> House:
    house = await new_house(store, clock, POLICY)
    house.policy = replace(house.policy, veil=KEYS.veil_key)
    return house


async def write(house: House) -> Left:
    """Requests of hers in every state, and one of somebody else's."""
    ran = await house.held(120, key="zqx-key", reason="zqxreason", card="zqxcard 4111", context=CONTEXT)
    question = (await house.say(ran, Ask("Is it zqxanna?"))).questions[0]
    await house.redeeming.answer(ran.id, question.id, "Yes, zqx.", **house.agent)
    await house.say(ran, Approve("Spoke to zqxanna."))
    await house.redeeming.redeem(ran.id, key="run-zqx", **house.agent)
    await house.redeeming.report(ran.id, status=OutcomeStatus.SUCCEEDED, note="Paid zqxanna", **house.agent)
    rejected = await house.held(130, reason="zqx", context=CONTEXT | {"customer": " cust_ZQX77 "})
    await house.say(rejected, Reject("wrong_amount", "zqxanna says 80"))
    edited = await house.held(140, reason="zqxlate", context=CONTEXT)
    await house.say(edited, ApproveWithEdits({"amount": 80, "reason": "zqxlate, less"}, "zqxnote"))
    spent = (await house.propose(80, reason="zqxlate, less", context=CONTEXT)).request
    assert spent.decision is not None
    assert spent.decision.origin == edited.id
    await learn(house, rejected)
    expired = await house.held(160, within="2m", reason="zqx", context=CONTEXT)
    house.clock.move(minutes=3)
    await house.sweep()
    allowed = (await house.propose(20, reason="zqx", context=CONTEXT)).request
    blocked = (await house.propose(9000, reason="zqx", context=CONTEXT)).request
    pending = await house.held(170, reason="zqxpending", context=CONTEXT)
    other = await house.held(180, reason="late", context={"customer": "cust_2"})
    await house.say(other, Reject("not_eligible", "no"))
    shelf = Drafts(house.store.shelf, house.clock, "slack.edits")
    await shelf.keep("V1", Draft(pending.id, "dana", {"reason": "zqxtyped"}, "zqx", ""))
    await contacts(house)
    hers = [one.id for one in (ran, rejected, edited, spent, expired, allowed, blocked, pending)]
    return Left(hers, pending, spent, other)


async def learn(house: House, request: Request) -> None:
    """What is learned of it later holds words of people as well."""

    def flow(view: View) -> None:
        by = people.person("rosa", "desk")
        view.record("request", request.id, e.Sampled("dana", Because.SHARE, "2026-03-02"), by)
        view.record("request", request.id, e.Graded(Grade.NEEDS_WORK, "zqxgrade"), by)
        if view.recorded(request.id).feedback is not None:
            view.record("request", request.id, e.FeedbackChanged(note="zqxlesson"), by)

    await house.store.transact(Needs(requests=(request.id,), tallies=("samples:dana:2026-03-02",)), flow)


async def contacts(house: House) -> None:
    agent: Agent = house.agent["agent"]
    told = [NewContact(who, house.clock.now(), "phone", "zqxtopic") for who in (ANN, "cust_zqx77 ")]
    told.append(NewContact("cust_2", house.clock.now(), "phone", "late"))
    by = people.agent(agent.id)
    await report_contacts(
        house.store, told, agent=agent, instance_id=house.agent["instance_id"], key="contacts-1", by=by
    )


async def erase(house: House, customer: str = ANN, *, cancel: bool = True) -> CustomerErasure:
    return await erase_customer(
        house.store,
        customer,
        reason="she asked for it",
        by=house.operator,
        now=house.clock.now(),
        veil=KEYS.veil_key,
        cancel=cancel,
    )


async def said(store: Store) -> bytes:
    """Everything that a store says of anything."""
    found = []
    for request in (await store.requests(RequestQuery(limit=200))).items:
        found.append(repr(request))
        found += [repr(record) for record in await store.events(stream_of("request", request.id))]
    found += [repr(one) for one in (await store.contacts(ContactQuery(limit=100))).items]
    found.append(repr(await store.views()))
    return "\n".join(found).lower().encode()


async def test_all_of_it_goes_and_the_record_still_proves(store: Store, clock: MovedClock) -> None:
    house = await furnish(store, clock)
    left = await write(house)
    await seal_once(store.seals, KEYS.signer, clock)
    assert MARK.encode() in await said(store)
    done = await erase(house)
    assert (done.requests, done.contacts, done.drafts) == (8, 2, 1)
    assert MARK.encode() not in await said(store)
    for id_ in left.hers:
        request = await store.request(id_)
        assert request is not None
        assert request.erased
        assert not request.pending
        records = await store.events(stream_of("request", id_))
        assert [record.type for record in records if record.payload is not None] == ["request.erased"]
    other = await store.request(left.other.id)
    assert other is not None
    assert not other.erased
    (note,) = await store.events("ledger:erasures")
    event = e.event_of(note)
    assert isinstance(event, e.Noted)
    assert (event.facts["requests"], event.facts["contacts"], event.facts["reason"]) == (8, 2, "she asked for it")
    await seal_once(store.seals, KEYS.signer, clock)
    report = await verify(store, Keyring([KEYS.public_key]))
    assert report.findings == ()
    assert report.views == "compared"
    await require_rebuilt(store)
    assert await erase(house) == CustomerErasure(0, 0, 0, 0, 0), "nothing is left"
    assert len(await store.events("ledger:erasures")) == 1


async def test_a_key_that_was_used_stays_used_without_saying_whose_it_was(store: Store, clock: MovedClock) -> None:
    house = await furnish(store, clock)
    first = (await house.propose(20, key="zqx-key", reason="zqx", context=CONTEXT)).request
    await erase(house)
    again = await house.propose(20, key="zqx-key", reason="zqx", context=CONTEXT)
    assert again.replayed
    assert again.request.id == first.id
    with pytest.raises(Conflict, match="used for another"):
        await house.propose(21, key="zqx-key", reason="zqx", context=CONTEXT)
    keys = [key for _, key in (await store.views()).keys]
    assert keys == [veiled_use(first.instance_id, "zqx-key", KEYS.veil_key)]
    await require_rebuilt(store)


async def test_what_remains_of_a_customer_is_not_guessed_by_whoever_knows_the_id(
    store: Store, clock: MovedClock
) -> None:
    house = await furnish(store, clock)
    await write(house)
    await erase(house)
    text = await said(store)
    for name in (ANN, ANN.casefold(), "zqx-session", "zqx-key"):
        for prefix in (b"tally\x00", b"customer\x00", b"key\x00", b""):
            plain = hashlib.sha256(prefix + name.encode()).hexdigest()[:32].encode()
            assert plain not in text
    assert [key for key, *_ in await store.tally_totals("cap:customer_day:")], "what was counted stays counted"


async def test_what_waits_refuses_until_it_may_be_cancelled_and_nothing_goes_before(
    store: Store, clock: MovedClock
) -> None:
    house = await furnish(store, clock)
    left = await write(house)
    with pytest.raises(Conflict) as caught:
        await erase(house, cancel=False)
    assert caught.value.code == "still_open"
    assert left.pending.id in caught.value.message
    assert "--cancel" in (caught.value.remedy or "")
    assert not any(request.erased for request in (await belongings_of(store, ANN)).requests)
    await erase(house)
    pending, granted = await store.request(left.pending.id), await store.request(left.granted.id)
    assert pending is not None
    assert pending.status == "cancelled"
    assert granted is not None
    assert granted.grant is not None
    assert granted.grant.status == "revoked"


@pytest.mark.parametrize("scope", ["customer:cust_ZQX77", "owner:refunds", "action:refund", "request"])
async def test_a_legal_hold_keeps_all_of_it_until_it_is_released(store: Store, clock: MovedClock, scope: str) -> None:
    house = await furnish(store, clock)
    left = await write(house)
    holding = Holding(store, lambda: house.policy)
    scope = f"request:{left.hers[1]}" if scope == "request" else scope
    hold = await holding.place(scope, "case 4711", house.person("rosa"), "desk")
    assert await holding.place(scope, "case 4711", house.person("rosa"), "desk") == hold, "twice is once"
    for trying in (erase(house), erase_request(store, left.hers[1], reason="x", by=house.operator, veil=KEYS.veil_key)):
        with pytest.raises(Conflict) as caught:
            await trying
        assert caught.value.code == "on_hold"
        assert "rosa" in caught.value.message
        assert "case 4711" in caught.value.message
        assert hold.id in (caught.value.remedy or "")
    assert not any(request.erased for request in (await belongings_of(store, ANN)).requests)
    (standing,) = await holding.standing()
    assert standing.scope == scope
    await holding.release(hold.id, "settled", house.person("vera"), "desk")
    assert await holding.standing() == ()
    await erase(house)
    assert MARK.encode() not in await said(store)
    await require_rebuilt(store)


async def test_who_may_hold_and_what_can_be_held(store: Store, clock: MovedClock) -> None:
    house = await furnish(store, clock)
    holding = Holding(store, lambda: house.policy)
    with pytest.raises(Exception, match="may not hold") as caught:
        await holding.place("owner:refunds", "why", house.person("lee"), "desk")
    assert "Rosa" in str(caught.value)
    for scope in ("everything", "owner:x", "action:x", "request:x", "customer: ", "agent:a"):
        with pytest.raises(BadInput, match="scope"):
            await holding.place(scope, "why", house.person("rosa"), "desk")
    with pytest.raises(BadInput, match="reason"):
        await holding.place("owner:refunds", " ", house.person("rosa"), "desk")
    with pytest.raises(BadInput, match="customer"):
        await belongings_of(store, " ")


async def test_nothing_is_left_in_the_files_or_the_rows_of_the_database(
    url: str, opened: Opener, clock: MovedClock
) -> None:
    store = await opened()
    house = await furnish(store, clock)
    left = await write(house)
    await Holding(store, lambda: house.policy).place_as(house.operator, f"customer:{ANN}", "case")
    (standing,) = await Holding(store, lambda: house.policy).standing()
    await Holding(store, lambda: house.policy).release_as(house.operator, standing.hold.id, "settled")
    assert await remains(url, [MARK])
    assert (await erase(house)).requests == len(left.hers)
    await catch_up_pending(store)
    await store.close()
    done = vacuum(url, full=True)
    assert done.complete
    assert await remains(url, [MARK]) == []
    assert await remains(url, ["cust_2"]), "somebody else's is there: it was looked for at the right place"


async def test_broken_off_in_the_middle_it_goes_on_with_what_is_left(store: Store, clock: MovedClock) -> None:
    house = await furnish(store, clock)
    left = await write(house)
    for number in range(20):
        left.hers.append((await house.propose(9000, reason=f"zqx{number}", context=CONTEXT)).request.id)

    def broken(done: int, _: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await erase_customer(
            store, ANN, reason="x", by=house.operator, now=clock.now(), veil=KEYS.veil_key, cancel=True, progress=broken
        )
    rest = await belongings_of(store, ANN)
    assert 0 < len(rest.requests) < len(left.hers)
    assert (await erase(house)).requests == len(rest.requests)
    assert MARK.encode() not in await said(store)
    await require_rebuilt(store)


async def test_a_hold_and_an_erasure_at_once_leave_nothing_erased_under_the_hold(
    opened: Opener, clock: MovedClock
) -> None:
    one, other = await opened(), await opened()
    house = await furnish(one, clock)
    holding = Holding(other, lambda: house.policy)
    for number in range(12):
        request = await house.held(120, context=CONTEXT)
        await house.say(request, Reject("not_eligible", "no"))
        erasing = erase_request(one, request.id, reason="x", by=house.operator, veil=KEYS.veil_key)
        placing = holding.place_as(house.operator, f"request:{request.id}", f"case {number}")
        first, second = (erasing, placing) if number % 2 else (placing, erasing)
        outcomes = await asyncio.gather(first, second, return_exceptions=True)
        refused = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
        places = {record.stream + record.type: place for place, record in await one.all_events(limit=10_000)}
        erased = places.get(f"request:{request.id}request.erased")
        assert (erased is None) == bool(refused)
        held = max(place for place, record in await one.all_events(limit=10_000) if record.type == "ledger.held")
        assert erased is None or erased < held, "it was erased before the hold was placed"
