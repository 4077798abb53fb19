"""What the model knows of the policy, written from its text alone, and its own book of one request."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from tests.rigs.house import POLICY

LADDER = (
    "stop_clock_while_asked: true, claim_for: 7m, remind_at: [50%, 12m], escalate: ["
    "{after: 10m, to: [nights, manager]}, {after: 20m, to: [vera], widen: true},"
    "{after: 30m, to: [assignee], repeat: {times: 2, every: 6m}}, {after: 50m, move_to: finance}]"
)
TEXT = (
    POLICY.replace("expire_after: 4h", f"expire_after: 2h, {LADDER}")
    .replace(
        "    reasons:",
        "    assign: least_loaded\n    over_limit: second_signature\n    separate: [agent_owner]\n    reasons:",
    )
    .replace("name: Lee, limit: 500", "name: Lee, limit: 500, manager: rosa")
    .replace("omar@acme.test", "olga@acme.test")  # the owner of the agent
    .replace("rosa@acme.test, name: Rosa", "rosa@acme.test, name: Rosa, limit: 1500")
    .replace(
        "actions:",
        """  finance:
    title: Finance
    accountable: rosa
    risk_owner: vera
    approvers: [rosa, vera]
    reasons: [not_eligible]
rotations:
  nights: {people: [dana, rosa], every: day, starts: 2026-01-05}
actions:""",
        1,
    )
    .replace("per_customer_day: 1000,", "per_customer_day: 900000,")
    + """
  wire:
    class: money
    level: commit
    owner: refunds
    tools: [wire]
    amount: arguments.amount
    arguments: {amount: {kind: money}}
    stages:
      - {title: Supervisor, approvers: [lee, dana, vera], approvals: 2, sla: {respond_within: 10m}}
      - {title: Finance, approvers: [rosa, vera, dana], sla: {respond_within: 20m, escalate: [{after: 9m, to: [lee]}]}}
"""
)
PEOPLE = ("lee", "dana", "omar", "rosa", "vera")
LIMITS: dict[str, Decimal | None] = {
    "lee": Decimal(500), "dana": Decimal(10000), "omar": None, "rosa": Decimal(1500), "vera": None,
}  # fmt: skip
TEAM, FINANCE = ("lee", "dana", "omar"), ("rosa", "vera")
WIRE = (("lee", "dana", "vera"), ("rosa", "vera", "dana"))
BARRED = "omar"
NEEDED = {"refund": (1,), "payout_change": (2,), "wire": (2, 1)}
HIGH = {"payout_change"}
"""What is decided one by one only."""
ACTION_OF = {"issue_refund": "refund", "change_payout": "payout_change", "wire": "wire"}


@dataclass
class Book:
    """What the model knows of one request."""

    id: str
    action: str
    amount: Decimal | None
    behalf: str | None
    opened_at: datetime
    patience: timedelta
    signed: list[list[str]]
    """By stage."""
    stage: int = 0
    widened: set[str] = field(default_factory=set)
    owner: str = "refunds"
    seen: int = 0
    """How many of its events were looked at."""
    decided: int = 0
    redeemed: int = 0
    holder: str | None = None
    """Who has claimed it, or was given it."""

    def approvers(self) -> tuple[str, ...]:
        if self.action == "wire" and self.owner == "refunds":
            return WIRE[self.stage]
        if self.action == "wire" and self.stage > 0 and self.moved_in != self.stage:
            return WIRE[self.stage]
        return TEAM if self.owner == "refunds" else FINANCE

    moved_in: int = -1
    """The stage in which it was moved."""

    def may_sign(self, who: str, gone: set[str]) -> bool:
        able = who in self.approvers() or who in self.widened
        return able and who not in {BARRED, self.behalf} and who not in gone

    def covers(self, who: str) -> bool:
        limit = LIMITS[who]
        return limit is None or self.amount is None or self.amount <= limit

    def needed(self, stage: int) -> int:
        count = NEEDED[self.action][stage]
        return min(count, len(FINANCE)) if self.moved_in == stage else count
