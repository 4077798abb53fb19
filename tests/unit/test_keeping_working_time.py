"""A promise in working time, from opening to expiry: nothing happens while nobody works, then everything once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from adapters.slack.cards.card import card_message
from adapters.slack.cards.modals.details import standing
from bot.cards import card
from bot.domain.events import Decided, Escalated, Reminded, Warned, event_of
from bot.domain.requests import DecisionKind, Request
from tests.rigs.desk import served, signed_in
from tests.rigs.house import POLICY, House, MovedClock, new_house

FRIDAY_EVENING = datetime(2026, 3, 6, 22, 30, tzinfo=UTC)
SLA = "respond_within: 15m, remind_at: [50%], escalate: [{after: 15m, to: [omar]}, {after: 1h, to: [vera]}]"
WORKING = POLICY.replace(
    "sla: {respond_within: 15m, expire_after: 4h}",
    f"hours: {{mon-fri: '09:00-17:00'}}\n    sla: {{{SLA}, expire_after: 4h}}",
)
LIMITED = POLICY.replace(
    "    approvals: 2\n",
    "    approvals: 2\n    statutory: {within: 8h, from: arguments.received_at, warn_before: 1h}\n",
)


async def happened(house: House, request: Request) -> list[tuple[datetime, str]]:
    """What the clock did, with its times."""
    events = [(record.at, event_of(record)) for record in await house.store.events(f"request:{request.id}")]
    return [(at, type(event).__name__) for at, event in events if isinstance(event, Reminded | Escalated | Decided)]


async def test_a_weekend_in_which_clocks_change_passes_without_a_word() -> None:
    house = await new_house(clock=MovedClock(FRIDAY_EVENING), policy=WORKING)
    request = await house.held(120, within="120h")
    monday = datetime(2026, 3, 9, 13, tzinfo=UTC)  # 9:00 in New York, where clocks were put forward on Sunday
    while house.clock.at < monday + timedelta(hours=5):
        await house.sweep()
        house.clock.move(seconds=150)
    assert await happened(house, request) == [
        (monday + timedelta(minutes=7, seconds=30), "Reminded"),
        (monday + timedelta(minutes=15), "Escalated"),
        (monday + timedelta(hours=1), "Escalated"),
        (monday + timedelta(hours=4), "Decided"),
    ]
    expired = await house.store.request(request.id)
    assert expired is not None
    assert expired.decision is not None
    assert expired.decision.kind is DecisionKind.EXPIRED


async def test_a_limit_of_the_law_calls_those_who_answer_for_it_and_stands_on_every_card() -> None:
    async with served(policy=LIMITED, clock=MovedClock(datetime(2026, 3, 2, 13, tzinfo=UTC))) as desk:
        house = desk.house
        received = {"received_at": "2026-03-02T08:00:00Z"}
        request = await house.held(tool="change_payout", amount=None, within="24h", **received)  # type: ignore[arg-type]  # no amount
        limit = datetime(2026, 3, 2, 16, tzinfo=UTC)
        assert request.routing.statutory_at == limit
        shown = card(request, house.policy, viewer=house.person("dana"), now=house.clock.now())
        assert shown.statutory_at == limit
        assert "limit of the law <!date^1772467200^" in str(card_message(shown)["blocks"])
        assert "limit of the law runs beside the promise: <!date^1772467200^" in standing(shown)
        async with signed_in(desk, "dana") as dana:
            _, page = await dana.get(f"/desk/requests/{request.id}")
        assert "Limit of the law" in page
        house.clock.move(hours=2)
        await house.sweep()
        found = [event_of(record) for record in await house.store.events(f"request:{request.id}")]
        assert [event.to for event in found if isinstance(event, Warned)] == [("vera", "rosa")]
