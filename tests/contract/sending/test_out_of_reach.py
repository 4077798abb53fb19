"""Where a channel takes nothing, or the platform breaks: people see the card elsewhere, and nobody waits for it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.deciding import Approve, Ask, Claim
from bot.domain import events as e
from bot.errors import BadInput, Refused, Unavailable, Uncertain
from bot.recording import stream_of
from tests.contract.flows import require_rebuilt
from tests.contract.sending.killing import kill_once, killed
from tests.fakes.chat import Faults
from tests.rigs.chatting import FIRST, SECOND, Chatting


def refuse_in(place: Chatting, where: str, problem: Exception, *, cards_only: bool = False) -> None:
    """Whatever is posted in one place, or every card alone, meets with this until ``before`` is taken away."""
    called, chat = [""], place.chat
    whole = chat._reach

    async def before(method: str) -> None:
        called[0] = method

    def reach(place: str) -> None:
        if place == where and chat.before is before and (called[0] == "post" or not cards_only):
            raise problem
        whole(place)

    chat.before = before
    chat._reach = reach  # type: ignore[method-assign]  # a fault of one place alone


async def test_a_deleted_card_stands_elsewhere_and_its_owner_is_told_once(place: Chatting) -> None:
    requests = await place.burst(2)
    await place.settle()
    for card in place.chat.cards(FIRST):
        card.deleted = True
    for request in requests:
        await place.house.say(request, Claim())
    await place.settle()
    assert {one.card.request_id for one in place.chat.cards(SECOND)} == {one.id for one in requests}
    assert [one.card.status.state for one in place.chat.cards(SECOND)] == ["claimed", "claimed"]
    (told,) = place.chat.told("vera")
    assert "was deleted" in told
    assert SECOND in told
    await require_rebuilt(place.house.store)


async def test_a_deleted_card_of_what_is_decided_is_not_missed(place: Chatting) -> None:
    request = await place.house.held()
    await place.settle()
    place.chat.cards(FIRST)[0].deleted = True
    await place.house.say(request, Approve())
    await place.settle()
    assert len(place.chat.messages) == 1


async def test_from_channel_to_channel_to_person_to_desk(place: Chatting, caplog: pytest.LogCaptureFixture) -> None:
    place.chat.gone = {FIRST: "the channel is archived"}
    second = await place.house.held()
    await place.settle()
    place.chat.gone |= {SECOND: "the bot is no member"}
    person = await place.house.held()
    await place.settle()
    place.chat.gone |= {"person:vera": "no account"}
    desk = await place.house.held()
    await place.settle()
    assert [one.card.request_id for one in place.chat.cards(SECOND)] == [second.id]
    (direct,) = place.chat.cards("person:vera")
    assert (direct.card.request_id, direct.called) == (person.id, [])
    assert await place.unshown(desk) == [FIRST, SECOND, "person:vera"]
    assert place.sender.counts["desk_only"] == 1
    assert f"request {desk.id} is on the desk only" in caplog.text
    first, then = place.chat.told("vera")
    assert first == (
        "Requests for Refunds can't be shown in C0REFUNDS on Slack (the channel is archived). Until that is put right "
        "they go to C0SECOND, and are on the desk. To put it right: invite the bot again."
    )
    assert "come to you" in then
    await require_rebuilt(place.house.store)


async def test_the_owner_is_told_once_an_outage_across_restarts_and_requests(place: Chatting) -> None:
    place.chat.gone = {FIRST: "archived"}
    await place.burst(3)
    await place.settle()
    place.sender = place.another_sender()
    await place.burst(3)
    await place.settle()
    assert len(place.chat.told("vera")) == 1
    place.chat.gone = {}
    await place.burst(1)
    await place.settle()
    place.chat.gone = {FIRST: "archived"}
    await place.burst(2)
    kill_once(place, "tell")
    await killed(place, place.settle)
    await place.settle()
    assert len(place.chat.told("vera")) == 2
    noted = await place.house.store.events(stream_of("ledger", f"channel:slack:{FIRST}"))
    events = [e.event_of(record) for record in noted]
    assert [one.what for one in events if isinstance(one, e.Noted)] == ["channel.lost", "channel.found", "channel.lost"]
    await require_rebuilt(place.house.store)


async def test_a_long_outage_ends_with_the_truth_on_every_card(place: Chatting) -> None:
    request = await place.house.held()
    await place.settle()
    place.chat.faults = Faults(refused=1.0)
    await place.house.say(request, Approve())
    start = place.clock.now()
    while place.clock.now() < start + timedelta(hours=5):
        await place.sender.send_due()
        at = await place.house.store.outbox.next_attempt("slack", in_order=True)
        assert at is not None
        place.clock.at = max(at, place.clock.now())
    place.chat.faults = Faults()
    await place.settle()
    (card,) = place.chat.cards(FIRST)
    assert card.card.status.state in {"approved", "not_run"}


async def test_what_nobody_foresaw_is_left_to_the_desk_and_said_so_for_a_person_to_look(
    place: Chatting, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(_: str) -> None:
        raise RuntimeError("cust_1 is in this text")

    place.chat.before = broken
    await place.house.held()
    await place.settle()
    assert place.sender.counts["desk_only"] == 1
    assert place.sender.counts["parked"] == 2, "to tell whoever answers for either channel fails as well"
    assert (await place.house.store.outbox.backlog())["parked"] == 2
    assert "RuntimeError" in caplog.text
    assert "cust_1" not in caplog.text


async def test_what_the_platform_will_never_take_holds_up_nothing(place: Chatting) -> None:
    refusals = iter([BadInput("has too many blocks", field="blocks")])

    async def refuse(_: str) -> None:
        for refusal in refusals:
            raise refusal

    place.chat.before = refuse
    poisoned, request = await place.burst(2)
    await place.settle()
    assert [one.card.request_id for one in place.chat.cards(FIRST)] == [request.id]
    assert [one.card.request_id for one in place.chat.cards(SECOND)] == [poisoned.id], "it is not kept from people"
    assert "has too many blocks" in place.chat.told("vera")[0]
    assert (await place.house.store.outbox.backlog())["parked"] == 0


async def test_a_channel_that_refuses_for_an_unknown_reason_holds_up_nobody_for_long(place: Chatting) -> None:
    """The platform answers, and not with a reason that is known: waiting for it would hide every later request."""
    refuse_in(place, FIRST, Refused("Slack refused chat.postMessage: ekm_access_denied"))
    requests = await place.burst(3)
    await place.settle(within=1800)
    assert {one.card.request_id for one in place.chat.cards(SECOND)} == {request.id for request in requests}
    assert "ekm_access_denied" in place.chat.told("vera")[0]
    assert len(place.chat.told("vera")) == 1


@pytest.mark.parametrize("problem", [Uncertain("Slack failed (500)"), Unavailable("refused"), TimeoutError()])
async def test_one_card_on_which_the_platform_breaks_holds_up_no_channel(place: Chatting, problem: Exception) -> None:
    """Others are taken all the while, so that it is this card and no outage."""
    earlier = await place.house.held(120, within="4h")
    await place.settle()
    refuse_in(place, FIRST, problem, cards_only=True)
    stuck, behind = await place.burst(2)
    for number in range(10):
        await place.house.say(earlier, Ask(f"question {number}"))
        await place.sender.send_due()
        place.clock.move(seconds=61)
    assert [one.card.request_id for one in place.chat.cards(SECOND)] == [stuck.id]
    place.chat.before = None
    await place.settle(within=1800)
    assert [one.card.request_id for one in place.chat.cards(FIRST)] == [earlier.id, behind.id]


async def test_an_outage_of_everything_sends_nobody_elsewhere(place: Chatting) -> None:
    async def gone(_: str) -> None:
        raise Uncertain("Slack failed (500)")

    place.chat.before = gone
    request = await place.house.held(120, within="4h")
    for _ in range(30):
        await place.sender.send_due()
        place.clock.move(seconds=61)
    place.chat.before = None
    await place.settle()
    assert await place.unshown(request) == []
    assert len(place.chat.cards(FIRST)) == 1
