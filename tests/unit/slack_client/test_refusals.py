"""What Slack refuses, and why: each refusal has its error, and its remedy."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot.errors import Busy, ChannelUnavailable, MessageGone, Refused, SignoffError, Unavailable, Uncertain
from tests.fakes.slack import Fault
from tests.unit.slack_client.conftest import Desk


async def archived(desk: Desk) -> None:
    await desk.slack.archive(desk.refunds)


async def removed(desk: Desk) -> None:
    await desk.slack.remove_bot(desk.refunds)


async def deleted(desk: Desk) -> None:
    desk.slack.delete_channel(desk.refunds)


@pytest.mark.parametrize(
    ("mishap", "remedy"), [(archived, "unarchive"), (removed, "/invite @Signoff"), (deleted, "correct its id")]
)
async def test_a_channel_that_takes_no_card_is_said_to_with_the_remedy(
    desk: Desk, mishap: Callable[[Desk], Awaitable[None]], remedy: str
) -> None:
    ref = await desk.post()
    await mishap(desk)
    desk.clock.move(seconds=5)
    with pytest.raises(ChannelUnavailable) as raised:
        await desk.post()
    assert remedy in (raised.value.remedy or "")
    desk.clock.move(seconds=5)
    with pytest.raises((ChannelUnavailable, MessageGone)):
        await desk.chat.update(ref, desk.card)
    with pytest.raises(ChannelUnavailable):
        await desk.chat.reply(ref, [desk.line()], desk.posting())


async def test_a_card_in_an_archived_channel_is_unavailable_not_gone(desk: Desk) -> None:
    ref = await desk.post()
    await archived(desk)
    with pytest.raises(ChannelUnavailable, match="archived"):
        await desk.chat.update(ref, desk.card)


async def test_a_deleted_card_is_gone_for_updates_and_lines(desk: Desk) -> None:
    ref = await desk.post()
    desk.slack.delete(desk.slack.messages(desk.refunds)[0])
    desk.clock.move(seconds=5)
    with pytest.raises(MessageGone):
        await desk.chat.update(ref, desk.card)
    with pytest.raises(MessageGone):
        await desk.chat.reply(ref, [desk.line()], desk.posting())
    desk.clock.move(seconds=5)
    with pytest.raises(MessageGone):
        await desk.chat.reply(ref, [desk.line()], desk.posting(again=True))


@pytest.mark.parametrize(
    ("method", "code", "kind"),
    [
        ("chat.update", "cant_update_message", MessageGone),
        ("chat.update", "edit_window_closed", MessageGone),
        ("chat.update", "message_not_found", MessageGone),
        ("chat.update", "is_inactive", ChannelUnavailable),
        ("chat.postMessage", "thread_not_found", MessageGone),
        ("chat.postMessage", "restricted_action", ChannelUnavailable),
        ("chat.postMessage", "restricted_action_read_only_channel", ChannelUnavailable),
        ("chat.postMessage", "missing_scope", Unavailable),
        ("chat.postMessage", "something_new", Refused),
        ("chat.postMessage", "internal_error", Uncertain),
        ("chat.postMessage", "ratelimited", Busy),
    ],
)
async def test_each_refusal_has_its_error(desk: Desk, method: str, code: str, kind: type[SignoffError]) -> None:
    ref = await desk.post()
    desk.clock.move(seconds=5)
    desk.slack.faults.next(method, Fault.REFUSED, error=code)
    with pytest.raises(kind) as raised:
        await (desk.chat.update(ref, desk.card) if method == "chat.update" else desk.post())
    assert type(raised.value) is kind
    assert code == "something_new" or code not in raised.value.message or kind is Uncertain
    assert raised.value.__cause__ is not None


@pytest.mark.parametrize("code", ["user_not_found", "user_disabled", "cannot_dm_bot"])
async def test_somebody_who_can_t_be_written_to_is_a_channel_unavailable(desk: Desk, code: str) -> None:
    desk.slack.faults.next("conversations.open", Fault.REFUSED, error=code)
    with pytest.raises(ChannelUnavailable) as raised:
        await desk.chat.tell(desk.person("dana"), "Hello", desk.posting())
    assert raised.value.remedy


async def test_somebody_without_an_account_can_t_be_told(desk: Desk) -> None:
    desk.slack.deactivate(desk.users["dana"])
    with pytest.raises(ChannelUnavailable, match="Dana has no account in Slack"):
        await desk.chat.tell(desk.person("dana"), "Hello", desk.posting())
    with pytest.raises(ChannelUnavailable, match="has no person person:nobody"):
        await desk.post("person:nobody")


async def test_slack_out_of_reach_takes_nothing(desk: Desk) -> None:
    await desk.post()
    await desk.slack.stop()
    await desk.workspaces.close()  # a connection that stood could have carried something
    with pytest.raises(Unavailable) as raised:
        await desk.post("C0OTHER")
    assert not isinstance(raised.value, Uncertain)
