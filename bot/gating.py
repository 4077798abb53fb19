"""The gate: a proposal, the policy and what was counted so far give the verdict, with every reason.

It fails closed. A verdict is *allow* only when a rule says so, no other rule objects and every step came to its end; a
step that breaks, an expression that can't be evaluated, a count that is missing or an amount that can't be read holds
the request and says why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec

from bot.domain.agents import Agent
from bot.domain.requests import Assessment, Context, Proposal
from bot.domain.verdicts import ActionClass, Level, Observation, Reason, Tally, Verdict, VerdictKind
from bot.policy.case import Case, Tried
from bot.policy.document import UNKNOWN_TOOL, Action, Policy
from bot.policy.tallies import (
    agent_hour_key,
    amounts_key,
    counts_agent_hour,
    counts_customer_day,
    customer_day_key,
    fits,
    reserve_for,
    tries_key,
)
from bot.policy.triggering import ask_grounds, fire_triggers

__all__ = ["Judgement", "Tried", "fits", "judge", "reserve_for", "tally_keys"]

_REASONING = 64 * 1024


class Judgement(msgspec.Struct, frozen=True):
    """What the gate made of a proposal: the assessment, what is counted for good, and every rule that was tried."""

    assessment: Assessment
    observed: tuple[Observation, ...] = ()
    tried: tuple[Tried, ...] = ()


def tally_keys(policy: Policy, proposal: Proposal, agent: Agent, now: datetime) -> tuple[str, ...]:
    """Every tally that ``judge`` will read for this proposal, reserve in or observe. It never raises."""
    try:
        case = Case(policy, proposal, agent, {}, now)
        return _keys(case)
    except Exception:  # judging meets the same fault and holds
        return ()


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
        keys.append(tries_key(action, context.session))
    if action.amount is not None:
        keys += [amounts_key(action, whose, name) for whose, name in amounts_of(context, agent)]
    return tuple(keys)


def amounts_of(context: Context, agent_id: str) -> list[tuple[str, str]]:
    """Whose amounts a sudden rise is measured against: the agent's, and the session's and customer's where known."""
    whose = [("agent", agent_id), ("session", context.session), ("customer", context.customer)]
    return [(kind, name) for kind, name in whose if name is not None]


def judge(policy: Policy, proposal: Proposal, agent: Agent, tallies: Mapping[str, Tally], now: datetime) -> Judgement:
    """The verdict on a proposal. It never raises: what fails holds.

    ``tallies`` are those of ``tally_keys``, zeros included. Money is in the action's currency, ``now`` in any zone.
    """
    try:
        case = Case(policy, proposal, agent, tallies, now)
    except Exception as error:  # fail closed, whatever broke
        return _unjudged(policy, proposal, error)
    for step in STEPS:
        try:
            step(case)
        except Exception as error:  # fail closed, whatever broke
            case.hold(f"gate.{step.__name__}", f"The gate's step {step.__name__} failed: {error!r:.200}.")
    try:
        return _conclude(case)
    except Exception as error:  # fail closed, whatever broke
        return _unjudged(policy, proposal, error)


def _unjudged(policy: Policy, proposal: Proposal, error: Exception) -> Judgement:
    reason = Reason("gate.failed", VerdictKind.HOLD, f"The gate could not judge this: {error!r:.200}.")
    action = policy.tools.get(proposal.tool) if isinstance(proposal.tool, str) else None
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
        case.hold("gate.silent", "No rule allowed this.")
    reasons = [reason for reason in case.reasons if reason.kind is not VerdictKind.ALLOW or kind is VerdictKind.ALLOW]
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
        observed.append(Observation(tries_key(action, case.context.session)))
    if kind is not VerdictKind.BLOCK and case.amount is not None and case.amount.amount > 0:
        amount = case.amount.amount
        whose = amounts_of(case.context, case.agent.id)
        observed += [Observation(amounts_key(action, of, name), amount) for of, name in whose]
    return tuple(observed)


# --- the steps, in order ----------------------------------------------------------------------------------------------


def check_agent(case: Case) -> None:
    """Least privilege: an agent proposes only what it may, while it may."""
    agent, action = case.agent, case.action
    ends = [end for end in (agent.revoked_at, agent.expires_at) if end is not None]
    if any(end <= case.now for end in ends):
        case.block("agent.expired", f"The agent {agent.name} was revoked or has expired.", ended=min(ends).isoformat())
    if action is not None and not agent.may_propose(action.id):
        allowed = ", ".join(agent.action_types) or "nothing"
        case.block(
            "agent.action_type",
            f"The agent {agent.name} may not propose {action.id}; it may propose {allowed}.",
            action_type=action.id,
            allowed=list(agent.action_types),
        )


