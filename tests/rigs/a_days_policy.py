"""A policy with everything that time and people do: stages, limits, a ladder of every kind of step, another owner."""

from __future__ import annotations

POLICY = """
version: 1
timezone: America/New_York
currency: USD
people:
  lee: {email: lee@acme.test, name: Lee, limit: 500, manager: vera}
  dana: {email: dana@acme.test, name: Dana, limit: 10000, manager: vera}
  omar: {email: omar@acme.test, name: Omar, manager: vera}
  olga: {email: olga@acme.test, name: Olga}
  vera: {email: vera@acme.test, name: Vera}
  rosa: {email: rosa@acme.test, name: Rosa}
  max: {email: max@acme.test, name: Max}
  kim: {email: kim@acme.test, name: Kim}
  ada: {email: ada@acme.test, name: Ada}
groups:
  supervisors: {members: [lee, dana, omar]}
rotations:
  refunds_on_call: {people: [max, rosa], every: week, starts: 2031-03-03, handover: "09:00", owner: refunds}
owners:
  refunds:
    title: Refunds
    accountable: vera
    risk_owner: rosa
    channels: {slack: C0REFUNDS, teams: "{refunds}"}
    approvers: [supervisors, olga]
    over_limit: second_signature
    separate: [agent_owner]
    assign: least_loaded
    reasons: [wrong_amount, not_eligible]
    sla:
      respond_within: 40m
      remind_at: [50%, -10m]
      escalate:
        - {after: 45m, to: [lee]}
        - {after: 60m, to: [refunds_on_call]}
        - {after: 75m, to: [manager], widen: true}
        - {after: 90m, to: [assignee], post_to: {slack: C0ESCALATE, teams: "{escalate}"}, repeat: {times: 2, every: 5m}}
      expire_after: 5h
      claim_for: 12m
      gather: never
  claims:
    title: Claims
    accountable: vera
    risk_owner: rosa
    channels: {slack: C0REFUNDS, teams: "{refunds}"}
    approvers: [supervisors]
    reasons: [not_eligible]
    sla:
      respond_within: 30m
      remind_at: [50%]
      escalate: [{after: 40m, to: [ada], move_to: finance}]
      expire_after: 2h
      stop_clock_while_asked: true
      gather: never
  finance:
    title: Finance
    accountable: ada
    risk_owner: rosa
    channels: {slack: C0FINANCE, teams: "{finance}"}
    approvers: [kim, ada]
    reasons: [not_booked]
actions:
  refund:
    {title: Refund a customer, class: money, level: commit, owner: refunds, tools: [issue_refund],
     amount: arguments.amount, arguments: {amount: {title: Amount, kind: money, required: true}},
     caps: {per_action: 2000}}
  goodwill:
    {title: Goodwill, class: money, level: commit, owner: claims, tools: [give_goodwill],
     amount: arguments.amount, arguments: {amount: {title: Amount, kind: money, required: true}},
     caps: {per_action: 2000}}
  payout_change:
    title: Change where payouts go
    class: identity
    level: commit
    owner: refunds
    tools: [change_payout]
    arguments: {account: {title: Account, kind: text, required: true}}
    stages:
      - {title: Supervisor, approvers: [supervisors, olga], approvals: 2}
      - title: Finance
        approvers: [kim, ada]
        text: Is it booked to the right account?
        sla: {respond_within: 30m, remind_at: [50%], escalate: [{after: 40m, to: [ada]}]}
"""


def placed(**channels: str) -> str:
    """The policy with the ids of channels in Teams: ``refunds``, ``escalate`` and ``finance``."""
    text = POLICY
    for name, id_ in channels.items():
        text = text.replace(f'"{{{name}}}"', f"'{id_}'")
    return text
