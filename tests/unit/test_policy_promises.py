"""What a policy file may promise beyond a time: ladders, stages, rotations, limits; and what is wrong with it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.hours import Hours
from bot.domain.routing import OverLimit, Routing, Step
from bot.errors import PolicyInvalid
from bot.policy.document import Escalation, Policy
from bot.policy.loading import load
from bot.policy.promise import next_stage, resumed
from bot.policy.rotations import Rotation, Turn

NOW = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)
"""A Friday, ten o'clock in New York."""
HOUSE = """
version: 1
currency: USD
timezone: America/New_York
people:
  lee: {email: lee@acme.test, limit: 500, manager: dana}
  dana: {email: dana@acme.test, manager: vera}
  rosa: {email: rosa@acme.test}
  vera: {email: vera@acme.test}
groups: {supervisors: {members: [lee, dana]}}
rotations:
  nights: {people: [lee, dana], every: week, starts: 2026-01-05, handover: "09:00", owner: refunds}
  sun:
    shifts:
      - hours: "08:00-16:00"
        timezone: Europe/London
        people: [lee, dana]
        every: day
        starts: 2026-01-05
        days: mon-fri
      - {hours: "22:00-06:00", people: [vera]}
  planned: {calendar: on-call.ics}
owners:
  refunds:
    accountable: vera
    risk_owner: rosa
    approvers: [supervisors]
    over_limit: second_signature
    separate: [agent_owner]
    assign: least_loaded
    sla:
      respond_within: 1h
      remind_at: [50%, -10m, 40m]
      escalate:
        - {after: 1h, to: [nights, manager], widen: true, repeat: {times: 2, every: 30m}}
        - {after: 90m, move_to: finance, post_to: {slack: C1}}
      stop_clock_while_asked: true
      claim_for: 15m
      gather: never
  finance: {accountable: vera, risk_owner: rosa, approvers: [rosa]}
actions:
  wire:
    class: other
    level: commit
    owner: refunds
    stages:
      - {title: Supervisor, approvers: [supervisors], approvals: 2}
      - title: Finance
        approvers: [rosa, vera]
        text: Booked right?
        sla: {respond_within: 2h, escalate: [{after: 3h, to: [vera]}]}
  lock: {class: access, level: commit, owner: refunds}
  note: {class: access, level: commit, owner: refunds, urgent: false}
"""


def house() -> Policy:
    return load(HOUSE, "policy.yaml")


def test_a_ladder_says_whom_it_names_and_what_each_step_does() -> None:
    sla = house().owners["refunds"].sla
    assert sla.escalate == (
        Escalation(3600, ("on_call:nights", "manager"), widen=True, repeats=2, every=1800),
        Escalation(5400, (), {"slack": "C1"}, move_to="finance"),
    )
    assert [(one.seconds, one.share) for one in sla.remind_at] == [(1800, 50), (2400, None), (3000, 83)]
    assert (sla.stops_while_asked, sla.claim_seconds, sla.gather_seconds) == (True, 900, 0)
    owner = house().owners["refunds"]
    assert (owner.over_limit, owner.bars_agents_owner, owner.assigns) == (OverLimit.SECOND, True, True)


def test_rotations_come_as_turns_shifts_or_a_calendar() -> None:
    monday = date(2026, 1, 5)
    rotations = house().rotations
    assert rotations["nights"] == Rotation(
        "nights", "Nights", (Turn(("lee", "dana"), 7, monday, 540, 1980, "America/New_York"),), owner="refunds"
    )
    assert rotations["sun"].turns == (
        Turn(("lee", "dana"), 1, monday, 480, 960, "Europe/London", (0, 1, 2, 3, 4)),
        Turn(("vera",), 7, date(2024, 1, 1), 1320, 1800, "America/New_York"),
    )
    assert rotations["planned"].calendar == "on-call.ics"


