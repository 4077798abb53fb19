from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bot.domain.requests import Step
from bot.errors import BadInput
from bot.policy.document import Policy
from bot.policy.loading import load
from bot.routing import route
from tests.rigs.gates import NOW, REFUND, ROSTER, judged, policy_of, proposal

SLA = """\
sla:
      respond_within: 15m
      remind_at: [50%, 20m]
      escalate: [{after: 15m, to: [dana]}, {after: 45m, to: [supervisors, vera], post_to: {slack: C0}}]
      expire_after: 4h
    channels: {slack: C1, desk: front}
    accountable: vera
"""
TIMED = ROSTER.replace("{accountable: vera, risk_owner: dana, approvers: [supervisors], reasons: [wrong_amount]}", f"""
    risk_owner: dana
    approvers: [supervisors]
    reasons: [wrong_amount]
    {SLA}""")  # fmt: skip


def routed(policy: Policy, timeout: str = "30m", **sent: Any) -> Any:
    proposed = replace(proposal(**sent), timeout=timeout)
    return route(policy, proposed, judged(policy, proposed).assessment, NOW)


def timed(action: str = REFUND, more: str = "") -> Policy:
    indented = "".join(f"    {line}\n" for line in action.splitlines())
    return load(f"{TIMED}{more}actions:\n  refund:\n{indented}", "policy.yaml")


def test_everything_is_frozen_onto_it() -> None:
    routing = routed(timed(), "24h")
    assert (routing.owner, routing.owner_title, routing.accountable, routing.risk_owner) == (
        "refunds", "Refunds", "vera", "dana",
    )  # fmt: skip
    assert routing.approvers == ("lee", "dana")
    assert routing.channels == {"slack": "C1", "desk": "front"}
    assert routing.approvals_needed == 1
    assert routing.reject_reasons == ("wrong_amount",)
    assert routing.grant_seconds == 600
    assert not routing.high_class
    assert routing.due_at == NOW + timedelta(minutes=15)
    assert routing.deadline_at == NOW + timedelta(hours=4)
    assert routing.remind_at == (NOW + timedelta(minutes=7, seconds=30), NOW + timedelta(minutes=20))
    assert routing.escalation == (
        Step(NOW + timedelta(minutes=15), ("dana",)),
        Step(NOW + timedelta(minutes=45), ("lee", "dana", "vera"), {"slack": "C0"}),
    )


def test_the_agents_timeout_shortens_it_and_what_comes_after_is_left_out() -> None:
    routing = routed(timed(), "10m")
    assert routing.due_at == routing.deadline_at == NOW + timedelta(minutes=10)
    assert routing.escalation == ()
    assert len(routing.remind_at) == 1


def test_the_policys_timeout_shortens_it_too() -> None:
    policy = timed(more="defaults: {timeout: 1h, grant_expires_after: 5m}\n")
    routing = routed(policy, "24h")
    assert routing.deadline_at == NOW + timedelta(hours=1)
    assert routing.grant_seconds == 300


@pytest.mark.parametrize(
    ("sent", "owner"),
    [
        ({"arguments": {"amount": 2000}}, "finance"),
        ({"arguments": {"amount": 20}}, "refunds"),
        ({"context": {"region": "EU"}}, "finance"),
        ({"context": {"language": "fr", "region": "US"}}, "refunds"),
        ({"arguments": {"amount": "much"}, "context": {"region": "EU"}}, "finance"),
        ({"arguments": {"amount": "much"}}, "refunds"),
        ({"tool": "wire_money"}, "finance"),
    ],
)
def test_who_gets_it(sent: dict[str, Any], owner: str) -> None:
    rules = "route: [{when: amount > 1000, owner: finance}, {when: region == 'EU', owner: finance}]"
    policy = policy_of(REFUND + rules, more="defaults: {owner: finance}\n")
    routing = routed(policy, **sent)
    assert routing.owner == owner
    assert routing.approvers


def test_an_unknown_tool_goes_to_the_first_owner_by_default() -> None:
    routing = routed(policy_of(), tool="wire_money")
    assert routing.owner == "refunds"
    assert routing.fields == ()
    assert routing.extra_fields


def test_the_actions_own_words_come_first() -> None:
    routing = routed(
        policy_of(REFUND + "reject_reasons: [too_late]\napprovals: 2\ngrant_expires_after: 1m\neditable: [amount]")
    )
    assert routing.reject_reasons == ("too_late",)
    assert routing.approvals_needed == 2
    assert routing.grant_seconds == 60
    assert [field.name for field in routing.fields] == ["amount"]


@pytest.mark.parametrize("timeout", ["", "30", "1d", "-5m", "1.5h", "0s", "99999h"])
def test_a_timeout_that_is_none_is_refused(timeout: str) -> None:
    with pytest.raises(BadInput) as found:
        routed(policy_of(), timeout)
    assert found.value.field == "timeout"
