"""What the demonstration must notice: anything that ran undecided, never ran, has no outcome, or left other traces."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from bot.deciding import Approve, ApproveWithEdits, Reject, Revoke
from bot.demo.customers import TOOLS, CustomerSystem, ToolFailed
from bot.demo.ledger import Row, problems_of, rows_of, totals
from bot.demo.scenes import SCENES
from bot.domain.people import policy as by_policy
from bot.domain.requests import OutcomeStatus, Request
from tests.rigs.house import House, new_house


@pytest.fixture
async def house() -> House:
    return await new_house()


async def ran(house: House, request: Request, note: str, status: OutcomeStatus = OutcomeStatus.SUCCEEDED) -> Request:
    await house.redeeming.redeem(request.id, key=f"run-{request.id}", **house.agent)
    return await house.redeeming.report(request.id, status=status, note=note, **house.agent)


async def whole(house: House) -> list[Request]:
    """One of each: allowed, approved, edited and asked again, rejected, blocked."""
    allowed = await ran(house, (await house.propose(10)).request, "a")
    approved = await ran(house, await house.say(await house.held(120), Approve()), "b", OutcomeStatus.FAILED)
    edited = await house.say(await house.held(340), ApproveWithEdits({"amount": 85}))
    again = await ran(house, (await house.propose(85)).request, "c")
    edited_now = await house.store.request(edited.id)
    assert edited_now is not None
    rejected = await house.say(await house.held(200), Reject("not_eligible", "No."))
    blocked = (await house.propose(5000)).request
    return [blocked, again, rejected, edited_now, approved, allowed]


async def test_all_that_is_right_is_no_problem(house: House) -> None:
    rows = rows_of(await whole(house))
    assert totals(rows) == {
        "proposed": 5, "allowed": 1, "approved": 1, "edited": 1, "rejected": 1, "blocked": 1, "ran": 3, "failed": 1,
    }  # fmt: skip
    assert problems_of(rows, ["a", "c"]) == []


async def test_what_is_asked_again_stands_in_the_row_of_what_was_edited(house: House) -> None:
    row = next(row for row in rows_of(await whole(house)) if row.status == "edited")
    assert (row.ran, row.outcome, row.effect) == (True, "succeeded", "c")
    assert row.deciders(house.policy) == "Dana"


async def test_other_changes_than_reported_are_a_problem(house: House) -> None:
    rows = rows_of(await whole(house))
    assert problems_of(rows, ["a", "c", "d"]) == ["the record has 2 successful outcomes, the customer system 3 changes"]
    assert problems_of(rows, ["a", "x"])


async def test_what_nobody_decided_is_a_problem(house: House) -> None:
    (problem,) = problems_of([Row(await house.held())], [])
    assert problem.endswith("was never decided")


async def test_what_was_let_through_and_never_ran_is_a_problem_unless_taken_back(house: House) -> None:
    approved = await house.say(await house.held(), Approve())
    (problem,) = problems_of([Row(approved)], [])
    assert problem.endswith("is approved and never ran")
    revoked = await house.say(approved, Revoke("A mistake."))
    assert problems_of([Row(revoked)], []) == []


async def test_no_outcome_is_a_problem(house: House) -> None:
    approved = await house.say(await house.held(), Approve())
    redeemed = await house.redeeming.redeem(approved.id, key="k", **house.agent)
    (problem,) = problems_of([Row(redeemed)], [])
    assert problem.endswith("ran and has no outcome")


async def test_a_held_action_that_no_person_decided_is_a_problem(house: House) -> None:
    approved = await ran(house, await house.say(await house.held(), Approve()), "a")
    assert approved.decision is not None
    forged = replace(approved, decision=replace(approved.decision, by=by_policy("p-0")))
    (problem,) = problems_of([Row(forged)], ["a"])
    assert problem.endswith("was held and is allowed without a person")


async def test_what_ran_although_it_was_refused_is_a_problem(house: House) -> None:
    approved = await ran(house, await house.say(await house.held(), Approve()), "a")
    rejected = await house.say(await house.held(), Reject("not_eligible", "No."))
    forged = replace(rejected, grant=approved.grant, outcome=approved.outcome)
    (problem,) = problems_of([Row(forged)], ["a"])
    assert problem.endswith("ran though it is rejected")


def test_the_customer_system_does_what_each_scene_asks_or_says_why_not() -> None:
    system, refused = CustomerSystem(), []
    for scene in SCENES:
        try:
            assert system.run(scene.tool, scene.arguments)
        except ToolFailed as error:
            refused.append((scene.key, str(error)))
    assert refused == [
        ("cancel-now", "contract runs until March 2031"),
        ("unknown-tool", "there is no tool export_customer_data"),
    ]
    assert len(system.changes) == len(SCENES) - len(refused)
    assert {scene.tool for scene in SCENES} - {"export_customer_data"} == set(TOOLS)


def test_an_unknown_account_changes_nothing() -> None:
    system = CustomerSystem()
    with pytest.raises(ToolFailed, match="no such account"):
        system.run("issue_refund", {"order_id": "O-9999", "amount": "1.00"})
    assert system.changes == []
