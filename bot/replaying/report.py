"""The report of a replay: by action type, how many calls would run alone, wait for a human, or never run, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from bot.domain.verdicts import Reason, VerdictKind
from bot.policy.document import UNKNOWN_TOOL, Policy
from bot.replaying.judging import Judged
from bot.replaying.transcripts import Conversation, Skipped

MAX_SKIPPED = 1_000
"""How many skipped lines are listed; all of them are counted."""


@dataclass(slots=True)
class ActionReport:
    """The calls of one action type."""

    action_type: str
    title: str
    action_class: str
    level: str
    owner: str
    verdicts: Counter[VerdictKind] = field(default_factory=Counter)
    tools: Counter[str] = field(default_factory=Counter)
    reasons: dict[VerdictKind, Counter[str]] = field(default_factory=dict)
    """By verdict, how many of its calls each rule spoke for; a call may have several."""
    texts: dict[str, str] = field(default_factory=dict)
    """By rule, what it said the first time."""

    @property
    def kind(self) -> str:
        """Class and level in words."""
        return "unknown tool" if self.action_type == UNKNOWN_TOOL else f"{self.action_class}, {self.level}"

    @property
    def calls(self) -> int:
        """All of them."""
        return self.verdicts.total()

    def count(self, tool: str, kind: VerdictKind, reasons: tuple[Reason, ...]) -> None:
        """Add one call."""
        self.verdicts[kind] += 1
        self.tools[tool] += 1
        spoke = {reason.rule: reason.text for reason in reasons if reason.kind is kind}
        self.reasons.setdefault(kind, Counter()).update(spoke.keys())
        for rule, text in spoke.items():
            self.texts.setdefault(rule, text)


class Report:
    """What a replay came to; ``per_hour`` is the rate of conversations that reviews are reckoned for."""

    def __init__(self, policy: Policy, per_hour: float, source: str) -> None:
        self.policy = policy
        self.per_hour = per_hour
        self.source = source
        self.conversations = 0
        self.held_conversations = 0
        self.skipped_count = 0
        self.skipped: list[Skipped] = []
        self._actions: dict[str, ActionReport] = {}

    def add_conversation(self, conversation: Conversation) -> None:
        """Count a conversation that could be read, and what had to be skipped in it."""
        self.conversations += 1
        for skipped in conversation.skipped:
            self.add_skipped(skipped)

    def add_skipped(self, skipped: Skipped) -> None:
        """Count something that could not be read."""
        self.skipped_count += 1
        if len(self.skipped) < MAX_SKIPPED:
            self.skipped.append(skipped)

    def add_verdicts(self, judged: list[Judged]) -> None:
        """Count the calls of one conversation."""
        for one in judged:
            verdict = one.assessment.verdict
            self._action(one).count(one.call.tool, verdict.kind, verdict.reasons)
        self.held_conversations += any(one.assessment.verdict.kind is VerdictKind.HOLD for one in judged)

    def _action(self, judged: Judged) -> ActionReport:
        """Where a call is counted: with its action type, or, where the policy knows none, by its tool's name."""
        assessment = judged.assessment
        action = self.policy.actions.get(assessment.action_type)
        name = assessment.action_type if action else f"{assessment.action_type} {judged.call.tool}"
        found = self._actions.get(name)
        if found is None:
            owner = self.policy.owners[action.owner if action else self.policy.defaults.owner]
            found = self._actions[name] = ActionReport(
                action_type=assessment.action_type,
                title=assessment.title if action else judged.call.tool,
                action_class=assessment.action_class.value,
                level=assessment.level.value,
                owner=owner.title,
            )
        return found

    @property
    def actions(self) -> list[ActionReport]:
        """By action type, those that people would see most of first."""
        return sorted(
            self._actions.values(),
            key=lambda one: (-one.verdicts[VerdictKind.HOLD], -one.verdicts[VerdictKind.BLOCK], -one.calls, one.title),
        )

    def total(self, kind: VerdictKind | None = None) -> int:
        """Calls with this verdict, or all."""
        return sum(one.verdicts[kind] if kind else one.calls for one in self._actions.values())

    def reviews_per_hour(self, held: int) -> float:
        """Reviews an hour when conversations like these come at the rate: one for every held call."""
        return held * self.per_hour / self.conversations if self.conversations else 0.0

    def as_json(self) -> dict[str, Any]:
        """The whole, for scripts; rates are an hour."""
        return {
            "source": self.source,
            "policy": self.policy.version,
            "conversations": self.conversations,
            "conversations_with_a_review": self.held_conversations,
            "conversations_per_hour": self.per_hour,
            "calls": self.total(),
            **{_NAMES[kind]: self.total(kind) for kind in VerdictKind},
            "reviews_per_hour": round(self.reviews_per_hour(self.total(VerdictKind.HOLD)), 3),
            "actions": [self._action_as_json(one) for one in self.actions],
            "skipped_count": self.skipped_count,
            "skipped": [{"line": one.line, "problem": one.problem} for one in self.skipped],
        }

    def _action_as_json(self, one: ActionReport) -> dict[str, Any]:
        return {
            "action_type": one.action_type,
            "title": one.title,
            "class": one.action_class,
            "level": one.level,
            "owner": one.owner,
            "tools": dict(one.tools.most_common()),
            "calls": one.calls,
            **{_NAMES[kind]: one.verdicts[kind] for kind in VerdictKind},
            "reviews_per_hour": round(self.reviews_per_hour(one.verdicts[VerdictKind.HOLD]), 3),
            "reasons": {_NAMES[kind]: dict(rules.most_common()) for kind, rules in one.reasons.items()},
        }


_NAMES = {VerdictKind.ALLOW: "allowed", VerdictKind.HOLD: "held", VerdictKind.BLOCK: "blocked"}
