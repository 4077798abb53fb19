"""A gathered ping in Teams: within its size and inert whatever requests are called, and honest about each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.teams.cards import limits
from adapters.teams.cards.room import size
from adapters.teams.client.drawing import list_activity
from bot.cards.gathered import OVER, Gathered, Named
from bot.cards.shape import Status
from tests.fakes.teams.cards.mentions import notified
from tests.rigs.hostile import HOSTILE
from tests.unit.teams_cards.schema_check import problems

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
DESK = "https://signoff.acme.test/desk"
WORDS = (
    st.sampled_from(sorted(HOSTILE.values())) | st.text(min_size=1, max_size=300) | st.just("\N{GRINNING FACE}" * 400)
)


def one(text: str, number: int, state: str = "pending", *, high: bool = False) -> Named:
    label = {"pending": "Waiting for a decision", "claimed": f"Claimed by {text}"}.get(state, state.capitalize())
    status = Status(state, label, "waiting", who=None if state == "pending" else text)
    return Named(f"019c-{number:032}", text, text, NOW, NOW + timedelta(hours=1), status, high_class=high)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(WORDS, st.integers(0, 20), st.integers(0, 500), st.sampled_from(["pending", "claimed", "approved", "expired"]))
def test_any_list_is_one_that_teams_takes_and_its_texts_do_nothing(
    text: str, count: int, others: int, state: str
) -> None:
    made = Gathered(tuple(one(text, n, state, high=bool(n % 2)) for n in range(count)), others, others // 2)
    activity = list_activity(made, DESK)
    (attachment,) = activity["attachments"]
    assert problems(attachment["content"]) == []
    assert size(activity) <= limits.ACTIVITY_BYTES
    assert size(attachment["content"]) <= limits.CARD_BYTES
    done = notified(activity["summary"], [], [attachment["content"]])
    assert (done.people, done.images) == ([], [])
    shown = str(attachment["content"])
    found = sum(each.request_id in shown for each in made.named)
    assert found == count or f"And {others + count - found} more" in shown, "named with a way to it, or counted"
    assert found >= min(count, 6)
    letters = text.isascii() and text.replace(" ", "").isalnum()
    assert found == count or not letters, "what is written in letters has room"


def test_it_marks_what_is_grave_and_says_how_each_ended() -> None:
    text = str(list_activity(Gathered((one("a", 1, high=True), one("b", 2, "approved")), 180, 30), DESK))
    assert "31 of 182 requests still wait for a decision" in text
    assert "❗ a" in text
    assert "high class" in text
    assert "✅ Approved by b" in text
    assert "And 180 more, 30 of them waiting: they are in the queue." in text
    assert "These requests are over" in str(list_activity(OVER, None))
