"""The loop with Microsoft's own client: 365 Agents Playground, its page driven by a real browser, and a real server.

The Playground takes the bot's calls as Teams' connector does and draws cards with Microsoft's renderer. What it lacks
is not tested here but with the fake Teams: dialogs (``task/fetch``; a press on such a button does nothing at all),
views of a person's own (everybody is shown the message as posted, and a card that answers a click takes its place for
all until the message is changed), mentions in cards (drawn as names), deletion, messages of anybody but the one before
the page, members found by anything but their id in the team (which here is their id in the directory), a dark theme,
and tokens: it bears none and asks for none, so what it calls passes through a post of ours that signs.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.rigs import npm
from tests.rigs.playground import OTHERS, package
from tests.rigs.playground_post import Passed
from tests.rigs.playground_server import OTHER_NAME, Game, game
from tests.rigs.teams_pictures import chromium as browsing

pytestmark = pytest.mark.asyncio(loop_scope="module")
PICTURES = Path(__file__).parents[3] / "test-output" / "teams"


@pytest.fixture
def watched_tasks() -> None:
    """The Playground outlives a test here; nothing of it is left when the module ends."""


@pytest.fixture(scope="module")
def playground(request: pytest.FixtureRequest) -> Path:
    """The Playground's folder, kept in pytest's cache."""
    npm.require_node("run Microsoft's Playground")
    assert request.config.cache is not None
    return package(request.config.cache.mkdir("teams-playground"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(chromium: str, playground: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Game]:
    """One server, one Playground and one page; at the end everything must be sound."""
    assert chromium
    async with browsing() as browser, game(tmp_path_factory.mktemp("playground"), playground, browser) as found:
        yield found
        await found.require_sound()


def action(call: Passed, verb: str) -> dict[str, Any]:
    """A button of a card as posted, as a client sends it."""
    actions = call.body["activity"]["attachments"][0]["content"]["actions"]
    found = next(each for each in actions if each.get("verb") == verb)
    return {name: found[name] for name in ("type", "title", "verb", "data")}


def of(request_id: str) -> Any:
    """A click on a card of this request."""
    return lambda call: call.body.get("name") == "adaptiveCard/action" and request_id in str(call.body)


async def test_a_card_appears_is_refused_to_one_approved_by_another_and_follows(here: Game) -> None:
    opened = await here.proposes("Mia Chen")
    call = await here.posted(opened.id)
    card = await here.sees("Mia Chen", "120.00 USD", "Lee, Dana or Omar may decide")
    await here.picture(PICTURES / "playground-held.png", card)

    refused = (await here.playground.invoke("rosa", call.answer, action(call, "approve"))).raise_for_status().json()
    assert refused["type"] == "application/vnd.microsoft.card.adaptive"
    assert "Rosa is not among its approvers" in str(refused["value"])
    assert "'title': 'Approve'" not in str(refused["value"])
    assert (await here.agent.aap.get(opened.id)).status == "pending"

    await card.get_by_role("button", name="Approve").click()
    decided = await here.sees("Mia Chen", "Approved by Dana on Teams", "The agent may run it once")
    await here.reads("Dana approved it on Teams")
    assert await decided.get_by_role("button", name="Approve").count() == 0
    await here.picture(PICTURES / "playground-decided.png", decided)
    clicked = await here.called(of(opened.id), "Dana's click")
    assert clicked.status == 200
    assert not clicked.bore_token

    assert (await here.agent.aap.get(opened.id, wait=10)).status == "approved"
    told = await here.record(opened.id)
    assert told["decision"]["by"] == {"kind": "person", "id": "dana", "surface": "teams"}
    assert (await here.agent.aap.consume(opened.id, "once")).consumption is not None
    await here.agent.aap.report_outcome(opened.id, "succeeded", "Sent.")
    await here.sees("Mia Chen", "Ran", "Sent.")


async def test_whose_account_the_policy_does_not_know_decides_nothing(here: Game) -> None:
    assert "sam" in OTHERS
    opened = await here.proposes("Noor Haddad", 130)
    call = await here.posted(opened.id)
    refused = (await here.playground.invoke("sam", call.answer, action(call, "approve"))).raise_for_status().json()
    assert refused["type"] == "application/vnd.microsoft.card.adaptive"
    assert "Approve" not in str(refused["value"])
    assert "Noor Haddad" not in str(refused["value"])
    assert (await here.agent.aap.get(opened.id)).status == "pending"


async def test_without_a_token_the_playground_is_nobody(here: Game) -> None:
    opened = await here.proposes("Ana Lima", 140)
    call = await here.posted(opened.id)
    here.post.sign = False
    try:
        answer = await here.playground.invoke("dana", call.answer, action(call, "approve"))
    finally:
        here.post.sign = True
    assert (await here.called(of(opened.id), "the click")).status == 401
    assert not answer.is_success
    assert (await here.agent.aap.get(opened.id)).status == "pending"


async def test_a_claim_from_the_menu_stands_on_the_card(here: Game) -> None:
    await here.proposes("Jo Park", 150)
    card = await here.sees("Jo Park", "150.00 USD")
    await card.get_by_role("button", name="More options").click()
    await here.page.get_by_role("menuitem", name="Claim").click()
    await here.sees("Jo Park", "Claimed by Dana")
    await here.reads("Dana claimed it on Teams")


async def test_the_queue_is_asked_for_in_the_chat(here: Game) -> None:
    await here.proposes("Ola Nordmann", 160)
    await here.opens("Personal Chat")
    box = here.page.get_by_role("textbox").last
    await box.press_sequentially("queue")
    await box.press("Enter")
    answer = await here.sees("for you", "Ola Nordmann", "160.00 USD")
    await here.picture(PICTURES / "playground-queue.png", answer)


async def test_a_channel_is_linked_by_a_mention_in_it(here: Game) -> None:
    await here.opens("Support - General")
    await here.mentions(f"link {OTHER_NAME}")
    answer = await here.sees("This channel is linked: requests of Refunds come here when their first channel is gone.")
    await here.picture(PICTURES / "playground-linked.png", answer)
