"""Contacts in a store: kept once, found by time and by customer, erased, rebuilt."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.domain import events as e
from bot.domain.contacts import Contact, anonymous
from bot.domain.people import agent as agent_actor
from bot.errors import BadInput, Conflict, CredentialRefused
from bot.friction import NewContact, Reported, releases_of, report_contacts, report_release
from bot.friction.reporting import RELEASES
from bot.ports import ContactQuery, Store
from bot.recording import Needs, View, stream_of
from tests.contract.conftest import Opener
from tests.contract.flows import AGENT, INSTANCE, OPERATOR, START, SettableClock, enrolling, require_rebuilt

BY = agent_actor(AGENT)


async def report(store: Store, contacts: Sequence[NewContact], key: str) -> Reported:
    found = await store.agent(AGENT)
    assert found is not None
    return await report_contacts(store, contacts, agent=found, instance_id=INSTANCE, key=key, by=BY)


def contact(customer: str, minutes: int, topic: str | None = None) -> NewContact:
    return NewContact(customer, START - timedelta(minutes=minutes), "chat", topic)


async def customers(store: Store, **query: object) -> list[str]:
    return [one.customer for one in (await store.contacts(ContactQuery(**query))).items]  # type: ignore[arg-type]  # the table names the fields


async def test_contacts_are_found_by_time_and_by_customer(store: Store) -> None:
    await store.transact(*enrolling())
    await report(store, [contact("c-1", 30), contact("c-2", 20), contact("é\u2028", 10), contact("c-1", 5)], "k")
    assert await customers(store) == ["c-1", "c-2", "é\u2028", "c-1"]
    assert await customers(store, customer="c-1") == ["c-1", "c-1"]
    assert await customers(store, customer="") == []
    here = START - timedelta(minutes=20)
    assert await customers(store, contacted_from=here) == ["c-2", "é\u2028", "c-1"]
    assert await customers(store, contacted_before=here) == ["c-1"]
    assert await store.contact_times(here, START - timedelta(minutes=5)) == [
        ("c-2", here),
        ("é\u2028", START - timedelta(minutes=10)),
    ]
    await require_rebuilt(store)
    assert list(await store.strays()) == []


async def test_pages_of_contacts_follow_one_another(store: Store) -> None:
    await store.transact(*enrolling())
    await report(store, [contact(f"c-{n}", 7 - n // 2) for n in range(7)], "k")
    seen: list[str] = []
    after: str | None = None
    while True:
        page = await store.contacts(ContactQuery(limit=3, after=after))
        seen += [one.id for one in page.items]
        after = page.next
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 7
    assert seen == [one.id for one in (await store.contacts(ContactQuery(limit=100))).items]
    with pytest.raises(BadInput, match="cursor"):
        await store.contacts(ContactQuery(after="x"))


async def test_the_same_report_again_records_nothing(store: Store) -> None:
    await store.transact(*enrolling())
    told = [contact("c-1", 3), contact("c-2", 2, "refund")]
    first = await report(store, told, "k")
    again = await report(store, told, "k")
    assert (first.replayed, again.replayed) == (False, True)
    assert again.contacts == first.contacts
    for other in ([told[0]], [*told, contact("c-3", 1)], [told[1], told[0]], [told[0], contact("c-2", 2)]):
        with pytest.raises(Conflict) as refused:
            await report(store, other, "k")
        assert refused.value.code == "idempotency_conflict"
    assert len(await customers(store)) == 2
    assert (await report(store, told, "another key")).replayed is False


async def test_contacts_are_kept_all_or_none(store: Store) -> None:
    await store.transact(*enrolling())
    with pytest.raises(BadInput) as refused:
        await report(store, [contact("c-1", 3), contact("c-2", -6)], "k")
    assert refused.value.field == "contacts/1/at"
    assert await customers(store) == []
    for wrong in ([], [contact("c", 1)] * 501):
        with pytest.raises(BadInput, match="contacts"):
            await report(store, wrong, "k")


async def test_an_agent_that_ended_reports_no_more(store: Store) -> None:
    await store.transact(*enrolling())
    await store.transact(Needs(agents=(AGENT,)), lambda view: view.record("agent", AGENT, e.AgentRevoked(), OPERATOR))
    with pytest.raises(CredentialRefused):
        await report(store, [contact("c-1", 3)], "k")


async def test_five_hundred_at_once_by_several_that_repeat(opened: Opener) -> None:
    """Two processes send the same report at the same time: it is kept once."""
    one, other = await opened(), await opened()
    await one.transact(*enrolling())
    told = [contact(f"c-{n}", n) for n in range(500)]
    answers = await asyncio.gather(*(report(store, told, "k") for store in (one, other, one, other)))
    assert sorted(answer.replayed for answer in answers) == [False, True, True, True]
    assert len({answer.contacts for answer in answers}) == 1
    assert len(await one.contact_times(START - timedelta(days=1), START)) == 499
    await require_rebuilt(other)


async def test_an_erased_contact_is_nobody_s(store: Store) -> None:
    await store.transact(*enrolling())
    (kept, other) = (await report(store, [contact("c-1", 3, "my refund"), contact("c-2", 2)], "k")).contacts

    def flow(view: View) -> Contact:
        held = view.contact(kept.id)
        assert held is not None
        view.record("contact", kept.id, e.ContactErased(anonymous(held), "they asked"), OPERATOR)
        return held

    await store.transact(Needs(contacts=(kept.id,)), flow)
    assert await store.erase(stream_of("contact", kept.id)) == 0, "it is done in the erasure's own transaction"
    left = await store.contact(kept.id)
    assert left is not None
    assert (left.customer, left.topic, left.erased, left.at) == ("", None, True, kept.at)
    assert await customers(store) == ["", "c-2"]
    assert await customers(store, customer="c-1") == []
    assert [who for who, _ in await store.contact_times(START - timedelta(days=1), START)] == ["c-2"]
    payloads = b"".join(record.payload or b"" for record in (await store.views()).records)
    assert b"c-1" not in payloads
    assert b"my refund" not in payloads
    await require_rebuilt(store)
    again = await report(store, [contact("c-1", 3, "my refund"), contact("c-2", 2)], "k")
    assert (again.replayed, again.contacts) == (True, (left, other))


async def test_a_release_is_noted_once(store: Store, clock: SettableClock) -> None:
    release = e.Released(AGENT, "b-7", START - timedelta(hours=1), "Faster")
    assert await report_release(store, release, BY)
    assert not await report_release(store, release, BY)
    with pytest.raises(Conflict) as refused:
        await report_release(store, e.Released(AGENT, "b-7", release.released_at, "Other"), BY)
    assert refused.value.code == "release_conflict"
    with pytest.raises(BadInput) as late:
        await report_release(store, e.Released(AGENT, "b-8", clock.now() + timedelta(hours=1)), BY)
    assert late.value.field == "released_at"
    earlier = e.Released(AGENT, "b-6", START - timedelta(hours=9))
    assert await report_release(store, earlier, BY)
    assert releases_of(await store.events(RELEASES)) == (earlier, release)


async def test_releases_noted_at_the_same_time_are_all_noted_once(opened: Opener) -> None:
    one, other = await opened(), await opened()
    releases = [e.Released(AGENT, f"b-{n}", START - timedelta(hours=n)) for n in range(4)]
    noted = await asyncio.gather(*(report_release(store, each, BY) for each in releases for store in (one, other)))
    assert sum(noted) == 4
    assert len(releases_of(await one.events(RELEASES))) == 4
