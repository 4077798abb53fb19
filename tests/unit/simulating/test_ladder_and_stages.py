"""What a policy may say beyond one signature of one team: stages, claims that end, steps that do more than tell."""

from __future__ import annotations

from bot.domain.events import Escalated, Unclaimed
from bot.policy.document import Policy
from bot.policy.loading import load
from tests.rigs.simulated import Told, each, run, small, small_text

OTHERS = """  seconds:
    accountable: vera
    risk_owner: vera
    approvers: [cat]
    sla: {respond_within: 15m, remind_at: [50%], expire_after: 1h}
"""
STAGES = (
    "change: {class: other, level: commit, "
    "stages: [{title: First, approvers: [ann]}, {title: Second, approvers: [ben]}]}"
)
ON_CALL = """
rotations:
  nights: {people: [vera, cat], every: day, starts: 2026-03-01, handover: "00:00", timezone: UTC}
"""


def with_owner(approvers: str, steps: str) -> Policy:
    return load(small_text(approvers, steps=steps).replace("actions:", f"{OTHERS}actions:"), "small.yaml")


def escalations(told: Told) -> list[tuple[float, int, Escalated]]:
    return [(at, number, event) for at, number, _, event in told.of("time") if isinstance(event, Escalated)]


def test_stages_are_signed_one_after_the_other_each_by_its_own_people() -> None:
    text = small("ann, ben").text
    line = next(line for line in text.splitlines() if line.startswith("  change:"))
    policy, told = load(text.replace(line, f"  {STAGES}"), "staged.yaml"), Told()
    arrivals, minutes = each(policy, [0], [3])
    figures = run(policy, arrivals, minutes, told=told)
    assert [who for _, _, _, who in told.of("sign")] == ["ann", "ben"]
    assert (figures.promise.within, figures.promise.held) == (1, 1)


def test_a_step_that_widens_lets_those_decide_whom_it_tells() -> None:
    policy, told = small("ben", steps="{after: 20m, to: [vera], widen: true}"), Told()
    figures = run(policy, *each(policy, [0, 1], [30, 5]), told=told)
    # ben is at 0 until 30; vera may decide 1 from 21 on.
    assert told.of("take") == [(0, 0, "take", "ben"), (21, 1, "take", "vera")]
    assert {one.person for one in figures.people} == {"ben", "vera"}


def test_a_step_that_moves_gives_it_to_another_owner_s_people() -> None:
    policy, told = with_owner(approvers="ben", steps="{after: 20m, to: [cat], move_to: seconds}"), Told()
    figures = run(policy, *each(policy, [0, 1], [40, 5]), told=told)
    # 0 is moved away from under ben, who ends at 40 in vain; cat takes 0 once ben has let go of it, and 1 at 21.
    assert (21, 1, "take", "cat") in told.all
    assert next(one for one in figures.people if one.person == "ben").lost == 1
    assert figures.promise.decided == 2


def test_a_step_that_repeats_comes_again() -> None:
    policy, told = small("ben", steps="{after: 15m, to: [vera], repeat: {times: 2, every: 10m}}"), Told()
    figures = run(policy, *each(policy, [0], [40]), told=told)
    assert [(at, event.number) for at, _, event in escalations(told)] == [(15, 1), (25, 2), (35, 3)]
    assert [(one.step, one.count) for one in figures.steps] == [(1, 1), (2, 1), (3, 1)]


def test_a_claim_that_ends_lets_somebody_else_have_it() -> None:
    policy = load(small("ann, ben").text.replace("sla: {", "sla: {claim_for: 5m, "), "claims.yaml")
    told = Told()
    arrivals, minutes = each(policy, [0], [20])
    figures = run(policy, arrivals, minutes, told=told)
    assert next(at for at, _, _, event in told.of("time") if isinstance(event, Unclaimed)) == 5
    assert [(at, who) for at, _, _, who in told.of("take")][:2] == [(0, "ann"), (5, "ben")]
    assert figures.claims_over >= 1
    assert (figures.promise.decided, sum(one.lost for one in figures.people)) == (1, 1)


def test_a_step_comes_to_whoever_is_on_call() -> None:
    policy, told = load(small_text("ben", steps="{after: 15m, to: [nights]}") + ON_CALL, "on_call.yaml"), Told()
    arrivals, minutes = each(policy, [0, 24 * 60], [30, 30])
    run(policy, arrivals, minutes, days=2, told=told)
    assert [event.to for _, _, event in escalations(told)] == [("cat",), ("vera",)]
