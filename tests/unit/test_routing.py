from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from bot.domain.routing import Routing, Step
from bot.errors import BadInput
from bot.policy.document import Policy
from bot.policy.loading import load
from bot.routing import route
from tests.rigs.gates import NOW, REFUND, ROSTER, judged, policy_of, proposal, text_of

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


HOURS = 'hours: {mon-fri: ["09:00-12:00", "13:00-17:00"], holidays: [US]}'
FRIDAY = datetime(2026, 3, 6, 21, 30, tzinfo=UTC)  # 16:30 in New York, where clocks change on Sunday


def working(sla: str = "", now: datetime = FRIDAY, timeout: str = "720h", action: str = REFUND, **sent: Any) -> Routing:
    text = text_of(action).replace("reasons: [wrong_amount]}", f"{HOURS}, sla: {{{sla}}}}}", 1)
    policy = load(text, "policy.yaml")
    proposed = replace(proposal(**sent), timeout=timeout)
    return route(policy, proposed, judged(policy, proposed).assessment, now)


def new_york(day: int, clock: str) -> datetime:
    return (
        datetime.fromisoformat(f"2026-03-{day:02}T{clock}").replace(tzinfo=ZoneInfo("America/New_York")).astimezone(UTC)
    )


def test_a_promise_is_counted_in_working_hours() -> None:
    routing = working(
        "respond_within: 2h, remind_at: [50%, 90m], expire_after: 8h, "
        "escalate: [{after: 30m, to: [dana]}, {after: 3h, to: [vera]}, {after: 5h, to: [vera]}]"
    )
    assert routing.due_at == new_york(9, "10:30")
    assert routing.remind_at == (new_york(9, "09:30"), new_york(9, "10:00"))
    assert [step.at for step in routing.escalation] == [
        new_york(6, "17:00"),
        new_york(9, "11:30"),
        new_york(9, "14:30"),
    ]
    assert routing.deadline_at == new_york(10, "09:30")
    assert routing.working_zone == "America/New_York"
    assert {routing.due_at.tzinfo, routing.deadline_at.tzinfo, *(at.tzinfo for at in routing.remind_at)} == {UTC}


def test_what_arrives_on_a_friday_evening_does_not_expire_before_monday_opens() -> None:
    routing = working("respond_within: 15m, expire_after: 4h", now=new_york(6, "22:00"))
    assert (routing.due_at, routing.deadline_at) == (new_york(9, "09:15"), new_york(9, "14:00"))


def test_the_agents_timeout_is_calendar_time_and_always_bounds_it() -> None:
    routing = working("respond_within: 15m, escalate: [{after: 1m, to: [dana]}]", new_york(6, "22:00"), timeout="24h")
    assert routing.due_at == routing.deadline_at == new_york(7, "22:00")
    assert (routing.remind_at, routing.escalation) == ((), ())


def test_a_promise_in_elapsed_time_takes_no_notice_of_hours() -> None:
    routing = working("calendar: true, respond_within: 2h, expire_after: 8h")
    assert (routing.due_at, routing.deadline_at) == (FRIDAY + timedelta(hours=2), FRIDAY + timedelta(hours=8))
    assert routing.remind_at == (FRIDAY + timedelta(hours=1),)
    assert routing.working_zone is None


def test_a_reminder_by_share_is_never_later_than_what_it_reminds_of() -> None:
    limited = REFUND + "statutory: {within: 1h}"
    routing = working("respond_within: 4h, remind_at: [10%, 90%]", new_york(6, "09:00"), action=limited)
    assert routing.due_at == new_york(6, "10:00")
    assert routing.remind_at == (new_york(6, "09:24"), new_york(6, "10:00"))


@pytest.mark.parametrize(
    ("received", "statutory_at", "due_at"),
    [
        ("2026-02-20", new_york(7, "00:00"), new_york(7, "00:00")),
        ("2026-02-23", new_york(10, "01:00"), new_york(9, "10:30")),
        ("2026-02-20T12:00:00", new_york(7, "12:00"), new_york(7, "12:00")),
        ("2026-02-20T12:00:00Z", new_york(7, "07:00"), new_york(7, "07:00")),
        ("2026-01-01", FRIDAY, FRIDAY),
        ("2027-01-01", FRIDAY + timedelta(days=15), new_york(9, "10:30")),
        ("yesterday", FRIDAY, FRIDAY),
        ("0001-01-01T00:00:00+14:00", FRIDAY, FRIDAY),
        (20260220, FRIDAY, FRIDAY),
        (None, FRIDAY, FRIDAY),
    ],
)
def test_a_limit_of_the_law_runs_beside_the_promise_in_calendar_time(
    received: Any, statutory_at: datetime, due_at: datetime
) -> None:
    limited = REFUND + "statutory: {within: 15d, from: arguments.received_on, warn_before: 2d}"
    routing = working(
        "respond_within: 2h, escalate: [{after: 3h, to: [lee]}], expire_after: 80h",
        action=limited,
        arguments={"amount": 2000, "received_on": received},
    )
    assert (routing.statutory_at, routing.due_at) == (statutory_at, due_at)
    told = max(FRIDAY, statutory_at - timedelta(days=2))
    assert routing.warn_at == told


def test_without_a_beginning_the_limit_of_the_law_runs_from_the_opening() -> None:
    routing = working("respond_within: 2h", action=REFUND + "statutory: {within: 8w}")
    assert routing.statutory_at == FRIDAY + timedelta(weeks=8)
    assert routing.due_at == new_york(9, "10:30")
    assert routing.escalation == ()