def test_a_stage_has_its_own_promise_and_the_rest_is_its_owners() -> None:
    first, second = house().actions["wire"].stages
    assert (first.title, first.approvers, first.approvals, first.sla) == ("Supervisor", ("lee", "dana"), 2, None)
    assert second.text == "Booked right?"
    assert second.sla is not None
    assert (second.sla.respond_within, second.sla.escalate) == (7200, (Escalation(10800, ("vera",)),))
    assert house().signers_of("refunds", "wire") == {"lee", "dana", "rosa", "vera"}
    assert house().signers_of("refunds", "lock") == {"lee", "dana"}


def test_what_lets_an_account_be_taken_over_is_urgent_unless_the_file_says_otherwise() -> None:
    actions = house().actions
    assert (actions["lock"].urgent, actions["note"].urgent, actions["wire"].urgent) == (True, False, False)


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        ("manager: vera", "manager: lee", "people.lee: reports to themselves"),
        ("manager: vera", "manager: nobody", "people.dana: reports to 'nobody', who is nobody of this file"),
        ("to: [nights, manager]", "to: [night]", "'night' is neither a person, a group nor a rotation (did you mean"),
        ("times: 2,", "times: 9,", "has a last repetition after 330m, when requests have expired"),
        ("move_to: finance, post_to: {slack: C1}", "widen: false", "does nothing"),
        ("to: [nights, manager], ", "post_to: {slack: C1}, ", "lets nobody decide"),
        ("move_to: finance", "move_to: finances", "'finances' is not an owner of this file (did you mean finance?)"),
        ("-10m", "-90m", "is before the request opens"),
        ("-10m", "-soon", "'soon' is not a duration"),
        ("gather: never", "gather: sometimes", "'sometimes' is not a duration"),
        ("over_limit: second_signature", "over_limit: two", "'two' is not one of refuse, second_signature"),
        ("[agent_owner]", "[customer]", "'customer' is nobody who could be kept apart"),
        ("assign: least_loaded", "assign: lee", "'lee' is not one of nobody, least_loaded"),
        ("every: week, starts", "every: month, starts", "'month' is no length of a turn"),
        ("starts: 2026-01-05, handover", "handover", "lacks starts"),
        ('handover: "09:00"', "handover: 9", "'9' is no time of the day"),
        ("owner: refunds}\n  sun", "owner: refund}\n  sun", "has the owner 'refund', who is none of this file"),
        ("calendar: on-call.ics", "calendar: 'http://a.test/x.ics'", "is no https address"),
        ("calendar: on-call.ics", "title: Planned", "says not in one way who is on call"),
        ("calendar: on-call.ics", "calendar: x.ics, every: day", "means nothing without people"),
        ('hours: "22:00-06:00"', 'hours: "22-06"', "'22-06' is no part of a day"),
        ("  planned:", "  dana:", "is the name of a person or a group too"),
        ("approvals: 2}", "approvals: 3}", "asks for 3 approvals of 2 people"),
        ("[rosa, vera]\n", "[lee]\n", "asks for 3 signatures and names 2 people"),
        ("title: Finance", "title: Supervisor", "has 'Supervisor' twice"),
        ("{respond_within: 2h, esc", "{respond_within: 9h, esc", "is longer than requests live (4h)"),
        ("    stages:\n", "    approvals: 2\n    stages:\n", "stands beside stages"),
    ],
)
def test_what_is_wrong_with_it_is_told_with_its_remedy(written: str, instead: str, told: str) -> None:
    assert written in HOUSE
    with pytest.raises(PolicyInvalid) as found:
        load(HOUSE.replace(written, instead, 1), "policy.yaml")
    assert told in "\n".join(f"{one.field}: {one.message} ({one.remedy})" for one in found.value.problems)


OFFICE = Hours(week=(((540, 1020),),) * 5 + ((),) * 2, timezone="America/New_York")


