"""Slack waits three seconds, however slow the database and its own API are at the moment."""

from __future__ import annotations

import pytest

from tests.fakes.slack import Fault
from tests.rigs.office import OUTAGE
from tests.rigs.slack_office import Office

SLOW = 0.8
"""Seconds that each call of the database takes; a decision makes several."""


def slowed(office: Office) -> None:
    office.slowness[0] = SLOW
    office.slack.faults.next("*", Fault.SLOW, times=None, seconds=SLOW)


async def test_clicks_events_and_shortcuts_are_acknowledged_at_once(office: Office) -> None:
    request, message = await office.held()
    slowed(office)
    await office.slack.click(office.dana, message, "approve")
    await office.slack.overflow(office.lee, message, "more", f"claim|{request.id}")
    await office.slack.click(office.lee, message, "details")
    await office.slack.shortcut(office.lee, message, "explain")
    await office.slack.open_home(office.dana)
    await office.slack.command(office.dana, office.refunds, "/signoff", "pause refund")
    assert max(office.slack.ack_seconds()) < SLOW
    assert (await office.decided(request)).status == "approved"
    assert office.slack.complaints == []


@pytest.mark.parametrize("text", ["queue", "summary", "who refunds", "show 01926f3a", "nonsense"])
async def test_commands_are_acknowledged_in_time_and_answered_later(office: Office, text: str) -> None:
    slowed(office)
    ack = await office.slack.command(office.dana, office.refunds, "/signoff", text)
    assert ack.ok
    assert ack.seconds < 3
    assert "moment" in ack.last.body or text == "nonsense"
    office.slowness[0] = 0.0
    office.slack.faults.clear()
    await office.quiet()
    assert len(office.slack.ephemerals(office.dana)) == 2 - (text == "nonsense")


async def test_a_submission_is_acknowledged_in_time_and_its_answer_appears_later(office: Office) -> None:
    request, message = await office.held()
    await office.slack.click(office.dana, message, "reject")
    await office.quiet()
    view = office.slack.views(office.dana)[0]
    slowed(office)
    done = await office.slack.submit(view, {"reason_code": "not_eligible", "note": "No"})
    assert done.delivery.ok
    assert 1.5 < done.delivery.seconds < 3
    assert view.title == "Still working…"
    office.slowness[0] = 0.0
    assert (await office.decided(request)).status == "rejected"
    assert view.title == "Done"
    assert office.slack.complaints == []


async def test_a_question_asked_late_is_on_record(office: Office) -> None:
    request, message = await office.held()
    await office.slack.overflow(office.dana, message, "more", f"ask|{request.id}")
    await office.quiet()
    view = office.slack.views(office.dana)[0]
    slowed(office)
    done = await office.slack.submit(view, {"text": "x" * 2500})
    assert done.delivery.seconds < 3
    office.slowness[0] = 0.0
    office.slack.faults.clear()
    await office.quiet()
    assert view.title == "Done"  # 2,500 characters are few enough
    assert len((await office.now(request)).questions) == 1


async def test_a_late_refusal_keeps_what_was_typed(office: Office) -> None:
    request, message = await office.held()
    await office.slack.overflow(office.dana, message, "more", f"ask|{request.id}")
    await office.quiet()
    view = office.slack.views(office.dana)[0]
    slowed(office)
    office.house.clock.move(hours=5)
    done = await office.slack.submit(view, {"text": "Which order was it?"})
    assert done.delivery.seconds < 3
    office.slowness[0] = 0.0
    office.slack.faults.clear()
    await office.quiet()
    assert view.title == "Ask the agent"
    assert "Its time was over: it expired" in str(view.blocks)
    assert "Which order was it?" in str(view.blocks)
    assert office.slack.complaints == []


async def test_what_was_acknowledged_is_finished_when_the_server_stops(office: Office) -> None:
    request, message = await office.held()
    office.slowness[0] = 0.3
    await office.slack.click(office.dana, message, "approve")
    await office.app._room.jobs.finish(4)
    assert (await office.now(request)).status == "approved"


async def test_while_the_database_is_gone_nothing_is_decided_and_the_user_is_told(office: Office) -> None:
    request, message = await office.held()
    await office.slack.click(office.dana, message, "reject")
    await office.quiet()
    view = office.slack.views(office.dana)[0]
    office.slowness[0] = OUTAGE
    done = await office.slack.submit(view, {"reason_code": "not_eligible", "note": "No"})
    assert "nothing was decided" in str(done.errors)
    await office.slack.close(view)
    await office.slack.click(office.dana, message, "approve")
    await office.slack.click(office.lee, message, "reject")
    await office.quiet()
    assert "nothing was decided" in office.told(office.dana)
    assert "nothing was decided" in str(office.slack.views(office.lee)[-1].definition)
    answer = await office.slack.command(office.dana, office.refunds, "/signoff", "queue")
    assert "nothing was decided" in answer.last.body
    await office.slack.open_home(office.dana)
    await office.quiet()
    office.slowness[0] = 0.0
    assert (await office.now(request)).pending
    await office.slack.click(office.dana, message, "approve")
    assert (await office.decided(request)).status == "approved"
    assert office.slack.complaints == []


async def test_a_submission_that_is_refused_for_an_outage_can_be_sent_again(office: Office) -> None:
    request, message = await office.held()
    await office.slack.click(office.dana, message, "reject")
    await office.quiet()
    view = office.slack.views(office.dana)[0]
    office.slowness[0] = OUTAGE
    await office.slack.submit(view, {"reason_code": "not_eligible", "note": "No"})
    office.slowness[0] = 0.0
    assert (await office.slack.submit(view)).closed
    assert (await office.decided(request)).status == "rejected"
