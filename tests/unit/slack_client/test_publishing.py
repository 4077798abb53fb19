"""A digest in Slack: its figures as a message, its chart and its sheet below it, each once."""

from __future__ import annotations

import csv
import io

import pytest

from adapters.slack.client import SlackPublishing
from adapters.timers import next_by_cron
from bot.answering import Answering, Summary
from bot.answering.charting import Chart
from bot.digesting import Digested, Digesting
from bot.domain.people import Actor, ActorKind
from bot.errors import Busy, ChannelUnavailable, Uncertain
from bot.friction import Frictions
from bot.policy.loading import load
from bot.sending import ChatSender
from bot.sending.digests import Digests
from tests.fakes.slack import Fault, Message
from tests.rigs.house import POLICY
from tests.rigs.week import Week
from tests.unit.slack_client.conftest import Desk
from tests.unit.test_policy_alarms import REASONS

PNG = b"\x89PNG\r\n\x1a\n and a picture"
FILES = "files.completeUploadExternal"


async def draw(chart: Chart, dpi: int) -> bytes | None:
    assert chart.panels
    assert dpi == 200
    return PNG


async def draw_nothing(_chart: Chart, _dpi: int) -> bytes | None:
    return None


async def a_week(desk: Desk) -> Summary:
    week = Week(desk.house)
    await week.before()
    await week.now()
    return await Answering(desk.house.store, desk.clock, lambda: desk.policy).summary("refunds")


def publishing(desk: Desk, drawing: object = draw) -> SlackPublishing:
    return SlackPublishing(desk.chat, desk.workspaces, drawing, desk_url="https://signoff.acme.test/desk")  # type: ignore[arg-type]  # one of two


async def digested(desk: Desk, late: str | None = None) -> Digested:
    return Digested(await a_week(desk), desk.clock.now(), late)


def files(message: Message) -> list[str]:
    return [file["name"] for reply in message.replies for file in reply.files]


async def test_the_figures_the_chart_and_the_sheet_stand_together(desk: Desk) -> None:
    made = await digested(desk)
    ref = await publishing(desk).publish("C0REFUNDS", made, desk.posting("digest-1"))
    (message,) = desk.slack.messages(desk.refunds)
    assert (ref.message, message.metadata) == (
        message.ts,
        {"event_type": "signoff", "event_payload": {"id": "digest-1"}},
    )
    assert "10 of 13 proposed actions waited for a person" in message.text or "9 of" in message.text
    (reply,) = message.replies
    picture, sheet = reply.files
    assert picture["name"].endswith(".png")
    assert "how they ended: Approved" in picture["alt_txt"]
    uploaded = desk.slack.world.uploads[sheet["id"]].content
    rows = list(csv.reader(io.StringIO((uploaded or b"").decode())))
    assert rows[0][0] == "section"
    assert desk.slack.world.uploads[picture["id"]].content == PNG


async def test_to_one_person_it_comes_as_a_direct_message(desk: Desk) -> None:
    await publishing(desk).publish("person:dana", await digested(desk), desk.posting())
    assert desk.slack.messages(desk.refunds) == []
    (channel,) = [one for one in desk.acme.channels.values() if one.messages and one is not desk.refunds]
    (message,) = desk.slack.messages(channel)
    assert len(files(message)) == 2


async def test_nothing_happened_is_said_without_a_chart(desk: Desk) -> None:
    desk.clock.move(days=400)
    summary = await Answering(desk.house.store, desk.clock, lambda: desk.policy).summary("refunds", "24h")
    await publishing(desk).publish("C0REFUNDS", Digested(summary, desk.clock.now()), desk.posting())
    (message,) = desk.slack.messages(desk.refunds)
    assert "Nothing was held, nothing is waiting" in message.text
    assert [name.rpartition(".")[2] for name in files(message)] == ["csv"]


async def test_one_that_comes_late_says_so(desk: Desk) -> None:
    await publishing(desk).publish("C0REFUNDS", await digested(desk, "It comes late."), desk.posting())
    (message,) = desk.slack.messages(desk.refunds)
    assert "It comes late." in message.text


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", FILES])
async def test_without_its_files_it_comes_all_the_same_and_says_why(desk: Desk, method: str) -> None:
    desk.slack.faults.next(method, Fault.REFUSED, error="missing_scope")
    await publishing(desk).publish("C0REFUNDS", await digested(desk), desk.posting())
    (message,) = desk.slack.messages(desk.refunds)
    assert files(message) == []
    assert "The chart and the file could not be attached" in message.text
    assert "install it again" in message.text


async def test_a_chart_that_can_t_be_drawn_is_not_missed_in_silence(desk: Desk) -> None:
    await publishing(desk, draw_nothing).publish("C0REFUNDS", await digested(desk), desk.posting())
    (message,) = desk.slack.messages(desk.refunds)
    assert [name.rpartition(".")[2] for name in files(message)] == ["csv"]
    assert "The chart could not be drawn" in message.text


