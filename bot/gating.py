"""The gate: a proposal, the policy and what was counted so far give the verdict, with every reason.

It fails closed. A verdict is *allow* only when a rule says so, no other rule objects and every step came to its end; a
step that breaks, an expression that can't be evaluated, a count that is missing or an amount that can't be read holds
the request and says why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec

from bot.domain.agents import Agent
from bot.domain.requests import Assessment, Context, Proposal
from bot.domain.verdicts import ActionClass, Level, Observation, Reason, Tally, Verdict, VerdictKind
from bot.policy.case import Case, Tried, said
from bot.policy.document import UNKNOWN_TOOL, Policy
from bot.policy.steps import STEPS
from bot.policy.tallies import (
    agent_hour_key,
    amounts_key,
    build_key,
    counts_agent_hour,
    counts_build,
    counts_customer_day,
    customer_day_key,
    fits,
    reserve_for,
    tries_key,
)

__all__ = ["Judgement", "Prepared", "Tried", "fits", "judge", "reserve_for", "tally_keys"]


class Judgement(msgspec.Struct, frozen=True):
    """What the gate made of a proposal: the assessment, what is counted for good, and every rule that was tried."""

    assessment: Assessment
    observed: tuple[Observation, ...] = ()
    tried: Sequence[Tried] = ()


class Prepared:
    """A proposal as the gate read it, before anything was counted; judging it never raises, and may be repeated.

    ``keys`` names every tally that judging will read, reserve in or observe.
    """

    def __init__(self, policy: Policy, proposal: Proposal, agent: Agent, now: datetime) -> None:
        self._policy = policy
        self._proposal = proposal
        self._case: Case | None = None
        self.keys: tuple[str, ...] = ()
        try:
            self._case = Case(policy, proposal, agent, {}, now)
            self.keys = _keys(self._case)
        except Exception as error:  # noqa: BLE001 -- fail closed: judging says so, and holds
            self._fault: Exception = error
            self._case = None

    def judge(self, tallies: Mapping[str, Tally]) -> Judgement:
        """The verdict, with the tallies of ``keys``, zeros included. What fails holds."""
        if self._case is None:
            return _unjudged(self._policy, self._proposal, self._fault)
        try:
            return _judged(self._case.counted(tallies))
        except Exception as error:  # noqa: BLE001 -- fail closed, whatever broke
            return _unjudged(self._policy, self._proposal, error)


def tally_keys(policy: Policy, proposal: Proposal, agent: Agent, now: datetime) -> tuple[str, ...]:
    """Every tally that ``judge`` will read for this proposal, reserve in or observe. It never raises."""
    return Prepared(policy, proposal, agent, now).keys


def _keys(case: Case) -> tuple[str, ...]:
    action = case.action
    if action is None:
        return ()
    context, agent = case.context, case.agent.id
    keys = []
    if counts_customer_day(action) and context.customer is not None:
        keys.append(customer_day_key(case.policy, action, context.customer, case.now))
    if counts_agent_hour(action):
        keys.append(agent_hour_key(action, agent, case.now))
    if context.session is not None:
        keys.append(tries_key(case.policy, action, context.session))
    if context.build is not None and counts_build(action, context.build):
        keys.append(build_key(action, agent, context.build))
    if action.amount is not None:
        keys += [amounts_key(case.policy, action, whose, name) for whose, name in amounts_of(context, agent)]
    return tuple(keys)


def amounts_of(context: Context, agent_id: str) -> list[tuple[str, str]]:
    """Whose amounts a sudden rise is measured against: the agent's, and the session's and customer's where known."""
    whose = [("agent", agent_id), ("session", context.session), ("customer", context.customer)]
    return [(kind, name) for kind, name in whose if name is not None]


def judge(policy: Policy, proposal: Proposal, agent: Agent, tallies: Mapping[str, Tally], now: datetime) -> Judgement:
    """The verdict on a proposal. It never raises: what fails holds.

    ``tallies`` are those of ``tally_keys``, zeros included. Money is in the action's currency, ``now`` in any zone.
    """
    return Prepared(policy, proposal, agent, now).judge(tallies)


def _judged(case: Case) -> Judgement:
    for name, step in STEPS.items():
        before = len(case.reasons)
        _take(case, name, step)
        case.note(name, "spoke" if len(case.reasons) > before else "quiet")
    return _conclude(case)


def _take(case: Case, name: str, step: Callable[[Case], None]) -> None:
    try:
        step(case)
    except Exception as error:  # noqa: BLE001 -- fail closed, whatever broke
        case.hold(f"failed.{name}", f"The gate's step {name} failed: {said(error)}.")


def _unjudged(policy: Policy, proposal: Proposal, error: Exception) -> Judgement:
    reason = Reason("failed.gate", VerdictKind.HOLD, f"The gate could not judge this: {said(error)}.")
    action = policy.tools.get(str(proposal.tool))
    assessment = Assessment(
        verdict=Verdict(VerdictKind.HOLD, (reason,), policy.version),
        action_type=action.id if action else UNKNOWN_TOOL,
        title=action.title if action else "Unknown tool",
        action_class=action.action_class if action else ActionClass.OTHER,
        level=action.level if action else Level.COMMIT,
        context=Context(problems=("context: was not read",)),
    )
    return Judgement(assessment)


def _conclude(case: Case) -> Judgement:
    kinds = {reason.kind for reason in case.reasons}
    if VerdictKind.BLOCK in kinds:
        kind = VerdictKind.BLOCK
    elif kinds == {VerdictKind.ALLOW}:
        kind = VerdictKind.ALLOW
    else:
        kind = VerdictKind.HOLD
    if not kinds:
        case.hold("failed.silent", "No rule allowed this.")
    reasons = [reason for reason in case.reasons if reason.kind is not VerdictKind.ALLOW or kind is VerdictKind.ALLOW]
    if len(reasons) > 1:
        reasons.sort(key=_weight)
    action = case.action
    assessment = Assessment(
        verdict=Verdict(kind, tuple(reasons), case.policy.version),
        action_type=action.id if action else UNKNOWN_TOOL,
        title=action.title if action else f"Unknown tool {str(case.proposal.tool)[:100]}",
        action_class=action.action_class if action else ActionClass.OTHER,
        level=action.level if action else Level.COMMIT,
        context=case.context,
        amount=case.amount,
        reserved=() if kind is VerdictKind.BLOCK else case.reserved,
    )
    return Judgement(assessment, _observed(case, kind), case.tried_rules())


def _weight(reason: Reason) -> int:
    """Blocks first; what only says that nobody allowed it comes last."""
    if reason.kind is VerdictKind.BLOCK:
        return 0
    return 2 if reason.rule in {"approval_required", "allow_when"} else 1


def _observed(case: Case, kind: VerdictKind) -> tuple[Observation, ...]:
    """What is counted for good: the try, and the amount unless it was blocked (so that refusals move no median)."""
    action = case.action
    if action is None:
        return ()
    observed = []
    if case.context.session is not None:
        observed.append(Observation(tries_key(case.policy, action, case.context.session)))
    build = case.context.build
    if kind is not VerdictKind.BLOCK and build is not None and counts_build(action, build):
        observed.append(Observation(build_key(action, case.agent.id, build)))
    if kind is not VerdictKind.BLOCK and case.amount is not None and case.amount.amount > 0:
        amount = case.amount.amount
        whose = amounts_of(case.context, case.agent.id)
        observed += [Observation(amounts_key(case.policy, action, of, name), amount) for of, name in whose]
    return tuple(observed)
