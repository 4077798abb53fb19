"""Several that are alike are decided at once, each by itself: what fails is named, and hinders no other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.deciding import Approve, Claim, Command, Deciding, Reject
from bot.domain.requests import Request
from bot.errors import BadInput
from bot.policy.loading import load
from bot.receiving import bulk
from tests.rigs.house import POLICY, House, new_house

ROOMY = POLICY.replace("per_customer_day: 1000", "per_customer_day: 100000")
STAGED = ROOMY.replace(
    "    approvals: 2\n",
    """    approvals: 2
  order:
    title: Order goods
    class: other
    level: commit
    owner: refunds
    tools: [order_goods]
    stages:
      - {title: Supervisor, approvers: [lee, dana], approvals: 1}
      - {title: Finance, approvers: [dana, omar], approvals: 1}
""",
)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = await new_house(policy=STAGED)
    yield house
    await house.store.close()


async def several(house: House, count: int, **more: object) -> tuple[Request, ...]:
    return tuple([await house.held(100 + number, **more) for number in range(count)])


async def done(
    house: House, requests: tuple[Request, ...], command: Command, who: str = "dana", kind: str | None = None
) -> tuple[bulk.Outcome, ...]:
    return await bulk.decide_all(
        house.store,
        Deciding(house.store, house.clock, lambda: house.policy),
        "desk",
        requests=requests,
        kind=kind or bulk.kind_of(requests[0]),
        command=command,
        person=house.person(who),
        policy=house.policy,
        now=house.clock.now(),
    )


async def states(house: House, requests: tuple[Request, ...]) -> list[str]:
    found = [await house.store.request(request.id) for request in requests]
    return [request.status for request in found if request is not None]


async def test_each_has_a_decision_and_a_record_of_its_own(house: House) -> None:
    requests = await several(house, 25)
    outcomes = await done(house, requests, Reject("wrong_amount", "All of them were paid already."))
    assert [one.request_id for one in outcomes] == [request.id for request in requests]
    assert bulk.failed(outcomes) == ()
    assert bulk.summed(outcomes, Reject("", "")) == "All 25 were rejected by you."
    for request in requests:
        records = await house.store.events(f"request:{request.id}")
        assert [record.type for record in records] == ["request.opened", "request.decided", "request.feedback_opened"]
        assert records[1].actor == "person:dana"
        found = await house.store.request(request.id)
        assert found is not None
        assert found.decision is not None
        assert (found.decision.reason_code, found.decision.note) == ("wrong_amount", "All of them were paid already.")


async def test_what_fails_is_told_by_name_and_hinders_no_other(house: House) -> None:
    small = await several(house, 3)
    large = await house.held(600)
    behalf = await house.held(90, context={"customer": "c", "session": "s", "on_behalf_of": "lee@acme.test"})
    requests = (*small[:2], large, behalf, small[2])
    await house.say(small[1], Reject("not_eligible", "No."), "omar")
    outcomes = await done(house, requests, Approve(), "lee")
    assert await states(house, requests) == ["approved", "rejected", "pending", "pending", "approved"]
    told = {one.title: one.why for one in bulk.failed(outcomes)}
    assert list(told) == [
        "Refund a customer: 101.00 USD for cust_1",
        "Refund a customer: 600.00 USD for cust_1",
        "Refund a customer: 90.00 USD for c",
    ]
    decided, over, own = told.values()
    assert decided is not None
    assert decided.startswith("Somebody was first: it was rejected by Omar")
    assert over == "600 USD is above your limit of 500 USD"
    assert own == "Nobody decides a request made on their own behalf"
    assert bulk.summed(outcomes, Approve()) == "2 of 5 were approved by you."


async def test_the_caps_in_force_hold_for_each() -> None:
    house = await new_house(policy=ROOMY)
    requests = tuple([await house.held(amount) for amount in (300, 400, 200)])
    house.policy = load(ROOMY.replace("per_action: 2000", "per_action: 350"), "policy.yaml")
    outcomes = await done(house, requests, Approve(), "omar")
    assert [one.why is None for one in outcomes] == [True, False, True]
    assert "350" in (outcomes[1].why or "")
    assert await states(house, requests) == ["approved", "pending", "approved"]
    await house.store.close()


async def test_the_same_form_sent_again_changes_nothing(house: House) -> None:
    requests = await several(house, 4)
    first = await done(house, requests, Approve("Seen"))
    now = await bulk.chosen(house.store, [request.id for request in requests], house.person("dana"))
    again = await done(house, now, Approve("Seen"), kind=bulk.kind_of(requests[0]))
    assert bulk.failed(first) == bulk.failed(again) == ()
    for request in requests:
        assert len(await house.store.events(f"request:{request.id}")) == 2


async def test_two_people_at_once_decide_each_exactly_once(house: House) -> None:
    requests = await several(house, 10)
    mine, theirs = await asyncio.gather(
        done(house, requests, Approve(), "dana"), done(house, requests, Reject("wrong_amount", "No."), "omar")
    )
    for request, one, other in zip(requests, mine, theirs, strict=True):
        assert (one.why is None) != (other.why is None)
        types = [record.type for record in await house.store.events(f"request:{request.id}")]
        assert types.count("request.decided") == 1


async def test_in_stages_each_goes_on_by_itself_and_no_signature_counts_in_a_stage_that_was_not_shown(
    house: House,
) -> None:
    requests = tuple([(await house.propose(None, tool="order_goods", item=str(n))).request for n in range(3)])
    kind = bulk.kind_of(requests[0])
    await house.say(requests[2], Approve(), "lee")
    now = tuple([found for one in requests if (found := await house.store.request(one.id)) is not None])
    with pytest.raises(BadInput, match="not alike"):
        await bulk.chosen(house.store, [one.id for one in requests], house.person("dana"))
    over = (await house.propose(None, tool="order_goods", item="over")).request
    await house.say(over, Reject("not_eligible", "No."), "lee")
    with pytest.raises(BadInput, match="not alike"):  # whatever stands before them
        await bulk.chosen(house.store, [over.id, *(one.id for one in requests)], house.person("dana"))
    outcomes = await done(house, now, Approve(), "dana", kind)
    assert [one.why is None for one in outcomes] == [True, True, False]
    assert "not like the others any more" in (outcomes[2].why or "")
    stages = [(await house.store.request(one.id)) for one in requests]
    assert [(one.stage, one.pending) for one in stages if one is not None] == [(1, True)] * 3
    signed = tuple(one for one in stages if one is not None)[:2]
    again = await done(house, signed, Approve(), "dana", kind)
    assert bulk.failed(again) == ()
    assert [len(await house.store.events(f"request:{one.id}")) for one in signed] == [3, 3]


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([], "is nothing yet"),
        ([f"{number:08d}-0000-7000-8000-000000000000" for number in range(26)], "is 26 requests"),
        (["01926f3a-0000-7000-8000-000000000000"], "not before you"),
    ],
)
async def test_nothing_too_many_or_unknown_ones_are_refused(house: House, ids: list[str], message: str) -> None:
    with pytest.raises(BadInput, match=message) as refused:
        await bulk.chosen(house.store, ids, house.person("dana"))
    assert refused.value.field == "chosen"


async def test_what_is_not_alike_or_of_a_high_class_can_not_be_chosen_together(house: House) -> None:
    refund = await house.held(120)
    order = (await house.propose(None, tool="order_goods", item="1")).request
    payout = (await house.propose(None, tool="change_payout", iban="X")).request
    for ids, message in (((refund.id, order.id), "are not alike"), ((payout.id,), "of a high class")):
        with pytest.raises(BadInput, match=message) as refused:
            await bulk.chosen(house.store, ids, house.person("dana"))
        assert refused.value.remedy == bulk.ALIKE
    stranger = house.person("rosa")
    assert len(await bulk.chosen(house.store, [refund.id], stranger)) == 1  # the risk owner may look at it
    outcomes = await done(house, (refund,), Approve(), "rosa")
    assert "not among its approvers" in (outcomes[0].why or "")


async def test_bundles_are_what_is_alike_in_the_queues_order(house: House) -> None:
    requests = await several(house, 3)
    orders = [(await house.propose(None, tool="order_goods", item=str(n))).request for n in range(2)]
    payouts = [(await house.propose(None, tool="change_payout", iban=str(n))).request for n in range(2)]
    await house.say(requests[1], Claim(), "dana")
    found = bulk.bundles([*payouts, orders[0], *requests, orders[1]])
    assert [(one.title, len(one.requests)) for one in found] == [
        ("Order goods (Refunds, Supervisor)", 2),
        ("Refund a customer (Refunds)", 3),
    ]
    assert bulk.bundles(requests[:1]) == ()


@pytest.mark.parametrize(
    ("decision", "code", "note", "field"),
    [("", "", "", "decision"), ("reject", "", "No.", "reason_code"), ("reject", "wrong_amount", " ", "note")],
)
def test_a_form_that_lacks_something_says_what(decision: str, code: str, note: str, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        bulk.command_of(decision, code, note)
    assert refused.value.field == field


def test_a_form_becomes_a_command() -> None:
    assert bulk.command_of("approve", "", "") == Approve()
    assert bulk.command_of("reject", "wrong_amount", "No.") == Reject("wrong_amount", "No.")
