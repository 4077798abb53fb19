"""The steps of the gate, in order: each looks at one thing and adds its reasons to the case."""

from __future__ import annotations

from collections.abc import Callable

from bot.domain.verdicts import ActionClass, Level, VerdictKind
from bot.policy.case import Case
from bot.policy.document import Action
from bot.policy.tallies import fits, reserve_for
from bot.policy.triggering import ask_grounds, fire_triggers

_ABSENT: tuple[object, ...] = (None, (), {})
_MOST = 20
"""Reasons of one kind that are told one by one; an agent may give cause for thousands."""
_REASONING = 64 * 1024
"""Characters of an agent's reasoning; a longer one can't be judged."""


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
    problems = case.context.problems
    for problem in problems[:_MOST]:
        case.hold("context.unreadable", f"The context's entry {problem[:300]}.", problem=problem[:300])
    if len(problems) > _MOST:
        text = f"{len(problems) - _MOST} more entries of the context could not be read."
        case.hold("context.unreadable", text, more=len(problems) - _MOST)
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
        if getattr(case.context, name) in _ABSENT:
            case.hold("context.required", f"The policy wants {name} in the context, and it is missing.", name=name)


def check_arguments(case: Case) -> None:
    """Arguments are as their fields say."""
    problems = case.argument_problems()
    for problem in problems[:_MOST]:
        case.hold(
            "arguments.invalid",
            f"The argument {problem.field} {problem.message}.",
            field=problem.field,
            value=case.shown(problem.field),
        )
    if len(problems) > _MOST:
        text = f"{len(problems) - _MOST} more arguments are not as they should be."
        case.hold("arguments.invalid", text, more=len(problems) - _MOST)


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
    if (action := case.action) is not None:
        for rule in action.block_when:
            case.ask(action, rule.name, rule.when, VerdictKind.BLOCK)


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


def check_triggers(case: Case) -> None:
    """The built-in triggers."""
    if case.action is not None:
        fire_triggers(case, case.action)


def check_holds(case: Case) -> None:
    """The policy's own holding conditions."""
    if (action := case.action) is not None:
        for rule in action.hold_when:
            case.ask(action, rule.name, rule.when, VerdictKind.HOLD)


def check_grounds(case: Case) -> None:
    """The confidence and citation that the action needs."""
    if case.action is not None:
        ask_grounds(case, case.action)


def check_level(case: Case) -> None:
    """What the action's level asks for before it may run alone: the only step that can allow."""
    if case.action is not None:
        _LEVELS[case.action.level](case, case.action)


def _draft(case: Case, _: Action) -> None:
    case.allow("level.draft", "A draft suggests words; it runs unless a rule holds it.")


def _recommend(case: Case, _: Action) -> None:
    case.allow(
        "level.recommend", "A recommendation that is sure enough and cites its policy runs unless a rule holds it."
    )


def _commit(case: Case, action: Action) -> None:
    if action.allow_when is None:
        case.hold("approval_required", "Every action of this type needs a human's approval.")
    elif case.truth(action, "allow_when", action.allow_when, unmet=True):
        case.allow(
            "allow_when",
            f"It may run alone where {action.allow_when.words}.",
            **case.compared(action.allow_when),
        )


_LEVELS: dict[Level, Callable[[Case, Action], None]] = {
    Level.DRAFT: _draft,
    Level.RECOMMEND: _recommend,
    Level.COMMIT: _commit,
}

STEPS: dict[str, Callable[[Case], None]] = {
    "agent": check_agent,
    "tool": check_tool,
    "context": check_reading,
    "arguments": check_arguments,
    "amount": check_amount,
    "block_when": check_blocks,
    "caps": check_caps,
    "triggers": check_triggers,
    "hold_when": check_holds,
    "grounds": check_grounds,
    "level": check_level,
}
"""The gate's steps by name, in order."""
