"""A policy for a Slack whose people wait for nothing long, and some of whose channels are gone."""

from __future__ import annotations

from tests.rigs.house import PAYOUT_CHANGE, REFUND, STAFF

POLICY = (
    STAFF
    + """\
  gus: {email: gus@acme.test, name: Gus}
groups:
  supervisors: {members: [lee, dana, omar]}
owners:
  refunds:
    title: Refunds
    accountable: vera
    risk_owner: rosa
    channels: {slack: [C0REFUNDS, C0SECOND]}
    approvers: [supervisors]
    sla: {respond_within: 1h, expire_after: 4h}
    reasons: [wrong_amount, not_eligible]
  strays:
    title: Strays
    accountable: vera
    risk_owner: rosa
    channels: {slack: [C0NOWHERE, C0SECOND]}
    approvers: [supervisors]
    reasons: [wrong_amount]
  lost:
    title: Lost parcels
    accountable: gus
    risk_owner: rosa
    channels: {slack: [C0NOWHERE, C0NEVER]}
    approvers: [supervisors]
    reasons: [wrong_amount]
  rush:
    title: Rush orders
    accountable: vera
    risk_owner: rosa
    channels: {slack: C0RUSH}
    approvers: [supervisors]
    sla:
      respond_within: 2s
      gather: never
      remind_at: [1s]
      escalate:
        - {after: 2s, to: [vera], post_to: {slack: C0ESCALATE}}
      expire_after: 1h
    reasons: [wrong_amount]
  batch:
    title: Batch orders
    accountable: vera
    risk_owner: rosa
    channels: {slack: C0RUSH}
    approvers: [supervisors]
    sla: {respond_within: 3s, gather: 4s, escalate: [{after: 3s, to: [dana]}], expire_after: 1h}
    reasons: [wrong_amount]
actions:
"""
    + REFUND
    + """\
    caps: {per_action: 2000}
    allow_when: amount <= 25 && size(mismatches) == 0
  quick_refund:
    title: Refund at once
    class: money
    level: commit
    owner: refunds
    tools: [refund_now]
    amount: arguments.amount
    grant_expires_after: 1s
  stray_refund:
    title: Refund a stray
    class: money
    level: commit
    owner: strays
    tools: [refund_stray]
    amount: arguments.amount
    arguments:
      amount: {title: Amount, kind: money, minimum: 0.01, required: true}
    editable: [amount]
  lost_refund:
    title: Refund a lost parcel
    class: money
    level: commit
    owner: lost
    tools: [refund_lost]
    amount: arguments.amount
"""
    + PAYOUT_CHANGE
    + """\
  rush_order:
    title: Rush an order
    class: other
    level: commit
    owner: rush
    tools: [rush_order]
  batch_order:
    title: Order in a batch
    class: other
    level: commit
    owner: batch
    tools: [batch_order]
"""
)
"""Refunds whose first channel, or every one, is gone; approvals that last a second or take two signatures; an order
that escalates after two seconds, or with others in a batch after three. Gus has no account in Slack."""
