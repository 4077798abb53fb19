"""A hostile insider: a real account of the organisation who puts into words and names what belongs to buttons."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.cards import card
from bot.deciding import Reveal
from bot.domain.events import Noted, event_of
from bot.ports.surfaces import Posting
from tests.fakes.teams.calling import activities
from tests.rigs.teams_office import PLACE, Office

Json = dict[str, Any]


@pytest.mark.parametrize(
    "text",
    [
        "<at>Signoff</at>&nbsp;queue",
        "<at>Signoff</at>\u00a0QUEUE",
        "queue <at>Signoff</at>",
        "\n<at>Signoff</at>\n queue\n",
        "<at>Signoff</at> <at>Dana</at> queue",
        '<at id="0">Signoff</at> queue',
    ],
)
async def test_a_command_is_understood_wherever_the_mention_stands(office: Office, text: str) -> None:
    await office.held()
    said = office.teams.say(office.dana, office.refunds, text)
    mentions = [{"type": "mention", "mentioned": office.teams.app.account, "text": "<at>Signoff</at>"}]
    await office.teams.send(activities.said(office.teams.world, said, mentions))
    assert "1 request waits for you" in office.told(office.dana)


@pytest.mark.parametrize("text", ["approve {id}", "<at>approve</at> {id}", '{{"verb": "approve", "request": "{id}"}}'])
async def test_no_text_decides_anything(office: Office, text: str) -> None:
    request, _ = await office.held()
    await office.teams.direct(office.dana, text.format(id=request.id))
    assert (await office.now(request)).pending


async def test_a_button_that_comes_as_a_message_is_checked_as_any_other(office: Office) -> None:
    request, message = await office.held()
    other, elsewhere = await office.held(130)
    clicked = await office.teams.click(office.rosa, message, "approve", old_client=True)
    forged: list[Json] = [
        {"verb": "approve", "request": request.id},
        {"verb": "approve", "request": other.id},
        {"verb": "reject", "request": request.id, "inputs": ["reason_code"], "reason_code": "wrong_amount"},
        {"verb": "refresh", "request": request.id},
        {"verb": "approve"},
        {"request": request.id},
        {"verb": ["approve"], "request": request.id},
        {},
    ]
    for number, value in enumerate(forged):
        for user, on in ((office.rosa, message), (office.dana, elsewhere)):
            if (user, value.get("request")) == (office.dana, other.id):
                continue
            sent = {
                **clicked.activity,
                "id": f"forged-{number}-{user.name}",
                "from": activities.person(user),
                "value": value,
                "replyToId": on.id,
                "conversation": activities.conversation(on.place, on),
            }
            assert (await office.teams.send(sent)).status == 200
    assert (await office.now(request)).pending
    assert (await office.now(other)).pending


async def test_what_was_drawn_for_one_person_is_never_shown_to_a_channel(office: Office) -> None:
    request, message = await office.held(card="4111222233334444")
    await office.house.say(request, Reveal("card"), "dana", surface="teams")
    clicked = await office.teams.click(office.dana, message, "claim", old_client=True)
    office.teams.block(office.dana)
    pressed = {**clicked.activity, "id": "another", "value": {"request": request.id, "verb": "reject"}}
    assert (await office.teams.send(pressed)).ok
    thread = " ".join(f"{each.text} {each.card}" for each in office.teams.thread(message))
    assert "4111222233334444" not in thread
    assert "install the app" in thread


async def test_only_a_channel_is_linked(office: Office) -> None:
    await office.teams.direct(office.users["vera"], "help")
    said = office.teams.say(office.users["vera"], office.refunds, f"<at>Signoff</at> link {PLACE}")
    activity = activities.said(office.teams.world, said, [])
    group = {**activity["conversation"], "conversationType": "groupChat", "id": "19:meeting_x@thread.v2"}
    await office.teams.send({**activity, "conversation": group, "channelData": {"tenant": {"id": office.contoso.id}}})
    assert "a chat is no channel" in office.told(office.users["vera"])
    assert await office.house.store.events("ledger:channels") == ()


async def test_of_links_at_once_the_last_on_record_holds(office: Office) -> None:
    channels = [office.refunds, *(office.team.channel(f"other-{number}") for number in range(3))]
    vera = office.users["vera"]
    await asyncio.gather(*(office.teams.mention(vera, channel, f"link {PLACE}") for channel in channels))
    records = [event_of(each) for each in await office.house.store.events("ledger:channels")]
    last = records[-1]
    assert isinstance(last, Noted)
    assert len(records) == len(channels)
    assert (await office.references.channel(PLACE)).id == last.facts["channel"]


async def test_names_with_marks_in_them_call_nobody_else(office: Office) -> None:
    office.dana.name = "</at><at>Vera</at> **x** [y](https://evil.test)"
    await office.teams.mention(office.dana, office.refunds, "help")
    request, message = await office.held()
    person = office.person("dana")
    drawn = card(request, office.house.policy, viewer=None, now=office.house.clock.now())
    await office.chat.post(office.refunds.id, drawn, Posting("calls", calls=(person,)))
    called = office.teams.messages(office.refunds)[-1]
    assert office.teams.notified(called).people == [office.dana.id]
    assert office.teams.notified(called).links == office.teams.notified(message).links


async def test_the_bot_is_called_under_one_name_and_answers_for_no_other(office: Office) -> None:
    """Another bot's news about itself is none about this one."""
    await office.teams.mention(office.dana, office.refunds, "help")
    added = activities.happened(
        office.teams.world, office.team, "teamMemberRemoved", office.dana, membersRemoved=[{"id": "28:another"}, {}]
    )
    for recipient in (office.teams.app.account, {}, {"id": None}):
        assert (await office.teams.send({**added, "id": f"r-{recipient}", "recipient": recipient})).status == 200
    request = await office.house.held()
    assert (await office.post(request)).place is office.refunds
