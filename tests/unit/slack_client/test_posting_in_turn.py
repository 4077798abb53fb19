"""Each channel and method in its turn: whoever has to wait is told how long."""

from __future__ import annotations

import pytest

from bot.errors import Busy
from tests.fakes.slack import Fault
from tests.unit.slack_client.conftest import Desk


async def test_a_second_card_waits_for_its_turn_and_no_call_is_made(desk: Desk) -> None:
    await desk.post()
    with pytest.raises(Busy) as busy:
        await desk.post()
    assert busy.value.retry_after == 1
    assert len(desk.slack.calls("chat.postMessage")) == 1
    assert desk.slack.rates.refused == 0


async def test_a_channel_that_slack_holds_up_is_left_alone_and_others_go_on(desk: Desk) -> None:
    other = desk.acme.channel("escalations", id="C0ESCALATE")
    desk.slack.faults.next("chat.postMessage", Fault.RATE_LIMITED, retry_after=30)
    with pytest.raises(Busy) as busy:
        await desk.post(id_="first")
    assert busy.value.retry_after == 30
    await desk.post("C0ESCALATE")
    assert len(desk.slack.messages(other)) == 1
    desk.clock.move(seconds=29)
    with pytest.raises(Busy) as busy:
        await desk.post(id_="second")
    assert busy.value.retry_after == 2
    desk.clock.move(seconds=1)
    await desk.post(id_="first")
    desk.clock.move(seconds=1)
    await desk.post(id_="second")
    assert len(desk.slack.messages(desk.refunds)) == 2
    assert len(desk.slack.calls("chat.postMessage")) == 4


async def test_a_method_that_slack_holds_up_is_not_called_and_each_is_told_another_time(desk: Desk) -> None:
    ref = await desk.post()
    desk.slack.faults.next("chat.update", Fault.RATE_LIMITED, retry_after=10)
    told = []
    for _ in range(5):
        with pytest.raises(Busy) as busy:
            await desk.chat.update(ref, desk.card)
        told.append(busy.value.retry_after)
    assert len(desk.slack.calls("chat.update")) == 1
    assert told[0] == 10
    assert len(set(told[1:])) == 4
    desk.clock.move(seconds=10)
    await desk.chat.update(ref, desk.card)


async def test_the_clock_set_back_keeps_no_channel_waiting(desk: Desk) -> None:
    await desk.post()
    desk.clock.move(hours=-2)
    with pytest.raises(Busy) as busy:
        await desk.post()
    assert busy.value.retry_after <= 1
    desk.workspaces._pacing.pause_method("T0ACME", "chat.update", 5.0)
    desk.clock.move(hours=-2)
    with pytest.raises(Busy) as busy:
        desk.workspaces._pacing.check_method("T0ACME", "chat.update")
    assert busy.value.retry_after <= 5
