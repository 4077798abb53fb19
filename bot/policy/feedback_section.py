"""The entries ``feedback`` of an owner and an action: what a correction suggests to learn, by whom, until when."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from bot.domain.lessons import Lesson
from bot.policy.durations import parse_duration
from bot.policy.feedback import DEFAULT, TASKS, Feedback, FeedbackRule, Kind, Pick, Task
from bot.policy.names import Names
from bot.policy.yamltree import At, did_you_mean

FEEDBACK_KEYS = frozenset({"rules", *(kind.value for kind in Lesson)})
RULE_KEYS = frozenset({"name", "reason", "correction", "learn"})
TASK_KEYS = frozenset({"assign", "pick", "due_in", "remind_at"})
MOST_RULES = 50
_MOST_REMINDERS = 10
_LONGEST = 366 * 86_400
_MOST_SHARE = 1000
_WHOLE = 100
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_SHARE = re.compile(r"([0-9]{1,4})%")


def read_feedback(at: At, names: Names) -> Feedback:
    """What an owner says of it; a key that is not there keeps what counts by default."""
    found = at.keys(FEEDBACK_KEYS)
    tasks = {kind: _task(found[kind.value], TASKS[kind], names) for kind in Lesson if kind.value in found}
    return Feedback(read_feedback_rules(found["rules"]) if "rules" in found else (), tasks)


def read_feedback_rules(at: At, codes: Collection[str] | None = None) -> tuple[FeedbackRule, ...]:
    """Rules in the order in which they are tried, each with a name of its own; ``codes`` are the reasons there are."""
    rules: dict[str, FeedbackRule] = {}
    for number, place in enumerate(at.items(), 1):
        rule = _rule(place, number, codes)
        if rule is None:
            continue
        if rule.name in rules:
            place.wrong(f"is another rule with the name {rule.name}", "give each a name of its own")
        rules[rule.name] = rule
    if len(rules) > MOST_RULES:
        at.wrong(f"has more than {MOST_RULES} rules", "keep those that matter")
    return tuple(rules.values())


def check_reasons(owners: At, codes: dict[str, Collection[str]]) -> None:
    """Note the rules of owners that name a reason that nobody can give; ``codes`` are those of each owner."""
    for name, _, owner in owners.entries():
        feedback = next((value for key, _, value in owner.entries() if key == "feedback"), None)
        if feedback is None or not feedback.is_mapping or name not in codes:
            continue
        rules = next((value for key, _, value in feedback.entries() if key == "rules"), None)
        for rule in rules.items() if rules is not None and rules.is_list else ():
            reason = next((value for key, _, value in rule.entries() if key == "reason"), None)
            if reason is not None:
                _codes(reason, codes[name])


def _rule(at: At, number: int, codes: Collection[str] | None) -> FeedbackRule | None:
    found = at.keys(RULE_KEYS, required=("learn",))
    learn = found["learn"].choice(Lesson) if "learn" in found else None
    reasons = _codes(found["reason"], codes) if "reason" in found else ()
    corrections = _corrections(found["correction"]) if "correction" in found else ()
    name = found["name"].text(longest=64) if "name" in found else _named(reasons, corrections, number)
    if name is not None and (not _NAME.fullmatch(name) or name == DEFAULT):
        found["name"].wrong(
            f"{name[:40]!r} is no name of a rule", f"use lower-case letters, digits and _, not {DEFAULT}"
        )
    if reasons and corrections and Kind.REJECTED not in corrections:
        found["correction"].wrong("stands beside a reason, which rejections alone have", "drop one of the two")
    if learn is None or name is None:
        return None
    return FeedbackRule(name, learn, reasons, corrections)


def _named(reasons: tuple[str, ...], corrections: tuple[Kind, ...], number: int) -> str:
    """What a rule without a name is called on record."""
    words = [*reasons, *(kind.value for kind in corrections)]
    return words[0] if len(words) == 1 and words[0] != DEFAULT else f"rule_{number}"


def _codes(at: At, codes: Collection[str] | None) -> tuple[str, ...]:
    texts = at.texts()
    if not texts and at.is_list:
        at.wrong("lists no reason code", "name one, or leave it out for any")
    for code in texts:
        if codes is not None and code not in codes:
            at.wrong(f"{code[:40]!r} is no reason that can be given", did_you_mean(code, codes))
    return texts


def _corrections(at: At) -> tuple[Kind, ...]:
    places = list(at.items()) if at.is_list else [at]
    kinds = tuple(kind for place in places if (kind := place.choice(Kind)) is not None)
    if not places:
        at.wrong("lists no correction", f"name one of {', '.join(kind.value for kind in Kind)}")
    return kinds


def _task(at: At, default: Task, names: Names) -> Task:
    found = at.keys(TASK_KEYS)
    due = (found["due_in"].duration() if "due_in" in found else None) or default.due
    if due > _LONGEST:
        found["due_in"].wrong("is further away than a year", "give a day within a year")
    assign = names.persons(found["assign"]) if "assign" in found else ()
    if "assign" in found and (unlisted := names.unlisted(found["assign"])):
        found["assign"].wrong(f"names {unlisted[0]}, whose members are not in this file", "list its members, or people")
    if "pick" in found and "assign" not in found:
        found["pick"].wrong("says whom to pick of nobody", "name several people in `assign:`")
    pick = (found["pick"].choice(Pick) if "pick" in found else None) or Pick.FIRST
    scaled = tuple(seconds * due // default.due for seconds in default.remind)
    return Task(due, _reminders(found["remind_at"], due) if "remind_at" in found else scaled, assign, pick)


def _reminders(at: At, due: int) -> tuple[int, ...]:
    """Seconds after it was opened of ``50%`` (of the time until it is due), ``2d`` and ``-1d`` (before it is due)."""
    moments: set[int] = set()
    for place in at.items():
        seconds = _moment(place, due)
        if seconds is not None:
            moments.add(seconds)
    if len(moments) > _MOST_REMINDERS:
        at.wrong(f"lists more than {_MOST_REMINDERS} reminders", "keep those that matter")
    return tuple(sorted(moments))


def _moment(at: At, due: int) -> int | None:
    text = at.text(longest=20)
    if text is None:
        return None
    remedy = "write 50% of the time until it is due, 2d after it was opened, or -1d before it is due"
    if share := _SHARE.fullmatch(text):
        if not 0 < int(share[1]) <= _MOST_SHARE:
            at.wrong(f"{text} is out of bounds", f"write 1% to {_MOST_SHARE}%")
            return None
        return due * int(share[1]) // _WHOLE
    try:
        seconds = parse_duration(text.removeprefix("-"))
    except ValueError as error:
        at.wrong(str(error), remedy)
        return None
    after = due - seconds if text.startswith("-") else seconds
    if not 0 < after <= _LONGEST * 10:
        at.wrong(f"{text} is not between its opening and ten years later", remedy)
        return None
    return after


def feedback_schema(duration: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema of an owner's entry; ``duration`` is that of a span of time."""
    task = {
        "assign": {"description": "People or groups of whom one gets it.", **_one_or_more({"type": "string"})},
        "pick": {"description": "Which of them.", "enum": [each.value for each in Pick]},
        "due_in": {"description": "When it is due, in elapsed time.", **duration},
        "remind_at": {
            "description": "When whoever has it is reminded: of its time, after it was opened, or before it is due.",
            "type": "array",
            "items": {"type": "string", "pattern": "^([0-9]{1,4}%|-?[0-9]+[smhdw])$"},
        },
    }
    each = {"type": "object", "properties": task, "additionalProperties": False}
    properties: dict[str, Any] = {"rules": feedback_rules_schema(), **{kind.value: each for kind in Lesson}}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def feedback_rules_schema() -> dict[str, Any]:
    """The JSON Schema of rules."""
    rule = {
        "name": {"description": "As it stands on record.", "type": "string", "pattern": f"^{_NAME.pattern}$"},
        "reason": {"description": "Codes of a rejection.", **_one_or_more({"type": "string"})},
        "correction": {
            "description": "How the agent was corrected.",
            **_one_or_more({"enum": [each.value for each in Kind]}),
        },
        "learn": {"description": "What is suggested.", "enum": [each.value for each in Lesson]},
    }
    items = {"type": "object", "properties": rule, "additionalProperties": False, "required": ["learn"]}
    return {"type": "array", "items": items}


def _one_or_more(one: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}
