"""What must hold of the figures of any requests at all."""

from __future__ import annotations

import csv
import io
import statistics
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import asdict, replace

from bot.answering import Period, Summary, change_text, csv_of, duration_text, listed, read_period, summarise, told
from bot.answering.grouping import MOST_NAMES, Grouped
from bot.answering.sheets import inert
from bot.answering.spreading import Spread
from bot.domain import people
from bot.domain.money import Money
from bot.domain.requests import (
    Assessment,
    Context,
    Decision,
    DecisionKind,
    Grant,
    GrantStatus,
    Outcome,
    OutcomeStatus,
    Proposal,
    Request,
)
from bot.domain.routing import Routing
from bot.domain.verdicts import ActionClass, Level, Verdict, VerdictKind
from bot.policy.loading import load
from tests.rigs.house import POLICY

HOUSE = load(POLICY, "policy.yaml")
NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
WEEK = read_period("week", NOW, ZoneInfo("UTC"))
PEOPLE = ("lee", "dana", "gone")
VERDICTS = (VerdictKind.ALLOW, VerdictKind.HOLD, VerdictKind.HOLD, VerdictKind.HOLD, VerdictKind.BLOCK)


def a_request(
    number: int, opened: datetime, verdict: VerdictKind, amount: Decimal | None, build: str | None
) -> Request:
    """One that is pending; the currency and owner follow from its number."""
    currency = "EUR" if number % 5 == 0 else "USD"
    assessment = Assessment(
        Verdict(verdict, (), "p-1"), "refund", "Refund", ActionClass.MONEY, Level.COMMIT,
        Context(build=build), None if amount is None else Money(amount, currency),
    )  # fmt: skip
    due = opened + timedelta(minutes=15)
    routing = Routing(
        "refunds" if number % 3 else "others", "Refunds", "vera", "rosa", {}, ("dana",), 1, due,
        opened + timedelta(minutes=30), 600, ("not_eligible",),
    )  # fmt: skip
    arguments = {} if amount is None else {"amount": str(amount)}
    return Request(
        f"r{number}", f"a{number % 4}", "i", f"k{number}", Proposal("issue_refund", arguments, "30m"), "d", assessment,
        routing, opened, opened + timedelta(minutes=30),
    )  # fmt: skip


@st.composite
def requests(draw: st.DrawFn) -> list[Request]:
    """Any that could be on record, from two weeks before now until a little after."""
    made = []
    for number in range(draw(st.integers(0, 12))):
        opened = NOW - timedelta(seconds=draw(st.integers(-3600, 15 * 86400)))
        amount = draw(st.none() | st.decimals("-99999.99", 99999999, places=2))
        build = draw(st.none() | st.sampled_from(["b1", "=b2", "(none given)", ""]))
        request = a_request(number, opened, draw(st.sampled_from(VERDICTS)), amount, build)
        made.append(_decided(draw, request))
    return made


def _decided(draw: st.DrawFn, request: Request) -> Request:
    verdict, opened = request.assessment.verdict.kind, request.opened_at
    if verdict is VerdictKind.BLOCK:
        return replace(request, decision=Decision(DecisionKind.REJECTED, people.policy("p-1"), opened))
    if verdict is VerdictKind.ALLOW:
        origin = draw(st.none() | st.just("r-origin"))
        by = people.policy("p-1") if origin is None else people.person("dana", "desk")
        decision = Decision(DecisionKind.APPROVED, by, opened, origin=origin)
        return _granted(draw, replace(request, decision=decision))
    kind = draw(st.none() | st.sampled_from(DecisionKind))
    if kind is None:
        return replace(request, reminded=draw(st.integers(0, 2)), escalated=draw(st.integers(0, 2)))
    by = {DecisionKind.EXPIRED: people.CLOCK, DecisionKind.CANCELLED: people.agent("a1")}.get(
        kind, people.person(draw(st.sampled_from(PEOPLE)), "slack")
    )
    at = opened + timedelta(seconds=draw(st.integers(0, 1800)), microseconds=draw(st.integers(0, 999_999)))
    edited = {"amount": draw(st.integers(-5, 200_000))} if kind is DecisionKind.APPROVED_WITH_EDITS else None
    code = draw(st.none() | st.sampled_from(["not_eligible", "(edited)"])) if kind is DecisionKind.REJECTED else None
    decided = replace(request, decision=Decision(kind, by, at, reason_code=code, arguments=edited))
    approved = kind in {DecisionKind.APPROVED, DecisionKind.APPROVED_WITH_EDITS}
    return _granted(draw, decided) if approved else decided


def _granted(draw: st.DrawFn, request: Request) -> Request:
    status = draw(st.sampled_from(GrantStatus))
    outcome = None
    if status is GrantStatus.REDEEMED:
        outcome = draw(st.none() | st.builds(Outcome, st.sampled_from(OutcomeStatus), st.just(NOW)))
    return replace(request, grant=Grant("d", request.opened_at + timedelta(hours=1), status), outcome=outcome)


def summed(found: Sequence[Request], owner: str | None = None, period: Period = WEEK) -> Summary:
    return summarise(found, HOUSE, owner=owner, period=period, before=found)


