"""Covers, delegations and quiet hours: who may, what is refused, and that each is recorded once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain import people
from bot.domain.people import Actor, ActorKind
from bot.errors import BadInput, NotAllowed
from bot.ports import Store
from bot.rostering import STREAM, Rostering, away, who_is_on_call
from store.opening import open_store
from tests.rigs.house import START, House, MovedClock, new_house
from tests.rigs.rotas import ROTAS

OPERATOR = Actor(ActorKind.OPERATOR, "root", "cli")


def by(name: str) -> Actor:
    return people.person(name, "slack")


def after(**by: float) -> datetime:
    return START + timedelta(**by)


@pytest.fixture(params=["memory", "sqlite"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    store: Store | None = None
    clock = MovedClock()
    if request.param == "sqlite":
        store = await open_store(f"sqlite:///{tmp_path / 'duty.db'}", clock, vault_key=None, migrate=True)
    house = await new_house(store, clock, ROTAS)
    yield house
    await house.store.close()


@pytest.fixture
async def rostering(house: House) -> AsyncIterator[Rostering]:
    made = Rostering(house.store, house.clock, lambda: house.policy)
    await made.start()
    yield made
    await made.close()


async def cover(rostering: Rostering, person: str, who: str = "lee", **more: Any) -> int:
    rotation, since = more.pop("rotation", "refunds_on_call"), more.pop("since", START)
    until = more.pop("until", after(hours=8))
    return (await rostering.cover(rotation, person, since, until, more.pop("note", None), by(who))).number


async def send_away(rostering: Rostering, person: str, to: str, who: str | None = None, **more: Any) -> int:
    since, until = more.pop("since", START), more.pop("until", after(days=7))
    return (await rostering.delegate(person, to, since, until, more.pop("note", None), by(who or person))).number


async def facts(house: House) -> list[str]:
    return [record.type for record in await house.store.events(STREAM)]


async def test_a_cover_is_on_call_while_it_lasts_and_the_plan_after_it(house: House, rostering: Rostering) -> None:
    planned = who_is_on_call(rostering.roster(), "refunds_on_call", START)
    await cover(rostering, "omar")
    assert planned in {"lee", "dana"}
    assert who_is_on_call(rostering.roster(), "refunds_on_call", START) == "omar"
    assert who_is_on_call(rostering.roster(), "refunds_on_call", after(hours=8)) == planned


async def test_the_newest_of_covers_that_overlap_counts(rostering: Rostering) -> None:
    await cover(rostering, "omar")
    second = await cover(rostering, "rosa", since=after(hours=1), until=after(hours=2))
    assert who_is_on_call(rostering.roster(), "refunds_on_call", after(hours=1)) == "rosa"
    await rostering.end(second, by("lee"))
    assert who_is_on_call(rostering.roster(), "refunds_on_call", after(hours=1)) == "omar"


@pytest.mark.parametrize("who", ["lee", "dana", "vera", "rosa"])
async def test_who_takes_turns_or_answers_for_it_may_cover(rostering: Rostering, who: str) -> None:
    assert await cover(rostering, "omar", who) == 1


@pytest.mark.parametrize("who", ["omar", "kim"])
async def test_nobody_else_may_and_is_told_who_may(house: House, rostering: Rostering, who: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        await cover(rostering, "omar", who)
    assert refused.value.remedy == "ask Lee, Dana, Vera, Rosa"
    assert await facts(house) == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"rotation": "nights"}, "rotation"),
        ({"person": "nobody"}, "person"),
        ({"person": ""}, "person"),
        ({"since": after(minutes=-6)}, "since"),
        ({"since": after(hours=9)}, "until"),
        ({"until": START}, "until"),
        ({"until": after(days=367)}, "until"),
        ({"note": "x" * 501}, "note"),
    ],
)
async def test_what_can_t_be_is_refused_with_its_field(
    house: House, rostering: Rostering, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        await cover(rostering, **{"person": "omar", **changed})
    assert refused.value.field == field
    assert refused.value.remedy
    assert await facts(house) == []


async def test_the_same_again_is_recorded_once(house: House, rostering: Rostering) -> None:
    assert await cover(rostering, "omar") == await cover(rostering, "Omar")
    house.clock.move(seconds=2)
    again = await cover(rostering, "omar@acme.test", since=after(seconds=2), until=after(hours=8, seconds=2))
    assert again == 1, "clicked twice, with times counted from now"
    assert await send_away(rostering, "lee", "dana") == await send_away(rostering, "lee", "dana") == 2
    for _ in range(2):
        await rostering.quiet("lee", 22 * 60, 7 * 60, "Europe/London", by("lee"))
        await rostering.end(1, by("dana"))
    assert await facts(house) == [
        "ledger.covered", "ledger.delegated", "ledger.quiet_hours_set", "ledger.duty_ended",
    ]  # fmt: skip


async def test_two_processes_that_arrange_the_same_at_once_record_it_once(house: House, rostering: Rostering) -> None:
    other = Rostering(house.store, house.clock, lambda: house.policy)
    await other.start()
    numbers = await asyncio.gather(*(cover(one, "omar") for one in (rostering, other) * 5))
    assert set(numbers) == {1}
    assert len(await facts(house)) == 1
    await other.close()


async def test_two_processes_can_t_make_a_loop_between_them(house: House, rostering: Rostering) -> None:
    other = Rostering(house.store, house.clock, lambda: house.policy)
    await other.start()
    made = await asyncio.gather(
        send_away(rostering, "rosa", "vera"), send_away(other, "vera", "rosa"), return_exceptions=True
    )
    assert sorted(isinstance(one, BadInput) for one in made) == [False, True]
    await other.close()


async def test_what_another_process_arranges_is_followed(house: House, rostering: Rostering) -> None:
    other = Rostering(house.store, house.clock, lambda: house.policy)
    await other.start()
    await cover(rostering, "omar")
    async with asyncio.timeout(5):
        while who_is_on_call(other.roster(), "refunds_on_call", START) != "omar":  # noqa: ASYNC110 - it follows in its own time
            await asyncio.sleep(0.005)
    await other.close()


async def test_whoever_stands_in_could_sign_it_all(rostering: Rostering) -> None:
    await send_away(rostering, "lee", "dana")
    assert away(rostering.roster(), "lee", after(days=6)) is not None
    assert away(rostering.roster(), "lee", after(days=7)) is None
    with pytest.raises(BadInput) as refused:
        await send_away(rostering, "lee", "rosa")
    assert refused.value.field == "to"
    assert "Rosa is no approver of Refunds" in refused.value.message
    assert refused.value.remedy == "choose one of Dana, Omar"
    with pytest.raises(BadInput, match="Lee signs up to 500 USD, Omar up to 2,000 USD"):
        await send_away(rostering, "omar", "lee")
    with pytest.raises(BadInput) as refused:
        await send_away(rostering, "dana", "omar")
    assert "no approver of Complaints" in refused.value.message
    assert refused.value.remedy == "nobody of the policy could: add an approver to it"


async def test_for_somebody_else_only_who_answers_for_it(rostering: Rostering) -> None:
    with pytest.raises(NotAllowed) as refused:
        await send_away(rostering, "lee", "dana", "omar")
    assert refused.value.remedy == "ask Lee, Vera, Rosa"
    assert await send_away(rostering, "lee", "dana", "vera") == 1
    with pytest.raises(NotAllowed):
        await rostering.end(1, by("dana"))
    await rostering.end(1, by("lee"))
    assert away(rostering.roster(), "lee", START) is None


async def test_nobody_stands_in_for_themselves_and_no_circle_is_closed(rostering: Rostering) -> None:
    with pytest.raises(BadInput, match="is the one who is away"):
        await send_away(rostering, "lee", "lee")
    await send_away(rostering, "vera", "rosa", since=after(days=2), until=after(days=4))
    await send_away(rostering, "rosa", "ada", until=after(days=3))
    with pytest.raises(BadInput, match="would come back: from Ada to Vera to Rosa to Ada") as refused:
        await rostering.delegate("ada", "vera", START, after(days=7), None, OPERATOR)
    assert refused.value.field == "to"


async def test_a_circle_is_no_circle_where_its_parts_lie_apart(rostering: Rostering) -> None:
    await send_away(rostering, "vera", "rosa", until=after(days=2))
    assert await send_away(rostering, "rosa", "vera", since=after(days=2), until=after(days=3)) == 2


async def test_quiet_hours_are_one_s_own_and_end(rostering: Rostering) -> None:
    kept = await rostering.quiet("lee", 1320, 420, "Europe/London", by("lee"))
    assert kept is not None
    assert rostering.roster().duties.quiet == {"lee": kept}
    with pytest.raises(NotAllowed):
        await rostering.quiet("lee", 1320, 420, "UTC", by("vera"))
    for changed, field in (
        ((-2, 420, "UTC"), "begins"),
        ((1320, 1440, "UTC"), "ends"),
        ((60, 60, "UTC"), "ends"),
        ((1, 2, "Mars/Base"), "timezone"),
    ):
        with pytest.raises(BadInput) as refused:
            await rostering.quiet("lee", *changed, by("lee"))
        assert refused.value.field == field
    assert await rostering.quiet("lee", -1, -1, "UTC", by("lee")) is None
    assert rostering.roster().duties.quiet == {}


async def test_an_operator_needs_no_leave_and_there_is_nothing_to_end_but_what_was_arranged(
    rostering: Rostering,
) -> None:
    made = await rostering.cover("spare", "kim", START, after(hours=1), "holiday", OPERATOR)
    assert (made.by, made.note) == ("root", "holiday")
    for number in (0, 7, -1):
        with pytest.raises(BadInput) as refused:
            await rostering.end(number, OPERATOR)
        assert refused.value.field == "number"
    assert await rostering.end(made.number, OPERATOR) == made


async def test_what_is_long_over_is_no_longer_at_hand(house: House, rostering: Rostering) -> None:
    await cover(rostering, "omar")
    house.clock.move(days=2, hours=7)
    assert len(rostering.roster().duties.covers) == 1
    house.clock.move(hours=2)
    assert rostering.roster().duties.covers == ()
