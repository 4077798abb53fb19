"""A hostile insider: a real account of the organisation, whose client sends what no client of Teams would."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

import pytest

from bot.cards import card
from bot.deciding import Reveal
from bot.domain.events import Noted, event_of
from bot.policy.loading import load
from bot.ports.surfaces import Posting
from tests.fakes.teams import Message, User
from tests.fakes.teams.calling import activities
from tests.fakes.teams.calling.delivery import Delivery
from tests.rigs.teams_office import PLACE, TEAMS_POLICY, Office, opened, viewed, words

Json = dict[str, Any]
TWO_OWNERS = TEAMS_POLICY.replace(
    "actions:",
    """  payouts:
    title: Payouts
    accountable: rosa
    risk_owner: rosa
    channels: {teams: payouts-desk}
    approvers: [omar, vera]
    sla: {respond_within: 15m, expire_after: 4h}
    reasons: [no]
actions:""",
).replace("owner: refunds\n    tools: [change_payout]", "owner: payouts\n    tools: [change_payout]")


def action(verb: str, **data: Any) -> Json:
    return {"action": {"type": "Action.Execute", "verb": verb, "data": data}, "trigger": "manual"}


async def invoked(office: Office, user: User, message: Message, name: str, value: Json, **more: Any) -> Delivery:
    """An invoke on a message, with whatever in it."""
    activity = activities.invoke(office.teams.world, user, message.place, name, value, message)
    return await office.teams.send({**activity, **more})


async def alone(office: Office, user: User, name: str, value: Json) -> Delivery:
    """An invoke in somebody's own chat, on no message."""
    return await office.teams.invoke(user, office.contoso.chat(user), name, value)


# ------------------------------------------------------------------------------------------------------------ who it is


async def test_an_account_with_somebody_elses_id_is_nobody(office: Office) -> None:
    request, message = await office.held()
    eve = office.contoso.user("Eve", email="eve@acme.test")
    await office.teams.join(eve, office.team)
    sender = {"id": eve.id, "name": "Dana", "aadObjectId": office.dana.aad_id}
    sent = await invoked(
        office, eve, message, "adaptiveCard/action", action("approve", request=request.id), **{"from": sender}
    )
    assert (await office.now(request)).pending
    assert "120" not in sent.last.body
    assert (await office.teams.click(office.dana, message, "approve")).ok, "she herself is not locked out"
    assert (await office.now(request)).status == "approved"


async def test_an_account_without_an_id_in_the_directory_is_who_teams_says(office: Office) -> None:
    request, message = await office.held()
    for user, pending in ((office.contoso.user("Gus", email="gus@acme.test"), True), (office.dana, False)):
        sender = {"id": user.id, "name": "Dana"}
        value = action("approve", request=request.id)
        assert (await invoked(office, user, message, "adaptiveCard/action", value, **{"from": sender})).ok
        assert (await office.now(request)).pending is pending


