"""Every rule of the gate, one line each: what is proposed, and which rules speak."""

# ruff: noqa: E501 -- a table is read by its lines

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from bot.domain.verdicts import Level, VerdictKind
from bot.gating import judge, tally_keys
from bot.policy.tallies import pseudonym
from tests.rigs.gates import AGENT, NOW, REFUND, counted, judged, policy_of, proposal, rules, zeros

ALLOW, HOLD, BLOCK = VerdictKind.ALLOW, VerdictKind.HOLD, VerdictKind.BLOCK
KNOWN = {"customer": "c-1", "session": "s-1"}
RECOMMEND = "class: money\nlevel: recommend\nowner: refunds\ntools: [issue_refund]\namount: arguments.amount\n"
DRAFT = "class: other\nlevel: draft\nowner: refunds\ntools: [issue_refund]\n"
SURE = {"confidence": 0.9, "citations": ["refund policy 3.2"]}


def with_context(**more: Any) -> dict[str, Any]:
    return {"context": {**KNOWN, **more}}


@pytest.mark.parametrize(
    ("action", "sent", "kind", "spoke"),
    [
        # levels
        (REFUND, {}, ALLOW, ["allow_when"]),
        (REFUND, {"arguments": {"amount": 25.01}}, HOLD, ["allow_when"]),
        (REFUND.replace("allow_when: amount <= 25\n", ""), {}, HOLD, ["approval_required"]),
        (DRAFT, {}, ALLOW, ["level.draft"]),
        (DRAFT + "hold_when: [{name: odd, when: 'true'}]", {}, HOLD, ["odd"]),
        (RECOMMEND, with_context(**SURE), ALLOW, ["level.recommend"]),
        (RECOMMEND, with_context(), HOLD, ["low_confidence", "missing_citation"]),
        (RECOMMEND, with_context(**{**SURE, "confidence": 0.69}), HOLD, ["low_confidence"]),
        (RECOMMEND, with_context(**{**SURE, "citations": []}), HOLD, ["missing_citation"]),
        (RECOMMEND + "citation_required: false", with_context(confidence=0.7), ALLOW, ["level.recommend"]),
        (RECOMMEND + "confidence_at_least: 0.95", with_context(**SURE), HOLD, ["low_confidence"]),
        (REFUND, with_context(level="draft"), HOLD, ["level.differs"]),
        (REFUND, with_context(level="commit"), ALLOW, ["allow_when"]),
        # triggers
        (REFUND, with_context(signals={"name": {"expected": "Ann", "observed": "Bob"}}), HOLD, ["mismatch"]),
        (REFUND, with_context(signals={"name": {"expected": "Ann", "observed": " ann"}}), ALLOW, ["allow_when"]),
        (REFUND, with_context(signals={"voiceprint": {"match": False}, "device": "mismatch"}), HOLD, ["mismatch"]),
        (REFUND, with_context(transcript=["I LOST my old phóne"]), HOLD, ["high_risk_phrase"]),
        (REFUND, with_context(transcript=[{"role": "user", "content": "can\u2019t get into my account"}]), HOLD, ["high_risk_phrase"]),
        (REFUND, with_context(transcript=[{"role": "assistant", "content": "lost phone?"}]), ALLOW, ["allow_when"]),
        (REFUND, {"agent_reasoning": "They want to change the payout."}, HOLD, ["high_risk_phrase"]),
        (REFUND + "triggers: {high_risk_phrase: false}", with_context(transcript="lost phone"), ALLOW, ["allow_when"]),
        (REFUND + "triggers: {high_risk_phrase: {phrases: [blue moon]}}", with_context(transcript="lost phone, blue moon"), HOLD, ["high_risk_phrase"]),
        (REFUND, with_context(confidence=0.5), HOLD, ["low_confidence"]),
        (REFUND + "triggers: {low_confidence: {below: 0.4}}", with_context(confidence=0.5), ALLOW, ["allow_when"]),
        (REFUND + "confidence_at_least: 0.6", with_context(), HOLD, ["low_confidence"]),
        (REFUND + "citation_required: true", with_context(), HOLD, ["missing_citation"]),
        (REFUND + "triggers: {missing_citation: {levels: [commit]}}", with_context(), HOLD, ["missing_citation"]),
        (REFUND, with_context(vulnerable=True), HOLD, ["vulnerable_customer"]),
        (REFUND, with_context(regulated_complaint=True), HOLD, ["regulated_complaint"]),
        (DRAFT, with_context(vulnerable=True, signals={"device": "changed"}), ALLOW, ["level.draft"]),
        (DRAFT + "triggers: {mismatch: {levels: [draft]}}", with_context(signals={"device": "changed"}), HOLD, ["mismatch"]),
        # the policy's own rules
        (REFUND + "hold_when: [{name: rich, when: amount > 5}]", {}, HOLD, ["rich"]),
        (REFUND + "block_when: [{name: never, when: amount > 5}]", {}, BLOCK, ["never"]),
        (REFUND + "block_when: [{name: never, when: arguments.x > 5}]", {}, HOLD, ["failed.never"]),
        (REFUND + "hold_when: [{name: eu, when: region == 'EU'}]", {}, HOLD, ["failed.eu"]),
        (REFUND + "requires: [session, model]", {}, HOLD, ["context.required"]),
        # caps
        (REFUND + "caps: {per_action: 19.99}", {}, BLOCK, ["cap.per_action"]),
        (REFUND + "caps: {per_action: 20}", {}, ALLOW, ["allow_when"]),
        (REFUND + "caps: {per_customer_day: 19}", {}, BLOCK, ["cap.per_customer_day"]),
        (REFUND + "caps: {per_customer_day: 0 actions}", {}, BLOCK, ["cap.per_customer_day"]),
        (REFUND + "caps: {per_agent_hour: 19}", {}, BLOCK, ["cap.per_agent_hour"]),
        (REFUND + "caps: {per_customer_day: 500}", {"context": {}}, HOLD, ["cap.per_customer_day"]),
        # amounts
        (REFUND, {"arguments": {}}, HOLD, ["amount.unclear", "cap.unchecked", "failed.allow_when"]),
        (REFUND, {"arguments": {"amount": "twenty"}}, HOLD, ["amount.unclear", "cap.unchecked", "failed.allow_when"]),
        (REFUND, {"arguments": {"amount": True}}, HOLD, ["amount.unclear", "cap.unchecked", "failed.allow_when"]),
        (REFUND, {"arguments": {"amount": 0}}, HOLD, ["amount.unclear"]),
        (REFUND, {"arguments": {"amount": -5}}, HOLD, ["amount.unclear", "cap.unchecked"]),
        (REFUND, {"arguments": {"amount": "12.50"}}, ALLOW, ["allow_when"]),
        (REFUND, with_context(currency="EUR"), HOLD, ["amount.unclear", "cap.unchecked", "failed.allow_when"]),
        (REFUND, with_context(currency="usd"), ALLOW, ["allow_when"]),
        (REFUND + "currency: arguments.cur", {"arguments": {"amount": 5, "cur": "EUR"}}, HOLD, ["amount.unclear", "cap.unchecked", "failed.allow_when"]),
        (REFUND + "currency: arguments.cur", {"arguments": {"amount": 5}}, HOLD, ["amount.unclear", "cap.unchecked", "failed.allow_when"]),
        (REFUND + "currency: arguments.cur", {"arguments": {"amount": 5, "cur": "USD"}}, ALLOW, ["allow_when"]),
        # customers
        (REFUND + "customer: arguments.who", {"arguments": {"amount": 5, "who": "c-1"}}, ALLOW, ["allow_when"]),
        (REFUND + "customer: arguments.who", {"arguments": {"amount": 5, "who": "c-2"}}, HOLD, ["customer.unclear"]),
        (REFUND + "customer: arguments.who", {"arguments": {"amount": 5}}, HOLD, ["customer.unclear"]),
        (REFUND + "customer: arguments.who", {"arguments": {"amount": 5, "who": {"a": 1}}}, HOLD, ["customer.unclear"]),
        # arguments
        (REFUND + "arguments: {amount: money, note: {max_length: 3}}", {"arguments": {"amount": 5, "note": "long"}}, HOLD, ["arguments.invalid"]),
        (REFUND + "arguments: {amount: money}", {"arguments": {"amount": 5, "other": 1}}, HOLD, ["arguments.invalid"]),
        (REFUND + "arguments: {amount: money}\nother_arguments: allow", {"arguments": {"amount": 5, "other": 1}}, ALLOW, ["allow_when"]),
        # context that can't be read
        (REFUND, with_context(confidence="high"), HOLD, ["context.unreadable"]),
        (DRAFT, with_context(transcript=7), HOLD, ["context.unreadable"]),
        (REFUND, {"tool": "wire_money"}, HOLD, ["unknown_tool"]),
        (REFUND, {"arguments": {"amount": 5, "blob": "x" * 20_000}}, HOLD, ["failed.allow_when"]),
    ],
)  # fmt: skip
def test_the_gate(action: str, sent: dict[str, Any], kind: VerdictKind, spoke: list[str]) -> None:
    judgement = judged(policy_of(action), proposal(**sent))
    assert (judgement.assessment.verdict.kind, rules(judgement)) == (kind, spoke)
    for reason in judgement.assessment.verdict.reasons:
        assert reason.text.endswith(".")
    assert not (kind is BLOCK and judgement.assessment.reserved)


