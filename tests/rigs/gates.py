"""A gate to try things on: a policy of one action, and proposals to it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bot.domain.agents import Agent
from bot.domain.requests import Proposal
from bot.domain.verdicts import Tally
from bot.gating import Judgement, judge, tally_keys
from bot.policy.document import Policy
from bot.policy.loading import load

NOW = datetime(2026, 3, 4, 12, 30, tzinfo=UTC)
AGENT = Agent("agent-1", "helper", "lee@acme.test", ("*",), NOW)
ROSTER = """\
version: 1
timezone: America/New_York
currency: USD
people:
  lee: {email: lee@acme.test, limit: 500}
  dana: {email: dana@acme.test}
  vera: {email: vera@acme.test}
groups:
  supervisors: {members: [lee, dana]}
owners:
  refunds: {accountable: vera, risk_owner: dana, approvers: [supervisors], reasons: [wrong_amount]}
  finance: {title: Money, accountable: vera, risk_owner: dana, approvers: [dana, vera]}
"""
REFUND = """\
class: money
level: commit
owner: refunds
tools: [issue_refund]
amount: arguments.amount
allow_when: amount <= 25
"""


def text_of(action: str = REFUND, *, more: str = "") -> str:
    """A policy file with one action ``refund``, given by the lines of its YAML, and more sections."""
    return f"{ROSTER}{more}actions:\n  refund:\n{textwrap.indent(action, '    ')}"


def policy_of(action: str = REFUND, *, more: str = "") -> Policy:
    """What ``text_of`` says."""
    return load(text_of(action, more=more), "policy.yaml")


def proposal(arguments: dict[str, Any] | None = None, tool: str = "issue_refund", **changes: Any) -> Proposal:
    """A refund of 20 with a session and a customer unless said otherwise."""
    said = {"customer": "c-1", "session": "s-1"} if "context" not in changes else changes.pop("context")
    return Proposal(tool, {"amount": 20} if arguments is None else arguments, "30m", context=said, **changes)


def zeros(policy: Policy, proposed: Proposal, agent: Agent = AGENT) -> dict[str, Tally]:
    """The tallies that judging wants, with nothing counted."""
    return {key: Tally(key) for key in tally_keys(policy, proposed, agent, NOW)}


def counted(
    tallies: Mapping[str, Tally], prefix: str, count: int = 0, total: str = "0", recent: tuple[str, ...] = ()
) -> dict[str, Tally]:
    """The tallies, those that begin with a prefix set."""
    assert any(key.startswith(prefix) for key in tallies), f"none of {list(tallies)} begins with {prefix}"
    return {
        key: Tally(key, count, Decimal(total), tuple(map(Decimal, recent))) if key.startswith(prefix) else tally
        for key, tally in tallies.items()
    }


def judged(policy: Policy, proposed: Proposal, tallies: Mapping[str, Tally] | None = None) -> Judgement:
    """What the gate says, with nothing counted before unless given."""
    return judge(policy, proposed, AGENT, zeros(policy, proposed) if tallies is None else tallies, NOW)


def rules(judgement: Judgement) -> list[str]:
    """The names of the rules that spoke."""
    return [reason.rule for reason in judgement.assessment.verdict.reasons]
