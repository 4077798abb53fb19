"""112 recorded conversations of an airline's agent, proposed for real: of its 104 changes none runs without a decision.

The data is that of the public tau-bench benchmark (github.com/sierra-research/tau-bench, MIT), read from where it lies
beside the repository; it is no part of the project. Its authors' ``expected_actions`` are what a reviewer who knows
everything would let through.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.demo.reviewer import Reviewer
from bot.domain.fields import FieldKind
from bot.domain.jsontext import canonical, read, same
from bot.domain.requests import DecisionKind, GrantStatus, OutcomeStatus, Request
from bot.ports import RequestQuery
from bot.proving.keys import Keyring
from bot.proving.record import verify
from tests.rigs.demo_server import ROOT, Served, command, served

DATA = ROOT.parent / "shared" / "data" / "airline-runs.jsonl"
CHANGING = frozenset(
    {
        "book_reservation",
        "cancel_reservation",
        "update_reservation_flights",
        "update_reservation_baggages",
        "update_reservation_passengers",
        "send_certificate",
    }
)
REVIEWER = "ana"
Action = tuple[str, dict[str, Any]]

pytestmark = [
    pytest.mark.skipif(not DATA.exists(), reason=f"the recorded conversations are not here ({DATA})"),
]


@pytest.fixture(scope="module")
def expected() -> dict[str, list[Action]]:
    """By conversation, the changes that the benchmark's authors hold right."""
    runs = (read(line) for line in DATA.read_bytes().splitlines())
    return {run["id"]: [(one["name"], one["arguments"]) for one in run["expected_actions"]] for run in runs}


@pytest.fixture
async def airline(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path, ROOT / "examples" / "airline-policy.yaml") as server:
        yield server


async def changes_on_record(airline: Served) -> list[Request]:
    """What is on record of the six tools."""
    return [request for request in await airline.requests() if request.proposal.tool in CHANGING]


def session_of(request: Request) -> str:
    return request.assessment.context.session or ""


def is_expected(request: Request, arguments: dict[str, Any], expected: dict[str, list[Action]]) -> bool:
    tool = request.proposal.tool
    return any(name == tool and same(right, arguments) for name, right in expected[session_of(request)])


def asked_again(request: Request) -> bool:
    """Whether the agent asked for what a human had signed instead, by its own name for the call."""
    return str((request.proposal.context or {})["call_id"]).endswith(":signed")


class Ana:
    """Approves what equals an expected action; may edit what is one but for other arguments; rejects the rest."""

    def __init__(self, desk: Reviewer, expected: dict[str, list[Action]], *, edits: bool) -> None:
        self._desk = desk
        self._expected = expected
        self._edits = edits

    async def decide(self, request: Request) -> None:
        if is_expected(request, request.proposal.arguments, self._expected):
            await self._desk.approve(request.id)
        elif self._edits and (right := self._meant(request)) is not None:
            await self._desk.edit(request.id, self._typed(request, right))
        else:
            code = request.routing.reject_reasons[0]
            await self._desk.reject(request.id, code, "The customer did not ask for this.")

    def _meant(self, request: Request) -> dict[str, Any] | None:
        """The expected action of the same tool for the same reservation."""
        reservation = request.proposal.arguments.get("reservation_id")
        for name, right in self._expected[session_of(request)]:
            if name == request.proposal.tool and reservation is not None and right["reservation_id"] == reservation:
                return right
        return None

    def _typed(self, request: Request, right: dict[str, Any]) -> dict[str, str]:
        """What has to be typed over the form, as a person would."""
        kinds = {field.name: field.kind for field in request.routing.fields}
        proposed = request.proposal.arguments
        changed = {name: value for name, value in right.items() if not same(value, proposed.get(name))}
        return {
            name: value if isinstance(value, str) and kinds[name] is not FieldKind.JSON else json.dumps(value)
            for name, value in changed.items()
        }