@pytest.mark.parametrize(
    ("more", "prefix", "count", "total", "recent", "spoke"),
    [
        ("", "tries:", 1, "0", (), ["allow_when"]),
        ("", "tries:", 2, "0", (), ["repeated_tries"]),
        ("triggers: {repeated_tries: {at_least: 4}}", "tries:", 2, "0", (), ["allow_when"]),
        ("", "amounts:agent", 5, "25", ("5", "5", "6", "5", "5"), ["amount_rise"]),
        ("", "amounts:session", 5, "25", ("5", "5", "6", "5", "5"), ["amount_rise"]),
        ("", "amounts:customer", 5, "25", ("5", "5", "6", "5", "5"), ["amount_rise"]),
        ("", "amounts:agent", 4, "20", ("5", "5", "5", "5"), ["allow_when"]),
        ("", "amounts:agent", 5, "25", ("7", "7", "7", "7", "7"), ["allow_when"]),
        ("", "amounts:agent", 5, "25", ("1", "7", "7", "7", "7"), ["allow_when"]),
        ("triggers: {amount_rise: {times: 5}}", "amounts:agent", 5, "25", ("5",) * 5, ["allow_when"]),
        ("caps: {per_customer_day: 500}", "cap:customer_day", 9, "480", (), ["allow_when"]),
        ("caps: {per_customer_day: 500}", "cap:customer_day", 9, "480.01", (), ["cap.per_customer_day"]),
        ("caps: {per_customer_day: [500, 3 actions]}", "cap:customer_day", 3, "0", (), ["cap.per_customer_day"]),
        ("caps: {per_agent_hour: 30 actions}", "cap:agent_hour", 29, "0", (), ["allow_when"]),
        ("caps: {per_agent_hour: 30 actions}", "cap:agent_hour", 30, "0", (), ["cap.per_agent_hour"]),
        ("hold_when: [{name: day, when: history.customer_day_total + amount > 100}]", "cap:customer_day", 1, "80", (), ["allow_when"]),
        ("hold_when: [{name: day, when: history.customer_day_total + amount > 100}]", "cap:customer_day", 1, "80.01", (), ["day"]),
        ("hold_when: [{name: often, when: history.customer_day_count >= 2}]", "cap:customer_day", 2, "0", (), ["often"]),
        ("hold_when: [{name: busy, when: history.agent_hour_count >= 2}]", "cap:agent_hour", 2, "0", (), ["busy"]),
        ("hold_when: [{name: rise, when: amount > 3 * history.agent_median_amount}]", "amounts:agent", 1, "6.66", ("6.66",), ["rise"]),
        ("hold_when: [{name: rise, when: amount > 3 * history.agent_median_amount}]", "amounts:agent", 1, "6.67", ("6.67",), ["allow_when"]),
        ("hold_when: [{name: rise, when: amount > 3 * history.agent_median_amount}]", "amounts:agent", 0, "0", (), ["failed.rise"]),
        ("hold_when: [{name: new, when: history.agent_amounts_count < 2}]", "amounts:agent", 1, "5", ("5",), ["new"]),
    ],
)  # fmt: skip
def test_what_was_counted_before(
    more: str, prefix: str, count: int, total: str, recent: tuple[str, ...], spoke: list[str]
) -> None:
    policy, proposed = policy_of(REFUND + more), proposal()
    tallies = counted(zeros(policy, proposed), prefix, count, total, recent)
    assert rules(judged(policy, proposed, tallies)) == spoke