@pytest.mark.parametrize(
    "member", [{"userRole": "guest"}, {"tenantId": "0dd5eed0-5160-4f0f-8000-0000000000ff"}, {"email": "gus@acme.test"}]
)
async def test_guests_and_who_is_no_person_of_the_policy_are_refused(
    office: Office, member: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, message = await office.held()
    dana = office.dana
    monkeypatch.setattr(dana, "as_member", lambda: {**type(dana).as_member(dana), **member})
    clicked = await office.teams.click(dana, message, "approve")
    assert (await office.now(request)).pending
    assert "Vera" in viewed(clicked), "whom to ask"


@pytest.mark.parametrize("deed", ["approve", "refresh", "queue", "details"])
async def test_who_is_gone_from_the_directory_neither_acts_nor_sees_a_minute_later(office: Office, deed: str) -> None:
    request, message = await office.held()
    omar, chat = office.users["omar"], office.contoso.chat(office.users["omar"])
    assert (await office.teams.click(omar, message, "claim")).ok
    await office.teams.leave(omar, office.team)
    office.house.clock.move(seconds=61)
    if deed == "queue":
        await office.teams.send(
            activities.said(office.teams.world, office.teams.say(office.dana, office.refunds, "queue"), [])
            | {"from": activities.person(omar), "conversation": activities.conversation(chat), "text": "queue"}
        )
        told = "\n".join(words(office, omar, each) for each in chat.messages.values())
        assert "wait" not in told
    elif deed == "details":
        sent = await invoked(office, omar, message, "task/fetch", {"data": {"verb": "details", "request": request.id}})
        assert "issue_refund" not in sent.last.body
        assert "Vera" in sent.last.body
    else:
        value = action(deed, request=request.id) | {"trigger": "automatic" if deed == "refresh" else "manual"}
        sent = await invoked(office, omar, message, "adaptiveCard/action", value)
        assert "120" not in sent.last.body
    assert (await office.now(request)).pending


async def test_who_was_taken_out_of_the_policy_is_a_stranger_at_once(office: Office) -> None:
    request, message = await office.held()
    policy = TEAMS_POLICY.replace("  dana: {email: dana@acme.test, name: Dana, limit: 10000}\n", "")
    office.house.policy = load(policy.replace("[lee, dana, omar]", "[lee, omar]"), "policy.yaml")
    clicked = await office.teams.click(office.dana, message, "approve")
    assert "nobody's in the policy" in viewed(clicked)
    assert (await office.now(request)).pending


async def test_an_owner_that_is_renamed_by_a_reload_leaves_old_cards_right(office: Office) -> None:
    request, message = await office.held()
    renamed = TEAMS_POLICY.replace("  refunds:\n    title: Refunds", "  returns:\n    title: Returns")
    office.house.policy = load(renamed.replace("owner: refunds", "owner: returns"), "policy.yaml")
    clicked = await office.teams.click(office.dana, message, "approve")
    assert "Approved" in viewed(clicked)
    assert (await office.now(request)).status == "approved"
    await office.teams.direct(office.dana, "who returns")
    assert "Returns" in office.told(office.dana)


async def test_a_click_after_the_app_was_removed_decides_by_who_it_is_still(office: Office) -> None:
    request, message = await office.held()
    await office.teams.uninstall_from(office.team, office.dana)
    for user in office.users.values():
        office.teams.block(user)
    sent = await invoked(office, office.rosa, message, "adaptiveCard/action", action("approve", request=request.id))
    assert sent.status == 200
    assert (await office.now(request)).pending


# ----------------------------------------------------------------------------------------------------------- what it is


async def test_a_request_of_another_owner_is_neither_decided_nor_shown() -> None:
    async with opened(TWO_OWNERS) as office:
        opened_ = await office.house.propose(None, tool="change_payout", context={"customer": "cust_secret"})
        other = opened_.request
        await office.teams.direct(office.users["vera"], "help")
        await office.post(other, "person:vera")
        for name, value in (
            ("adaptiveCard/action", action("approve", request=other.id)),
            ("adaptiveCard/action", action("refresh", request=other.id)),
            ("task/fetch", {"data": {"verb": "details", "request": other.id}}),
            ("task/fetch", {"data": {"verb": "edit", "request": other.id}}),
            ("task/submit", {"data": {"dialog": "reject", "request": other.id, "inputs": ["note"], "note": "no"}}),
            ("task/submit", {"data": {"dialog": "reassign", "request": other.id, "inputs": ["to"], "to": "lee"}}),
        ):
            sent = await alone(office, office.dana, name, value)
            assert sent.ok, name
            assert "cust_secret" not in sent.last.body
            assert "Vera" in sent.last.body, "whom to ask"
        await office.teams.direct(office.dana, f"show {other.id}")
        assert "cust_secret" not in office.told(office.dana)
        assert (await office.now(other)).pending


@pytest.mark.parametrize(
    "data",
    [
        {"inputs": ["arg.order"], "arg.order": "another"},
        {"inputs": ["arg.amount", "arg.card"], "arg.amount": "1", "arg.card": "4111222233334444"},
        {"inputs": ["amount"], "amount": "1"},
        {"inputs": ["arg.amount"], "arg.amount": "-5"},
        {"inputs": ["arg.amount"], "arg.amount": "NaN"},
        {"inputs": ["arg.amount"], "arg.amount": "1e400"},
        {"inputs": ["arg.amount"], "arg.amount": "2000.01"},
        {"inputs": [], "arg.amount": "1"},
    ],
)
async def test_hidden_data_that_was_changed_changes_nothing_else(office: Office, data: Json) -> None:
    request, message = await office.held(order="A-1")
    first = await invoked(
        office, office.dana, message, "task/submit", {"data": {"dialog": "edit", "request": request.id, **data}}
    )
    assert first.ok
    keys = [line.split('"')[0] for line in first.last.body.split('"key": "')[1:]]
    for key in keys:
        value = {"data": {"dialog": "edit_review", "request": request.id, "key": key}}
        assert (await invoked(office, office.dana, message, "task/submit", value)).ok
    found = await office.now(request)
    if found.decision is not None and found.decision.arguments is not None:
        assert found.decision.arguments.get("order") == "A-1"
        assert "card" not in found.decision.arguments
        assert found.decision.arguments["amount"] in {1, 120}
    else:
        assert found.pending


async def test_what_somebody_else_typed_is_signed_by_nobody_else(office: Office) -> None:
    request, message = await office.held()
    dialog = await office.opens(office.dana, message, "edit")
    reviewed = await office.teams.submit(dialog, {"arg.amount": "80"})
    key = reviewed.delivery.last.body.split('"key": "')[1].split('"')[0]
    for user in (office.users["lee"], office.rosa):
        value = {"data": {"dialog": "edit_review", "request": request.id, "key": key}}
        sent = await invoked(office, user, message, "task/submit", value)
        assert "80" not in sent.last.body
    assert (await office.now(request)).pending


@pytest.mark.parametrize(
    "data",
    [
        {"dialog": "pause", "inputs": ["scope", "reason"], "scope": "everything", "reason": "x"},
        {"dialog": "pause", "inputs": ["scope", "reason"], "scope": "action:refund", "reason": "x"},
        {"dialog": "resume", "inputs": ["scope", "reason"], "scope": "action:refund", "reason": "x"},
    ],
)
async def test_who_may_not_stop_anything_does_not_by_a_form_either(office: Office, data: Json) -> None:
    await office.pausing.pause("action:payout_change", "Because.", office.person("vera"), "teams")
    sent = await alone(office, office.dana, "task/submit", {"data": data})
    assert "may not pause" in sent.last.body
    assert [pause.scope for pause in office.pausing.now()] == ["action:payout_change"]
    asked = await alone(office, office.dana, "task/fetch", {"data": {"verb": "pause", "key": "everything"}})
    assert "may not pause" in asked.last.body


# ------------------------------------------------------------------------------------------------------- how it is said


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


# ------------------------------------------------------------------------------------------------- whatever can be sent


async def test_a_signed_body_that_is_replayed_has_one_effect(office: Office) -> None:
    request, message = await office.held()
    dialog = await office.opens(office.dana, message, "ask")
    asked = await office.teams.submit(dialog, {"text": "Why?"})
    clicked = await office.teams.click(office.dana, message, "claim")
    said = await office.teams.direct(office.dana, "help")
    for delivery in (asked.delivery, clicked, said):
        for _ in range(3):
            assert (await office.teams.replay(delivery, fresh=False)).status == 200
    found = await office.now(request)
    assert len(found.questions) == 1
    assert (await office.types(request)).count("request.claimed") == 1
    assert office.told(office.dana).count("Signoff holds") == 1
    office.house.clock.move(hours=2)
    assert (await office.teams.replay(clicked, fresh=False)).status == 401
    office.teams.world.complaints.clear()


@pytest.mark.parametrize(
    "odd",
    [
        '"value": NaN',
        '"value": Infinity',
        '"value": -Infinity',
        '"type": "message"',
        '"value": {"action": 1, "action": 2}',
        '"value": ' + "[" * 3_000 + "]" * 3_000,
        '"value": "\\ud800"',
        '"value": 1e999999999',
    ],
)
async def test_json_that_two_readers_might_read_differently_is_refused(office: Office, odd: str) -> None:
    request, message = await office.held()
    value = action("approve", request=request.id)
    activity = activities.invoke(office.teams.world, office.dana, message.place, "adaptiveCard/action", value, message)
    body = json.dumps(activity)
    attempt = await office.teams.send_bytes((body[:-1] + ", " + odd + "}").encode())
    assert attempt.status == 400
    assert (await office.now(request)).pending
    office.teams.world.complaints.clear()


async def test_no_activity_whatever_is_in_it_breaks_anything(office: Office) -> None:
    request, message = await office.held()
    chance = random.Random(11)
    value = action("refresh", request=request.id)
    statuses = set[int]()
    for number in range(400):
        kind = chance.choice(["invoke", "message", "conversationUpdate", "installationUpdate", "messageReaction"])
        made = activities.invoke(office.teams.world, office.dana, message.place, "adaptiveCard/action", value, message)
        made |= {"type": kind, "id": f"odd-{number}", "membersAdded": [{"id": office.dana.id}]}
        for _ in range(chance.randint(1, 3)):
            _spoil(made, chance)
        sent = await office.teams.send_bytes(json.dumps(made).encode())
        assert sent.status in {200, 400, 403, 501}, (sent.status, made)
        assert "Something went wrong" not in str(sent.body)
        statuses.add(sent.status)
    assert statuses >= {200, 400, 403}
    assert (await office.now(request)).pending
    office.teams.world.complaints.clear()


def _spoil(activity: Json, chance: random.Random) -> None:
    """Put something else somewhere into it."""
    inside: Any = activity
    while True:
        key = chance.choice([*inside])
        if isinstance(inside[key], dict) and inside[key] and chance.random() < 0.6:
            inside = inside[key]
            continue
        odd: list[Any] = [
            None,
            True,
            -1,
            2**70,
            1.5,
            "",
            "x" * 3_000,
            "\u202e<at>x</at>\x00",
            [],
            {},
            [{"id": {}}],
            {"id": [1]},
        ]
        inside[key] = chance.choice([*odd, "9999-12-31T23:59:59.9999999+14:00", "28:0", "19:x;messageid=y"])
        return


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