def check_tool(case: Case) -> None:
    """A tool that the policy does not know is held, or blocked where the policy says so."""
    if case.action is not None:
        return
    text = f"No action of the policy has the tool {str(case.proposal.tool)[:100]}."
    fire = case.block if case.policy.defaults.unknown_tool_blocks else case.hold
    fire("unknown_tool", text, tool=str(case.proposal.tool)[:100])


def check_reading(case: Case) -> None:
    """What could not be read, or contradicts the policy, holds."""
    for problem in case.context.problems:
        case.hold("context.unreadable", f"The context's entry {problem[:300]}.", problem=problem[:300])
    if len(case.proposal.agent_reasoning or "") > _REASONING:
        case.hold("reasoning.too_long", f"The agent's reasoning is longer than {_REASONING} characters.")
    if case.customer_problem is not None:
        case.hold("customer.unclear", f"{case.customer_problem.field} {case.customer_problem.message}.")
    action = case.action
    if action is None:
        return
    declared = case.context.level
    if declared is not None and declared is not action.level:
        case.hold(
            "level.differs",
            f"The agent calls this {declared}; the policy says {action.level}, and that counts.",
            declared=str(declared),
            policy=str(action.level),
        )
    for name in action.requires:
        if not getattr(case.context, name):
            case.hold("context.required", f"The policy wants {name} in the context, and it is missing.", name=name)


def check_arguments(case: Case) -> None:
    """Arguments are as their fields say."""
    for problem in case.argument_problems():
        case.hold(
            "arguments.invalid",
            f"The argument {problem.field} {problem.message}.",
            field=problem.field,
            value=case.shown(problem.field),
        )


def check_amount(case: Case) -> None:
    """An amount is there, above zero where it is money, and in the action's currency."""
    if case.amount_problem is not None:
        field = case.amount_problem.field
        case.hold("amount.unclear", f"{field} {case.amount_problem.message}.", field=field)
        return
    if case.amount is None or case.action is None:
        return
    least_open = case.action.action_class is ActionClass.MONEY
    if case.amount.amount < 0 or (least_open and case.amount.amount == 0):
        case.hold("amount.unclear", f"The amount {case.amount} is not above zero.", amount=str(case.amount.amount))


def check_blocks(case: Case) -> None:
    """The policy's own blocking conditions."""
    for rule in case.action.block_when if case.action else ():
        case.ask(rule.name, rule.when, VerdictKind.BLOCK)


def check_caps(case: Case) -> None:
    """Hard caps: what would pass one is blocked, what can't be counted is held."""
    action = case.action
    if action is None:
        return
    caps = action.caps
    if caps.per_customer_day is not None and case.context.customer is None:
        case.hold("cap.per_customer_day", "The cap for a customer a day can't be checked: no customer is named.")
    if action.amount is not None and not case.amount_usable:
        case.hold("cap.unchecked", "Nothing was reserved of the caps: the amount is unclear.")
        return
    reserved = reserve_for(case.policy, action.id, case.agent.id, case.context, case.amount, case.now)
    passed = fits(case.policy, action, reserved, case.tallies, amount=case.amount)
    for reason in passed:
        case.reasons.append(reason)
    case.reserved = () if passed else reserved
    case.note("caps", "passed" if passed else "fits")


def check_triggers(case: Case) -> None:
    """The built-in triggers."""
    if case.action is not None:
        fire_triggers(case, case.action)


def check_holds(case: Case) -> None:
    """The policy's own holding conditions."""
    for rule in case.action.hold_when if case.action else ():
        case.ask(rule.name, rule.when, VerdictKind.HOLD)


def check_grounds(case: Case) -> None:
    """The confidence and citation that the action needs."""
    if case.action is not None:
        ask_grounds(case, case.action)


def check_level(case: Case) -> None:
    """What the action's level asks for before it may run alone: the only step that can allow."""
    if case.action is not None:
        _LEVELS[case.action.level](case, case.action)


def _draft(case: Case, action: Action) -> None:
    case.allow("level.draft", "A draft suggests words; it runs unless a rule holds it.")


def _recommend(case: Case, action: Action) -> None:
    case.allow(
        "level.recommend", "A recommendation that is sure enough and cites its policy runs unless a rule holds it."
    )


def _commit(case: Case, action: Action) -> None:
    if action.allow_when is None:
        case.hold("approval_required", "Every action of this type needs a human's approval.")
    elif case.truth("allow_when", action.allow_when, unmet=True):
        case.allow(
            "allow_when",
            f"It is within what may run alone: {action.allow_when.source}.",
            **case.compared(action.allow_when),
        )


_LEVELS: dict[Level, Callable[[Case, Action], None]] = {
    Level.DRAFT: _draft,
    Level.RECOMMEND: _recommend,
    Level.COMMIT: _commit,
}

STEPS: tuple[Callable[[Case], None], ...] = (
    check_agent,
    check_tool,
    check_reading,
    check_arguments,
    check_amount,
    check_blocks,
    check_caps,
    check_triggers,
    check_holds,
    check_grounds,
    check_level,
)
