"""A summary in Slack: within every limit and inert whatever things are called, and the same to who listens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.cards import limits
from adapters.slack.cards.summary import summary_message
from bot.answering import (
    Amounts,
    Answering,
    Cut,
    Decisions,
    Figures,
    Late,
    Overrides,
    Part,
    Promise,
    Reviewer,
    Runs,
    Summary,
    Times,
    Volumes,
    read_period,
)
from bot.answering.bars import BAR, LONGEST_BAR, chart, columns
from tests.fakes.slack.blocks.checking import check_blocks, too_long
from tests.fakes.slack.notifying import notified
from tests.rigs.hostile import HOSTILE
from tests.rigs.house import House, new_house
from tests.rigs.week import Week

DESK = "https://signoff.acme.test/desk/"
NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
COUNT = st.integers(0, 10**9)
NAME = st.sampled_from([*HOSTILE.values()]) | st.text(max_size=200)
MONEY = st.decimals(-(10**20), 10**20, places=3)
PART = st.builds(Part, NAME, NAME, COUNT, COUNT)
RUNS = st.builds(Runs, *[COUNT] * 8)
LATE = st.builds(
    Late, st.uuids().map(str), NAME, COUNT, st.sampled_from(["waiting", "expired", "rejected"]), st.just(NOW)
)
FIGURES = st.builds(
    Figures,
    st.builds(Volumes, *[COUNT] * 5),
    st.builds(Decisions, *[COUNT] * 6),
    st.builds(Times, COUNT, st.none() | COUNT, st.none() | COUNT),
    st.builds(Promise, *[COUNT] * 4),
    st.lists(LATE, max_size=5).map(tuple),
    COUNT,
    COUNT,
    st.builds(Overrides, *[COUNT] * 3, *[st.lists(PART, max_size=9).map(tuple)] * 4),
    st.lists(st.builds(Amounts, st.sampled_from(["USD", "EUR", "JPY"]), COUNT, *[MONEY] * 11), max_size=9).map(tuple),
    COUNT,
    st.lists(st.builds(Reviewer, NAME, NAME, *[COUNT] * 4), max_size=9).map(tuple),
    COUNT,
    RUNS,
    RUNS,
)
SUMMARY = st.builds(
    Summary,
    st.none() | NAME,
    NAME,
    st.just(read_period("week", NOW, ZoneInfo("UTC"))),
    FIGURES,
    st.none() | FIGURES,
    st.just("p-1"),
    st.none() | st.just(Cut(100_000, NOW)),
)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = await new_house()
    yield house
    await house.store.close()


async def a_week_s(house: House, **more: Any) -> Summary:
    week = Week(house)
    await week.before()
    await week.now()
    return await Answering(house.store, house.clock, lambda: house.policy, **more).summary("refunds")


def shown(value: Any) -> str:
    """Every text that a reader sees, in order."""
    if isinstance(value, list):
        return "\n".join(filter(None, map(shown, value)))
    if not isinstance(value, dict):
        return ""
    if isinstance(value.get("text"), str):
        return str(value["text"])
    return "\n".join(filter(None, map(shown, value.values())))


@given(SUMMARY, st.sampled_from([DESK, None]))
def test_any_summary_is_a_message_that_slack_takes_and_that_does_nothing(summary: Summary, desk: str | None) -> None:
    message = summary_message(summary, desk_url=desk)
    assert check_blocks(message["blocks"]) == []
    assert not too_long(message["blocks"])
    assert 0 < len(message["text"]) <= limits.FALLBACK_TEXT
    does = notified(message["text"], message["blocks"])
    assert not does.users | does.groups | does.broadcasts | does.channels
    assert all(desk is not None and link.startswith(desk) for link in does.links)


async def test_a_week_is_told_with_its_charts(house: House) -> None:
    message = summary_message(await a_week_s(house), desk_url=DESK)
    text = shown(message["blocks"])
    assert text.startswith("Refunds, the last 7 days\n")
    assert "10 of 13 proposed actions waited for a person. 6 of 8 were decided in time." in text
    assert "10 (+8) held of 13 (+11) proposed" in text
    assert f"Approved  4 {BAR * 12}\nEdited    2 {BAR * 6}\nRejected  1 {BAR * 3}\n" in text
    assert f"Edited       2 {BAR * 12}\nNot eligible 1 {BAR * 6}" in text
    assert "6 of 8 in time: 75% (+25 points)" in text
    assert "Edited down  50.00 USD" in text
    assert "2 approved and never run" in text
    assert "1 of 7 decided too fast to have been read (under 5 s)." in text
    assert "Dana 5, half within 4 min, 1 corrected, 1 too fast" in text
    widest = max(len(line) for block in message["blocks"] for line in boxes(block))
    assert widest <= 30  # what a phone shows of a box without breaking its lines


async def test_who_listens_hears_the_same_figures(house: House) -> None:
    message = summary_message(await a_week_s(house), desk_url=DESK)
    text = message["text"]
    assert text.startswith("Refunds, the last 7 days: 10 of 13 proposed actions waited for a person.")
    assert BAR not in text
    for said in (
        "Approved 4, Edited 2, Rejected 1, Expired 1, Cancelled 1, Waiting 1.",
        "Edited 2, Not eligible 1.",
        "Held 990.00 USD, Approved 640.00 USD",
        "By action: Refund a customer (3 of 6).",
        " UTC: expired 15 min late.",
    ):
        assert said in text


async def test_the_latest_ones_lead_to_their_pages(house: House) -> None:
    summary = await a_week_s(house)
    links = notified("", summary_message(summary, desk_url=DESK)["blocks"]).links
    assert {f"{DESK}requests/{late.request_id}" for late in summary.figures.latest} | {DESK} == links
    assert not notified("", summary_message(summary)["blocks"]).links


async def test_what_was_left_out_is_said_first_to_who_listens_and_in_a_line_of_its_own(house: House) -> None:
    summary = await a_week_s(house, most=5)
    assert summary.cut is not None
    message = summary_message(summary)
    said = f"Not complete: only the newest 5 requests were counted, back to {summary.cut.since:%Y-%m-%d %H:%M} UTC."
    assert said in message["blocks"][3]["text"]["text"]
    assert said in message["text"]


async def test_a_week_in_which_nothing_happened_has_its_own_words(house: House) -> None:
    summary = await Answering(house.store, house.clock, lambda: house.policy).summary("refunds", "yesterday")
    message = summary_message(summary)
    assert shown(message["blocks"]).splitlines()[0] == "Refunds, yesterday"
    assert "No agent proposed anything." in message["text"]
    assert len(message["blocks"]) == 3


def boxes(block: dict[str, Any]) -> list[str]:
    return [
        line
        for part in block.get("elements", ())
        if part["type"] == "rich_text_preformatted"
        for line in part["elements"][0]["text"].splitlines()
    ]


def test_bars_are_in_proportion_and_never_vanish() -> None:
    lines = chart([("Many", 4000), ("Half", 2000), ("One", 1), ("None", 0)]).splitlines()
    assert lines == [f"Many 4,000 {BAR * LONGEST_BAR}", f"Half 2,000 {BAR * 6}", f"One      1 {BAR}", "None     0"]
    assert chart([]) == columns([]) == ""


def test_amounts_stand_below_each_other() -> None:
    assert columns([("Held", "1,000.00 USD"), ("Refused", "5.00 USD")]) == "Held    1,000.00 USD\nRefused     5.00 USD"


def test_sums_have_every_digit() -> None:
    exact = Amounts("USD", 1, held=Decimal("2999999999999997.03"))
    period = read_period("week", NOW, ZoneInfo("UTC"))
    figures = Figures(Volumes(opened=1, held=1), amounts=(exact,))
    text = summary_message(Summary(None, "All owners", period, figures, None, "p-1"))["text"]
    assert "2,999,999,999,999,997.03 USD" in text
