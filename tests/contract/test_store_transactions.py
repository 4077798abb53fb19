"""One transaction for everything that waits: what is refused leaves no trace, what is raced for has one winner."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bot.domain import events as e
from bot.domain.requests import DecisionKind, GrantStatus
from bot.errors import AlreadyDecided, Conflict, NotAllowed, Unavailable
from bot.ports import Committed, Store
from bot.recording import Needs, View
from tests.contract.flows import (
    AGENT,
    INSTANCE,
    OPERATOR,
    Flow,
    SettableClock,
    deciding,
    ending,
    enrolling,
    noting,
    opening,
    require_rebuilt,
)

CROWD = 64


async def test_an_answer_comes_after_the_commit(store: Store) -> None:
    await store.transact(*enrolling())
    request = await store.transact(*opening("r-1", 60))
    assert await store.request("r-1") == request
    assert [record.seq for record in await store.events("request:r-1")] == [1]
    await require_rebuilt(store)


async def test_a_flow_that_raises_leaves_no_trace_and_spoils_no_other(store: Store) -> None:
    def raising(view: View) -> None:
        view.record("ledger", "desk", e.Noted("wrong"), OPERATOR)
        view.record("ledger", "other", e.Noted("wrong"), OPERATOR)
        raise NotAllowed("no")

    needs, good = noting("desk")
    answers = await asyncio.gather(
        store.transact(needs, good),
        store.transact(Needs(ledgers=("desk", "other")), raising),
        store.transact(needs, good),
        return_exceptions=True,
    )
    assert answers[0] == 1
    assert isinstance(answers[1], NotAllowed)
    assert answers[2] == 2
    assert len(await store.events("ledger:desk")) == 2
    assert not await store.events("ledger:other")
    await require_rebuilt(store)


async def test_what_can_not_be_written_fails_alone(store: Store) -> None:
    await store.transact(*enrolling())
    await store.transact(*opening("r-1", key="used"))
    needs, again = opening("r-2", key="used")
    unaware = replace(needs, keys=())
    answers = await asyncio.gather(
        store.transact(*opening("r-3")),
        store.transact(unaware, again),
        store.transact(*opening("r-4")),
        return_exceptions=True,
    )
    assert [type(answer).__name__ for answer in answers] == ["Request", "Unavailable", "Request"]
    assert await store.request("r-2") is None
    await require_rebuilt(store)


async def test_a_stream_that_was_not_named_can_not_be_written_over(store: Store) -> None:
    await store.transact(*noting("desk"))
    _, blind = noting("desk")
    with pytest.raises(Unavailable):
        await store.transact(Needs(), blind)
    assert len(await store.events("ledger:desk")) == 1


async def test_a_used_key_brings_its_request_and_that_its_instance_agent_and_tallies(store: Store) -> None:
    await store.transact(*enrolling())
    await store.transact(*opening("r-1", 60))

    def look(view: View) -> tuple[object, ...]:
        request = view.request("r-1")
        assert request is not None
        agent, instance = view.agent(AGENT), view.instance(INSTANCE)
        assert agent is not None
        assert instance is not None
        return agent.id, instance.id, [view.tally(held.key).count for held in request.reserved]

    found = await store.transact(Needs(keys=((INSTANCE, "r-1"),)), look)
    assert found == (AGENT, INSTANCE, [1, 1])


async def test_a_provisioner_s_key_brings_the_instance_and_its_agent(store: Store) -> None:
    await store.transact(*enrolling())

    def look(view: View) -> tuple[bool, bool]:
        return view.instance(INSTANCE) is not None, view.agent(AGENT) is not None

    scope = f"provisioner:{AGENT}"
    assert await store.transact(Needs(keys=((scope, f"key-{INSTANCE}"),)), look) == (True, True)


async def test_signed_arguments_wait_for_the_next_request_and_are_spent_once(store: Store) -> None:
    await store.transact(*enrolling())
    await store.transact(*opening("r-1", 60))
    arguments = {"amount": "40", "customer": "c-1"}
    await store.transact(*deciding("r-1", "ada", DecisionKind.APPROVED_WITH_EDITS, arguments))
    await asyncio.gather(*(store.transact(*opening(f"next-{n}", 40)) for n in range(3)))
    spent = await store.request("r-1")
    assert spent is not None
    assert spent.grant is not None
    assert spent.grant.status is GrantStatus.MOVED
    assert [record.type for record in await store.events("request:r-1")][2:] == ["request.grant_moved"]
    await require_rebuilt(store)


async def test_a_known_zero_differs_from_an_unknown_tally(store: Store) -> None:
    def known(view: View) -> int:
        return view.tally("nothing").count

    assert await store.transact(Needs(tallies=("nothing",)), known) == 0
    with pytest.raises(LookupError):
        await store.transact(Needs(), known)


async def test_of_64_who_decide_at_once_one_wins_and_63_are_told_who(store: Store) -> None:
    await store.transact(*enrolling())
    await store.transact(*opening("r-1"))
    answers = await crowd(store, *(deciding("r-1", f"person-{n}") for n in range(CROWD)))
    won = [answer for answer in answers if not isinstance(answer, BaseException)]
    lost = [answer for answer in answers if isinstance(answer, AlreadyDecided)]
    assert (len(won), len(lost)) == (1, CROWD - 1)
    assert {refusal.decided_by for refusal in lost} == {won[0].decision.by.id}
    assert {refusal.decided_at for refusal in lost} == {won[0].decision.at}
    assert len(await store.events("request:r-1")) == 2
    await require_rebuilt(store)


async def test_of_64_redemptions_one_runs(store: Store) -> None:
    await store.transact(*enrolling())
    await store.transact(*opening("r-1"))
    await store.transact(*deciding("r-1", "ada"))
    answers = await crowd(store, *(ending("r-1", e.Redeemed(f"key-{n}")) for n in range(CROWD)))
    won = [answer for answer in answers if not isinstance(answer, BaseException)]
    lost = [answer for answer in answers if isinstance(answer, Conflict)]
    assert (len(won), len(lost)) == (1, CROWD - 1)
    assert {refusal.code for refusal in lost} == {f"by {won[0].grant.key}"}


async def test_the_last_of_a_cap_is_never_shared(store: Store) -> None:
    await store.transact(*enrolling())
    for n in range(4):
        await store.transact(*opening(f"before-{n}", cap=5))
    answers = await crowd(store, *(opening(f"r-{n}", cap=5) for n in range(CROWD)))
    assert Counter(type(answer).__name__ for answer in answers) == {"Request": 1, "NotAllowed": CROWD - 1}
    assert [(key, count) for key, count, _ in await store.tally_totals("cap:refund")] == [("cap:refund", 5)]
    await require_rebuilt(store)


async def test_what_ends_gives_its_share_of_the_cap_back(store: Store) -> None:
    await store.transact(*enrolling())
    await store.transact(*opening("r-1", 60))
    await store.transact(*opening("r-2", 40))
    await store.transact(*deciding("r-1", "ada", DecisionKind.REJECTED))
    await store.transact(*deciding("r-2", "ada"))
    await store.transact(*ending("r-2", e.Lapsed()))
    totals = {key: (count, total) for key, count, total in await store.tally_totals("cap:")}
    assert set(totals.values()) == {(0, Decimal(0))}
    await require_rebuilt(store)


async def test_listeners_hear_of_commits_with_the_state_as_it_is(store: Store) -> None:
    heard: list[Committed] = []
    stop = store.subscribe(lambda what: heard.extend(what or ()))
    await store.transact(*enrolling())
    request = await store.transact(*opening("r-1"))
    assert heard[-1] == Committed("request:r-1", request, ("request.opened",))
    with pytest.raises(NotAllowed):
        await store.transact(*opening("r-2", cap=0))
    stop()
    await store.transact(*deciding("r-1", "ada"))
    assert heard[-1].stream == "request:r-1"
    assert heard[-1].types == ("request.opened",)


async def test_a_listener_that_fails_spoils_nothing(store: Store) -> None:
    def failing(_: object) -> None:
        raise RuntimeError("broken")

    heard: list[object] = []
    store.subscribe(failing)
    store.subscribe(heard.append)
    assert await store.transact(*noting("desk")) == 1
    assert await store.transact(*noting("desk")) == 2
    assert Committed("ledger:desk", None, ("ledger.noted",)) in heard[-1]  # type: ignore[operator]  # of commits


async def test_a_closed_store_says_so(store: Store) -> None:
    assert await store.ready()
    await store.close()
    await store.close()
    with pytest.raises(Unavailable):
        await store.transact(*noting("desk"))
    assert not await store.ready()


async def test_times_within_a_stream_never_go_back(store: Store, clock: SettableClock) -> None:
    await store.transact(*noting("desk"))
    clock.pass_(hours=-1)
    await store.transact(*noting("desk"))
    first, second = await store.events("ledger:desk")
    assert second.at == first.at
    assert second.prev == first.hash


async def test_a_thousand_flows_at_once_are_all_done(store: Store) -> None:
    await store.transact(*enrolling())
    answers = await crowd(store, *(opening(f"r-{n}", customer=f"c-{n}") for n in range(1000)))
    assert Counter(type(answer).__name__ for answer in answers) == {"Request": 1000}
    answers = await crowd(store, *(deciding(f"r-{n}", "ada", DecisionKind.REJECTED) for n in range(1000)))
    assert Counter(type(answer).__name__ for answer in answers) == {"Request": 1000}
    assert [count for _, count, _ in await store.tally_totals("cap:refund")] == [0]
    await require_rebuilt(store)


async def crowd(store: Store, *flows: tuple[Needs, Flow]) -> list[Any]:
    return list(await asyncio.gather(*(store.transact(*flow) for flow in flows), return_exceptions=True))
