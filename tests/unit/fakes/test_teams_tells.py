"""What the fake Teams tells the bot: words, installations, names."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from botbuilder.schema import Activity

from tests.unit.fakes.teams_bot import Desk, button


async def test_a_mention_in_a_channel(desk: Desk) -> None:
    await desk.teams.mention(desk.dana, desk.refunds, "queue & <b>", also=(desk.lee,))
    [told] = desk.bot.told
    [post] = desk.teams.messages(desk.refunds)
    assert (told["text"], told["textFormat"]) == ("<at>Signoff</at> queue & <b> <at>Lee Wu</at>", "plain")
    assert told["conversation"]["id"] == f"{desk.refunds.id};messageid={post.id}"
    bot, lee, client = told["entities"]
    assert bot["mentioned"] == {"id": desk.teams.app.teams_id, "name": "Signoff"}
    assert lee["mentioned"]["id"] == desk.lee.id
    assert client["type"] == "clientInfo"
    assert "</span> queue &amp; &lt;b&gt; <span" in told["attachments"][0]["content"]


async def test_a_mention_in_a_thread(desk: Desk) -> None:
    card = await desk.card(button("approve"))
    await desk.teams.mention(desk.dana, desk.refunds, "show", thread=card)
    assert desk.bot.told[0]["conversation"]["id"] == card.conversation_id
    [reply] = desk.teams.thread(card)
    assert (reply.author, desk.bot.told[0]["id"]) == (desk.dana, reply.id)


async def test_a_word_in_private(desk: Desk) -> None:
    await desk.teams.direct(desk.dana, "queue")
    [told] = desk.bot.told
    assert told["conversation"] == {
        "conversationType": "personal",
        "tenantId": desk.contoso.id,
        "id": desk.contoso.chat(desk.dana).id,
    }
    assert told["channelData"] == {"tenant": {"id": desk.contoso.id}}
    answer = Activity(type="message", text="nothing waits")
    await desk.conversations.reply_to_activity(told["conversation"]["id"], told["id"], answer)
    assert [each.text for each in desk.teams.chat(desk.dana)] == ["queue", "nothing waits"]


async def test_a_stranger_s_tenant(desk: Desk) -> None:
    fabrikam = desk.teams.tenant("Fabrikam")
    mallory = fabrikam.user("Mallory", installed=True)
    await desk.teams.direct(mallory, "queue")
    [told] = desk.bot.told
    assert told["conversation"]["tenantId"] == told["channelData"]["tenant"]["id"] == fabrikam.id
    assert fabrikam.id != desk.teams.app.tenant_id == desk.contoso.id


async def test_what_is_said_to_others_is_not_heard(desk: Desk) -> None:
    desk.teams.say(desk.dana, desk.refunds, "lunch?")
    await desk.teams.uninstall_from(desk.support, desk.dana)
    desk.bot.told.clear()
    assert await desk.teams.mention(desk.dana, desk.refunds, "queue") is None
    assert desk.bot.told == []


async def test_installing_and_removing(desk: Desk) -> None:
    await desk.teams.uninstall_from(desk.support, desk.dana)
    await desk.teams.install_in(desk.support, desk.dana)
    kinds = [(each["type"], each.get("action") or each["channelData"]["eventType"]) for each in desk.bot.told]
    assert kinds == [
        ("conversationUpdate", "teamMemberRemoved"),
        ("installationUpdate", "remove"),
        ("conversationUpdate", "teamMemberAdded"),
        ("installationUpdate", "add"),
    ]
    added = desk.bot.told[2]
    assert added["membersAdded"] == [{"id": desk.teams.app.teams_id}]
    assert added["conversation"]["id"] == desk.support.id
    assert added["channelData"]["team"] == {
        "aadGroupId": desk.support.aad_group_id,
        "name": "Support",
        "id": desk.support.id,
    }


async def test_installing_for_oneself(desk: Desk) -> None:
    await desk.teams.install_for(desk.eve)
    update, installed = desk.bot.told
    assert update["membersAdded"][-1] == {"id": desk.teams.app.teams_id}
    assert (installed["action"], installed["conversation"]["conversationType"]) == ("add", "personal")
    await desk.teams.uninstall_for(desk.eve)
    assert desk.bot.told[-1]["action"] == "remove"


Deed = Callable[[Desk], Awaitable[Any]]
EVENTS: dict[str, Deed] = {
    "channelRenamed": lambda d: d.teams.rename_channel(d.refunds, "money"),
    "teamRenamed": lambda d: d.teams.rename_team(d.support, "Care"),
    "channelCreated": lambda d: d.teams.create_channel(d.support, "new"),
    "channelDeleted": lambda d: d.teams.delete_channel(d.refunds),
    "channelRestored": lambda d: d.teams.restore_channel(d.refunds),
    "teamArchived": lambda d: d.teams.archive_team(d.support),
    "teamDeleted": lambda d: d.teams.delete_team(d.support),
    "teamMemberAdded": lambda d: d.teams.join(d.eve, d.support),
    "teamMemberRemoved": lambda d: d.teams.leave(d.lee, d.support),
}


@pytest.mark.parametrize(("name", "deed"), EVENTS.items())
async def test_what_happens_to_a_team_is_told(desk: Desk, name: str, deed: Deed) -> None:
    await deed(desk)
    [told] = desk.bot.told
    data = told["channelData"]
    assert (told["type"], data["eventType"], data["team"]["name"]) == (
        "conversationUpdate",
        name,
        desk.support.name,
    )
    assert (data.get("channel") is not None) is name.startswith("channel")
