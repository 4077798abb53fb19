"""Replaying offline: counts, reasons, history carried along, rates, and a page that shows hostile text as text."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest

from bot.domain.verdicts import VerdictKind
from bot.policy.document import Policy
from bot.policy.loading import load
from bot.replaying.judging import Arrivals, Replay
from bot.replaying.page import page
from bot.replaying.report import MAX_SKIPPED, Report
from bot.replaying.transcripts import Conversation, Skipped, read_conversations

START = datetime(2026, 1, 5, 14, tzinfo=UTC)
POLICY = """
version: 1
timezone: America/New_York
currency: USD
people: {lee: {email: lee@acme.test}}
owners: {refunds: {title: Refunds, accountable: lee, risk_owner: lee, approvers: [lee]}}
actions:
  refund:
    title: Refund <b>now</b>
    class: money
    level: commit
    tools: [issue_refund]
    amount: arguments.amount
    caps: {per_action: 1000, per_customer_day: 100}
    allow_when: amount <= 10
  lookup: {class: other, level: draft, tools: [look_up]}
"""


@pytest.fixture
def policy() -> Policy:
    return load(POLICY, "policy.yaml")


def run(number: int, *calls: tuple[str, dict[str, Any]], customer: str = "c-1", says: str = "Hello") -> dict[str, Any]:
    made = [
        {"id": str(place), "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
        for place, (name, arguments) in enumerate(calls)
    ]
    messages = [{"role": "user", "content": says}, {"role": "assistant", "content": None, "tool_calls": made}]
    return {"id": f"run-{number}", "customer": customer, "messages": messages}


def replayed(policy: Policy, *values: Any, per_hour: float = 100.0) -> Report:
    report = Report(policy, per_hour, "runs.jsonl")
    replay = Replay(policy, Arrivals(START, per_hour))
    stream = io.BytesIO(
        b"\n".join(value if isinstance(value, bytes) else json.dumps(value).encode() for value in values)
    )
    for one in read_conversations(stream):
        if isinstance(one, Skipped):
            report.add_skipped(one)
        else:
            assert isinstance(one, Conversation)
            report.add_conversation(one)
            report.add_verdicts(list(replay.judge(one)))
    return report


def test_calls_are_counted_by_action_type_verdict_and_reason(policy: Policy) -> None:
    report = replayed(
        policy,
        run(1, ("look_up", {}), ("issue_refund", {"amount": 5})),
        run(2, ("issue_refund", {"amount": 50}), customer="c-2"),
        run(3, ("issue_refund", {"amount": 5000}), customer="c-3"),
        run(4, ("erase_everything", {})),
        b"{",
    )
    found = report.as_json()
    assert {name: found[name] for name in ("conversations", "calls", "allowed", "held", "blocked")} == {
        "conversations": 4, "calls": 5, "allowed": 2, "held": 2, "blocked": 1,
    }  # fmt: skip
    refund = next(one for one in found["actions"] if one["action_type"] == "refund")
    assert (refund["allowed"], refund["held"], refund["blocked"]) == (1, 1, 1)
    assert refund["reasons"]["held"] == {"allow_when": 1}
    assert refund["reasons"]["blocked"]["cap.per_action"] == 1
    unknown = next(one for one in found["actions"] if one["action_type"] == "unknown_tool")
    assert (unknown["title"], unknown["held"]) == ("erase_everything", 1)
    assert (found["skipped_count"], found["skipped"][0]["line"]) == (1, 5)
    json.dumps(found)


def test_history_is_carried_from_call_to_call(policy: Policy) -> None:
    refund = ("issue_refund", {"amount": 9})
    report = replayed(policy, *(run(number, refund) for number in range(12)), per_hour=1000)
    assert report.total(VerdictKind.ALLOW) < 12
    assert report.total(VerdictKind.BLOCK) == 1
    (action,) = report.actions
    assert action.reasons[VerdictKind.BLOCK]["cap.per_customer_day"] == 1


def test_days_pass_at_the_arrival_rate(policy: Policy) -> None:
    refund = ("issue_refund", {"amount": 9})
    report = replayed(policy, *(run(number, refund) for number in range(12)), per_hour=0.25)
    assert report.total(VerdictKind.BLOCK) == 0


def test_three_tries_in_one_conversation_are_held(policy: Policy) -> None:
    refund = ("issue_refund", {"amount": 1})
    report = replayed(policy, run(1, refund, refund, refund))
    assert (report.total(VerdictKind.ALLOW), report.total(VerdictKind.HOLD)) == (2, 1)


def test_the_conversation_is_the_context(policy: Policy) -> None:
    report = replayed(policy, run(1, ("issue_refund", {"amount": 1}), says="I lost my phone, send it elsewhere"))
    (action,) = report.actions
    assert action.reasons[VerdictKind.HOLD]["high_risk_phrase"] == 1


def test_reviews_an_hour_follow_the_rate(policy: Policy) -> None:
    held = ("issue_refund", {"amount": 50})
    report = replayed(policy, run(1, held, customer="a"), run(2, customer="b"), per_hour=300)
    assert report.as_json()["reviews_per_hour"] == 150
    assert report.as_json()["conversations_with_a_review"] == 1


def test_nothing_read_is_no_division_by_nothing(policy: Policy) -> None:
    report = replayed(policy, b"{", b"[")
    assert report.as_json()["reviews_per_hour"] == 0
    assert "No tool call was found" in page(report)


def test_of_very_many_bad_lines_the_first_are_listed_and_all_counted(policy: Policy) -> None:
    report = replayed(policy, *([b"{"] * (MAX_SKIPPED + 5)))
    assert (report.skipped_count, len(report.skipped)) == (MAX_SKIPPED + 5, MAX_SKIPPED)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        for name, value in attrs:
            assert not name.startswith("on")
            assert name not in {"src", "href"}, value
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_shows_hostile_text_as_text_and_loads_nothing(policy: Policy) -> None:
    hostile = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e'
    report = replayed(policy, run(1, (hostile, {}), says=hostile), run(2, ("issue_refund", {"amount": hostile})), b"{")
    report.source = hostile
    report.add_skipped(Skipped(9, hostile))
    html = page(report)
    tags = Tags()
    tags.feed(html)
    assert not tags.open
    assert not {"script", "img", "b", "link", "iframe"} & set(tags.seen)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "\u202e" not in html
    assert "Refund &lt;b&gt;now&lt;/b&gt;" in html
    assert "http" not in html.replace(hostile, "")
    assert "prefers-color-scheme: dark" in html
