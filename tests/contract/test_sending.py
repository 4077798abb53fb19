"""Errands reach a chat surface once, in order, whatever goes wrong; every card follows the record."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.deciding import Approve, Ask, Claim, Reassign, Reject, Snooze, Unclaim
from bot.domain import events as e
from bot.domain import people
from bot.domain.requests import Request
from bot.erasing import erase_request
from bot.errors import BadInput, Refused, Unavailable, Uncertain
from bot.ports import Store
from bot.recording import Needs, stream_of
from tests.contract.conftest import Opener
from tests.contract.flows import require_rebuilt
from tests.fakes.chat import FakeChat, Faults
from tests.rigs.chatting import FIRST, SECOND, URGENT, Chatting, chatting
from tests.rigs.house import MovedClock

BURST = 500


class Killed(BaseException):
    """The process is no more."""


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
async def place(store: Store, clock: MovedClock) -> Chatting:
    return await chatting(store, clock)


async def burst(place: Chatting, count: int) -> list[Request]:
    return [await place.house.held(120, within="4h", context={"customer": f"c{n}"}) for n in range(count)]


def shown_twice(chat: FakeChat) -> list[tuple[str, str]]:
    times = Counter((one.place, one.posting.id) for one in chat.messages)
    return [key for key, count in times.items() if count > 1]


def kill_once(place: Chatting, method: str) -> None:
    async def kill(called: str) -> None:
        if called == method:
            place.chat.after = None
            raise Killed

    place.chat.after = kill


async def killed(place: Chatting, work: Callable[[], Awaitable[object]]) -> None:
    """The process ends in the middle; another one takes over when the lease has run out."""
    with pytest.raises(Killed):
        await work()
    place.sender = place.another_sender()
    place.clock.move(seconds=31)


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


async def unshown(place: Chatting, request: Request) -> list[str]:
    return [one.place for one in (await place.now(request)).undelivered]


async def answer(place: Chatting, request: Request, text: str) -> None:
    question = (await place.now(request)).questions[-1].id
    await place.house.store.transact(
        Needs(requests=(request.id,)),
        lambda view: view.record("request", request.id, e.Answered(question, text), people.agent("agent")),
    )


async def test_a_card_is_posted_once_calls_who_may_decide_and_is_on_record(place: Chatting) -> None:
    request = await place.house.held(700)
    now = await place.shown(request)
    (card,) = place.chat.cards(FIRST)
    assert (card.card.request_id, card.card.status.state) == (request.id, "pending")
    assert card.called == ["dana", "omar"], "700 is above what Lee may sign"
    (ref,) = now.messages
    assert (ref.surface, ref.kind, ref.place, ref.message, ref.upto) == ("slack", "card", FIRST, card.id, 1)
    assert place.chat.searches == 0, "nothing is looked for that can't be there"
    await place.settle()
    assert len(place.chat.messages) == 1
    await require_rebuilt(place.house.store)


async def test_what_the_gate_allowed_or_no_surface_is_connected_for_shows_nothing(place: Chatting) -> None:
    await place.house.propose(5)
    await place.settle()
    assert not place.chat.messages


async def test_a_burst_with_faults_is_posted_in_order_and_none_twice(place: Chatting) -> None:
    place.chat.every = 1.0
    place.chat.faults = Faults(lost=0.05, busy=0.05, refused=0.05)
    count = BURST if "memory" in type(place.house.store).__module__ else 150
    requests = await burst(place, count)
    await place.settle(within=10_000)
    assert [one.card.request_id for one in place.chat.cards(FIRST)] == [one.id for one in requests]
    assert not shown_twice(place.chat)
    assert place.sender.counts["uncertain"] > 0
    assert place.chat.searches < count / 5, "only what may have arrived is looked for"
    assert (await place.house.store.outbox.backlog())["parked"] == 0
    await require_rebuilt(place.house.store)


async def test_an_escalation_waits_for_no_backlog_of_another_channel(place: Chatting) -> None:
    place.chat.every = 60.0
    requests = await burst(place, 40)
    await place.sender.send_due()
    place.clock.move(minutes=10)
    await place.house.sweep()
    start = place.clock.now()
    for _ in range(10):
        await place.sender.send_due()
        place.clock.move(seconds=1)
    assert len(place.chat.cards(FIRST)) < 5, "the channel's own backlog still waits"
    (first, *_) = place.chat.cards(URGENT)
    assert first.at <= start + timedelta(seconds=1)
    assert first.card.request_id in {one.id for one in requests}


async def test_two_senders_on_one_database_post_everything_once(opened: Opener, clock: MovedClock) -> None:
    one, two = await opened(), await opened()
    place = await chatting(one, clock)
    place.chat.faults = Faults(lost=0.1, busy=0.05, refused=0.05)
    requests = await burst(place, 40)
    senders = [place.sender, place.another_sender(two)]
    for _ in range(400):
        await asyncio.gather(*(sender.send_due() for sender in senders))
        at = await one.outbox.next_attempt("slack", in_order=True)
        if at is None:
            break
        clock.at = max(clock.at, at)
    assert [shown.card.request_id for shown in place.chat.cards(FIRST)] == [each.id for each in requests]
    assert not shown_twice(place.chat)
    await require_rebuilt(one)


async def test_what_was_posted_before_the_process_ended_is_found_again(place: Chatting) -> None:
    request = await place.house.held()
    kill_once(place, "post")
    await killed(place, place.settle)
    now = await place.shown(request)
    (card,) = place.chat.cards(FIRST)
    assert [ref.message for ref in now.messages] == [card.id]


async def test_a_card_that_was_posted_before_the_process_ended_follows_what_was_decided_since(place: Chatting) -> None:
    request = await place.house.held()
    kill_once(place, "post")
    await killed(place, place.settle)
    await place.house.say(request, Approve())
    await place.settle()
    (card,) = place.chat.cards(FIRST)
    assert card.card.status.state == "approved"


async def test_a_database_that_goes_away_after_the_post_makes_no_second_card(place: Chatting) -> None:
    request = await place.house.held()
    transact = place.house.store.transact
    failures = iter([Unavailable("the database went away")])

    async def unreliable(needs: Needs, flow: Callable[..., object]) -> object:
        for failure in failures:
            raise failure
        return await transact(needs, flow)

    place.house.store.transact = unreliable  # type: ignore[method-assign,assignment]  # a database that comes back
    await place.settle()
    (card,) = place.chat.cards(FIRST)
    assert [ref.message for ref in (await place.now(request)).messages] == [card.id]


async def test_what_is_decided_before_its_card_was_posted_is_never_shown(place: Chatting) -> None:
    place.chat.faults = Faults(refused=1.0)
    request = await place.house.held()
    await place.sender.send_due()
    await place.house.say(request, Approve())
    place.chat.faults = Faults()
    await place.settle()
    assert not place.chat.messages


async def test_a_decision_from_anywhere_redraws_every_card_and_tells_the_threads_once(place: Chatting) -> None:
    request = await place.house.held()
    await place.settle()
    await place.house.say(request, Reassign("omar", "please"), surface="desk")
    await place.settle()
    await place.house.say(request, Approve(), who="omar", surface="desk")
    now = await place.shown(request)
    (card,), (ping,) = place.chat.cards(FIRST), place.chat.cards("person:omar")
    assert (card.card.status.state, ping.card.status.state) == ("approved", "approved")
    assert ping.leads == ["Dana handed this to you: please", *ping.leads[1:-1], None]
    assert card.said == ["handed it to Omar", "approved it"]
    assert {ref.kind for ref in now.messages} == {"card", "ping", "lines"}
    assert not shown_twice(place.chat)
    await require_rebuilt(place.house.store)


async def test_lines_that_come_together_are_one_reply(place: Chatting) -> None:
    request = await place.house.held()
    await place.settle()
    for command in (Claim(), Unclaim(), Claim(), Ask("which order?")):
        await place.house.say(request, command)
    await place.settle()
    (card,) = place.chat.cards(FIRST)
    (reply,) = card.thread
    assert card.said == ["claimed it", "let it go", "claimed it", "asked the agent"]
    assert reply.called == []
    await answer(place, request, "A-1001")
    await place.settle()
    assert card.thread[-1].called == ["dana"], "who asked is called by the answer"


async def test_a_reply_whose_answer_was_lost_is_found_and_what_came_since_is_told_after_it(place: Chatting) -> None:
    request = await place.house.held()
    await place.settle()
    await place.house.say(request, Claim())
    kill_once(place, "reply")
    await killed(place, place.settle)
    await place.house.say(request, Unclaim())
    await place.settle()
    (card,) = place.chat.cards(FIRST)
    assert card.said == ["claimed it", "let it go"]


async def test_a_card_that_came_late_has_the_whole_story_below_it(place: Chatting) -> None:
    place.chat.faults = Faults(refused=1.0)
    request = await place.house.held()
    await place.sender.send_due()
    await place.house.say(request, Claim())
    await place.sender.send_due()
    place.chat.faults = Faults()
    await place.settle()
    (card,) = place.chat.cards(FIRST)
    assert card.called == ["dana"], "only whoever has it is called"
    assert card.said == ["claimed it"]


async def test_a_deleted_card_stands_elsewhere_and_its_owner_is_told_once(place: Chatting) -> None:
    requests = await burst(place, 2)
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
    assert await unshown(place, desk) == [FIRST, SECOND, "person:vera"]
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
    await burst(place, 3)
    await place.settle()
    place.sender = place.another_sender()
    await burst(place, 3)
    await place.settle()
    assert len(place.chat.told("vera")) == 1
    place.chat.gone = {}
    await burst(place, 1)
    await place.settle()
    place.chat.gone = {FIRST: "archived"}
    await burst(place, 2)
    kill_once(place, "tell")
    await killed(place, place.settle)
    await place.settle()
    assert len(place.chat.told("vera")) == 2
    noted = await place.house.store.events(stream_of("ledger", f"channel:slack:{FIRST}"))
    events = [e.event_of(record) for record in noted]
    assert [one.what for one in events if isinstance(one, e.Noted)] == ["channel.lost", "channel.found", "channel.lost"]
    await require_rebuilt(place.house.store)


async def test_an_escalation_tells_each_of_them_why_and_once(place: Chatting) -> None:
    request = await place.house.held()
    await place.settle()
    await place.house.say(request, Claim(), who="lee")
    place.clock.move(minutes=10)
    await place.house.sweep()
    kill_once(place, "post")
    await killed(place, place.settle)
    await place.settle()
    (dana,), (urgent,) = place.chat.cards("person:dana"), place.chat.cards(URGENT)
    lead = (
        "Refunds promised an answer by 10:15 EST; it has waited since 10:00 EST, claimed by Lee. It went to Lee so far."
        " It expires at 10:30 EST, and is not run then. This is step 1 of 2 of its escalation."
    )
    assert dana.leads[0] == urgent.leads[0] == dana.leads[-1] == lead
    assert urgent.called == ["dana"]
    place.clock.move(minutes=10)
    await place.house.sweep()
    place.chat.gone["person:vera"] = "no account"
    await place.settle()
    (omar,) = place.chat.cards("person:omar")
    assert "It went to Lee, Dana so far." in (omar.leads[0] or "")
    assert await unshown(place, request) == ["person:vera"]
    assert len(place.chat.cards(FIRST)) == 1
    assert not shown_twice(place.chat)
    await require_rebuilt(place.house.store)


async def test_whoever_is_out_of_reach_again_holds_up_nobody(place: Chatting) -> None:
    place.chat.gone[URGENT] = "archived"
    request = await place.house.held()
    for _ in range(2):
        await place.house.store.transact(
            Needs(requests=(request.id,)),
            lambda view: view.record("request", request.id, e.Escalated(1, ("dana",), {"slack": URGENT}), people.CLOCK),
        )
    await place.settle()
    assert len(place.chat.cards("person:dana")) == 2
    assert await unshown(place, request) == [URGENT]


async def test_nobody_is_called_to_what_was_decided(place: Chatting) -> None:
    request = await place.house.held()
    await place.settle()
    place.clock.move(minutes=10)
    await place.house.sweep()
    await place.house.say(request, Reject("wrong_amount", "too much"))
    await place.settle()
    assert not place.chat.cards("person:dana")
    assert not place.chat.cards(URGENT)


async def test_a_snooze_brings_it_back_and_a_reminder_leaves_the_sleeper_alone(place: Chatting) -> None:
    request = await place.house.held()
    await place.settle()
    await place.house.say(request, Snooze(place.clock.now() + timedelta(minutes=8)))
    place.clock.move(minutes=7, seconds=30)
    await place.house.sweep()
    await place.settle()
    (card,) = place.chat.cards(FIRST)
    assert card.thread[-1].called == ["lee", "omar"]
    place.clock.move(minutes=1)
    await place.house.sweep()
    await place.settle()
    (woken,) = place.chat.cards("person:dana")
    late = "This comes 30 s late."
    assert woken.leads[0] == f"You put this off until now. It expires at 10:30 EST unless it is decided. {late}"


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
    poisoned, request = await burst(place, 2)
    await place.settle()
    assert [one.card.request_id for one in place.chat.cards(FIRST)] == [request.id]
    assert [one.card.request_id for one in place.chat.cards(SECOND)] == [poisoned.id], "it is not kept from people"
    assert "has too many blocks" in place.chat.told("vera")[0]
    assert (await place.house.store.outbox.backlog())["parked"] == 0


async def test_a_channel_that_refuses_for_an_unknown_reason_holds_up_nobody_for_long(place: Chatting) -> None:
    """The platform answers, and not with a reason that is known: waiting for it would hide every later request."""
    refuse_in(place, FIRST, Refused("Slack refused chat.postMessage: ekm_access_denied"))
    requests = await burst(place, 3)
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
    stuck, behind = await burst(place, 2)
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
    assert await unshown(place, request) == []
    assert len(place.chat.cards(FIRST)) == 1


async def test_what_is_erased_is_taken_back_from_threads_and_cards(place: Chatting) -> None:
    request = await place.house.held(reason="my secret")
    await place.settle()
    await place.house.say(request, Reassign("omar", "my secret, please"))
    await place.settle()
    await place.house.say(request, Reject("wrong_amount", "my secret"))
    await place.settle()
    (card,) = place.chat.cards(FIRST)
    assert "my secret" in str(card.thread)
    for reason in ("asked for", "once more"):
        await erase_request(place.house.store, request.id, reason=reason, by=place.house.operator)
        place.chat.faults.lost = 0.5
        await place.settle()
    shown = [*place.chat.messages, *card.thread]
    assert "my secret" not in str([one.card for one in shown if one.cards])
    assert "my secret" not in str([one.leads[-1] for one in shown if one.cards])
    assert "my secret" not in str([one.lines for one in shown if not one.deleted])
    assert card.said == ["erased its personal data"]


async def test_lines_that_are_found_again_after_an_erasure_are_taken_back(place: Chatting) -> None:
    request = await place.house.held()
    await place.settle()
    await place.house.say(request, Reject("wrong_amount", "my secret"))
    kill_once(place, "reply")
    await killed(place, place.settle)
    await erase_request(place.house.store, request.id, reason="asked for", by=place.house.operator)
    await place.settle()
    (card,) = place.chat.cards(FIRST)
    assert card.said == ["erased its personal data"]


async def test_errands_of_what_was_erased_break_nothing(place: Chatting) -> None:
    request = await place.house.held(reason="my secret")
    await place.settle()
    await place.house.say(request, Ask("is my secret safe?"))
    await place.house.say(request, Reject("wrong_amount", "my secret"))
    await erase_request(place.house.store, request.id, reason="asked for", by=place.house.operator)
    await place.settle()
    (card,) = place.chat.cards(FIRST)
    assert card.card.erased
    assert "my secret" not in str(card.card)
    assert "my secret" not in str(card.thread)
    assert (await place.house.store.outbox.backlog())["parked"] == 0
    await require_rebuilt(place.house.store)
