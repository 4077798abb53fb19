"""The life of requests with every command in any order: one decision, no signature by somebody who may not, no grant
without every signature, deadlines kept, a record that verifies and views that are what it says.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.deciding import (
    Approve,
    ApproveWithEdits,
    Ask,
    Claim,
    Reassign,
    Reject,
    Reveal,
    Revoke,
    Snooze,
    Unclaim,
    Withdraw,
)
from tests.contract.model import World
from tests.contract.model_book import PEOPLE

WHO = st.sampled_from(PEOPLE)
SCOPE = st.sampled_from(["everything", "action:wire", "owner:finance", "action:refund", "owner:refunds"])
EXAMPLES = int(os.environ.get("MODEL_EXAMPLES", "100"))
"""How many histories are tried."""
MOST = 3
"""Requests in one history, so that much happens to each; and, beside them, those of one batch."""
TOGETHER = (Approve("seen"), Approve(), Reject("not_eligible", "no"))


class Life(RuleBasedStateMachine):
    """Anything that people, agents and time may do, in any order."""

    requests: Bundle[str] = Bundle("requests")

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.batch: list[str] = []

    @precondition(lambda self: len(self.world.books) - len(self.batch) < MOST)
    @rule(
        target=requests,
        tool=st.sampled_from(["issue_refund", "change_payout", "wire", "wire"]),
        amount=st.sampled_from([80, 700, 1800]),
        behalf=st.sampled_from([None, None, "dana", "vera"]),
        patience=st.sampled_from([60, 240, 240]),
    )
    def propose(self, tool: str, amount: int, behalf: str | None, patience: int) -> Any:
        before = len(self.world.books)
        self.world.open(tool, amount, behalf, patience)
        return list(self.world.books)[-1] if len(self.world.books) > before else multiple()

    @precondition(lambda self: not self.batch)
    @rule(
        target=requests,
        tool=st.sampled_from(["issue_refund", "wire"]),
        amount=st.sampled_from([80, 700]),
        count=st.sampled_from([2, 3, 5, 26]),
    )
    def propose_several(self, tool: str, amount: int, count: int) -> Any:
        before = set(self.world.books)
        for number in range(count):
            self.world.open(tool, amount, "dana" if number == 1 else None, 240)
        self.batch = [id_ for id_ in self.world.books if id_ not in before]
        return multiple(*self.batch)

    @precondition(lambda self: bool(self.batch))
    @rule(who=WHO, skip=st.integers(0, 3), command=st.sampled_from(TOGETHER))
    def decide_the_batch(self, who: str, skip: int, command: Approve | Reject) -> None:
        self.world.decide_together(self.batch[skip:], command, who)

    @rule(ids=st.lists(requests, min_size=2, max_size=5), who=WHO, command=st.sampled_from(TOGETHER))
    def decide_some_together(self, ids: list[str], who: str, command: Approve | Reject) -> None:
        self.world.decide_together(ids, command, who)

    @rule(id_=requests, giver=WHO, to=WHO)
    def hand_on(self, id_: str, giver: str, to: str) -> None:
        self.world.say(id_, Reassign(to), giver)

    @rule(id_=requests, who=WHO, times=st.integers(1, 2))
    def approve(self, id_: str, who: str, times: int) -> None:
        for _ in range(times):
            self.world.say(id_, Approve(), who)

    @rule(id_=requests, first=WHO, second=WHO, third=WHO)
    def approve_one_after_the_other(self, id_: str, first: str, second: str, third: str) -> None:
        for who in (first, second, third):
            self.world.say(id_, Approve(), who)

    @rule(id_=requests, who=WHO, amount=st.sampled_from([50, 600, 5000]))
    def edit(self, id_: str, who: str, amount: int) -> None:
        self.world.say(id_, ApproveWithEdits({"amount": amount}), who)

    @rule(id_=requests, who=WHO)
    def withdraw(self, id_: str, who: str) -> None:
        self.world.say(id_, Withdraw("not sure"), who)

    @rule(id_=requests, others=st.permutations(PEOPLE), who=WHO, after=st.integers(1, 5))
    def take_back_among_signatures(self, id_: str, others: list[str], who: str, after: int) -> None:
        for other in others[:after]:
            self.world.say(id_, Approve(), other)
        self.world.say(id_, Withdraw(), who)
        self.world.say(id_, Approve(), who)

    @rule(id_=requests, who=WHO, other=WHO, minutes=st.integers(-1, 90), what=st.integers(0, 7))
    def attend(self, id_: str, who: str, other: str, minutes: int, what: int) -> None:
        until = self.world.house.clock.now() + timedelta(minutes=minutes)
        commands = (
            Claim(), Unclaim(), Ask("why?"), Reassign(other), Snooze(until), Reveal("card"), Revoke("no"),
            Reject("not_eligible", "no"),
        )  # fmt: skip
        self.world.say(id_, commands[what], who)

    @rule(id_=requests, number=st.integers(0, 3))
    def answer(self, id_: str, number: int) -> None:
        questions = self.world.request(id_).questions
        if number < len(questions):
            self.world.answer(id_, questions[number].id)

    @rule(id_=requests, what=st.sampled_from(["redeem", "report", "redeem", "cancel"]))
    def proceed(self, id_: str, what: str) -> None:
        self.world.proceed(id_, what)

    @rule(minutes=st.sampled_from([1, 3, 6, 11, 25, 61, 130, 600]))
    def wait(self, minutes: int) -> None:
        self.world.pass_time(minutes)

    @rule(id_=requests, who=WHO, times=st.integers(1, 6))
    def claim_just_before_each_step(self, id_: str, who: str, times: int) -> None:
        for _ in range(times):
            self.world.approach_a_step(id_)
            self.world.say(id_, Unclaim(), who)  # an older claim would end before the step
            self.world.say(id_, Claim(), who)
            self.world.pass_time(3)

    @precondition(lambda self: len(self.world.books) > 1)
    @rule(scope=SCOPE, freeze=st.booleans(), minutes=st.sampled_from([None, 2, 5]))
    def pause(self, scope: str, freeze: bool, minutes: int | None) -> None:
        self.world.pause(scope, freeze=freeze, minutes=minutes)

    @precondition(lambda self: bool(self.world.paused))
    @rule(scope=SCOPE)
    def resume(self, scope: str) -> None:
        self.world.resume(scope if scope in self.world.paused else next(iter(self.world.paused)))

    @rule(who=WHO)
    def leave_or_come_back(self, who: str) -> None:
        self.world.leave(who)

    @rule(who=WHO, other=WHO, minutes=st.integers(1, 60))
    def arrange(self, who: str, other: str, minutes: int) -> None:
        self.world.arrange(who, other, minutes)

    @invariant()
    def nothing_is_decided_twice(self) -> None:
        assert all(book.decided <= 1 and book.redeemed <= 1 for book in self.world.books.values())

    def teardown(self) -> None:
        self.world.close()


@pytest.mark.timeout(600)
def test_whatever_happens_in_whatever_order() -> None:
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
