"""Commands, in the channel by mention and in the chat: private answers come in the chat."""

from __future__ import annotations

from bot.deciding import Approve
from tests.fakes.teams import Fault
from tests.rigs.teams_office import PLACE, Office, viewed, words


def heard(office: Office, channel_words: str) -> str:
    """What stands in the thread below somebody's message in the channel."""
    root = next(each for each in office.teams.messages(office.refunds) if channel_words in each.text)
    return " ".join(words(office, office.dana, each) for each in office.teams.thread(root))


async def test_help_is_answered_where_it_was_asked(office: Office) -> None:
    await office.teams.mention(office.dana, office.refunds, "help")
    assert "@Signoff summary" in heard(office, "help")
    await office.teams.direct(office.dana, "help")
    assert "summary" in office.told(office.dana)
    await office.teams.direct(office.dana, "quue")
    assert "Did you mean queue?" in office.told(office.dana)


async def test_the_queue_comes_in_the_chat_alone(office: Office) -> None:
    await office.held()
    await office.teams.mention(office.dana, office.refunds, "queue")
    assert "1 request waits for you" in office.told(office.dana)
    assert "our chat" in heard(office, "queue")
    assert "120" not in heard(office, "queue")


async def test_who_has_no_chat_with_the_bot_is_told_how_to_get_one(office: Office) -> None:
    omar = office.users["omar"]
    office.teams.block(omar)
    await office.teams.mention(omar, office.refunds, "queue")
    assert "install the app" in heard(office, "queue")


async def test_a_shown_request_is_decided_from_the_chat_and_keeps_itself_right(office: Office) -> None:
    request, _ = await office.held()
    await office.teams.direct(office.dana, f"show {request.id[-8:]}")
    shown = office.teams.chat(office.dana)[-1]
    assert "120" in words(office, office.dana, shown)
    await office.house.say(request, Approve(), "lee")
    await office.teams.show(office.dana, shown)
    assert "Approved" in words(office, office.dana, shown)
    other, _ = await office.held(130)
    await office.teams.direct(office.dana, f"show {other.id}")
    clicked = await office.teams.click(office.dana, office.teams.chat(office.dana)[-1], "approve")
    assert "Approved" in viewed(clicked)
    assert (await office.now(other)).status == "approved"


async def test_what_one_may_not_see_is_not_shown(office: Office) -> None:
    request, _ = await office.held()
    await office.teams.direct(office.dana, "show 12")
    assert "the request's id is missing" in office.told(office.dana)
    gus = office.contoso.user("Gus", email="gus@acme.test", installed=True)
    await office.teams.direct(gus, f"show {request.id}")
    assert "nobody's in the policy" in office.told(gus)
    assert "120" not in office.told(gus)


async def test_who_and_summary(office: Office) -> None:
    await office.held()
    await office.teams.mention(office.dana, office.refunds, "help")
    await office.teams.direct(office.dana, "who refunds")
    assert "Accountable: Vera" in office.told(office.dana).replace("  ", " ")
    assert "not met in Teams" not in office.told(office.dana)
    await office.teams.leave(office.users["omar"], office.team)
    office.house.clock.move(minutes=11)
    await office.teams.direct(office.dana, "who refunds")
    assert office.told(office.dana).count("(not met in Teams)") == 1
    office.teams.faults.next("getMember", Fault.BAD_GATEWAY, times=None)
    office.house.clock.move(seconds=61)
    await office.teams.direct(office.dana, "who refunds")
    assert office.told(office.dana).count("(not met in Teams)") == 1, "nothing is said of what is not known"
    office.teams.faults.clear()
    await office.teams.direct(office.dana, "who knows")
    assert "no owner of the policy" in office.told(office.dana)
    office.house.clock.move(minutes=1)
    await office.teams.direct(office.dana, "summary refunds week")
    assert "waited for a person" in office.told(office.dana)


async def test_pausing_and_resuming_go_through_a_form(office: Office) -> None:
    vera = office.users["vera"]
    await office.teams.direct(office.dana, "pause")
    assert "may not pause" in office.told(office.dana)
    await office.teams.direct(vera, "pause action:refund")
    dialog = await office.opens(vera, office.teams.chat(vera)[-1], "pause")
    assert "action:refund" in str(dialog.card)
    sent = await office.teams.submit(dialog, {"reason": "It went mad."})
    assert sent.closed
    assert [pause.scope for pause in office.pausing.now()] == ["action:refund"]
    await office.teams.direct(vera, "resume")
    again = await office.opens(vera, office.teams.chat(vera)[-1], "resume")
    assert (await office.teams.submit(again, {"reason": "Mended."})).closed
    assert not office.pausing.now()


async def test_a_channel_is_linked_by_who_answers_for_it_and_that_is_on_record(office: Office) -> None:
    await office.teams.mention(office.dana, office.refunds, "link refunds")
    assert "does not answer for Refunds" in office.told(office.dana)
    await office.teams.direct(office.users["vera"], "link refunds")
    assert "a chat is no channel" in office.told(office.users["vera"])
    await office.teams.mention(office.users["vera"], office.refunds, f"link {PLACE}")
    assert "This channel is linked" in heard(office, f"link {PLACE}")
    request = await office.house.held(140)
    message = await office.post(request, PLACE)
    assert message.place is office.refunds
    records = await office.house.store.events("ledger:channels")
    assert [record.type for record in records] == ["ledger.noted"]
    await office.teams.mention(office.users["vera"], office.refunds, "link nowhere")
    assert "Choose one of: refunds-desk" in office.told(office.users["vera"])


async def test_a_message_that_comes_twice_is_answered_once(office: Office) -> None:
    said = await office.teams.direct(office.dana, "help")
    await office.teams.replay(said)
    assert len([each for each in office.teams.chat(office.dana) if each.author is None]) == 1
