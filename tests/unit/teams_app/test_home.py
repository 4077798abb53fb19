"""One's own page in the chat: decided on the spot, answered by the page as it is then."""

from __future__ import annotations

from datetime import timedelta

from bot.deciding import Approve, Snooze
from tests.rigs.office import DESK
from tests.rigs.teams_office import Office, viewed, words


async def test_it_shows_what_waits_what_was_put_off_what_is_paused_and_what_was_decided(office: Office) -> None:
    await office.held(context={"customer": "cust_77"})
    later, _ = await office.held(90, context={"customer": "cust_99"})
    await office.house.say(later, Snooze(office.house.clock.now() + timedelta(minutes=5)), "dana", "teams")
    other, _ = await office.held(80, context={"customer": "cust_88"})
    await office.house.say(other, Approve(), "dana")
    await office.pausing.pause("action:refund", "Refunded twice", office.person("vera"), "desk")
    await office.teams.direct(office.dana, "queue")
    told = office.told(office.dana)
    assert told.index("1 request waits for you") < told.index("cust_77") < told.index("Put off by you (1)")
    assert told.index("Put off by you (1)") < told.index("cust_99") < told.index("Paused (1)")
    assert told.index("Refunded twice") < told.index("Decided by you today (1)") < told.index("cust_88")
    assert DESK in str(office.teams.chat(office.dana)[-1].card)


async def test_of_nothing_it_says_that_it_is_nothing(office: Office) -> None:
    await office.teams.direct(office.dana, "queue")
    told = office.told(office.dana)
    assert "Nothing waits for you" in told
    for part in ("Put off", "Paused", "Decided by you"):
        assert part not in told


async def test_its_buttons_decide_and_the_answer_is_the_page_as_it_is_then(office: Office) -> None:
    request, _ = await office.held()
    await office.teams.direct(office.dana, "queue")
    page = office.teams.chat(office.dana)[-1]
    clicked = await office.teams.click(office.dana, page, "approve")
    found = await office.now(request)
    assert found.decision is not None
    assert (found.status, found.decision.by.surface) == ("approved", "teams")
    assert "Nothing waits for you" in viewed(clicked)
    assert "Decided by you today (1)" in viewed(clicked)


async def test_a_form_opens_from_it(office: Office) -> None:
    request, _ = await office.held()
    await office.teams.direct(office.dana, "queue")
    dialog = await office.opens(office.dana, office.teams.chat(office.dana)[-1], "reject")
    sent = await office.teams.submit(dialog, {"reason_code": "not_eligible", "note": "No receipt."})
    assert sent.closed
    assert (await office.now(request)).status == "rejected"


async def test_who_comes_second_is_told_above_the_page(office: Office) -> None:
    request, _ = await office.held()
    await office.teams.direct(office.dana, "queue")
    page = office.teams.chat(office.dana)[-1]
    await office.house.say(request, Approve(), "lee")
    clicked = await office.teams.click(office.dana, page, "approve")
    assert "Somebody was first: it was approved by Lee" in viewed(clicked)
    assert "Nothing waits for you" in viewed(clicked)
    assert (await office.types(request)).count("request.decided") == 1


async def test_it_keeps_itself_right_when_it_comes_before_its_reader(office: Office) -> None:
    request, _ = await office.held()
    await office.teams.direct(office.dana, "queue")
    page = office.teams.chat(office.dana)[-1]
    await office.house.say(request, Approve(), "dana")
    await office.teams.show(office.dana, page)
    assert "Nothing waits for you" in words(office, office.dana, page)
    assert (await office.types(request)).count("request.decided") == 1


async def test_in_a_channel_the_page_is_shown_to_nobody(office: Office) -> None:
    """A button of the page, sent as if it had been pressed on the card in the channel, is answered by that card."""
    _, message = await office.held()
    assert message.card is not None
    actions = message.card["actions"]
    next(each for each in actions if each.get("verb") == "claim")["data"]["key"] = "home"
    clicked = await office.teams.click(office.dana, message, "claim")
    assert "Claimed by Dana" in viewed(clicked)
    assert "waits for you" not in viewed(clicked)
