"""What stands in Teams after posts, changes and replies, whatever becomes of the answers."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from adapters.teams.client.posting import SIGHTING, UNCONFIRMED
from bot.domain.requests import MessageRef
from bot.errors import Busy, ChannelUnavailable, MessageGone, Unavailable, Uncertain
from tests.fakes.teams import Fault
from tests.unit.teams_client.conftest import Desk

CREATE = "createConversation"
LOST = [Fault.LOST, Fault.HANG]


async def test_a_card_begins_a_thread_and_calls_those_for_whom_it_waits(desk: Desk) -> None:
    ref = await desk.post(calls=(desk.person("dana"), desk.person("omar")))

    (message,) = desk.teams.messages(desk.refunds)
    assert ref == MessageRef(
        "teams", message.conversation_id, message.id, workspace=desk.rig.contoso.id, place=desk.refunds.id
    )
    assert set(desk.teams.notified(message).people) == {desk.users["dana"].id, desk.users["omar"].id}
    assert message.card is not None
    assert set(message.card["refresh"]["userIds"]) == {desk.users[name].id for name in ("lee", "dana", "omar")}


async def test_a_card_is_redrawn_in_its_place(desk: Desk) -> None:
    ref = await desk.post()
    await desk.chat.update(ref, desk.card, lead="Dana handed this to you.")

    (message,) = desk.teams.messages(desk.refunds)
    assert message.edits == 1
    assert any("Dana handed this to you" in text for text in desk.teams.texts(desk.users["dana"], message))


async def test_lines_stand_below_their_card(desk: Desk) -> None:
    ref = await desk.post()
    lines = await desk.chat.reply(ref, [desk.line()], desk.posting(calls=(desk.person("dana"),)))

    (root,) = desk.teams.messages(desk.refunds)
    (reply,) = root.replies
    assert "approved it" in reply.text
    assert desk.teams.notified(reply).people == [desk.users["dana"].id]
    assert (lines.message, lines.channel, lines.place) == (reply.id, ref.channel, ref.place)


async def test_what_was_said_below_a_card_can_be_taken_away(desk: Desk) -> None:
    ref = await desk.post()
    await desk.chat.reply(ref, [desk.line()], desk.posting())
    last = await desk.chat.reply(ref, [desk.line()], desk.posting())
    (root,) = desk.teams.messages(desk.refunds)
    assert await desk.chat.clear(ref, keep={last.message}) == 1
    assert [reply.id for reply in root.replies if not reply.deleted] == [last.message]
    assert await desk.chat.clear(ref) == 1
    assert await desk.chat.clear(ref) == 0
    assert [reply for reply in root.replies if not reply.deleted] == []


async def test_a_redrawn_card_goes_on_naming_those_whom_it_calls(desk: Desk) -> None:
    ref = await desk.post(calls=(desk.person("dana"),))
    await desk.chat.update(ref, desk.card, calls=(desk.person("dana"),))
    (message,) = desk.teams.messages(desk.refunds)
    assert message.edits == 1
    assert desk.teams.notified(message).people == [desk.users["dana"].id]


async def test_a_person_is_written_to_alone(desk: Desk) -> None:
    ref = await desk.post("person:dana")
    told = await desk.chat.tell(desk.person("dana"), "Nobody has it. <at>Omar</at> **now**", desk.posting())

    card, text = desk.teams.chat(desk.users["dana"])
    assert (ref.message, told.message) == (card.id, text.id)
    assert ref.channel == told.channel
    assert text.text == "Nobody has it. <at>Omar</at> **now**"
    assert desk.teams.notified(text).nothing
    assert text.versions[-1].activity["textFormat"] == "plain"


async def test_a_text_in_a_channel_stands_there_as_it_is(desk: Desk) -> None:
    note = "signoff-record\n12\nroot=\n\n\N{EM DASH} signoff-record AAAA\n"
    ref = await desk.chat.announce((await desk.post()).place, note, desk.posting("p9"))
    _, text = desk.teams.messages(desk.refunds)
    assert ref.message == text.id
    assert text.text == note
    assert text.versions[-1].activity["textFormat"] == "plain"


async def test_who_was_never_met_is_written_to_by_their_id_in_the_directory(desk: Desk) -> None:
    zoe = desk.rig.contoso.user("Zoe", email="zoe.other@acme.test", installed=True)
    person = desk.person("vera")
    person = type(person)(person.id, "zoe@acme.test", "Zoe", teams=zoe.aad_id)
    await desk.chat.tell(person, "hello", desk.posting())

    assert [each.text for each in desk.teams.chat(zoe)] == ["hello"]


# -------------------------------------------------------------------------------------------------- nothing is doubled


@pytest.mark.parametrize("fault", LOST)
async def test_a_card_whose_answer_was_lost_tells_of_itself(desk: Desk, fault: Fault) -> None:
    desk.teams.faults.next("createConversation", fault)
    with pytest.raises(Uncertain):
        await desk.post(id_="p1")
    (message,) = desk.teams.messages(desk.refunds)
    with pytest.raises(Busy) as caught:
        await desk.post(id_="p1", again=True)
    assert 0 < caught.value.retry_after <= SIGHTING.total_seconds()

    await desk.teams.show(desk.users["dana"], message)
    ref = await desk.post(id_="p1", again=True)

    assert desk.teams.messages(desk.refunds) == [message]
    assert (ref.message, ref.channel) == (message.id, message.conversation_id)


async def test_a_card_that_is_seen_before_the_answer_is_lost_needs_no_second_try(desk: Desk) -> None:
    desk.teams.watch(desk.users["dana"], desk.refunds)
    desk.teams.faults.next("createConversation", Fault.HANG)
    ref = await desk.post()

    (message,) = desk.teams.messages(desk.refunds)
    assert ref.message == message.id


@pytest.mark.parametrize("at", ["before the failure is written", "in the middle of telling"])
async def test_a_card_that_tells_of_itself_at_the_worst_moment_is_still_one(
    desk: Desk, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf, put = desk.house.store.shelf, desk.house.store.shelf.put
    dana = desk.users["dana"]

    async def late(room: str, key: str, value: bytes, **more: Any) -> None:
        if at.startswith("before") and room == "teams.postings" and b"place" in value and desk.teams.calls(CREATE):
            monkeypatch.setattr(shelf, "put", put)
            await desk.teams.show(dana, desk.teams.messages(desk.refunds)[0])
        if at.startswith("in") and room == "teams.messages":
            monkeypatch.setattr(shelf, "put", put)
            raise Unavailable("the process was killed here")
        await put(room, key, value, **more)

    monkeypatch.setattr(shelf, "put", late)
    desk.teams.faults.next(CREATE, Fault.LOST)
    with pytest.raises(Uncertain):
        await desk.post(id_="p1")
    (first,) = desk.teams.messages(desk.refunds)
    if at.startswith("in"):
        await desk.teams.show(dana, first)
        desk.teams.world.complaints.clear()
    desk.clock.move(seconds=SIGHTING.total_seconds())
    assert (await desk.post(id_="p1", again=True)).message == first.id
    await desk.teams.refresh(dana, first)
    assert desk.teams.messages(desk.refunds) == [first]


async def test_a_card_that_tells_of_itself_while_the_next_is_sent_stays_the_only_one(desk: Desk) -> None:
    desk.teams.faults.next(CREATE, Fault.LOST)
    with pytest.raises(Uncertain):
        await desk.post(id_="p1")
    (first,) = desk.teams.messages(desk.refunds)
    desk.clock.move(seconds=SIGHTING.total_seconds())
    desk.teams.faults.next(CREATE, Fault.SLOW, seconds=0.3)
    again = asyncio.create_task(desk.post(id_="p1", again=True))
    await desk.teams.until(lambda: len(desk.teams.calls(CREATE)) == 2)
    await desk.teams.show(desk.users["dana"], first)
    assert (await again).message == first.id
    assert desk.teams.messages(desk.refunds) == [first]


async def test_a_card_that_nobody_saw_is_posted_again_and_the_first_one_goes_when_it_is_seen(desk: Desk) -> None:
    desk.teams.faults.next("createConversation", Fault.LOST)
    with pytest.raises(Uncertain):
        await desk.post(id_="p1")
    desk.clock.move(seconds=SIGHTING.total_seconds())
    ref = await desk.post(id_="p1", again=True)
    first, second = desk.teams.messages(desk.refunds)
    assert ref.message == second.id

    await desk.teams.show(desk.users["dana"], second)
    await desk.teams.show(desk.users["dana"], first)

    assert desk.teams.messages(desk.refunds) == [second]
    assert desk.sightings == [False, True]


async def test_a_card_that_was_not_taken_is_posted_again_after_a_while(desk: Desk) -> None:
    desk.teams.faults.next("createConversation", Fault.BAD_GATEWAY)
    with pytest.raises(Uncertain):
        await desk.post(id_="p1")
    desk.clock.move(seconds=SIGHTING.total_seconds())
    await desk.post(id_="p1", again=True)

    assert len(desk.teams.messages(desk.refunds)) == 1


async def test_a_card_that_was_taken_before_a_crash_is_known(desk: Desk) -> None:
    first = await desk.post(id_="p1")
    assert await desk.post(id_="p1", again=True) == first
    assert len(desk.teams.messages(desk.refunds)) == 1


async def test_one_card_can_not_speak_for_another(desk: Desk) -> None:
    await desk.post(id_="p1")
    await desk.post(id_="p2")
    one, two = desk.teams.messages(desk.refunds)
    forged = {"action": {"type": "Action.Execute", "verb": "refresh", "data": {"posting": "p1"}}, "trigger": "manual"}
    await desk.teams.invoke(desk.users["lee"], two, "adaptiveCard/action", forged)

    assert desk.teams.messages(desk.refunds) == [one, two]
    assert desk.sightings == [False]


@pytest.mark.parametrize(
    "value", [None, [], {}, {"action": []}, {"action": {"data": "x"}}, {"action": {"data": {"posting": 5}}}]
)
async def test_odd_calls_of_a_card_tell_nothing(desk: Desk, value: object) -> None:
    await desk.post()
    (message,) = desk.teams.messages(desk.refunds)
    delivery = await desk.teams.invoke(desk.users["dana"], message, "adaptiveCard/action", value)

    assert delivery.status == 200
    assert desk.sightings == [False]


@pytest.mark.parametrize("fault", LOST)
async def test_lines_that_may_stand_are_not_posted_again(desk: Desk, fault: Fault) -> None:
    ref = await desk.post()
    desk.teams.faults.next("replyToActivity", fault)
    with pytest.raises(Uncertain):
        await desk.chat.reply(ref, [desk.line()], desk.posting("p2"))
    lines = await desk.chat.reply(ref, [desk.line()], desk.posting("p2", again=True))

    (root,) = desk.teams.messages(desk.refunds)
    assert len(root.replies) == 1
    assert lines.message == UNCONFIRMED


async def test_lines_that_teams_answered_with_a_failure_are_posted_again(desk: Desk) -> None:
    ref = await desk.post()
    desk.teams.faults.next("replyToActivity", Fault.GATEWAY_TIMEOUT)
    with pytest.raises(Uncertain):
        await desk.chat.reply(ref, [desk.line()], desk.posting("p2"))
    await desk.chat.reply(ref, [desk.line()], desk.posting("p2", again=True))

    (root,) = desk.teams.messages(desk.refunds)
    assert len(root.replies) == 1


async def test_a_text_to_one_person_is_rather_said_twice_than_never(desk: Desk) -> None:
    desk.teams.faults.next("sendToConversation", Fault.RESET)
    with pytest.raises(Uncertain):
        await desk.chat.tell(desk.person("dana"), "hello", desk.posting("p1"))
    await desk.chat.tell(desk.person("dana"), "hello", desk.posting("p1", again=True))
    await desk.chat.tell(desk.person("dana"), "hello", desk.posting("p1", again=True))

    assert [each.text for each in desk.teams.chat(desk.users["dana"])] == ["hello"]


# ---------------------------------------------------------------------------------------------------- rates and places


async def test_a_burst_keeps_the_rates_and_loses_nothing(desk: Desk) -> None:
    waiting = [f"p{number}" for number in range(40)]
    busy = 0
    while waiting:
        for id_ in list(waiting):
            try:
                await desk.post(id_=id_)
            except Busy:
                busy += 1
            else:
                waiting.remove(id_)
        desk.clock.move(seconds=0.25)

    assert busy
    assert len(desk.teams.messages(desk.refunds)) == 40
    assert all(call.status == 200 for call in desk.teams.calls("createConversation")) or {
        call.status for call in desk.teams.calls("createConversation")
    } == {201}


async def test_a_429_closes_the_conversation_for_as_long_as_it_says(desk: Desk) -> None:
    desk.teams.faults.next("createConversation", Fault.THROTTLED, retry_after=30)
    with pytest.raises(Busy) as caught:
        await desk.post(id_="p1")
    assert caught.value.retry_after == 30
    with pytest.raises(Busy):
        await desk.post(id_="p2")
    desk.clock.move(seconds=31)
    await desk.post(id_="p1", again=True)
    assert len(desk.teams.calls("createConversation")) == 2


async def test_a_bot_that_was_removed_from_a_team_says_what_would_help(desk: Desk) -> None:
    await desk.teams.mention(desk.users["dana"], desk.refunds, "help")
    ref = await desk.post()
    await desk.teams.uninstall_from(desk.rig.team, desk.users["dana"])
    calls = len(desk.teams.calls())
    with pytest.raises(ChannelUnavailable) as caught:
        await desk.post()
    assert "removed" in caught.value.message
    assert caught.value.remedy
    assert len(desk.teams.calls()) == calls  # it was told, so nothing has to be tried
    with pytest.raises(ChannelUnavailable):
        await desk.chat.update(ref, desk.card)

    await desk.teams.install_in(desk.rig.team, desk.users["dana"])
    await desk.post()


@pytest.mark.parametrize("mishap", ["delete_channel", "archive_team", "delete_team"])
async def test_a_place_that_is_gone_can_not_be_posted_to(desk: Desk, mishap: str) -> None:
    await desk.teams.mention(desk.users["dana"], desk.refunds, "help")
    teams = desk.teams
    await (teams.delete_channel(desk.refunds) if mishap == "delete_channel" else getattr(teams, mishap)(desk.rig.team))
    with pytest.raises(ChannelUnavailable) as caught:
        await desk.post()
    assert caught.value.remedy


async def test_somebody_who_blocked_the_bot_can_not_be_written_to(desk: Desk) -> None:
    desk.teams.block(desk.users["dana"])
    with pytest.raises(ChannelUnavailable) as caught:
        await desk.post("person:dana")
    assert "blocked" in caught.value.message


async def test_a_card_that_was_deleted_is_gone(desk: Desk) -> None:
    ref = await desk.post()
    desk.teams.delete(desk.teams.messages(desk.refunds)[0])
    with pytest.raises(MessageGone):
        await desk.chat.update(ref, desk.card)


async def test_a_connector_that_moved_is_found_again(desk: Desk) -> None:
    await desk.teams.mention(desk.users["dana"], desk.refunds, "help")
    ref = await desk.post()
    desk.teams.move(desk.rig.contoso, "emea")
    await desk.chat.update(ref, desk.card)  # by the address that serves all
    await desk.teams.mention(desk.users["dana"], desk.refunds, "help")
    desk.clock.move(seconds=5)
    await desk.chat.update(ref, desk.card)  # by the one that the activity told

    assert [call.region for call in desk.teams.calls("updateActivity")] == ["amer", "teams", "emea"]


async def test_an_unknown_place_says_how_to_link_it(desk: Desk) -> None:
    with pytest.raises(ChannelUnavailable) as caught:
        await desk.post("refunds")
    assert "link refunds" in str(caught.value.remedy)
    await desk.references.link("Refunds", desk.refunds.id)
    ref = await desk.post("refunds")
    assert ref.place == "refunds"


async def test_credentials_that_are_refused_are_told_as_such(desk: Desk) -> None:
    desk.teams.app.secret = "another"
    with pytest.raises(Unavailable) as caught:
        await desk.post()
    assert caught.value.code == "credentials_refused"
