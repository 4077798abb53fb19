"""What a threshold item proposes: a stricter rule as a diff that keeps comments, tried on what is on record."""

from __future__ import annotations

import asyncio
import difflib
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from bot.deciding import Approve, ApproveWithEdits, Command, Reject
from bot.domain.lessons import Lesson, Proposed
from bot.domain.requests import Request
from bot.learning.proposing import Proposing
from bot.learning.tightening import diff_of, tightened
from bot.policy.loading import load
from bot.replaying.backtesting import backtest
from tests.rigs.house import POLICY, House, new_house

COMMENTED = POLICY.replace("    allow_when:", "    # below this nobody is asked\n    allow_when:", 1)
assert COMMENTED != POLICY


@pytest.fixture
async def house() -> AsyncIterator[House]:
    made = await new_house(policy=COMMENTED)
    yield made
    await made.store.close()


def alone() -> dict[str, object]:
    """A customer and a session of its own."""
    number = uuid4().hex
    return {"customer": f"c{number}", "session": f"s{number}"}


def proposing(house: House) -> Proposing:
    return Proposing(house.store, house.clock, lambda: house.policy)


async def corrected(house: House, command: Command | None = None, **more: object) -> Request:
    held = await house.held(120, **more)
    lowered = ApproveWithEdits({**held.proposal.arguments, "amount": "20"}, lesson=Lesson.THRESHOLD)
    return await house.say(held, command or lowered, "dana")


async def test_a_lower_limit_is_proposed_and_its_diff_applies_with_comments_kept(house: House, tmp_path: Path) -> None:
    request = await corrected(house)
    found = tightened(request, house.policy)
    assert found is not None
    assert load(found.text, "p").actions["refund"].allow_when is not None
    diff = diff_of(house.policy.text, found.text)
    assert [line for line in diff.splitlines() if line.startswith("-") and not line.startswith("---")] != []
    assert "# below this nobody is asked" in found.text
    file = tmp_path / "policy.yaml"
    file.write_text(house.policy.text, encoding="utf-8")
    patch = await asyncio.create_subprocess_exec("patch", "-p1", cwd=tmp_path, stdin=PIPE, stdout=PIPE)
    await patch.communicate(diff.encode())
    assert patch.returncode == 0
    assert file.read_text(encoding="utf-8") == found.text


async def test_more_confidence_is_asked_for_where_the_agent_was_sure(house: House) -> None:
    context = {"customer": "c", "session": "s", "confidence": 0.83}
    request = await corrected(house, Reject("not_eligible", "No.", Lesson.THRESHOLD), context=context)
    found = tightened(request, house.policy)
    assert found is not None
    assert load(found.text, "p").actions["refund"].confidence_at_least == 0.85
    changed = [
        line for line in difflib.ndiff(house.policy.text.splitlines(), found.text.splitlines()) if line[0] in "+-"
    ]
    assert changed == ["+     confidence_at_least: 0.85"]


async def test_the_figures_are_those_of_judging_everything_again_by_hand(house: House) -> None:
    for amount in (5, 10, 19, 20, 21, 24):
        opened = await house.propose(amount, context=alone())
        assert opened.request.decision is not None, "these run without a person"
    request = await corrected(house)
    proposed = await proposing(house).propose(request.id)
    assert proposed is not None
    assert "amount < 20" in proposed.diff
    ran = [amount for amount in (5, 10, 19, 20, 21, 24) if amount <= 25]
    assert proposed.judged == len(ran) + 1
    assert proposed.held == sum(amount >= 20 for amount in ran)
    assert (proposed.overrides, proposed.caught) == (1, 0)
    now = await house.store.request(request.id)
    assert now is not None
    assert now.feedback is not None
    assert now.feedback.proposal == proposed
    assert now.feedback.steps == (), "nobody did anything yet"


async def test_it_is_worked_out_once_however_often_it_is_asked_for(house: House) -> None:
    request = await corrected(house)
    first = await proposing(house).propose(request.id)
    assert isinstance(first, Proposed)
    assert await proposing(house).propose(request.id) is None
    records = await house.store.events(f"request:{request.id}")
    assert Counter(record.type for record in records)["request.feedback_changed"] == 1


async def test_other_items_propose_nothing(house: House) -> None:
    request = await corrected(house, Reject("wrong_amount", "No."))
    assert await proposing(house).propose(request.id) is None


async def test_a_backtest_says_what_another_policy_would_have_done(house: House) -> None:
    opened = [await house.propose(amount, context=alone()) for amount in (10, 24)]
    held = [await house.held(amount, context=alone()) for amount in (40, 60, 300)]
    await house.say(held[0], Approve(), "dana")
    await house.say(held[1], Reject("not_eligible", "No."), "dana")
    looser = load(house.policy.text.replace("amount <= 25", "amount <= 100"), "p")
    assert looser.version != house.policy.version
    since, until = house.clock.now() - timedelta(days=1), house.clock.now() + timedelta(days=1)
    found = await backtest(house.store, house.store.agent, looser, since, until)
    assert found.judged == len(opened) + len(held)
    assert found.changes == {"allow -> allow": 2, "hold -> allow": 2, "hold -> hold": 1}
    assert (found.saved, found.missed, found.overrides, found.added) == (1, 1, 1, 0)
    stricter = load(house.policy.text.replace("amount <= 25", "amount <= 12"), "p")
    found = await backtest(house.store, house.store.agent, stricter, since, until)
    assert (found.added, found.stopped, found.changed) == (1, 0, 1)
    assert found.by_action == {"refund": 1}