def routing(hours: Hours | None, **changes: object) -> Routing:
    given_ = {
        "owner": "refunds", "owner_title": "Refunds", "accountable": "vera", "risk_owner": "rosa", "channels": {},
        "approvers": ("lee",), "approvals_needed": 1, "due_at": NOW + timedelta(hours=1),
        "deadline_at": NOW + timedelta(hours=4), "grant_seconds": 600, "reject_reasons": (),
        "remind_at": (NOW + timedelta(minutes=30), NOW + timedelta(minutes=45)),
        "escalation": (Step(NOW + timedelta(hours=2), ("vera",)),), "hours": hours,
        "latest_at": NOW + timedelta(days=5),
    }  # fmt: skip
    return Routing(**(given_ | changes))  # type: ignore[arg-type] # each has its own type


def test_a_clock_that_runs_again_leaves_what_was_left() -> None:
    stopped, now = NOW + timedelta(minutes=40), NOW + timedelta(minutes=100)
    again = resumed(routing(None), stopped, now)
    assert again.due_at == NOW + timedelta(hours=2)
    assert again.deadline_at == NOW + timedelta(hours=5)
    assert again.remind_at == (NOW + timedelta(minutes=30), NOW + timedelta(minutes=105))
    assert [step.at for step in again.escalation] == [NOW + timedelta(hours=3)]


def test_over_a_weekend_only_working_time_is_left_over() -> None:
    monday = datetime(2026, 3, 9, 14, 0, tzinfo=UTC)  # ten o'clock, clocks were put forward meanwhile
    again = resumed(routing(OFFICE), NOW + timedelta(minutes=30), monday)
    assert again.due_at == monday + timedelta(minutes=30)
    assert again.deadline_at == monday + timedelta(hours=3, minutes=30)


def test_neither_the_law_nor_the_agents_patience_waits_for_an_answer() -> None:
    law = NOW + timedelta(minutes=90)
    bound = routing(None, statutory_at=law, latest_at=NOW + timedelta(hours=5))
    again = resumed(bound, NOW + timedelta(minutes=10), NOW + timedelta(hours=3))
    assert (again.due_at, again.deadline_at) == (law, NOW + timedelta(hours=5))


@given(
    st.sampled_from([None, OFFICE]),
    st.integers(0, 5 * 3600),
    st.integers(0, 10 * 86400),
    st.integers(0, 86400),
)
def test_stopping_a_clock_never_shortens_a_time_and_longer_stops_never_less(
    hours: Hours | None, stop: int, lasts: int, more: int
) -> None:
    path = routing(hours)
    stopped = NOW + timedelta(seconds=stop)
    short = resumed(path, stopped, stopped + timedelta(seconds=lasts))
    long = resumed(path, stopped, stopped + timedelta(seconds=lasts + more))
    assert path.due_at <= short.due_at <= long.due_at <= long.deadline_at
    assert path.deadline_at <= short.deadline_at <= long.deadline_at
    for before, first, second in zip(path.remind_at, short.remind_at, long.remind_at, strict=True):
        assert before <= first <= second
    for one, first_step, second_step in zip(path.escalation, short.escalation, long.escalation, strict=True):
        assert one.at <= first_step.at <= second_step.at


def test_the_times_of_a_later_stage_count_from_its_beginning() -> None:
    from bot.policy.promise import Promise  # noqa: PLC0415 - beside what it is compared with

    policy = house()
    promise = Promise(policy.owners["refunds"], NOW, lasts=86400, stages=policy.actions["wire"].stages)
    assert promise.times.due_at == NOW + timedelta(hours=1)
    assert [step.at - NOW for step in promise.times.escalation] == [timedelta(minutes=m) for m in (60, 90, 90, 120)]
    path = routing(None, stages=promise.stages, deadline_at=NOW + timedelta(hours=4))
    times = next_stage(path, 1, NOW + timedelta(minutes=30))
    assert times.due_at == NOW + timedelta(hours=2, minutes=30)
    assert [step.at for step in times.escalation] == [NOW + timedelta(hours=3, minutes=30)]
    late = next_stage(path, 1, NOW + timedelta(hours=3))
    assert (late.due_at, late.escalation) == (NOW + timedelta(hours=4), ())
