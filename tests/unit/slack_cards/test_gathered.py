"""A gathered ping in Slack: within every limit and inert whatever requests are called, and honest about each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.cards import limits
from adapters.slack.cards.gathered import gathered_message
from adapters.slack.cards.room import size
from bot.cards.gathered import OVER, Gathered, Named
from bot.cards.shape import Status
from tests.fakes.slack.blocks.checking import check_blocks, too_long
from tests.fakes.slack.notifying import notified
from tests.rigs.hostile import HOSTILE

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
DESK = "https://signoff.acme.test/desk"
WORDS = (
    st.sampled_from(sorted(HOSTILE.values())) | st.text(min_size=1, max_size=300) | st.just("\N{GRINNING FACE}" * 400)
)


def one(text: str, number: int, state: str = "pending", *, high: bool = False) -> Named:
    label = {"pending": "Waiting for a decision", "claimed": f"Claimed by {text}"}.get(state, state.capitalize())
    status = Status(state, label, "waiting", who=None if state == "pending" else text)
    return Named(f"019c-{number:032}", text, text, NOW, NOW + timedelta(hours=1), status, high_class=high)


@settings(max_examples=80, deadline=None)
@given(WORDS, st.integers(0, 20), st.integers(0, 500), st.sampled_from(["pending", "claimed", "approved", "expired"]))
def test_any_list_is_one_that_slack_takes_and_its_texts_do_nothing(
    text: str, count: int, others: int, state: str
) -> None:
    made = Gathered(tuple(one(text, n, state, high=bool(n % 2)) for n in range(count)), others, others // 2)
    drawn = gathered_message(made, desk_url=DESK)
    check_blocks(drawn["blocks"])
    assert not too_long(drawn["blocks"])
    assert size(drawn["blocks"]) <= limits.MESSAGE_JSON
    assert len(drawn["blocks"]) <= limits.MESSAGE_BLOCKS
    assert len(drawn["text"]) <= limits.FALLBACK_TEXT
    told = notified(drawn["text"], drawn["blocks"])
    assert not told.users
    assert not told.groups
    buttons = [block["accessory"]["value"] for block in drawn["blocks"] if "accessory" in block]
    assert buttons == [each.request_id for each in made.named][: len(buttons)], "each has its way to the whole case"
    assert len(buttons) == count or f"And {others + count - len(buttons)} more" in str(drawn["blocks"])
    assert len(buttons) >= min(count, 12)


def test_it_marks_what_is_grave_and_says_how_each_ended() -> None:
    text = str(gathered_message(Gathered((one("a", 1, high=True), one("b", 2, "approved")), 180, 30), desk_url=DESK))
    assert "31 of 182 requests still wait for a decision" in text
    assert "❗ *a*" in text
    assert "high class" in text
    assert "✅ Approved by b" in text
    assert "And 180 more, 30 of them waiting: they are in the queue." in text


@pytest.mark.parametrize(
    ("gathered", "said"),
    [
        (Gathered((one("a", 1, "approved"), one("b", 2, "expired"))), "All 2 of these requests are decided"),
        (Gathered((one("a", 1), one("b", 2))), "2 requests wait for a decision"),
        (Gathered((one("a", 1), one("b", 2, "approved"))), "1 of 2 requests still waits for a decision"),
        (OVER, "These requests are over"),
    ],
)
def test_its_first_line_is_what_is_left(gathered: Gathered, said: str) -> None:
    drawn = gathered_message(gathered)
    assert said in str(drawn["blocks"][0])
    assert said in drawn["text"]
