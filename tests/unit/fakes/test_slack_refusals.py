"""Every refusal of the fake's Web API, met by the unmodified SDK."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from tests.unit.fakes.bolt_app import client_of, refusal
from tests.unit.fakes.conftest import Acme

VIEW: dict[str, Any] = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Reject"},
    "blocks": [{"type": "divider"}],
}
HOME: dict[str, Any] = {"type": "home", "blocks": [{"type": "divider"}]}

Case = Callable[[Acme], Awaitable[AsyncSlackResponse]]


async def posted(acme: Acme) -> str:
    ts: str = (await acme.client.chat_postMessage(channel=acme.refunds.id, text="Held"))["ts"]
    return ts


def post(acme: Acme, **more: Any) -> Awaitable[AsyncSlackResponse]:
    return acme.client.chat_postMessage(**{"channel": acme.refunds.id, "text": "Held", **more})


async def post_archived(acme: Acme) -> AsyncSlackResponse:
    acme.refunds.archived = True
    return await post(acme)


async def post_after_removal(acme: Acme) -> AsyncSlackResponse:
    await acme.slack.remove_bot(acme.refunds)
    return await post(acme)


async def post_private_after_removal(acme: Acme) -> AsyncSlackResponse:
    legal = acme.workspace.channel("legal", private=True)
    await acme.slack.remove_bot(legal)
    return await post(acme, channel=legal.id)


async def post_deleted_channel(acme: Acme) -> AsyncSlackResponse:
    acme.slack.delete_channel(acme.refunds)
    return await post(acme)


async def reply_to_deleted(acme: Acme) -> AsyncSlackResponse:
    ts = await posted(acme)
    acme.slack.delete(acme.refunds.messages[ts])
    return await post(acme, thread_ts=ts)


async def update_deleted(acme: Acme) -> AsyncSlackResponse:
    ts = await posted(acme)
    acme.slack.delete(acme.refunds.messages[ts])
    return await acme.client.chat_update(channel=acme.refunds.id, ts=ts, text="Approved")


async def update_archived(acme: Acme) -> AsyncSlackResponse:
    ts = await posted(acme)
    await acme.slack.archive(acme.refunds)
    return await acme.client.chat_update(channel=acme.refunds.id, ts=ts, text="Approved")


async def update_a_users(acme: Acme) -> AsyncSlackResponse:
    ts = acme.slack.say(acme.dana, acme.refunds, "mine").ts
    return await acme.client.chat_update(channel=acme.refunds.id, ts=ts, text="yours")


async def delete_a_users(acme: Acme) -> AsyncSlackResponse:
    ts = acme.slack.say(acme.dana, acme.refunds, "mine").ts
    return await acme.client.chat_delete(channel=acme.refunds.id, ts=ts)


async def update_late(acme: Acme) -> AsyncSlackResponse:
    ts = await posted(acme)
    acme.workspace.edit_window = timedelta(minutes=5)
    acme.clock.move(minutes=6)
    return await acme.client.chat_update(channel=acme.refunds.id, ts=ts, text="Approved")


async def update_long(acme: Acme) -> AsyncSlackResponse:
    return await acme.client.chat_update(channel=acme.refunds.id, ts=await posted(acme), text="x" * 4001)


async def ephemeral_to_a_stranger(acme: Acme) -> AsyncSlackResponse:
    eve = acme.workspace.user("eve")
    return await acme.client.chat_postEphemeral(channel=acme.refunds.id, user=eve.id, text="psst")


async def groups_on_a_free_plan(acme: Acme) -> AsyncSlackResponse:
    acme.workspace.paid = False
    return await acme.client.usergroups_list()


async def home_disabled(acme: Acme) -> AsyncSlackResponse:
    acme.workspace.home_enabled = False
    return await acme.client.views_publish(user_id=acme.dana.id, view=HOME)


async def home_changed_meanwhile(acme: Acme) -> AsyncSlackResponse:
    first = await acme.client.views_publish(user_id=acme.dana.id, view=HOME)
    await acme.client.views_publish(user_id=acme.dana.id, view=HOME, hash=first["view"]["hash"])
    return await acme.client.views_publish(user_id=acme.dana.id, view=HOME, hash=first["view"]["hash"])


async def modal_changed_meanwhile(acme: Acme) -> AsyncSlackResponse:
    opened = await acme.client.views_open(trigger_id=acme.slack.trigger(acme.dana), view=VIEW)
    view = opened["view"]
    await acme.client.views_update(view_id=view["id"], view=VIEW)
    return await acme.client.views_update(view_id=view["id"], hash=view["hash"], view=VIEW)


async def trigger_late(acme: Acme) -> AsyncSlackResponse:
    trigger = acme.slack.trigger(acme.dana)
    acme.clock.move(seconds=3.1)
    return await acme.client.views_open(trigger_id=trigger, view=VIEW)


async def trigger_twice(acme: Acme) -> AsyncSlackResponse:
    trigger = acme.slack.trigger(acme.dana)
    await acme.client.views_open(trigger_id=trigger, view=VIEW)
    return await acme.client.views_open(trigger_id=trigger, view=VIEW)


async def trigger_of_another_workspace(acme: Acme) -> AsyncSlackResponse:
    other = acme.slack.workspace("Globex")
    return await acme.client.views_open(trigger_id=acme.slack.trigger(other.user("hank")), view=VIEW)


async def pushed_too_high(acme: Acme) -> AsyncSlackResponse:
    await acme.client.views_open(trigger_id=acme.slack.trigger(acme.dana), view=VIEW)
    while True:
        top = acme.slack.views(acme.dana)[-1]
        response = await acme.client.views_push(trigger_id=acme.slack.world.trigger(acme.dana, top.id), view=VIEW)
        assert len(acme.slack.views(acme.dana)) <= 3, response


async def external_id_twice(acme: Acme) -> AsyncSlackResponse:
    named = {**VIEW, "external_id": "request-1"}
    await acme.client.views_open(trigger_id=acme.slack.trigger(acme.dana), view=named)
    return await acme.client.views_open(trigger_id=acme.slack.trigger(acme.lee), view=named)


async def deactivated(acme: Acme) -> AsyncSlackResponse:
    acme.slack.deactivate(acme.dana)
    return await acme.client.conversations_open(users=acme.dana.id)


async def revoked(acme: Acme) -> AsyncSlackResponse:
    await acme.slack.revoke(acme.workspace)
    return await acme.client.auth_test()


async def uninstalled(acme: Acme) -> AsyncSlackResponse:
    await acme.slack.uninstall(acme.workspace)
    return await acme.client.auth_test()


REFUSALS: dict[str, tuple[Case, str]] = {
    "a channel that is none": (lambda a: post(a, channel="C404"), "channel_not_found"),
    "a deleted channel": (post_deleted_channel, "channel_not_found"),
    "a private channel without the bot": (post_private_after_removal, "channel_not_found"),
    "a channel that removed the bot": (post_after_removal, "not_in_channel"),
    "an archived channel": (post_archived, "is_archived"),
    "no text": (lambda a: a.client.api_call("chat.postMessage", params={"channel": a.refunds.id}), "no_text"),
    "no channel": (lambda a: post(a, channel=""), "invalid_arguments"),
    "blocks that are no list": (lambda a: post(a, blocks='{"type": "divider"}'), "invalid_blocks_format"),
    "blocks that are no JSON": (lambda a: post(a, blocks="[{"), "invalid_blocks_format"),
    "an unknown block": (lambda a: post(a, blocks=[{"type": "marquee"}]), "invalid_blocks"),
    "too much in total": (
        lambda a: post(a, blocks=[{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}] * 5),
        "msg_blocks_too_long",
    ),
    "metadata without payload": (lambda a: post(a, metadata={"event_type": "card"}), "invalid_metadata_format"),
    "metadata without end": (
        lambda a: post(a, metadata={"event_type": "card", "event_payload": {"x": "y" * 20_000}}),
        "metadata_too_large",
    ),
    "a reply to nothing": (lambda a: post(a, thread_ts="1.000000"), "thread_not_found"),
    "a reply to a deleted message": (reply_to_deleted, "thread_not_found"),
    "an update of nothing": (
        lambda a: a.client.chat_update(channel=a.refunds.id, ts="1.000000", text="x"),
        "message_not_found",
    ),
    "an update of a deleted message": (update_deleted, "message_not_found"),
    "an update in an archived channel": (update_archived, "is_inactive"),
    "an update of a user's message": (update_a_users, "cant_update_message"),
    "an update too late": (update_late, "edit_window_closed"),
    "an update too long": (update_long, "msg_too_long"),
    "deleting a user's message": (delete_a_users, "cant_delete_message"),
    "an ephemeral message to a stranger": (ephemeral_to_a_stranger, "user_not_in_channel"),
    "a permalink of nothing": (
        lambda a: a.client.chat_getPermalink(channel=a.refunds.id, message_ts="1.0"),
        "message_not_found",
    ),
    "an address of nobody": (lambda a: a.client.users_lookupByEmail(email="x@acme.test"), "users_not_found"),
    "a user who is none": (lambda a: a.client.users_info(user="U404"), "user_not_found"),
    "a DM with nobody": (lambda a: a.client.conversations_open(users=""), "users_list_not_supplied"),
    "a DM with a deactivated user": (deactivated, "user_disabled"),
    "a thread that is none": (
        lambda a: a.client.conversations_replies(channel=a.refunds.id, ts="1.0"),
        "thread_not_found",
    ),
    "a cursor that is none": (
        lambda a: a.client.conversations_members(channel=a.refunds.id, cursor="x"),
        "invalid_cursor",
    ),
    "a kind of channel that is none": (lambda a: a.client.conversations_list(types="tavern"), "invalid_types"),
    "groups on a free plan": (groups_on_a_free_plan, "plan_upgrade_required"),
    "a group that is none": (lambda a: a.client.usergroups_users_list(usergroup="S404"), "no_such_subteam"),
    "a Home tab that is not enabled": (home_disabled, "not_enabled"),
    "a Home tab changed meanwhile": (home_changed_meanwhile, "hash_conflict"),
    "a Home tab for nobody": (lambda a: a.client.views_publish(user_id="U404", view=HOME), "invalid_arguments"),
    "a modal changed meanwhile": (modal_changed_meanwhile, "hash_conflict"),
    "a modal that is none": (lambda a: a.client.views_update(view_id="V404", view=VIEW), "not_found"),
    "a trigger that is none": (
        lambda a: a.client.views_open(trigger_id="1.2.abc", view=VIEW),
        "invalid_trigger_id",
    ),
    "a trigger of another workspace": (trigger_of_another_workspace, "invalid_trigger_id"),
    "a trigger too late": (trigger_late, "expired_trigger_id"),
    "a trigger used before": (trigger_twice, "exchanged_trigger_id"),
    "a stack of four": (pushed_too_high, "push_limit_reached"),
    "an external id used before": (external_id_twice, "duplicate_external_id"),
    "a view without end": (
        lambda a: a.client.views_open(
            trigger_id=a.slack.trigger(a.dana),
            view={**VIEW, "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}] * 90},
        ),
        "view_too_large",
    ),
    "a home where a modal belongs": (
        lambda a: a.client.views_open(trigger_id=a.slack.trigger(a.dana), view=HOME),
        "invalid_arguments",
    ),
    "a revoked token": (revoked, "token_revoked"),
    "a token of an uninstalled app": (uninstalled, "account_inactive"),
    "a token that is none": (lambda a: a.client.auth_test(token="xoxb-wrong"), "invalid_auth"),
    "no token": (lambda a: client_of(a.slack).auth_test(), "not_authed"),
    "an app's token where a bot's belongs": (
        lambda a: a.client.auth_test(token=a.slack.app.app_token),
        "not_allowed_token_type",
    ),
    "a bot's token where an app's belongs": (
        lambda a: a.client.apps_connections_open(app_token=a.workspace.token),
        "not_allowed_token_type",
    ),
    "a method that is none": (lambda a: a.client.api_call("chat.sing"), "unknown_method"),
    "a scope not granted": (
        lambda a: a.client.reactions_add(channel=a.refunds.id, name="eyes", timestamp="1.0"),
        "missing_scope",
    ),
}


@pytest.mark.parametrize(("case", "code"), REFUSALS.values(), ids=REFUSALS)
async def test_a_refusal(acme: Acme, case: Case, code: str) -> None:
    assert await refusal(case(acme)) == code
    assert acme.slack.calls()[-1].outcome == code


async def test_a_missing_scope_is_named(acme: Acme) -> None:
    narrow = acme.slack.workspace("Globex", scopes=("commands", "users:read"))
    with pytest.raises(SlackApiError) as refused:
        await client_of(acme.slack, narrow).chat_postMessage(channel="C1", text="hello")
    assert refused.value.response.data == {
        "ok": False,
        "error": "missing_scope",
        "needed": "chat:write",
        "provided": "commands,users:read",
    }
    info = await client_of(acme.slack, narrow).users_info(user=narrow.user("hank", email="hank@globex.test").id)
    assert "email" not in info["user"]["profile"], "an address takes users:read.email"


async def test_refused_blocks_say_where_and_why(acme: Acme) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]
    with pytest.raises(SlackApiError) as refused:
        await acme.client.chat_postMessage(channel=acme.refunds.id, text="x", blocks=blocks)
    message = "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    assert refused.value.response["errors"] == [message]
    assert refused.value.response["response_metadata"]["messages"] == [f"[ERROR] {message}"]
