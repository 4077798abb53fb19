"""What a card says, to whom, and what its buttons promise."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.cards import card, history, revealed_to
from bot.cards.abilities import try_out
from bot.cards.masking import Masker
from bot.deciding import Approve, ApproveWithEdits, Ask, Claim, Command, Reject, Reveal, Revoke
from bot.domain.jsontext import digest
from bot.domain.lessons import Lesson
from bot.domain.requests import OutcomeStatus, Request
from bot.errors import SignoffError
from tests.rigs.house import House, new_house

GOLDEN = Path(__file__).with_name("golden")
CARD_NUMBER = "4111 1111 1111 1234"


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = await new_house()
    yield house
    await house.store.close()


async def held(house: House, amount: float | str = 120, **context: Any) -> Request:
    opened = await house.propose(
        amount, reason="Late", card=CARD_NUMBER, context={"customer": "cust_42", "session": "s1", **context}
    )
    assert opened.request.pending
    return opened.request


def drawn(house: House, request: Request, who: str | None = "dana", **more: Any) -> Any:
    viewer = None if who is None else house.person(who)
    return card(request, house.policy, viewer=viewer, now=house.clock.now(), **more)


def compare(name: str, value: object) -> None:
    """Against the golden file; a missing one is written, and fails once so that somebody looks at it."""
    text = json.dumps(msgspec.to_builtins(value), indent=2, ensure_ascii=False) + "\n"
    path = GOLDEN / f"{name}.json"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        pytest.fail(f"{path} was not there and is now; look at it and run again")
    assert text == path.read_text(encoding="utf-8")


def steady(request: Request, value: Any) -> Any:
    """The card with what differs from run to run, and what the gate words, replaced."""
    text = msgspec.json.encode(value).decode()
    verdict = request.assessment.verdict
    changing = {request.id: "REQUEST", request.agent_id: "AGENT", verdict.policy_version: "POLICY"}
    changing |= {reason.text: f"the reason of {reason.rule}" for reason in verdict.reasons}
    for changed, name in changing.items():
        text = text.replace(changed, name)
    return json.loads(text)


async def test_a_pending_card(house: House) -> None:
    request = await held(
        house,
        customer_name="Kim Ro",
        model="model-2",
        build="2026.02.3",
        confidence=0.83,
        mismatches=["device"],
        citations=["Refund policy 4.2"],
        evidence=["Carrier scan: nine days late"],
        transcript=["I would like my money back."],
        signals={"device_age_days": 2},
        vulnerable=True,
    )
    compare("pending", steady(request, drawn(house, request)))


async def test_a_card_decided_with_edits_and_its_history(house: House) -> None:
    request = await held(house)
    await house.say(request, Ask("Was it the whole order?"))
    await house.say(request, Claim())
    house.clock.move(minutes=2)
    edited = request.proposal.arguments | {"amount": 80}
    after = await house.say(request, ApproveWithEdits(edited, "Half is right", Lesson.THRESHOLD))
    records = await house.store.events(f"request:{request.id}")
    lines = history(records, after, house.policy, agent="Support")
    compare("edited", steady(request, drawn(house, after, agent="Support")))
    compare("edited_history", steady(request, list(lines)))


async def test_the_title_says_what_and_for_whom_with_every_digit(house: House) -> None:
    assert drawn(house, await held(house)).title == "Refund a customer: 120.00 USD for cust_42"
    exact = drawn(house, await held(house, "120.005"))
    assert exact.title == "Refund a customer: 120.005 USD for cust_42"
    assert {row.name: row.value for row in exact.changes}["amount"] == "120.005 USD"


async def test_sensitive_values_are_masked_everywhere_until_their_viewer_looks(house: House) -> None:
    opened = await house.propose(
        120,
        reason=f"to {CARD_NUMBER}",
        card=CARD_NUMBER,
        context={"customer": CARD_NUMBER, "session": "s1", "evidence": [f"card {CARD_NUMBER}"]},
    )
    request = opened.request
    shown = msgspec.json.encode(drawn(house, request)).decode()
    assert CARD_NUMBER not in shown
    assert "••••1234" in shown
    await house.say(request, Reveal("card"), "dana")
    records = await house.store.events(f"request:{request.id}")
    now = house.clock.now()
    mine = revealed_to(records, house.person("dana"), "desk", now)
    assert mine == {"card"}
    assert CARD_NUMBER in msgspec.json.encode(drawn(house, request, revealed=mine)).decode()
    assert not revealed_to(records, house.person("lee"), "desk", now)
    assert not revealed_to(records, house.person("dana"), "slack", now)
    house.clock.move(minutes=10)
    assert not revealed_to(records, house.person("dana"), "desk", house.clock.now())


@pytest.mark.parametrize(
    "written", ["{0}", "4111 2222 3333 1234", "4111-2222-3333-1234", "41112222 33331234", "4111\u00a02222 3333 1234"]
)
async def test_a_sensitive_value_is_masked_however_it_is_grouped(house: House, written: str) -> None:
    request = (await house.propose(120, card="4111222233331234")).request
    masker = Masker(request, frozenset())
    said = masker.text(f"to {written.format('4111222233331234')}, please")
    assert said == "to ••••1234, please"


async def test_a_sensitive_value_may_hold_any_characters(house: House) -> None:
    odd = r"(pass*word)\1\g<0>"
    request = (await house.propose(120, card=odd)).request
    assert Masker(request, frozenset()).text(f"it is {odd}!") == r"it is ••••g<0>!"


async def test_every_state_has_its_words(house: House) -> None:
    async def state(request: Request) -> tuple[str, str]:
        current = await house.store.request(request.id)
        assert current is not None
        status = drawn(house, current).status
        return status.state, status.label

    request = await held(house)
    assert await state(request) == ("pending", "Waiting for a decision")
    await house.say(request, Claim(), "lee")
    assert await state(request) == ("claimed", "Claimed by Lee")
    await house.say(request, Approve())
    assert await state(request) == ("approved", "Approved")
    await house.redeeming.redeem(request.id, key="k", digest=digest(request.arguments), **house.agent)
    assert await state(request) == ("redeemed", "Being run by the agent")
    await house.redeeming.report(request.id, status=OutcomeStatus.FAILED, note="no money", **house.agent)
    assert await state(request) == ("failed", "Ran and failed")

    revoked = await held(house)
    await house.say(revoked, Approve())
    await house.say(revoked, Revoke("wrong customer"))
    assert await state(revoked) == ("revoked", "Approval revoked, not run")

    lapsed = await held(house)
    await house.say(lapsed, Approve())
    rejected, cancelled, expired = await held(house), await held(house), await held(house)
    await house.say(rejected, Reject("wrong_amount", "too much"))
    assert await state(rejected) == ("rejected", "Rejected")
    await house.redeeming.cancel(cancelled.id, **house.agent)
    assert await state(cancelled) == ("cancelled", "Cancelled by the agent")
    house.clock.move(hours=1)
    assert await state(expired) == ("expired", "Expired, not run")  # before any sweep
    assert await state(lapsed) == ("not_run", "Approved, never run")
    await house.sweep()
    assert await state(expired) == ("expired", "Expired, not run")
    assert await state(lapsed) == ("not_run", "Approved, never run")


async def test_a_request_decided_by_the_policy_says_so(house: House) -> None:
    allowed = (await house.propose(20)).request
    assert drawn(house, allowed).status.label == "Allowed by the policy"
    blocked = (await house.propose(2500)).request
    shown = drawn(house, blocked)
    assert (shown.status.label, shown.status.who) == ("Blocked by the policy", "the policy")


COMMANDS: dict[str, Command] = {
    "approve": Approve(),
    "reject": Reject("wrong_amount", "no"),
    "claim": Claim(),
    "ask": Ask("why?"),
    "reveal": Reveal("card"),
}


@pytest.mark.parametrize("who", ["lee", "dana", "omar", "rosa", "vera"])
@pytest.mark.parametrize("amount", [120, 900])
@pytest.mark.parametrize("behalf", [None, "dana@acme.test"])
async def test_buttons_never_lie(house: House, who: str, amount: float, behalf: str | None) -> None:
    """What a card allows is done, and what it does not is refused, with the sentence that the card gave."""
    for name, command in COMMANDS.items():
        extra = {"on_behalf_of": behalf} if behalf else {}
        request = await held(house, amount, customer=f"c{name}", **extra)
        ability = drawn(house, request, who).ability(name)
        assert ability is not None
        if ability.allowed:
            await house.say(request, command, who)
        else:
            with pytest.raises(SignoffError) as refusal:
                await house.say(request, command, who)
            assert (ability.why, ability.remedy) == (refusal.value.message, refusal.value.remedy)


async def test_a_channel_without_a_viewer_sees_what_anybody_may(house: House) -> None:
    request = await held(house, 900)
    assert not drawn(house, request, "lee").may("approve")
    assert drawn(house, request, None).may("approve")
    decided = await house.say(request, Approve())
    shown = drawn(house, decided, None)
    assert [ability.name for ability in shown.abilities if ability.allowed] == ["reveal", "revoke"]


async def test_editing_needs_something_that_may_be_edited(house: House) -> None:
    request = (await house.propose(None, tool="change_payout", context={"customer": "c"}, iban="X")).request
    ability = drawn(house, request).ability("edit")
    assert ability is not None
    assert ability.why == "several people have to sign the same arguments"
    assert drawn(house, request).may("approve")


async def test_trying_out_changes_nothing(house: House) -> None:
    request = await held(house)
    try_out(request, Approve(), house.person("dana"), house.policy, house.clock.now())
    assert await house.store.request(request.id) == request