async def replay(airline: Served, expected: dict[str, list[Action]], *, edits: bool) -> dict[str, Any]:
    """Run ``signoff replay --live --wait`` while a reviewer decides on the desk; gives what it printed."""
    words = ("--live", airline.url, "--wait", "--per-second", "1000", "--at-once", "16", "--json")
    token = await airline.token()
    async with (
        airline.reviewer(REVIEWER) as desk,
        command("-m", "bot.cli", "replay", str(DATA), *words, SIGNOFF_TOKEN=token) as process,
    ):
        ana = Ana(desk, expected, edits=edits)
        printing = asyncio.create_task(process.communicate())
        while not printing.done():
            page = await airline.place.store.requests(RequestQuery(statuses=("pending",), order="due", limit=50))
            for request in page.items:
                await ana.decide(request)
            await asyncio.wait((printing,), timeout=0 if page.items else 0.05)
        output, errors = await printing
    assert process.returncode == 0, errors
    printed: dict[str, Any] = json.loads(output)
    return printed


async def assert_nothing_ran_without_a_person(airline: Served, changes: list[Request]) -> None:
    """From the events: before each redemption of a change stands a named person's approval of just these arguments."""
    for request in changes:
        records = await airline.place.store.events(f"request:{request.id}")
        types = [record.type for record in records]
        assert types.count("request.decided") == 1
        decided = records[types.index("request.decided")]
        assert (decided.actor, decided.surface) == (f"person:{REVIEWER}", "desk")
        if "request.redeemed" in types:
            assert types.index("request.decided") < types.index("request.redeemed")
            assert request.decision is not None
            assert request.decision.kind is DecisionKind.APPROVED
    report = await verify(airline.place.store, Keyring([airline.place.keys.public_key]))
    assert report.ok, report.findings


def ran(changes: list[Request]) -> list[Request]:
    return [request for request in changes if request.grant and request.grant.status is GrantStatus.REDEEMED]


def kinds_of(changes: list[Request]) -> Counter[DecisionKind | None]:
    return Counter(request.decision.kind if request.decision else None for request in changes)


async def test_a_reviewer_lets_29_of_104_changes_run_and_stops_75(
    airline: Served, expected: dict[str, list[Action]]
) -> None:
    printed = await replay(airline, expected, edits=False)

    changes = await changes_on_record(airline)
    assert len(changes) == 104
    assert kinds_of(changes) == {DecisionKind.APPROVED: 29, DecisionKind.REJECTED: 75}
    assert len(ran(changes)) == 29
    assert all(is_expected(request, request.proposal.arguments, expected) for request in ran(changes))
    assert all(request.outcome and request.outcome.status is OutcomeStatus.SUCCEEDED for request in ran(changes))
    await assert_nothing_ran_without_a_person(airline, changes)
    assert printed["conversations"] == len(expected) == 112
    assert printed["statuses"]["denied"] == 75
    assert "failed" not in printed["statuses"]


async def test_editing_turns_23_of_the_75_into_what_was_expected(
    airline: Served, expected: dict[str, list[Action]]
) -> None:
    printed = await replay(airline, expected, edits=True)

    changes = await changes_on_record(airline)
    first, again = [one for one in changes if not asked_again(one)], [one for one in changes if asked_again(one)]
    assert (len(first), len(again)) == (104, 23)
    edited = [one for one in first if one.decision and one.decision.kind is DecisionKind.APPROVED_WITH_EDITS]
    assert len(edited) == 23
    assert kinds_of(first) == {
        DecisionKind.APPROVED: 29,
        DecisionKind.APPROVED_WITH_EDITS: 23,
        DecisionKind.REJECTED: 52,
    }
    assert not any(is_expected(one, one.proposal.arguments, expected) for one in edited)
    assert len(ran(first)) == 29
    assert len(ran(again)) == 23
    assert all(is_expected(one, one.proposal.arguments, expected) for one in ran(changes))
    signed = sorted(canonical(one.decision.arguments) for one in edited if one.decision)
    assert sorted(canonical(one.proposal.arguments) for one in again) == signed
    await assert_nothing_ran_without_a_person(airline, changes)
    assert printed["statuses"]["edited"] == 23
    assert printed["statuses"]["denied"] == 52
