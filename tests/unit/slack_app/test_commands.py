"""``/signoff``: each answer is the asker's alone."""

from __future__ import annotations

import json

import pytest

from bot.deciding import Approve
from tests.fakes.slack import Fault
from tests.rigs.slack_office import Office


async def said(office: Office, text: str, who: str = "dana") -> str:
    """What a command answers, at once or afterwards, as text."""
    user = office.users[who]
    seen = len(office.slack.ephemerals(user))
    ack = await office.slack.command(user, office.refunds, "/signoff", text)
    assert ack.ok
    assert ack.seconds < 3
    await office.quiet()
    assert office.slack.complaints == []
    shown = office.slack.ephemerals(user)[seen:]
    assert all(each.only_for is user for each in shown)
    return "\n".join(f"{each.text}\n{json.dumps(each.blocks, ensure_ascii=False)}" for each in shown)


@pytest.mark.parametrize("text", ["", "help", "  HELP "])
async def test_help_lists_what_there_is(office: Office, text: str) -> None:
    assert "/signoff queue" in await said(office, text)


@pytest.mark.parametrize(("typed", "meant"), [("que", "queue"), ("sumary", "summary"), ("xyz", "help")])
async def test_an_unknown_word_gets_what_was_perhaps_meant(office: Office, typed: str, meant: str) -> None:
    assert f"/signoff {meant}" in await said(office, typed)


async def test_the_queue_is_one_s_own(office: Office) -> None:
    request, _ = await office.held(context={"customer": "cust_77"})
    assert "cust_77" in await said(office, "queue")
    assert "Nothing waits for you" in await said(office, "queue", "rosa")
    await office.house.say(request, Approve(), "lee")
    assert "Nothing waits for you" in await said(office, "queue")


async def test_buttons_of_an_answer_work(office: Office) -> None:
    request, _ = await office.held()
    await said(office, f"show {request.id[-8:]}")
    answer = office.slack.ephemerals(office.dana)[-1]
    await office.slack.click(office.dana, answer, "approve")
    assert (await office.decided(request)).status == "approved"


async def test_show_takes_the_id_or_its_end_and_keeps_to_those_who_may_see_it(office: Office) -> None:
    request, _ = await office.held(context={"customer": "cust_77"})
    for text in (request.id, request.id[-8:], request.id[-8:].upper(), request.id[:13]):
        assert "cust_77" in await said(office, f"show {text}")
    assert "no such request" in await said(office, "show 0123456789")
    assert "missing" in await said(office, "show")
    office.users["pat"] = office.acme.user("pat", email="pat@else.test")
    office.refunds.members.append(office.users["pat"])
    answer = await said(office, f"show {request.id}", "pat")
    assert "cust_77" not in answer
    assert "Vera" in answer


async def test_a_summary_that_takes_long_is_announced_and_comes_as_a_message(office: Office) -> None:
    request, _ = await office.held()
    office.house.clock.move(minutes=1)
    await office.house.say(request, Approve(), "lee")
    for text in ("summary", "summary refunds 7d", "summary week"):
        office.slowness[0] = 0.6
        announced, _, answer = (await said(office, text)).partition(
            "All owners" if text != "summary refunds 7d" else "Refunds"
        )
        assert announced.startswith("The summary is being counted")
        assert "1" in answer
    office.slowness[0] = 0.0
    assert "no period" in await said(office, "summary nobody")
    assert "no period" in await said(office, "summary refunds yesteryear")


async def test_a_summary_comes_as_a_direct_message_where_it_can_t_be_whispered(office: Office) -> None:
    office.slack.faults.next("chat.postEphemeral", Fault.REFUSED, error="channel_not_found")
    office.slowness[0] = 0.6
    await said(office, "summary")
    assert len(office.slack.dms(office.dana)) == 1


async def test_who_says_who_answers_and_who_is_away(office: Office) -> None:
    office.lee.status_text, office.lee.status_emoji = "On holiday", ":palm_tree:"
    answer = await said(office, "who refunds")
    for part in ("Vera", "Rosa", "Lee", "500", "On holiday"):
        assert part in answer
    assert "is no owner" in await said(office, "who nobody")


async def test_pausing_and_resuming_are_confirmed_with_a_reason(office: Office) -> None:
    ack = await office.slack.command(office.users["vera"], office.refunds, "/signoff", "pause refund")
    assert ack.seconds < 3
    await office.quiet()
    vera = office.users["vera"]
    view = office.slack.views(vera)[0]
    chosen = next(b["element"]["initial_option"]["value"] for b in view.blocks if b.get("block_id") == "scope")
    assert chosen == "action:refund"
    done = await office.slack.submit(view, {"reason": "Refunded twice", "end": "1h"})
    assert done.closed
    pause = office.pausing.now()[0]
    assert (pause.scope, pause.by, pause.reason) == ("action:refund", "vera", "Refunded twice")
    assert pause.until is not None
    await office.slack.command(vera, office.refunds, "/signoff", "resume")
    await office.quiet()
    assert (await office.slack.submit(office.slack.views(vera)[0], {"reason": "Mended"})).closed
    assert office.pausing.now() == ()
    assert office.slack.complaints == []


async def test_who_may_not_pause_is_told_who_may(office: Office) -> None:
    await office.slack.command(office.dana, office.refunds, "/signoff", "pause")
    await office.quiet()
    view = office.slack.views(office.dana)[0]
    assert "may not pause" in str(view.definition)
    assert "Vera" in str(view.definition)
    assert "submit" not in view.definition


async def test_nothing_of_a_command_goes_into_the_channel(office: Office) -> None:
    for text in ("help", "queue", "summary", "who refunds", "<!channel> *bold*"):
        await said(office, text)
    assert office.slack.messages(office.refunds) == []
    assert all("<!channel>" not in each.text for each in office.slack.ephemerals(office.dana))
