"""The words around a request's facts, the same on every chat surface."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from bot.cards.plaintext import words
from bot.cards.shape import Card, Row
from bot.domain.lessons import Lesson
from bot.domain.verdicts import VerdictKind

SIGNS = {
    "pending": "⏳",
    "claimed": "⏳",
    "approved": "✅",
    "approved_with_edits": "✅",
    "rejected": "⛔",
    "expired": "⌛",
    "cancelled": "🚫",
    "revoked": "↩️",
    "redeemed": "▶️",
    "ran": "🏁",
    "failed": "❌",
    "not_run": "⌛",
}
"""Before what is said of a state."""
LEFT_OUT = "… the rest under Details"
AGENT_CLAIMS = ("The agent claims", "(its own words, not checked)")
LABELS = {
    "release": "Let it go",
    "ask": "Ask the agent",
    "reassign": "Reassign",
    "snooze": "Snooze",
    "withdraw": "Take my signature back",
    "accept_item": "Accept",
    "finish_item": "Done",
    "decline_item": "Decline…",
    "change_item": "Feedback item…",
    "grade_good": "Good",
    "needs_work": "Needs work…",
    "details": "Details",
    "desk": "Open in the desk",
    "file": "Decision file",
}
"""What buttons are called, where it is not the ability's title."""
LESSONS = (
    ("", "What the policy suggests", "By its rules for this kind of correction."),
    (Lesson.REGRESSION_CASE.value, "Keep it as a test case", "The agent should have done it another way: test it."),
    (Lesson.KNOWLEDGE_FIX.value, "Mend the knowledge base", "What it read was wrong, missing or out of date."),
    (Lesson.THRESHOLD.value, "Tighten a threshold", "A case like this should be stopped or held sooner."),
)
"""What may be learned of an override: value, title and a line that explains it."""
ITEM_STATES = {"open": "open", "accepted": "accepted", "done": "done", "declined": "declined"}
"""What is said of the state of a feedback item."""
COMMANDS = (
    ("queue", "What waits for you, least time left first", "queue"),
    ("show ID", "One request, by its id or its first characters", "show 01926f3a"),
    ("summary [OWNER] [PERIOD]", "What was held, decided and how fast", "summary refunds 7d"),
    ("friction [OWNER] [PERIOD]", "What automation costs, and what has drifted", "friction refunds"),
    ("pause [WHAT]", "Stop an action type, an agent, an owner or everything", "pause action:refund"),
    ("resume", "Let it go on", "resume"),
    ("who OWNER", "Who answers, who may sign, and who is away", "who refunds"),
    ("oncall [end NUMBER]", "Who is on call now and for 14 days, where nobody is, and who is away", "oncall"),
    ("cover [ROTATION]", "Put somebody on call for a while; a swap is two covers", "cover"),
    ("away [PERSON]", "Let somebody stand in for a while", "away"),
    ("feedback [all]", "Feedback items that you have, or all of your teams", "feedback"),
    ("samples", "What you are asked to look at afterwards", "samples"),
    ("quiet", "When nothing that can wait is sent to you", "quiet"),
    ("help", "This list", "help"),
)
"""Words of a command, what it does, an example."""
VERDICTS = {
    VerdictKind.ALLOW: "The gate allowed it: it ran without a human.",
    VerdictKind.HOLD: "The gate held it: it runs only if a named human signs it.",
    VerdictKind.BLOCK: "The gate blocked it: it never runs, whoever asks.",
}
WITHDRAWING = "It waits for a signature again, in the stage in which you signed. Your note stays on record."
"""What it means to take one's signature back."""
NOT_GIVEN = "⟨not given⟩"
"""The value of the choice that means none, since chat surfaces take no empty one."""
NO_CHOICE = "Not given"
_CHANGES = dict.fromkeys(("pending", "claimed", "approved", "approved_with_edits", "redeemed"), "What will change")
_CHANGES |= {"ran": "What was run", "failed": "What was tried"}
_ORIGIN = {"agent", "tool", "model", "build", "policy"}


def lesson_title(lesson: Lesson) -> str:
    """What one kind of lesson is called."""
    return next(title for value, title, _ in LESSONS if value == lesson.value)


def suggestions_said(card: Card) -> str | None:
    """What the policy suggests to learn of a rejection, in a sentence; the same of many reasons is said once."""
    kinds: dict[str, list[str]] = {}
    for code, kind in card.suggestions:
        kinds.setdefault(kind, []).append(words(code).lower())
    if not kinds:
        return None
    if len(kinds) == 1:
        return f"The policy suggests: {lesson_title(Lesson(next(iter(kinds))))}."
    said = (f"{lesson_title(Lesson(kind))} ({', '.join(codes)})" for kind, codes in kinds.items())
    return f"The policy suggests: {'; '.join(said)}."


def meant_command(typed: str, names: Sequence[str]) -> str | None:
    """The command that somebody perhaps meant: the first that begins so, else the one most like it."""
    word = typed.lower()
    begun = [name for name in names if word and name.startswith(word)]
    return next(iter(begun or get_close_matches(word, names, n=1, cutoff=0.5)), None)


def why_title(card: Card) -> str:
    """What stands above the reasons."""
    return "Why it was held" if any(each.kind == "hold" for each in card.reasons) else "What the gate said"


def changes_title(card: Card) -> str:
    """What stands above the arguments."""
    return _CHANGES.get(card.status.state, "What was proposed")


def subject_rows(card: Card) -> list[Row]:
    """For whom, in short: plain yeses last; session and language stand under Details."""
    rows = [row for row in card.subject if row.name not in {"session", "language"}]
    return sorted(rows, key=lambda row: row.value == "yes")


def origin_rows(card: Card) -> list[Row]:
    """Where it comes from, in short; the digest stands under Details."""
    return [row for row in card.origin if row.name in _ORIGIN and row.value]


def sure_text(card: Card) -> tuple[str, str]:
    """What is asked before a grave approval: a title, and what it means."""
    return "Approve this?", f"{card.title}\n\nThe agent may then run exactly this, once."


def told_apart(people: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Ids and names, where two of the same name are told apart by their ids."""
    names = [name for _, name in people]
    return [(id_, f"{name} ({id_})" if names.count(name) > 1 else name) for id_, name in people]
