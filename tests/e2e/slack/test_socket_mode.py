"""A server that nobody can call: everything comes over a socket that it opens."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from tests.rigs.slack_server import Town, town, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def closed(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with town(tmp_path_factory.mktemp("closed"), mode="socket") as found:
        yield found
        await found.require_sound()


async def test_nothing_is_taken_over_http(closed: Town) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.post(f"{closed.server.url}/slack/events", content=b"{}")).status_code == 404


async def test_a_click_and_a_form_over_the_socket(closed: Town) -> None:
    dana = closed.users["dana"]
    id_, card = await closed.held()
    ack = await closed.slack.click(dana, card, "approve")
    assert ack.ok
    assert (await closed.agent.aap.get(id_, wait=10)).status == "approved"
    await closed.says(id_, "Approved", "by Dana on Slack")
    other, card = await closed.held(130)
    form = await closed.opens(dana, card, "reject", "Reject")
    assert (await closed.slack.submit(form, {"reason_code": "wrong_amount", "note": "No."})).closed
    assert (await closed.agent.aap.get(other, wait=10)).status == "denied"


async def test_a_command_and_home_over_the_socket(closed: Town) -> None:
    assert "queue" in await closed.command_answer(closed.users["rosa"], "help")
    await closed.slack.open_home(closed.users["lee"])
    home = await closed.until(lambda: closed.slack.home(closed.users["lee"]), "Home")
    assert words(home)


async def test_a_socket_that_is_closed_is_opened_again(closed: Town) -> None:
    id_, card = await closed.held(140)
    await closed.slack.sockets.disconnect()
    await closed.slack.sockets.until_connected(within=20)
    await closed.more(closed.users["dana"], card, "claim")
    await closed.says(id_, "Claimed by Dana")