def test_a_cap_says_what_is_used_and_asked() -> None:
    policy, proposed = policy_of(REFUND + "caps: {per_customer_day: 500}"), proposal()
    judgement = judged(policy, proposed, counted(zeros(policy, proposed), "cap:customer_day", 3, "490"))
    (reason,) = judgement.assessment.verdict.reasons
    assert reason.text == "The cap for a customer a day is 500 USD; 490 is used, 20 is asked."
    assert reason.compared == {"cap": "500", "used": "490", "asked": "20", "unit": "USD"}


def test_held_and_allowed_reserve_and_are_observed() -> None:
    policy = policy_of(REFUND + "caps: {per_customer_day: 500, per_agent_hour: 30 actions}")
    for amount in (20, 40):
        judgement = judged(policy, proposal({"amount": amount}))
        reserved = judgement.assessment.reserved
        assert [one.key for one in reserved] == [
            f"cap:customer_day:refund:USD:{pseudonym('c-1')}:2026-03-04",
            "cap:agent_hour:refund:USD:agent-1:2026-03-04T12",
        ]
        assert {(one.count, one.amount) for one in reserved} == {(1, Decimal(amount))}
        assert [one.key for one in judgement.observed] == [
            f"tries:refund:{pseudonym('s-1')}",
            "amounts:agent:refund:USD:agent-1",
            f"amounts:session:refund:USD:{pseudonym('s-1')}",
            f"amounts:customer:refund:USD:{pseudonym('c-1')}",
        ]


