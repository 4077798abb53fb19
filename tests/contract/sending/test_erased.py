"""What is erased is taken back from wherever it was shown."""

from __future__ import annotations

from bot.deciding import Ask, Reassign, Reject
from bot.erasing import erase_request
from tests.contract.flows import require_rebuilt
from tests.contract.sending.killing import kill_once, killed
from tests.rigs.chatting import FIRST, Chatting


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
