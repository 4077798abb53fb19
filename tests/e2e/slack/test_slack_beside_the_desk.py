"""Two surfaces, one decision: what is done on one shows on the other at once, and a race has one winner."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.errors import NotAllowed
from tests.fakes.slack import User
from tests.rigs.slack_server import Town, eventually, words

pytestmark = pytest.mark.asyncio(loop_scope="module")
RACES = 20


async def test_approved_in_slack_shows_on_the_desk_at_once(acme: Town) -> None:
    id_, card = await acme.held()
    async with acme.server.reviewer("lee") as lee:
        queue, page = f"{acme.server.url}/desk/", f"{acme.server.url}/desk/requests/{id_}"
        assert id_ in (await lee._browser._http.get(queue)).text
        await acme.slack.click(acme.users["dana"], card, "approve")
        begun = time.monotonic()

        async def shown() -> bool:
            return "Approved" in (await lee._browser.open(page)).words

        await eventually(shown, "Approved on its page", within=2)
        assert time.monotonic() - begun < 1
        assert id_ not in (await lee._browser._http.get(queue)).text.partition("Decided")[0]
        assert "Dana" in (await lee._browser.open(page)).words
        with pytest.raises(NotAllowed):
            await lee.approve(id_)


async def test_approved_on_the_desk_shows_in_slack_within_two_seconds(acme: Town) -> None:
    id_, card = await acme.held()
    async with acme.server.reviewer("dana") as dana:
        await dana.approve(id_, "From the desk.")
    begun = time.monotonic()
    await acme.says(id_, "Approved", "by Dana on desk", "From the desk.")
    assert time.monotonic() - begun < 2
    await acme.thread(card, "Dana approved it on desk")


async def heard(acme: Town, user: User, since: int) -> str:
    """What this user is told in private after so many such messages."""
    return await acme.until(lambda: "\n".join(map(words, acme.slack.ephemerals(user)[since:])) or None, "a word")


async def test_a_race_between_slack_and_the_desk_has_one_winner(acme: Town) -> None:
    dana = acme.users["dana"]
    async with acme.server.reviewer("lee") as lee:
        for number in range(RACES):
            id_, card = await acme.held(100 + number)
            before = len(acme.slack.ephemerals(dana))
            form = (await lee._browser.open(f"{acme.server.url}/desk/requests/{id_}")).form("/approve")
            url = f"{acme.server.url}/desk/requests/{id_}"
            click = asyncio.create_task(acme.slack.click(dana, card, "approve"))
            if number % 2:
                await click  # acknowledged, and being carried out; else the desk is mostly faster
            page = await lee._browser.post(url, form)
            await click
            decided = await acme.agent.aap.get(id_, wait=10)
            assert decided.status == "approved"
            winner = (await acme.agent.seen(id_))["decision"]["by"]["name"].lower()
            assert (await acme.types(id_)).count("request.decided") == 1
            if winner == "lee":
                told = await heard(acme, dana, before)
                assert "Somebody was first: it was approved by Lee" in told
                assert "UTC" in told, "and when"
            else:
                assert page.status == 409
                assert "Dana" in page.words
            await acme.says(id_, "Approved", f"by {winner.title()}")