async def test_what_was_posted_before_the_answer_was_lost_is_found_and_finished(desk: Desk) -> None:
    made = await digested(desk)
    desk.slack.faults.next("chat.postMessage", Fault.LOST)
    with pytest.raises(Uncertain):
        await publishing(desk).publish("C0REFUNDS", made, desk.posting("digest-1"))
    desk.clock.move(seconds=5)
    await publishing(desk).publish("C0REFUNDS", made, desk.posting("digest-1", again=True))
    (message,) = desk.slack.messages(desk.refunds)
    assert len(files(message)) == 2


async def test_files_that_stand_are_not_shared_again(desk: Desk) -> None:
    made = await digested(desk)
    for again in (False, True, True):
        await publishing(desk).publish("C0REFUNDS", made, desk.posting("digest-1", again=again))
        desk.clock.move(seconds=5)
    (message,) = desk.slack.messages(desk.refunds)
    assert len(files(message)) == 2


async def test_while_slack_takes_no_files_it_waits_and_the_text_stands_once(desk: Desk) -> None:
    made = await digested(desk)
    desk.slack.faults.next("files.getUploadURLExternal", Fault.RATE_LIMITED, retry_after=7)
    with pytest.raises(Busy) as busy:
        await publishing(desk).publish("C0REFUNDS", made, desk.posting("digest-1"))
    assert busy.value.retry_after == 7
    desk.clock.move(seconds=8)
    await publishing(desk).publish("C0REFUNDS", made, desk.posting("digest-1", again=True))
    (message,) = desk.slack.messages(desk.refunds)
    assert len(files(message)) == 2


async def test_files_whose_answer_was_lost_are_looked_for_once_and_then_told_to_be_missing(desk: Desk) -> None:
    made = await digested(desk)
    desk.slack.faults.next(FILES, Fault.LOST)
    with pytest.raises(Uncertain):
        await publishing(desk).publish("C0REFUNDS", made, desk.posting("digest-1"))
    desk.clock.move(seconds=5)
    await publishing(desk).publish("C0REFUNDS", made, desk.posting("digest-1", again=True))
    (message,) = desk.slack.messages(desk.refunds)
    assert len(files(message)) == 2
    assert "could not be attached" not in message.text
    desk.clock.move(seconds=5)
    desk.slack.faults.next(FILES, Fault.SERVER_ERROR, times=2)
    with pytest.raises(Uncertain):
        await publishing(desk).publish("C0REFUNDS", made, desk.posting("digest-2"))
    desk.clock.move(seconds=5)
    await publishing(desk).publish("C0REFUNDS", made, desk.posting("digest-2", again=True))
    assert "could not be attached" in desk.slack.messages(desk.refunds)[-1].text


async def test_a_channel_that_is_gone_is_told_to_be(desk: Desk) -> None:
    desk.refunds.archived = True
    with pytest.raises(ChannelUnavailable):
        await publishing(desk).publish("C0REFUNDS", await digested(desk), desk.posting())


async def test_who_asks_gets_the_files_alone(desk: Desk) -> None:
    summary = await a_week(desk)
    assert await publishing(desk).hand_over("T0ACME", desk.users["rosa"].id, summary) is None
    assert desk.slack.messages(desk.refunds) == []
    (channel,) = [one for one in desk.acme.channels.values() if one.messages and one is not desk.refunds]
    (message,) = desk.slack.messages(channel)
    assert len(message.files) == 2


async def test_what_its_channel_can_t_take_comes_to_the_risk_owner_and_says_so(desk: Desk) -> None:
    digests = "[{name: weekly, cron: '0 9 * * mon', on: slack}]"
    policy = load(POLICY.replace(REASONS, f"{REASONS}    digests: {digests}\n"), "policy.yaml")
    owner, store = policy.owners["refunds"], desk.house.store
    answering, frictions = (kind(store, desk.clock, lambda: policy) for kind in (Answering, Frictions))
    posts = Digests(store, lambda: policy, answering, frictions, publishing(desk))  # type: ignore[arg-type]  # one of each
    sender = ChatSender(store, desk.clock, lambda: policy, desk.chat, digests=posts)
    digesting = Digesting(store, desk.clock, lambda: policy, next_by_cron, lambda: ("slack",))
    desk.refunds.archived = True
    await digesting.send(owner, owner.digests[0], Actor(ActorKind.OPERATOR, "olga", "cli"))
    await sender.send_due()
    (message,) = desk.slack.dms(desk.users[owner.risk_owner])
    assert "because its channel can't take it: The channel is archived" in message.text
    assert (sender.counts["digested"], sender.counts["unreached"]) == (1, 0)
