"""``/signoff`` in a running server: what it answers, and how automation is stopped and let go on."""

from __future__ import annotations

import uuid

import pytest

from tests.fakes.slack import User
from tests.rigs.slack_server import Town, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def on_home(acme: Town, user: User, text: str, *, there: bool = True) -> None:
    """Until this user's Home says this, or does not say it any more."""

    def seen() -> bool:
        home = acme.slack.home(user)
        return home is not None and (text in words(home)) is there

    await acme.until(lambda: seen() or None, f"{text!r} on Home")


async def test_help(acme: Town) -> None:
    said = await acme.command_answer(acme.users["dana"], "help")
    for name in ("queue", "summary", "show", "pause", "resume", "who"):
        assert name in said


async def test_queue_and_show(acme: Town) -> None:
    id_, _ = await acme.held(333)
    assert "333.00" in await acme.command_answer(acme.users["dana"], "queue")
    shown = await acme.command_answer(acme.users["rosa"], f"show {id_[-8:]}")
    assert "Refund a customer" in shown
    assert "333.00" in shown
    assert "no such request" in (await acme.command_answer(acme.users["rosa"], "show 00000000")).lower()


async def test_summary_and_who(acme: Town) -> None:
    await acme.held(77)
    delivery = await acme.slack.command(acme.users["rosa"], acme.channels["refunds"], "/signoff", "summary refunds 7d")
    assert delivery.ok
    told = await acme.told(acme.users["rosa"], "Refunds")
    assert "held" in told
    assert "come as a direct message" in told

    def files() -> list[str]:
        return [file["name"].rpartition(".")[2] for each in acme.slack.dms(acme.users["rosa"]) for file in each.files]

    assert sorted(await acme.until(files, "the chart and the file")) == ["csv", "png"]
    who = await acme.command_answer(acme.users["lee"], "who refunds")
    for name in ("Vera", "Rosa", "Dana", "Lee", "Omar"):
        assert name in who


async def test_stopped_and_let_go_on(acme: Town) -> None:
    vera, dana, refunds = acme.users["vera"], acme.users["dana"], acme.channels["refunds"]
    await acme.slack.open_home(vera)
    await acme.until(lambda: acme.slack.home(vera), "her Home")

    await acme.slack.command(dana, refunds, "/signoff", "pause")
    refused = await acme.view(dana, "Pause")
    assert "may not" in words(refused)
    assert "Vera" in words(refused)
    assert "submit" not in refused.definition
    await acme.slack.close(refused)

    await acme.slack.command(vera, refunds, "/signoff", "pause refund")
    form = await acme.view(vera, "Pause")
    typed = {"reason": "The bank is down.", "scope": "action:refund"}
    assert (await acme.slack.submit(form, typed)).closed
    stopped = await acme.agent.propose()
    assert stopped.status == "denied"
    assert stopped.decision is not None
    assert "The bank is down." in str(await acme.agent.seen(stopped.id))
    await on_home(acme, vera, "The bank is down.")
    assert acme.cards(stopped.id) == []

    await acme.slack.command(vera, refunds, "/signoff", "resume")
    form = await acme.view(vera, "Resume")
    assert "The bank is down." in words(form)
    assert (await acme.slack.submit(form, {"reason": "It is back."})).closed
    assert (await acme.agent.propose()).status == "pending"
    await on_home(acme, vera, "The bank is down.", there=False)


async def test_home_follows_what_happens(acme: Town) -> None:
    omar = acme.users["omar"]
    await acme.slack.open_home(omar)
    customer = f"{uuid.uuid4()}"[:8]
    id_, card = await acme.held(456, reason=customer)
    await on_home(acme, omar, "456.00")
    home = acme.slack.home(omar)
    assert home is not None
    await acme.slack.click(omar, home, "approve", value=id_)
    await acme.says(id_, "Approved", "by Omar on Slack")
    assert "Approved" in words(card)


async def test_strangers_learn_nothing(acme: Town) -> None:
    id_, card = await acme.held(678)
    mallory = acme.acme.user("mallory", email="mallory@evil.test")
    card.channel.members.append(mallory)
    for text in ("queue", f"show {id_}", "summary", "who refunds"):
        said = await acme.command_answer(mallory, text)
        assert "is nobody's in the policy" in said
        assert "678" not in said
    await acme.slack.command(mallory, card.channel, "/signoff", "pause everything")
    form = await acme.view(mallory, "Pause")
    assert "submit" not in form.definition
