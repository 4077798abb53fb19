"""Reminder and escalation fire once: through a restart and a power cut, with two processes on one database, with Teams
down. And what one process decides shows on the cards that the other posted."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.fakes.teams import Fault
from tests.fakes.teams.cards.reading import texts
from tests.rigs.slack_server import eventually
from tests.rigs.teams_fleet import Fleet, fleet

POSTING = ("createConversation", "sendToConversation")


async def escalated(there: Fleet, id_: str) -> None:
    """Everybody was told, and the thread says so."""
    await there.until(lambda: there.cards(there.late, id_) and there.chat("vera", id_))

    def told() -> bool:
        lines = " ".join(reply.text for reply in there.cards(there.refunds, id_)[0].replies)
        return "reminded" in lines and "told Vera that it still waits" in lines

    await there.until(told)


async def require_once(there: Fleet, id_: str) -> None:
    types = await there.types(id_)
    assert types.count("request.reminded") == 1
    assert types.count("request.escalated") == 1
    (ping,) = there.chat("vera", id_)
    assert "promised an answer" in str(ping.versions[0].card), "which promise is at risk"
    for card in there.cards(
        there.late, id_
    ):  # killed before it was on record, it may stand twice until it is looked at
        if not card.deleted:
            await there.teams.show(there.users["dana"], card)
    (posted,) = there.cards(there.late, id_)
    assert there.teams.called(posted, 0) == [there.users["vera"]]
    (card,) = there.cards(there.refunds, id_)
    assert sum("told Vera" in reply.text for reply in card.replies) == 1


async def decided_everywhere(there: Fleet, id_: str) -> None:
    """From the ping, with one click; every card follows."""
    (ping,), (card,), (mine,) = there.cards(there.late, id_), there.cards(there.refunds, id_), there.chat("vera", id_)
    assert (await there.teams.click(there.users["dana"], ping, "approve")).ok
    await there.until(lambda: all("Approved" in " ".join(texts(each.card or {})) for each in (ping, card, mine)))


async def test_through_restarts_and_a_power_cut(tmp_path: Path) -> None:
    async with fleet(tmp_path) as there:
        there.teams.watch(there.users["vera"], there.contoso.chat(there.users["vera"]))
        there.teams.watch(there.users["dana"], there.late)
        id_ = await there.open(1, "rush_order")
        await there.until(lambda: there.cards(there.refunds, id_))
        await there.stop()
        await there.start()
        await escalated(there, id_)
        await there.kill()
        await there.start()
        await there.until_quiet()
        await require_once(there, id_)
        await decided_everywhere(there, id_)
        await require_once(there, id_)
        await there.require_sound()


async def test_with_two_processes_and_teams_down(tmp_path: Path, fresh_postgres_url: str) -> None:
    async with fleet(tmp_path, fresh_postgres_url, servers=2) as there:
        ids = [await there.open(number, "rush_order") for number in range(3)]
        await there.until(lambda: all(there.cards(there.refunds, id_) for id_ in ids))
        for method in ("*",):
            there.teams.faults.next(method, Fault.UNAVAILABLE, times=None, when=lambda call: call.method in POSTING)

        async def all_escalated() -> bool:
            return all(["request.escalated" in await there.types(id_) for id_ in ids])

        await eventually(all_escalated, "on record while Teams is down")
        assert not there.cards(there.late)
        there.teams.faults.clear()
        for id_ in ids:
            await escalated(there, id_)
        await there.until_quiet()
        for id_ in ids:
            await require_once(there, id_)
        await decided_everywhere(there, ids[0])
        await there.require_sound()


async def test_what_one_process_decides_shows_on_the_cards_that_the_other_posted(
    tmp_path: Path, fresh_postgres_url: str
) -> None:
    async with fleet(tmp_path, fresh_postgres_url, servers=2) as there:
        for number in range(4):
            id_ = await there.open(number)
            (card,) = await there.until(lambda id_=id_: there.cards(there.refunds, id_))  # type: ignore[misc]  # mypy infers no lambda with a default
            there.teams.connect(there.servers[number % 2].url)
            clicks = [there.teams.click(there.users[name], card, "approve") for name in ("dana", "lee", "omar")]
            assert all(each.ok for each in await asyncio.gather(*clicks))
            await there.until(lambda card=card: "Approved" in " ".join(texts(card.card or {})))  # type: ignore[misc]  # as above
            assert (await there.types(id_)).count("request.decided") == 1
        await there.until_quiet()
        await there.require_sound()