@given(requests())
def test_every_sum_adds_up(found: list[Request]) -> None:
    summary = summed(found)
    for figures in (summary.figures, summary.before):
        assert figures is not None
        volumes, decisions = figures.volumes, figures.decisions
        assert volumes.opened == volumes.allowed + volumes.held + volumes.blocked + volumes.followed
        assert volumes.held == sum(asdict(decisions).values())
        assert (
            figures.overrides.decided
            == figures.times.count
            == decisions.approved + decisions.edited + decisions.rejected
        )
        assert (figures.overrides.edited, figures.overrides.rejected) == (decisions.edited, decisions.rejected)
        for parts in (figures.overrides.by_action, figures.overrides.by_agent, figures.overrides.by_build):
            assert sum(part.count for part in parts) == figures.overrides.count
            assert sum(part.of for part in parts) <= figures.overrides.decided
        assert sum(part.count for part in figures.overrides.by_reason) == figures.overrides.count
        assert sum(one.decisions for one in figures.reviewers) == figures.times.count
        assert sum(one.too_fast for one in figures.reviewers) == figures.too_fast
        assert sum(one.overrides for one in figures.reviewers) == figures.overrides.count
        assert figures.promise.expired == decisions.expired
        assert figures.promise.sample <= volumes.held
        assert figures.promise.late_waiting <= min(figures.promise.late, decisions.waiting)
        for runs in (figures.signed, figures.allowed):
            assert runs.granted == sum(asdict(runs).values()) - runs.granted
        for one in figures.amounts:
            parts_of_it = one.approved + one.edited_down - one.edited_up + one.refused + one.expired
            assert one.held == parts_of_it + one.cancelled + one.waiting + one.unknown


@settings(max_examples=40)
@given(requests())
def test_no_request_is_in_two_periods_and_each_is_in_its_own(found: list[Request]) -> None:
    days = [read_period(f"2026-03-0{day}", NOW, ZoneInfo("UTC")) for day in range(1, 10)]
    whole = read_period("2026-03-01..2026-03-09", NOW, ZoneInfo("UTC"))
    counted = [summed(found, period=day).figures for day in days]
    together = summed(found, period=whole).figures
    assert sum(one.volumes.opened for one in counted) == together.volumes.opened
    assert sum(one.times.count for one in counted) == together.times.count
    for earlier, later in pairwise(days[:-1]):  # today's span before is as short as today is so far
        before = summed(found, period=later).before
        assert before is not None
        assert before.volumes == summed(found, period=earlier).figures.volumes
    of_owners = [summed(found, owner).figures.volumes.opened for owner in ("refunds", "others")]
    assert sum(of_owners) == summed(found).figures.volumes.opened


@given(requests(), st.randoms(use_true_random=False))
def test_the_order_in_which_requests_come_changes_nothing(found: list[Request], random: object) -> None:
    mixed = [*found]
    random.shuffle(mixed)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert summed(mixed) == summed(found)


@given(requests())
def test_the_list_and_the_file_have_each_figure_once_and_no_cell_acts(found: list[Request]) -> None:
    summary = summed(found)
    lines = listed(summary)
    assert len(
        {(line.section, line.name, line.key, line.unit if "money" in line.name else "") for line in lines}
    ) == len(lines)
    rows = list(csv.reader(io.StringIO(csv_of(summary))))
    assert {len(row) for row in rows} == {10}
    numbers = {5, 7, 8}
    for row in rows[1:]:
        for place, cell in enumerate(row):
            assert place in numbers or not cell.startswith(("=", "+", "-", "@"))
            if place in numbers and cell and row[0] != "Summary":
                Decimal(cell)
    told(summary)


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=60), st.sampled_from([50, 90]))
def test_percentiles_are_by_nearest_rank(values: list[int], percent: int) -> None:
    spread = Spread()
    for value in values:
        spread.add(timedelta(seconds=value, milliseconds=999))
    found = spread.percentile(percent)
    assert found is not None
    reached = [
        value for value in sorted(values) if sum(each <= value for each in values) * 100 >= percent * len(values)
    ]
    assert found == reached[0]
    if percent == 50:
        assert found == statistics.median_low(values)


def test_names_that_agents_make_up_do_not_grow_without_end() -> None:
    grouped = Grouped()
    for number in range(MOST_NAMES * 2):
        grouped.add(f"build-{number}", hit=True)
    parts = grouped.parts(str)
    assert len(parts) == MOST_NAMES + 1
    assert (parts[0].title, parts[0].count) == ("Others", MOST_NAMES)


def test_sums_of_money_are_exact_whatever_their_size() -> None:
    amounts = [Decimal(999999999999999), Decimal("0.00000000000001"), Decimal("0.01")] * 3
    found = [a_request(number, NOW, VerdictKind.HOLD, amount, None) for number, amount in enumerate(amounts, 1)]
    period = read_period("24h", NOW + timedelta(minutes=1), ZoneInfo("UTC"))
    held = {one.currency: one.held for one in summed(found, period=period).figures.amounts}
    assert held == {"EUR": Decimal("0.00000000000001"), "USD": Decimal("2999999999999997.03000000000002")}


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"), (" =1", "' =1"), ("\t=1", "'\t=1"),
        ("＝1", "'＝1"), ("Dana", "Dana"), ("a=b", "a=b"),  # noqa: RUF001 - a spreadsheet takes the wide one too
    ],
)  # fmt: skip
def test_a_cell_is_text(text: str, cell: str) -> None:
    assert inert(text) == cell


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (252, "4 min 12 s"),
        (3600, "1 h"),
        (3905, "1 h 5 min"),
        (90000, "1 d 1 h"),
    ],
)
def test_lengths_of_time_are_told_in_two_units(seconds: int, text: str) -> None:
    assert duration_text(seconds) == text


def test_changes_are_told_in_the_figure_s_own_unit() -> None:
    found = [a_request(number, NOW - timedelta(days=1), VerdictKind.HOLD, Decimal("12.50"), None) for number in (1, 2)]
    found += [a_request(3, NOW - timedelta(days=8), VerdictKind.HOLD, Decimal(40), None)]
    lines = {line.name: line for line in listed(summed(found)) if line.section in {"Proposed", "Money"}}
    assert change_text(lines["held"]) == "+1"
    assert change_text(lines["money_held"]) == "-15.00 USD"
    assert change_text(lines["blocked"]) is None