def test_what_is_blocked_reserves_nothing_and_moves_no_median() -> None:
    judgement = judged(policy_of(REFUND + "caps: {per_action: 10, per_customer_day: 500}"), proposal())
    assert judgement.assessment.verdict.kind is BLOCK
    assert judgement.assessment.reserved == ()
    assert [one.key for one in judgement.observed] == [f"tries:refund:{pseudonym('s-1')}"]


def test_the_day_is_the_policys() -> None:
    policy, proposed = policy_of(REFUND + "caps: {per_customer_day: 500}"), proposal()
    late = NOW.replace(hour=3)  # 22:00 of the day before in New York
    assert f"cap:customer_day:refund:USD:{pseudonym('c-1')}:2026-03-03" in tally_keys(policy, proposed, AGENT, late)


def test_an_agent_may_not_do_more_than_it_may() -> None:
    policy, proposed = policy_of(), proposal()
    narrow = type(AGENT)("agent-2", "narrow", "lee@acme.test", ("phone_change",), NOW)
    late = type(AGENT)("agent-3", "late", "lee@acme.test", ("refund",), NOW, expires_at=NOW)
    for agent, rule in ((narrow, "agent.action_type"), (late, "agent.expired")):
        verdict = judge(policy, proposed, agent, zeros(policy, proposed, agent), NOW).assessment.verdict
        assert verdict.kind is BLOCK
        assert [reason.rule for reason in verdict.reasons] == [rule]


def test_unknown_tools_can_be_blocked() -> None:
    policy = policy_of(more="defaults: {unknown_tool: block, owner: finance}\n")
    judgement = judged(policy, proposal(tool="wire_money"))
    assert judgement.assessment.verdict.kind is BLOCK
    assert judgement.assessment.action_type == "unknown_tool"
    assert judgement.assessment.level is Level.COMMIT


def test_sensitive_values_stay_out_of_the_reasons() -> None:
    action = REFUND + (
        "arguments: {amount: money, phone: {sensitive: true, pattern: '[0-9]+'}}\n"
        "hold_when: [{name: odd, when: arguments.phone != ''}]"
    )
    judgement = judged(policy_of(action), proposal({"amount": 5, "phone": "secret"}))
    assert rules(judgement) == ["arguments.invalid", "odd"]
    assert "secret" not in str(judgement.assessment.verdict)


def test_every_rule_that_was_tried_is_told() -> None:
    policy = policy_of(REFUND + "hold_when: [{name: odd, when: amount == 7}]")
    tried = {one.rule: one for one in judged(policy, proposal()).tried}
    assert tried["odd"].result == "false"
    assert tried["odd"].expression == "amount == 7"
    assert tried["odd"].compared == {"amount": 20}
    assert tried["allow_when"].result == "true"
    assert tried["mismatch"].result == tried["caps"].result == "quiet"
