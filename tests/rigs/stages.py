"""A policy in which several sign: in stages, above one's limit with another, and never the agent's owner."""

from __future__ import annotations

from tests.rigs.house import POLICY

STAGED = (
    POLICY.replace("per_customer_day: 1000", "per_customer_day: 100000")
    .replace("  vera: {", "  olga: {email: olga@acme.test, name: Olga}\n  vera: {")
    .replace("members: [lee, dana, omar]", "members: [lee, dana, omar, olga]")
    .replace(
        "    sla: {respond_within: 15m, expire_after: 4h}\n",
        "    sla: {respond_within: 15m, expire_after: 4h, claim_for: 10m, stop_clock_while_asked: true}\n"
        "    over_limit: second_signature\n"
        "    separate: [agent_owner]\n",
    )
    .replace(
        "    approvals: 2\n",
        """    approvals: 2
  order:
    title: Order goods
    class: money
    level: commit
    owner: refunds
    tools: [order_goods]
    amount: arguments.amount
    stages:
      - {title: Supervisor, approvers: [lee, dana, omar], approvals: 2, text: Check the delivery note.}
      - {title: Finance, approvers: [omar, rosa], approvals: 1, text: Check the budget.}
""",
    )
)
"""Orders take two supervisors and then one of finance. Olga owns the agent."""
