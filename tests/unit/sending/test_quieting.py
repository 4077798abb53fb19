"""Quiet hours by the clocks of their zone: past midnight, when clocks are changed, and where they are none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.duties import QuietHours
from bot.sending.quieting import ends_at

NIGHT = QuietHours("dana", 22 * 60, 7 * 60, "America/New_York")
LUNCH = QuietHours("dana", 12 * 60, 13 * 60, "Europe/London")
SHORT = QuietHours("dana", 90, 150, "America/New_York")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "now", "end"),
    [
        (NIGHT, "2026-01-15T02:59", None),  # 21:59 there
        (NIGHT, "2026-01-15T03:00", "2026-01-15T12:00"),
        (NIGHT, "2026-01-15T11:59", "2026-01-15T12:00"),
        (NIGHT, "2026-01-15T12:00", None),
        (NIGHT, "2026-03-08T03:30", "2026-03-08T11:00"),  # the night that is an hour shorter
        (NIGHT, "2026-11-01T02:30", "2026-11-01T12:00"),  # and the one that is an hour longer
        (LUNCH, "2026-07-01T11:00", "2026-07-01T12:00"),
        (LUNCH, "2026-07-01T12:00", None),
        (LUNCH, "2026-01-01T12:30", "2026-01-01T13:00"),
        (SHORT, "2026-03-08T06:45", "2026-03-08T07:00"),  # 02:30 is skipped: they end with the change
        (SHORT, "2026-11-01T05:45", "2026-11-01T07:30"),  # 01:45 comes twice, and 02:30 after it
        (QuietHours("dana", 0, 0, "UTC"), "2026-01-01T00:00", None),
    ],
)
def test_they_end_when_their_clock_says_so(hours: QuietHours, now: str, end: str | None) -> None:
    assert ends_at(hours, utc(now)) == (None if end is None else utc(end))


@given(
    st.integers(0, 1439),
    st.integers(0, 1439),
    st.sampled_from(["UTC", "America/New_York", "Europe/London", "Asia/Kolkata", "Australia/Lord_Howe"]),
    st.integers(0, 2 * 365 * 1440).map(lambda minutes: utc("2025-01-01T00:00") + timedelta(minutes=minutes)),
)
def test_their_end_is_ahead_within_a_day_and_is_outside_of_them(
    begins: int, ends: int, zone: str, now: datetime
) -> None:
    hours = QuietHours("dana", begins, ends, zone)
    end = ends_at(hours, now)
    if end is not None:
        assert timedelta(0) < end - now <= timedelta(hours=25)
        assert ends_at(hours, end) is None
