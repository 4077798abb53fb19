"""Reading beside the writer: pages, counts, streams, and what erasing leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.domain import events as e
from bot.domain.jsontext import digest
from bot.domain.people import person
from bot.domain.requests import DecisionKind
from bot.errors import BadInput
from bot.ports import RequestQuery, Store
from bot.recording import Needs, View
from tests.contract.flows import (
    AGENT,
    INSTANCE,
    OBSERVED,
    OPERATOR,
    Flow,
    SettableClock,
    deciding,
    ending,
    enrolling,
    noting,
    opening,
    require_rebuilt,
    required,
)


async def some_requests(store: Store, clock: SettableClock) -> None:
    await store.transact(*enrolling())
    for n in range(7):
        clock.pass_(minutes=1)
        await store.transact(*opening(f"r-{n}", n + 1, customer=f"c-{n % 2}", tool="refund" if n else "10%_Off"))
    await store.transact(*deciding("r-1", "ada"))
    await store.transact(*deciding("r-2", "bob", DecisionKind.REJECTED))


async def ids(store: Store, **query: object) -> list[str]:
    return [request.id for request in (await store.requests(RequestQuery(**query))).items]  # type: ignore[arg-type]  # the table names the fields


async def test_requests_are_narrowed_by_every_field(store: Store, clock: SettableClock) -> None:
    begun = clock.now()
    await some_requests(store, clock)
    assert await ids(store) == [f"r-{n}" for n in reversed(range(7))]
    assert await ids(store, statuses=("pending",), order="due") == ["r-0", "r-3", "r-4", "r-5", "r-6"]
    assert await ids(store, statuses=("approved", "rejected")) == ["r-2", "r-1"]
    assert await ids(store, decided_by="bob") == ["r-2"]
    assert await ids(store, decided_from=clock.now()) == ["r-2", "r-1"]
    assert await ids(store, decided_from=clock.now() + timedelta(seconds=1)) == []
    assert await ids(store, customer="c-1") == ["r-5", "r-3", "r-1"]
    assert await ids(store, opened_before=begun + timedelta(minutes=2)) == ["r-0"]
    assert await ids(store, opened_from=begun + timedelta(minutes=7)) == ["r-6"]
    assert len(await ids(store, owners=("operations", "else"))) == 7
    assert await ids(store, owners=()) == []
    assert len(await ids(store, agent_id=AGENT, instance_id=INSTANCE, action_type="refund")) == 7
    assert await ids(store, agent_id="nobody") == []
    assert await store.counts() == {"pending": 5, "approved": 1, "rejected": 1}


async def test_text_is_found_as_it_is_written(store: Store, clock: SettableClock) -> None:
    await some_requests(store, clock)
    assert await ids(store, text="R-3") == ["r-3"]
    assert await ids(store, text="10%_o") == ["r-0"]
    assert await ids(store, text="ff") == []  # words are found by their beginning alone
    assert len(await ids(store, text="SUPPORT agent")) == 7
    assert await ids(store, text="'; --") == []


@pytest.mark.parametrize("order", ["newest", "due"])
async def test_pages_follow_one_another(store: Store, clock: SettableClock, order: str) -> None:
    await some_requests(store, clock)
    seen: list[str] = []
    after: str | None = None
    while True:
        page = await store.requests(RequestQuery(order=order, limit=3, after=after))
        seen += [request.id for request in page.items]
        after = page.next
        if after is None:
            break
    assert seen == [f"r-{n}" for n in (range(7) if order == "due" else reversed(range(7)))]


@pytest.mark.parametrize("cursor", ["", "x", "1", "x:y", "99999999999999999999999:a", "\u0661:a"])
async def test_what_is_no_cursor_is_refused(store: Store, cursor: str) -> None:
    with pytest.raises(BadInput, match="cursor"):
        await store.requests(RequestQuery(after=cursor))


async def test_what_is_not_there_is_none(store: Store) -> None:
    for hostile in ("nothing", "a\x00b", "'"):
        assert await store.request(hostile) is None
        assert await store.agent(hostile) is None
        assert await store.instance(hostile) is None
        assert await store.credential(hostile) is None
    assert await store.events("request:nothing") == ()
    assert await store.all_events() == ()
    assert await store.next_due() is None


async def test_agents_instances_and_credentials_are_found(store: Store, clock: SettableClock) -> None:
    for number in range(3):
        clock.pass_(seconds=1)
        await store.transact(*enrolling("agent-b" if number else "agent-a", f"instance-{number}"))
    assert [agent.id for agent in await store.agents()] == ["agent-a", "agent-b"]
    assert [one.id for one in await store.instances("agent-b")] == ["instance-1", "instance-2"]
    assert [one.id for one in await store.instances("agent-b", after="instance-1")] == ["instance-2"]
    assert [one.id for one in await store.instances("agent-b", limit=1)] == ["instance-1"]
    found = await store.credential("hash-instance-1")
    assert found is not None
    assert found.instance_id == "instance-1"
    await require_rebuilt(store)


async def test_records_come_in_the_order_in_which_they_were_kept(store: Store) -> None:
    for number in range(5):
        await store.transact(*noting(f"ledger-{number % 2}"))
    first = await store.all_events(limit=3)
    rest = await store.all_events(after=first[-1][0])
    assert [record.stream for _, record in (*first, *rest)] == [f"ledger:ledger-{n % 2}" for n in range(5)]
    positions = [position for position, _ in (*first, *rest)]
    assert positions == sorted(set(positions))


async def test_rows_are_walked_through_where_they_are_read(store: Store) -> None:
    assert await store.walk(list) == []
    for number in range(5):
        await store.transact(*noting(f"ledger-{number % 2}"))
    kept = await store.all_events()
    positions = [position for position, _ in kept]
    rows = [e.row_of(record, position) for position, record in kept]
    assert [tuple(row) for row in await store.walk(list)] == rows
    assert [row[0] for row in await store.walk(list, after=positions[2])] == positions[3:]
    assert [row[0] for row in await store.walk(list, after=positions[0], upto=positions[2])] == positions[1:3]
    assert await store.walk(lambda rows: next(iter(rows))[1]) == "ledger:ledger-0", "it may leave off"
    assert await store.walk(list, after=positions[-1]) == []
    with pytest.raises(LookupError, match="what take says"):
        await store.walk(fail)
    assert len(await store.walk(list)) == 5, "and goes on"


def fail(rows: object) -> None:
    del rows
    raise LookupError("what take says")


async def test_streams_that_stand_elsewhere_are_told(store: Store, clock: SettableClock) -> None:
    assert (await store.recorded(), await store.other_heads({})) == (0, {})
    await some_requests(store, clock)
    records = [record for _, record in await store.all_events()]
    known = {record.stream: (record.seq, record.hash) for record in records}
    assert await store.recorded() == len(records)
    assert await store.other_heads(known) == {}
    assert await store.other_heads({}) == known
    wrong = {"request:r-0": (1, bytes(32)), f"agent:{AGENT}": (2, known[f"agent:{AGENT}"][1]), "request:gone": (3, b"")}
    assert await store.other_heads(known | wrong) == {
        "request:r-0": known["request:r-0"],
        f"agent:{AGENT}": known[f"agent:{AGENT}"],
        "request:gone": None,
    }
    del known["request:r-3"]
    assert set(await store.other_heads(known | {"request:gone": (1, b"")})) == {"request:r-3", "request:gone"}


async def test_tallies_are_found_by_the_start_of_their_key(store: Store) -> None:
    await store.transact(*enrolling())
    await store.transact(*opening("r-1", 60, customer="c\x00\x01"))
    await store.transact(*opening("r-2", 40, customer="d"))
    found = {key: (count, str(total)) for key, count, total in await store.tally_totals("cap:")}
    assert found == {"cap:refund": (2, "100"), "cap:c\x00\x01": (1, "60"), "cap:d": (1, "40")}
    assert [key for key, _, _ in await store.tally_totals("cap:c\x00")] == ["cap:c\x00\x01"]
    assert await store.tally_totals("cap:x") == ()
    await require_rebuilt(store)


async def test_a_key_may_hold_anything(store: Store) -> None:
    await store.transact(*enrolling())
    keys = ["\x00", "\x01", "\x010", "\x00\x01", "\U0001f600", "'"]
    for number, key in enumerate(keys):
        await store.transact(*opening(f"r-{number}", key=key))
    for number, key in enumerate(keys):
        assert (await store.transact(*opening("other", key=key))).id == f"r-{number}"


def erasing(id_: str) -> tuple[Needs, Flow]:
    def flow(view: View) -> None:
        request = required(view, id_)
        assessment = replace(request.assessment, context=replace(request.assessment.context, customer=None))
        proposal = replace(request.proposal, arguments={})
        residue = replace(request, proposal=proposal, assessment=assessment, reserved=(), erased=True)
        submission = digest(request.proposal.arguments)
        view.record("request", id_, e.Erased(residue, "asked for", submission, (OBSERVED,)), OPERATOR)

    return Needs(requests=(id_,)), flow


async def test_erasing_takes_payload_and_salt_and_leaves_the_proof(store: Store) -> None:
    await store.transact(*enrolling())
    await store.transact(*opening("r-1", 60, customer="Jo Doe"))
    await store.transact(*deciding("r-1", "ada"))
    await store.transact(*ending("r-1", e.Redeemed("key")))
    before = await store.events("request:r-1")
    assert await store.erase("request:r-1") == 0
    await store.transact(*erasing("r-1"))
    assert await store.erase("request:r-1") == 0, "it is done in the erasure's own transaction"
    after = await store.events("request:r-1")
    assert [record.payload for record in after[:3]] == [None] * 3
    assert [record.salt for record in after[:3]] == [None] * 3
    assert after[3].payload is not None
    assert [record.hash for record in after[:3]] == [record.hash for record in before]
    assert await ids(store, text="jo doe") == []
    assert await ids(store, customer="Jo Doe") == []
    views = await store.views()
    assert b"Jo Doe" not in b"".join(record.payload or b"" for record in views.records)
    await require_rebuilt(store)


async def test_events_after_an_erasure_are_kept(store: Store) -> None:
    await store.transact(*enrolling())
    await store.transact(*opening("r-1"))
    needs, flow = erasing("r-1")
    await store.transact(needs, flow)

    def claim(view: View) -> None:
        view.record("request", "r-1", e.Claimed(), person("ada", "desk"))

    await store.transact(needs, claim)
    assert await store.erase("request:r-1") == 0
    assert [record.payload is None for record in await store.events("request:r-1")] == [True, False, False]
