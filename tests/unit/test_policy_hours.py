"""What a policy file may say of hours and limits of the law, and what is told of a slip of the pen."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from bot.domain.hours import Hours
from bot.errors import PolicyInvalid
from bot.policy import document
from bot.policy.document import Statutory
from bot.policy.loading import load
from bot.policy.schema import policy_schema
from tests.rigs.gates import REFUND, policy_of, text_of
from tests.rigs.wall_clock import hours_of

ROOT = Path(__file__).parents[2]
DAY = ((540, 1020),)
SPLIT = ((480, 720), (780, 1080))


def with_hours(text: str) -> str:
    return text_of().replace("reasons: [wrong_amount]}", f"hours: {text}}}", 1)


def fits_the_schema(text: str) -> bool:
    found: Any = yaml.safe_load(text)
    return bool(jsonschema.Draft202012Validator(policy_schema()).is_valid(found))


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("{days: mon-fri, open: '09:00', close: '17:00'}", Hours((*[DAY] * 5, (), ()), "America/New_York")),
        ("{mon-fri: '09:00-17:00', timezone: UTC}", Hours((*[DAY] * 5, (), ()), "UTC")),
        ("{mon-fri: ['13:00 - 18:00', '08:00-12:00'], sat: '09:00-17:00', timezone: UTC}",
         Hours((*[SPLIT] * 5, DAY, ()), "UTC")),
        ("{'mon,thu-fri': ['09:00-17:00'], timezone: UTC}", Hours((DAY, (), (), DAY, DAY, (), ()), "UTC")),
        ("{sat-mon: '22:00-06:00', timezone: UTC}",
         Hours((((1320, 1800),), (), (), (), (), ((1320, 1800),), ((1320, 1800),)), "UTC")),
        ("{days: [sun], open: '20:00', close: '00:00', timezone: UTC}", Hours((*[()] * 6, ((1200, 1440),)), "UTC")),
        ("{mon-sun: '00:00-24:00', timezone: UTC}", Hours((((0, 1440),),) * 7, "UTC")),
        ("{sun: '09:00-17:00', timezone: UTC, holidays: US}", Hours((*[()] * 6, DAY), "UTC", ("US",))),
        ("{sun: '09:00-17:00', timezone: UTC, holidays: [US-NY, '2026-12-24', 12-31, 02-29]}",
         Hours((*[()] * 6, DAY), "UTC", ("US-NY",), frozenset({date(2026, 12, 24)}), frozenset({(12, 31), (2, 29)}))),
    ],
)  # fmt: skip
def test_hours_are_read_in_either_form(text: str, hours: Hours) -> None:
    assert hours_of(text) == hours
    assert fits_the_schema(with_hours(text))


@pytest.mark.parametrize(
    ("text", "field", "message", "remedy"),
    [
        ("{days: mon-fri, open: '09:00'}", "hours", "lacks close", "mon-fri:"),
        ("{timezone: UTC}", "hours", "lacks close", "hours of each day"),
        ("{days: [], open: '09:00', close: '17:00'}", "hours.days", "nobody ever works", "leave the hours out"),
        ("{days: mon, open: '24:00', close: '06:00'}", "hours.close", "the next day", "00:00"),
        ("{days: mon, open: '09:00', close: '09:00'}", "hours.close", "closes when it opens", "24:00"),
        ("{days: mon, open: '09:00', close: '17:00', tue: '09:00-17:00'}", "hours.days", "stands beside tue", "either"),
        ("{mon-fry: '09:00-17:00'}", "hours.mon-fry", "not a known key", "did you mean mon-fri"),
        ("{mon: []}", "hours.mon", "lists no hours", "leave the day out"),
        ("{mon: '9-17'}", "hours.mon", "no interval", "08:00-12:00"),
        ("{mon: ['09:00-12:00', '25:00-26:00']}", "hours.mon.1", "no interval", "in quotes"),
        ("{mon: '09:00-09:00'}", "hours.mon", "closes when it opens", "24:00"),
        ("{mon-wed: '09:00-17:00', wed: '10:00-12:00'}", "hours.wed", "hours of wed a second time", "each day once"),
        ("{mon: ['09:00-12:00', '11:00-13:00']}", "hours", "overlap on mon at 11:00", "the one before it"),
        ("{mon: '22:00-06:00', tue: '05:00-12:00'}", "hours", "overlap on tue at 05:00", "the one before it"),
        ("{sun: '22:00-06:00', mon: '05:00-12:00'}", "hours", "overlap on mon at 05:00", "the one before it"),
        ("{mon: '09:00-17:00', holidays: XX}", "hours.holidays", "no place whose holidays", "code of a country"),
        ("{mon: '09:00-17:00', holidays: [US, US-XY]}", "hours.holidays.1", "no place", "use one of"),
        ("{mon: '09:00-17:00', holidays: [2026-02-30]}", "hours.holidays.0", "does not exist", "2026-12-24"),
        ("{mon: '09:00-17:00', holidays: [13-01]}", "hours.holidays.0", "does not exist", "2026-12-24"),
        ("{mon: '09:00-17:00', holidays: christmas}", "hours.holidays", "neither a country", "12-24"),
        ("{mon: '09:00-17:00', timezone: Mars/Olympus}", "hours.timezone", "no time zone", "America/New_York"),
        ("[mon]", "hours", "must be a mapping", "name: value"),
    ],
)
def test_a_slip_is_told_with_its_line_and_a_remedy(text: str, field: str, message: str, remedy: str) -> None:
    with pytest.raises(PolicyInvalid) as found:
        load(with_hours(text), "policy.yaml")
    told = found.value.problems[0]
    assert told.field == f"owners.refunds.{field}"
    assert message in told.message
    assert remedy in told.remedy
    assert with_hours(text).splitlines()[told.line - 1].lstrip().startswith("refunds:")


def test_a_promise_may_be_counted_in_elapsed_time_although_there_are_hours() -> None:
    text = with_hours("{mon: '09:00-17:00'}, sla: {calendar: true, respond_within: 3d, expire_after: 1w}")
    sla = load(text, "policy.yaml").owners["refunds"].sla
    assert (sla.calendar, sla.respond_within, sla.expire_after) == (True, 259_200, 604_800)
    assert fits_the_schema(text)
    assert not load(text_of(), "policy.yaml").owners["refunds"].sla.calendar


def test_an_action_may_name_a_limit_of_the_law() -> None:
    action = policy_of(REFUND + "statutory: {within: 8w, from: arguments.received_on, warn_before: 2d}").actions[
        "refund"
    ]
    since = document.Path("arguments.received_on", ("arguments", "received_on"))
    assert action.statutory == Statutory(56 * 86_400, 2 * 86_400, since)
    assert policy_of(REFUND + "statutory: {within: 15d}").actions["refund"].statutory == Statutory(15 * 86_400, 86_400)
    assert policy_of(REFUND + "statutory: {within: 1d}").actions["refund"].statutory == Statutory(86_400, 43_200)


def test_the_example_of_the_paper_is_good() -> None:
    said = yaml.safe_load(
        (ROOT / "docs/policy.md").read_text().split("## Time")[1].split("```")[1].removeprefix("yaml")
    )
    whole = yaml.safe_load(text_of())
    whole["owners"]["complaints"] = {**whole["owners"]["finance"], **said["owners"]["complaints"]}
    whole["actions"]["close_complaint"] = {
        "class": "complaint",
        "level": "commit",
        **said["actions"]["close_complaint"],
    }
    policy = load(yaml.safe_dump(whole), "policy.yaml")
    assert jsonschema.Draft202012Validator(policy_schema()).is_valid(whole)
    assert policy.actions["close_complaint"].statutory is not None
    assert policy.owners["complaints"].hours is not None


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("{}", "lacks within"),
        ("{within: 8 weeks}", "is not a duration"),
        ("{within: 2d, warn_before: 2d}", "no shorter than within"),
        ("{within: 2d, from: received_on}", "is no path"),
        ("{within: 2d, from: 'arguments.a[*].on'}", "goes through a list"),
        ("{within: 2d, to: [lee]}", "not a known key"),
    ],
)
def test_a_limit_of_the_law_that_says_nothing_clear_is_refused(said: str, message: str) -> None:
    with pytest.raises(PolicyInvalid, match=message):
        policy_of(REFUND + f"statutory: {said}")
