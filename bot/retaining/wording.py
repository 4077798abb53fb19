"""What the policy's retention says, and what keeps a request, in words that every surface shows."""

from __future__ import annotations

from bot.domain.verdicts import ActionClass
from bot.policy.document import Policy
from bot.policy.durations import spoken
from bot.retaining.judging import Due, Kept

KEPT = {
    Kept.HOLD: "a legal hold",
    Kept.FEEDBACK: "its feedback item is unfinished",
    Kept.STATUTORY: "the limit of the law still runs",
    Kept.OPEN: "its approval may still be used",
}


def rules_said(policy: Policy) -> dict[str, str]:
    """For how long each class, owner and action is kept, by the rule that says so: ``183d`` or ``until erased``."""
    retention = policy.retention
    found: dict[str, int | None] = {}
    for each in ActionClass:
        keeping = retention.of(action_type="", owner="", action_class=each)
        found[keeping.rule] = keeping.seconds
    found |= {f"retention.owners.{id_}": seconds for id_, seconds in retention.owners.items()}
    found |= {f"retention.actions.{id_}": seconds for id_, seconds in retention.actions.items()}
    found["retention.contacts"] = retention.contacts
    return {rule: "until erased" if seconds is None else spoken(seconds) for rule, seconds in found.items()}


def rules_in_a_line(policy: Policy) -> str:
    """``money 183d (by default), refunds 30d``."""
    told = []
    for rule, said in rules_said(policy).items():
        kind, _, name = rule.removeprefix("retention.").partition(".")
        told.append(f"{name or kind} {said}" + (" (by default)" if kind == "default" else ""))
    return ", ".join(told)


def kept_said(due: Due) -> str:
    """What keeps it, or nothing."""
    if due.hold is not None:
        return f"legal hold {due.hold.id}: {due.hold.reason}"
    return "" if due.kept is None else KEPT[due.kept]
