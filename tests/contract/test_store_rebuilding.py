"""Whatever happens, every view is what the record alone says."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.domain import events as e
from bot.domain import people
from bot.domain.people import COURIER, Actor
from bot.domain.requests import DecisionKind, MessageRef
from bot.errors import SignoffError
from bot.escalating import sweep
from bot.ports import Store
from bot.recording import CHANNEL_FOUND, CHANNEL_LOST, channel_ledger
from store.memory import MemoryStore
from store.opening import open_store
from tests.contract.conftest import VAULT_KEY
from tests.contract.flows import (
    START,
    SettableClock,
    deciding,
    ending,
    enrolling,
    following,
    opening,
    require_rebuilt,
    telling,
)

IDS = st.sampled_from([f"r-{n}" for n in range(5)])
ADA, BOB = people.person("ada", "slack"), people.person("bob", "desk")
CARD = MessageRef("slack", "C1", "1.2", "T1", place="C1", upto=1)
FOLLOWING: list[tuple[e.Event, Actor]] = [
    (e.Reassigned("bob", "Yours"), ADA),
    (e.Snoozed(START + timedelta(minutes=3)), BOB),
    (e.Snoozed(START + timedelta(minutes=9)), ADA),
    (e.Posted(CARD), COURIER),
    (e.Posted(replace(CARD, kind="ping", place="person:bob")), COURIER),
    (e.LinesPosted(replace(CARD, kind="lines", message="1.3", upto=2)), COURIER),
    (e.Unshown("slack", "C1", "the channel is archived"), COURIER),
]
LOSS = {"surface": "slack", "place": "C1", "to": "ada"}
TELLING: list[tuple[str, e.Event]] = [
    ("pauses", e.Paused("action:refund", "Wrong ones", START + timedelta(minutes=5))),
    ("pauses", e.Resumed("action:refund", "Mended")),
    (channel_ledger("slack", "C1"), e.Noted(CHANNEL_LOST, LOSS)),
    (channel_ledger("slack", "C1"), e.Noted(CHANNEL_FOUND, LOSS)),
]
STEPS = st.one_of(
    st.tuples(st.just("open"), IDS, st.integers(1, 3), st.sampled_from(["c-1", "c\x00", "é"]), st.booleans()),
    st.tuples(st.just("decide"), IDS, st.sampled_from(list(DecisionKind)), st.integers(1, 3)),
    st.tuples(
        st.just("end"),
        IDS,
        st.sampled_from([e.Redeemed("key"), e.Lapsed(), e.Revoked("no")]),
    ),
    st.tuples(st.just("follow"), IDS, st.sampled_from(FOLLOWING)),
    st.tuples(st.just("climb"), IDS),
    st.tuples(st.just("tell"), IDS, st.sampled_from(TELLING)),
    st.tuples(st.just("pass"), st.integers(-1, 600)),
)
HISTORIES = st.lists(st.lists(STEPS, min_size=1, max_size=6), max_size=8)


def as_flow(step: tuple[Any, ...]) -> Any:
    name, id_, *rest = step
    if name == "open":
        return opening(id_, rest[0], customer=rest[1], cap=4, on_slack=rest[2])
    if name == "follow":
        return following(id_, *rest[0])
    if name == "tell":
        ledger, event = rest[0]
        return telling(ledger, event, ADA)
    if name == "decide":
        kind, amount = rest
        edits = {"amount": str(amount), "customer": "c-1"} if kind is DecisionKind.APPROVED_WITH_EDITS else None
        return deciding(id_, "ada", kind, edits)
    return ending(id_, rest[0])


async def live(store: Store, clock: SettableClock, history: list[list[tuple[Any, ...]]]) -> None:
    """Steps of one list happen at once; what is refused (or what a step assumes is not so) is no matter."""
    await store.transact(*enrolling())
    for steps in history:
        for step in steps:
            if step[0] == "pass":
                clock.pass_(seconds=step[1])
        if any(step[0] == "climb" for step in steps):
            await sweep(store, clock)
        flows = [as_flow(step) for step in steps if step[0] not in {"pass", "climb"}]
        for answer in await asyncio.gather(*(store.transact(*flow) for flow in flows), return_exceptions=True):
            assert not isinstance(answer, BaseException) or isinstance(answer, (SignoffError, AssertionError))
    await require_rebuilt(store)


@given(history=HISTORIES)
@settings(max_examples=60)
def test_in_memory(history: list[list[tuple[Any, ...]]]) -> None:
    async def run() -> None:
        clock = SettableClock()
        await live(MemoryStore(clock), clock, history)

    asyncio.run(run())


@given(history=HISTORIES)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_in_sqlite(history: list[list[tuple[Any, ...]]], tmp_path_factory: Any, sqlite_template: bytes) -> None:
    path = tmp_path_factory.mktemp("history") / "signoff.db"
    path.write_bytes(sqlite_template)
    asyncio.run(in_database(f"sqlite:///{path}", history))


@given(history=HISTORIES)
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_in_postgres(history: list[list[tuple[Any, ...]]], postgres: Any, postgres_template: str) -> None:
    name = postgres.create(postgres_template)
    try:
        asyncio.run(in_database(postgres.url(name), history))
    finally:
        postgres.drop(name)


async def in_database(url: str, history: list[list[tuple[Any, ...]]]) -> None:
    clock = SettableClock()
    store = await open_store(url, clock, vault_key=VAULT_KEY)
    try:
        await live(store, clock, history)
    finally:
        await store.close()
