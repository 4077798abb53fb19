"""Periods as people type them, and who they are of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering import asked, read_period
from bot.answering.asking import find_owner, zone_of
from bot.errors import BadInput
from bot.policy.loading import load
from tests.rigs.house import POLICY

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "start", "end", "before", "before_end", "title"),
    [
        (None, "2026-11-15T15:30", "2026-11-22T15:30", "2026-11-08T15:30", "2026-11-15T15:30", "the last 7 days"),
        ("week", "2026-11-15T15:30", "2026-11-22T15:30", "2026-11-08T15:30", "2026-11-15T15:30", "the last 7 days"),
        ("month", "2026-10-23T15:30", "2026-11-22T15:30", "2026-09-23T15:30", "2026-10-23T15:30", "the last 30 days"),
        ("24h", "2026-11-21T15:30", "2026-11-22T15:30", "2026-11-20T15:30", "2026-11-21T15:30", "the last 24 hours"),
        ("1W", "2026-11-15T15:30", "2026-11-22T15:30", "2026-11-08T15:30", "2026-11-15T15:30", "the last week"),
        ("today", "2026-11-22T05:00", "2026-11-22T15:30", "2026-11-21T05:00", "2026-11-21T15:30", "today"),
        (" Yesterday ", "2026-11-21T05:00", "2026-11-22T05:00", "2026-11-20T05:00", "2026-11-21T05:00", "yesterday"),
        ("2026-11-05", "2026-11-05T05:00", "2026-11-06T05:00", "2026-11-04T05:00", "2026-11-05T05:00", "5 Nov 2026"),
        # Clocks went back on 1 November: that day had 25 hours.
        (
            "2026-11-01..2026-11-15",
            "2026-11-01T04:00", "2026-11-16T05:00", "2026-10-17T04:00", "2026-11-01T04:00",
            "1 Nov 2026 to 15 Nov 2026",
        ),
        (
            "2026-11-21..2026-12-24",
            "2026-11-21T05:00", "2026-11-22T15:30", "2026-10-18T04:00", "2026-10-19T14:30",
            "21 Nov 2026 to 24 Dec 2026",
        ),
    ],
)  # fmt: skip
def test_a_period_begins_and_ends_where_people_think(
    text: str | None, start: str, end: str, before: str, before_end: str, title: str
) -> None:
    period = read_period(text, NOW, NEW_YORK)
    assert (period.start, period.end) == (utc(start), utc(end))
    assert (period.before_start, period.before_end) == (utc(before), utc(before_end))
    assert period.title == title
    assert (period.at, period.zone) == (NOW, "America/New_York")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fortnight", "'fortnight' is no period or day"),
        ("0d", "no time at all"),
        ("400d", "longer than 366 days"),
        ("9999w", "longer than 366 days"),
        ("2025-01-01..2026-11-01", "longer than 366 days"),
        ("2026-11-15..2026-11-01", "ends before it begins"),
        ("2026-11-23", "lies in the future"),
        ("2026-02-30", "is no period or day"),
        ("0001-01-01", "is no period or day"),
        ("2026-11-01..", "is no period or day"),
        ("..2026-11-01", "is no period or day"),
        ("2026-11-01...2026-11-02", "is no period or day"),
        ("\u0667d", "is no period or day"),
        ("\u0662\u0660\u0662\u0666-11-01", "is no period or day"),
        ("-7d", "is no period or day"),
    ],
)
def test_what_is_no_period_is_told_what_one_is(text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as refused:
        read_period(text, NOW, NEW_YORK)
    assert refused.value.field == "period"
    assert refused.value.remedy


@given(text=st.text(max_size=30) | st.from_regex(r"[0-9]{1,4}[hdw]", fullmatch=True))
def test_whatever_is_typed_is_a_period_or_refused(text: str) -> None:
    try:
        period = read_period(text, NOW, NEW_YORK)
    except BadInput:
        return
    assert period.before_start <= period.before_end <= period.start <= period.end <= NOW


@given(
    now=st.integers(1_000_000_000, 1_900_000_000).map(lambda at: datetime.fromtimestamp(at, UTC)),
    zone=st.sampled_from(["UTC", "America/New_York", "Asia/Kathmandu", "America/Santiago", "Pacific/Apia"]),
)
def test_days_that_follow_each_other_share_no_instant_and_leave_none_out(now: datetime, zone: str) -> None:
    day = now.astimezone(ZoneInfo(zone)).date()
    found = [read_period(str(day - timedelta(days=back)), now, ZoneInfo(zone)) for back in (2, 1, 0)]
    for earlier, later in pairwise(found):
        assert earlier.end == later.start
        assert later.before_start == earlier.start
    assert found[0].start < found[1].start
    assert read_period("yesterday", now, ZoneInfo(zone)).start == found[1].start


def test_owners_go_by_id_or_title_and_days_are_theirs() -> None:
    policy = load(POLICY.replace("title: Refunds", "title: Refunds and more\n    hours: {days: mon-fri, open: '08:00', "
                                 "close: '18:00', timezone: Asia/Tokyo}"), "policy.yaml")  # fmt: skip
    for text in ("refunds", "REFUNDS", " Refunds and MORE"):
        owner = find_owner(text, policy)
        assert owner.id == "refunds"
        assert zone_of(owner, policy).key == "Asia/Tokyo"
    with pytest.raises(BadInput, match=r"there is no owner 'nobody' \(choose one of refunds\)") as refused:
        find_owner("nobody", policy)
    assert refused.value.field == "owner"


@pytest.mark.parametrize(
    ("text", "owner", "period"),
    [
        ("", None, None),
        ("  ", None, None),
        ("week", None, "week"),
        ("refunds", "refunds", None),
        ("Refunds and more", "Refunds and more", None),
        ("refunds 7d", "refunds", "7d"),
        ("7d refunds", "refunds", "7d"),
        ("Refunds and more 7d", "Refunds and more", "7d"),
        ("refunds 2026-11-01..2026-11-15", "refunds", "2026-11-01..2026-11-15"),
        ("nobody week", "nobody", "week"),
        ("nobody", None, "nobody"),
    ],
)
def test_words_are_told_apart_in_either_order(text: str, owner: str | None, period: str | None) -> None:
    policy = load(POLICY.replace("title: Refunds", "title: Refunds and more"), "policy.yaml")
    assert asked(text, policy) == (owner, period)
