"""Searching: every store finds the same, before and after its index is brought up to date, whatever is typed."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import asyncpg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.domain import events as e
from bot.domain.fields import Field
from bot.domain.money import Money
from bot.domain.people import person
from bot.domain.requests import DecisionKind
from bot.erasing import erase_request
from bot.ports import RequestQuery, Store
from bot.recording import Needs, View
from store.memory import MemoryStore
from store.opening import open_store
from store.vacuuming import vacuum
from tests.contract.conftest import DATABASES, VAULT_KEY, Opener
from tests.contract.flows import (
    AGENT,
    INSTANCE,
    OPERATOR,
    START,
    Flow,
    SettableClock,
    deciding,
    enrolling,
    opened_event,
    require_rebuilt,
)

NAMES = (
    "Ana Mu\u00f1oz",
    "\u9000\u6b3e\u5ba2\u6237",
    "O'Brien-Smith",
    "stra\u00dfe",
    "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35",
    None,
)
TYPED = (
    "c-1", "C-12", "r-3", "ana", "mun", "MU\u00d1OZ", "\u9000", "\u6b3e\u5ba2", "brien", "smith", "obriens",
    "STRASSE", "support", "agent-1", "refund", "half", "half whole", "other", "none", "1", "flight",
    "secret-7", "secret", "\u0e2a\u0e27", "refund c-1 ana", "2026",
)  # fmt: skip
HOSTILE = (
    "", " ", '"', "'", "''; DROP TABLE requests; --", "\x00", "a\x00b", "%", "_", "*", "half*", "NOT half",
    "half OR other", "(half", "half)", "^half", "NEAR(a b)", "words:half", "-half", "half & other",
    "half | other", "!half", "<->", ":*", "\\", "'half':*", "\u00a4", "\u00a7", "\U0001f600", "\u202e",
    "\ufb01", "a" * 5000, "a " * 3000, "\u0301", "\udcff", "\u00a4" * 12,
)  # fmt: skip
AMOUNTS = [
    Decimal(one)
    for one in ("-1", "0", "0.01", "0.1", "1", "1.5", "40.5", "63.99", "64", "100", "99999.99", "123456789012345")
]


def opening_of(number: int) -> tuple[Needs, Flow]:
    """Requests that differ in everything that is looked for, some of them opened in the same instant."""
    chance = random.Random(number)
    id_ = f"r-{number}"
    word = "half" if number % 2 else "other"
    arguments = {"word": word, "code": f"secret-{number}", "flight": 5000 + number, "big": 1.5}
    owner = "refunds" if number % 3 else "others"

    def flow(view: View) -> None:
        event = opened_event(view, id_)
        assessment = event.assessment
        context = replace(
            assessment.context, customer=f"c-{number % 20}", customer_name=NAMES[number % len(NAMES)], build="b1"
        )
        amount = Money(chance.choice(AMOUNTS), "EUR" if number % 5 == 0 else "USD")
        event = replace(
            event,
            proposal=replace(event.proposal, arguments=arguments),
            assessment=replace(assessment, context=context, amount=amount if number % 7 else None),
            routing=replace(event.routing, owner=owner, fields=(Field("code", "Code", sensitive=True),)),
        )
        view.record("request", id_, event, person("ignored", "api"))

    tallies = ("seen:refund",)
    return Needs(agents=(AGENT,), instances=(INSTANCE,), tallies=tallies, keys=((INSTANCE, id_),)), flow


def claiming(id_: str, who: str) -> tuple[Needs, Flow]:
    def flow(view: View) -> None:
        view.record("request", id_, e.Claimed(), person(who, "desk"))

    return Needs(requests=(id_,)), flow


async def fill(store: Store, clock: SettableClock) -> None:
    clock.at = START
    await store.transact(*enrolling())
    for number in range(60):
        clock.pass_(minutes=number % 3 * 30)
        await store.transact(*opening_of(number))
    for number in range(0, 60, 4):
        clock.pass_(seconds=1)
        kind = DecisionKind.REJECTED if number % 8 else DecisionKind.APPROVED
        await store.transact(*deciding(f"r-{number}", "ada" if number % 3 else "bob", kind))
    for number in range(1, 60, 6):
        await store.transact(*claiming(f"r-{number}", "carl"))


@pytest.fixture(params=DATABASES)
async def both(
    request: pytest.FixtureRequest, tmp_path: Path, clock: SettableClock
) -> AsyncIterator[tuple[Store, Store]]:
    """A database and a memory with the same in them."""
    if request.param == "postgres":
        url = request.getfixturevalue("fresh_postgres_url")
    else:
        path = tmp_path / "signoff.db"
        path.write_bytes(request.getfixturevalue("sqlite_template"))
        url = f"sqlite:///{path}"
    store, memory = await open_store(url, clock, vault_key=VAULT_KEY), MemoryStore(clock)
    await fill(store, clock)
    await fill(memory, clock)
    yield store, memory
    await store.close()


times = st.none() | st.integers(-10, 2000).map(lambda minutes: START + timedelta(minutes=minutes))
texts = st.sampled_from(TYPED + HOSTILE) | st.text(max_size=30) | st.lists(st.sampled_from(TYPED)).map(" ".join)


@st.composite
def queries(draw: st.DrawFn) -> RequestQuery:
    """Any that can be asked."""
    maybe = st.none
    return RequestQuery(
        statuses=draw(st.sampled_from([(), ("pending",), ("approved", "rejected"), ("expired",)])),
        owners=draw(st.sampled_from([None, None, ("refunds",), ("others", "refunds"), ("nobody",), ()])),
        agent_id=draw(st.sampled_from([None, None, AGENT, "nobody"])),
        action_type=draw(st.sampled_from([None, None, "refund", "else"])),
        customer=draw(st.sampled_from([None, None, None, "c-1", "c-19"])),
        decided_by=draw(st.sampled_from([None, None, "ada", "bob"])),
        person=draw(st.sampled_from([None, None, None, "ada", "carl", "dora"])),
        amount_from=draw(maybe() | st.sampled_from(AMOUNTS)),
        amount_to=draw(maybe() | st.sampled_from(AMOUNTS)),
        currency=draw(st.sampled_from([None, None, "EUR", "CHF"])),
        opened_from=draw(times),
        opened_before=draw(times),
        decided_from=draw(times),
        decided_before=draw(times),
        text=draw(maybe() | texts),
        order=draw(st.sampled_from(["newest", "newest", "due"])),
        limit=draw(st.sampled_from([1, 3, 50])),
    )


async def pages(store: Store, query: RequestQuery) -> list[str]:
    """The ids of all pages, one behind the other."""
    found: list[str] = []
    for _ in range(70):
        page = await store.requests(query)
        assert len(page.items) <= query.limit
        found += [one.id for one in page.items]
        if page.next is None:
            return found
        query = replace(query, after=page.next)
    raise AssertionError("the pages have no end")


async def caught_up(store: Store) -> int:
    taken = 0
    while piece := await store.catch_up(25):
        taken += piece
    return taken


PATIENT = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@PATIENT
@given(queries())
@example(RequestQuery(text="half", limit=1))
@example(RequestQuery(amount_from=Decimal(64), amount_to=Decimal(64)))
async def test_a_database_finds_what_a_memory_finds(both: tuple[Store, Store], query: RequestQuery) -> None:
    store, memory = both
    wanted = await pages(memory, query)
    assert await pages(store, query) == wanted  # at first from what waits for the index, later from the index
    await caught_up(store)
    assert await pages(store, query) == wanted


async def test_hostile_text_finds_what_it_says_or_nothing(both: tuple[Store, Store]) -> None:
    store, memory = both
    for text in HOSTILE:
        query = RequestQuery(text=text)
        assert await pages(store, query) == await pages(memory, query), text
    await caught_up(store)
    for text in HOSTILE:
        query = RequestQuery(text=text)
        assert await pages(store, query) == await pages(memory, query), text
    for nothing in (" ", '"', "%", "\x00", "*", "\\", "\u202e"):
        assert await pages(store, RequestQuery(text=nothing)) == []


async def test_words_are_found_by_their_beginning_in_any_spelling(store: Store, clock: SettableClock) -> None:
    await fill(store, clock)
    for _ in range(2):
        munoz = [f"r-{number}" for number in range(0, 60, 6)]
        assert sorted(await pages(store, RequestQuery(text="mu\u00f1"))) == sorted(munoz)
        assert sorted(await pages(store, RequestQuery(text="ANA MUN\u0303OZ"))) == sorted(munoz)
        assert await pages(store, RequestQuery(text="\u6b3e\u5ba2")) == await pages(store, RequestQuery(text="\u9000"))
        assert len(await pages(store, RequestQuery(text="strasse"))) == 10
        assert await pages(store, RequestQuery(text="half other")) == []
        assert len(await pages(store, RequestQuery(text="half"))) == 30
        assert await pages(store, RequestQuery(text="r-59 c-19")) == ["r-59"]
        assert await pages(store, RequestQuery(text="r-59 c-18")) == []
        assert len(await pages(store, RequestQuery(person="carl"))) == 10
        await caught_up(store)


async def test_what_is_masked_is_not_found(store: Store, clock: SettableClock) -> None:
    await fill(store, clock)
    for _ in range(2):
        assert await pages(store, RequestQuery(text="secret-7")) == []
        assert await pages(store, RequestQuery(text="secret")) == []
        await caught_up(store)


async def test_whoever_has_to_do_with_it_is_found_at_once(store: Store, clock: SettableClock) -> None:
    await fill(store, clock)
    await caught_up(store)
    assert await pages(store, RequestQuery(person="zoe")) == []
    await store.transact(*deciding("r-1", "zoe"))
    assert await pages(store, RequestQuery(person="zoe")) == ["r-1"]
    assert "r-1" not in await pages(store, RequestQuery(statuses=("pending",), text="half"))
    await caught_up(store)
    assert await pages(store, RequestQuery(person="zoe")) == ["r-1"]
    assert "r-1" not in await pages(store, RequestQuery(statuses=("pending",), text="half"))
    await require_rebuilt(store)
    assert not await store.strays()


async def test_the_index_is_complete_when_it_says_so(both: tuple[Store, Store], clock: SettableClock) -> None:
    store, _ = both
    assert await store.catch_up(7) == 7
    assert await caught_up(store) == 53
    assert await store.catch_up() == 0
    clock.pass_(minutes=1)
    await store.transact(*opening_of(60))
    assert await pages(store, RequestQuery(text="r-60")) == ["r-60"]
    assert await caught_up(store) == 1
    assert await pages(store, RequestQuery(text="r-60")) == ["r-60"]


async def test_more_requests_of_one_instant_than_it_has_numbers_keep_their_order(
    both: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch, clock: SettableClock
) -> None:
    monkeypatch.setattr("store.indexing.EACH", 4)
    monkeypatch.setattr("store.queries.EACH", 4)
    store, memory = both
    clock.pass_(minutes=1)
    for number in range(100, 130):
        for one in both:
            await one.transact(*opening_of(number))
    await caught_up(store)
    query = RequestQuery(text="refund", limit=7)
    assert await pages(store, query) == await pages(memory, query)


async def test_what_was_erased_leaves_the_index_and_its_files(url: str, opened: Opener, clock: SettableClock) -> None:
    store = await opened()
    await fill(store, clock)
    await caught_up(store)
    assert {"5053", "5052", "5044", "5036"} <= await words_left(url)  # flights
    for number in range(4, 60, 8):  # those that were rejected
        await erase_request(store, f"r-{number}", by=OPERATOR, reason="asked for it")
    assert await pages(store, RequestQuery(text="r-4 c-4")) == []
    assert "r-4" in await pages(store, RequestQuery(text="r-4", statuses=("rejected",)))
    await store.close()
    assert (await asyncio.to_thread(vacuum, url, full=True)).complete
    left = await words_left(url)
    assert "5053" in left
    assert not {"5052", "5044", "5036"} & left


async def words_left(url: str) -> set[str]:
    """Every word that the index still has."""
    if url.startswith("sqlite:"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, request_words, row)")
            return {term for (term,) in connection.execute("SELECT term FROM vocabulary")}
    server = await asyncpg.connect(url)
    try:
        return {row[0] for row in await server.fetch("SELECT word FROM ts_stat('SELECT words FROM request_words')")}
    finally:
        await server.close()
