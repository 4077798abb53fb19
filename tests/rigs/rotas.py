"""A house with rotations: in turns, round the world, and by a calendar."""

from __future__ import annotations

ROTAS = """
version: 1
timezone: America/New_York
currency: USD
people:
  lee: {email: lee@acme.test, name: Lee, limit: 500}
  dana: {email: dana@acme.test, name: Dana, limit: 10000, manager: vera}
  omar: {email: omar@acme.test, name: Omar}
  rosa: {email: rosa@acme.test, name: Rosa}
  vera: {email: vera@acme.test, name: Vera}
  ada: {email: ada@acme.test, name: Ada}
  kim: {email: kim@acme.test, name: Kim, limit: 20000}
rotations:
  refunds_on_call: {people: [lee, dana], every: week, starts: 2026-01-05, handover: "09:00", timezone: America/New_York}
  weekdays:
    title: Round the world
    shifts:
      - hours: "08:00-20:00"
        timezone: Europe/London
        people: [lee, dana]
        every: day
        starts: 2026-01-05
        days: mon-fri
      - {hours: "15:00-03:00", timezone: America/New_York, people: [omar], days: mon-fri}
    owner: complaints
  from_calendar: {title: By calendar, calendar: on-call.ics}
  spare: {title: Spare, people: [rosa]}
owners:
  refunds:
    title: Refunds
    accountable: vera
    risk_owner: rosa
    channels: {slack: C0REFUNDS}
    approvers: [lee, dana, omar]
    sla:
      respond_within: 15m
      escalate: [{after: 30m, to: [refunds_on_call, weekdays]}, {after: 45m, to: [from_calendar]}]
      expire_after: 4h
    reasons: [wrong_amount, not_eligible]
  complaints:
    title: Complaints
    accountable: kim
    risk_owner: rosa
    channels: {slack: C0COMPLAINTS}
    approvers: [kim, dana]
actions:
  refund:
    title: Refund a customer
    class: money
    level: commit
    owner: refunds
    tools: [issue_refund]
    amount: arguments.amount
    arguments:
      amount: {title: Amount, kind: money, minimum: 0.01, required: true}
    caps: {per_action: 2000}
    allow_when: amount <= 25
  close_complaint:
    {title: Close a complaint, class: complaint, level: commit, owner: complaints, tools: [close_complaint]}
"""
