"""What takes several signatures: two of three and then one, of people who sit at different surfaces."""

from __future__ import annotations

import pytest

from tests.rigs.a_day import Day

pytestmark = pytest.mark.asyncio(loop_scope="module")
TEXT = "Is it booked to the right account?"


async def test_two_of_three_and_then_one_of_finance(day: Day) -> None:
    id_ = await day.opened("change_payout", account="DE02")
    await day.says(id_, "Supervisor", "0 of 2")
    await day.refused("kim", id_, "Kim is not among its approvers")
    await day.refused("olga", id_, "owner of an agent signs nothing that it proposes")
    await _first_stage(day, id_)
    await _back_and_on_again(day, id_)
    await _second_stage(day, id_)
    shown = await day.command("request", "show", id_)
    assert "person:lee on desk, person:dana on teams, person:kim on teams" in " ".join(shown.split())
    signed = [(type_, actor) for type_, actor in await day.record(id_) if type_ in SIGNING]
    assert signed == SIGNED


SIGNING = {"request.signed", "request.withdrawn", "request.stage_began", "request.decided"}
SIGNED = [
    ("request.signed", "person:lee"),
    ("request.withdrawn", "person:lee"),
    ("request.signed", "person:omar"),
    ("request.signed", "person:lee"),
    ("request.stage_began", "person:lee"),
    ("request.withdrawn", "person:omar"),
    ("request.stage_began", "person:omar"),
    ("request.signed", "person:dana"),
    ("request.stage_began", "person:dana"),
    ("request.decided", "person:kim"),
]


async def _first_stage(day: Day, id_: str) -> None:
    """Lee signs in Slack and takes it back there; Omar signs in Teams, Lee again on the desk."""
    await day.in_slack_press("lee", id_, "approve")
    await day.says(id_, "1 of 2", "Lee")
    await day.in_teams_press("lee", id_, "approve")
    assert [type_ for type_, _ in await day.record(id_)].count("request.signed") == 1, "nobody signs twice"
    assert not [form for form in (await day.page("lee", id_)).forms if form.action.endswith("/approve")]
    await day.in_slack_press("lee", id_, "withdraw", {"note": "I have to look again."})
    await day.says(id_, "0 of 2")
    await day.lines(id_, "Lee took the signature back")
    await day.in_teams_press("omar", id_, "approve")
    await day.says(id_, "1 of 2", "Omar")
    await day.on_desk_press("lee", id_, "approve")
    await day.says(id_, "Stage 2 of 2", "Finance", TEXT)
    await day.lines(id_, "let it go on to stage 2 of 2: Finance")
    assert day.called(id_) == {"kim", "ada"}, "whose turn it is now"


async def _back_and_on_again(day: Day, id_: str) -> None:
    """Omar takes his back on the desk, out of the first stage: Finance may not sign until Dana has."""
    await day.refused("lee", id_, "Lee is not among its approvers")
    await day.on_desk_press("omar", id_, "withdraw")
    await day.says(id_, "Stage 1 of 2", "Supervisor", "1 of 2")
    await day.lines(id_, "sent it back to stage 1 of 2: Supervisor")
    await day.refused("kim", id_, "Kim is not among its approvers")
    await day.pass_to(id_, 10)
    await day.in_teams_press("dana", id_, "approve")
    await day.says(id_, "Stage 2 of 2", "Finance", TEXT)


async def _second_stage(day: Day, id_: str) -> None:
    """Its promise runs from when it began: half of thirty minutes later it is reminded of, and Ada is told."""
    await day.pass_to(id_, 24)
    assert "request.reminded" not in [type_ for type_, _ in await day.record(id_)]
    await day.pass_to(id_, 25.1)
    await day.lines(id_, "reminded that it still waits")
    assert day.called(id_) == {"kim", "ada"}
    await day.pass_to(id_, 50.1)
    await day.pinged("ada", id_, TEXT)
    await day.in_teams_press("kim", id_, "approve")
    await day.says(id_, "Approved", "Kim")
    assert all("Supervisor: Lee and Dana · Finance: Kim" in each for each in day.cards(id_).values())
    assert "Supervisor signed by Lee, Dana Finance signed by Kim" in (await day.page("rosa", id_)).words
    assert (await day.agent.aap.get(id_, wait=10)).status == "approved"


async def test_above_ones_limit_another_signs_as_well(day: Day) -> None:
    id_ = await day.opened("issue_refund", amount=800)
    await day.in_slack_press("lee", id_, "approve")
    await day.says(id_, "Lee", "of somebody whose limit covers 800.00 USD")
    await day.on_desk_press("dana", id_, "approve")
    await day.says(id_, "Approved", "Dana")
    assert (await day.agent.aap.get(id_, wait=10)).status == "approved"


async def test_one_of_those_who_may_sign_refuses_it_for_all(day: Day) -> None:
    id_ = await day.opened("change_payout", account="DE03")
    await day.in_teams_press("omar", id_, "approve")
    await day.says(id_, "1 of 2", "Omar")
    typed = {"reason_code": "not_eligible", "note": "Nobody was called back."}
    await day.in_slack_press("dana", id_, "reject", typed)
    await day.says(id_, "Rejected", "Dana", "Nobody was called back.")
    assert (await day.agent.aap.get(id_, wait=10)).status == "denied"
