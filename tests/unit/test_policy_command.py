from __future__ import annotations

import json
from calendar import monthrange
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import policy
from bot.errors import BadInput
from tests.rigs.gates import REFUND, ROSTER, text_of

ROOT = Path(__file__).parents[2]
EXAMPLE = str(ROOT / "examples/policy.yaml")
ASKED = {
    "tool": "issue_refund",
    "arguments": {"order_id": "A-1001", "amount": 40},
    "context": {"customer": "c", "session": "s", "signals": {"voiceprint": {"match": False}}},
}


def run(*words: str, stdin: str | None = None) -> Any:
    return CliRunner().invoke(policy.app, list(words), input=stdin)


def test_a_good_file_is_summed_up() -> None:
    told = run("check", EXAMPLE)
    assert told.exit_code == 0
    assert "13 actions" in told.stdout
    assert json.loads(run("check", EXAMPLE, "--json").stdout)["ok"] is True


def test_hours_in_which_nobody_works_for_long_are_warned_of(tmp_path: Path) -> None:
    every = ", ".join(
        f"{month:02}-{day:02}" for month in range(1, 13) for day in range(1, monthrange(2028, month)[1] + 1)
    )
    hours = f"hours: {{mon-fri: '09:00-17:00', holidays: [{every}]}}"
    file = tmp_path / "policy.yaml"
    file.write_text(text_of().replace("reasons: [wrong_amount]}", f"{hours}}}", 1))
    told = run("check", str(file))
    assert told.exit_code == 0
    assert "warning owners.refunds.hours: nobody works within a year" in told.stderr
    assert "owners.refunds.hours" in json.loads(run("check", str(file), "--json").stdout)["warnings"][0]
    assert json.loads(run("check", EXAMPLE, "--json").stdout)["warnings"] == []


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ("{mon-sun: '00:00-24:00', timezone: Asia/Kolkata}", "in working hours (Asia/Kolkata)"),
        ("{mon-sun: '00:00-24:00'}, sla: {calendar: true}", "in elapsed time (America/New_York)"),
    ],
)
def test_an_explanation_says_by_which_clock_the_times_are(tmp_path: Path, hours: str, said: str) -> None:
    limited = REFUND + "statutory: {within: 3h}"
    file = tmp_path / "policy.yaml"
    file.write_text(text_of(limited).replace("reasons: [wrong_amount]}", f"hours: {hours}}}", 1))
    told = run("explain", str(file), "-", stdin=json.dumps({**ASKED, "timeout": "72h"}))
    words = " ".join(told.stdout.split())
    assert said in words
    for part in ("due ", "reminds ", "tells Vera", "the law's limit ends", "expires "):
        assert part in words


def test_a_broken_file_is_told_line_by_line(tmp_path: Path) -> None:
    broken = tmp_path / "[bold]broken.yaml"
    broken.write_text(f"{ROSTER}actions:\n  refund:\n    class: mony\n    level: commit\n")
    told = run("check", str(broken))
    assert told.exit_code == 1
    assert "[bold]broken.yaml:15:12 actions.refund.class" in told.stderr
    assert "did you mean money?" in told.stderr
    problems = json.loads(run("check", str(broken), "--json").stdout)["problems"]
    assert [(one["line"], one["column"], one["field"]) for one in problems] == [(15, 12, "actions.refund.class")]
    assert run("explain", str(broken), "-").exit_code == 1


def test_a_request_is_explained() -> None:
    told = run("explain", EXAMPLE, "-", stdin=json.dumps(ASKED))
    assert told.exit_code == 0
    for said in ("hold", "mismatch", "allow_when", "amount = 40", "Lee Park", "third_try"):
        assert said in told.stdout
    told = run("explain", EXAMPLE, "-", "--json", "--agent-actions", "phone_change", stdin=json.dumps(ASKED))
    answer = json.loads(told.stdout)
    assert answer["verdict"] == "block"
    assert answer["reasons"][0]["rule"] == "agent.action_type"
    assert answer["routing"]["approvers"] == ["lee", "dana"]
    assert {"rule", "result", "expression", "compared"} == set(answer["tried"][0])


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "[]",
        "{}",
        '{"tool": 3}',
        '{"tool": "a", "argments": {}}',
        '{"tool": "a", "arguments": []}',
        '{"tool": "a", "timeout": "soon"}',
    ],
)
def test_what_is_no_request_is_refused(sent: str) -> None:
    told = run("explain", EXAMPLE, "-", stdin=sent)
    assert isinstance(told.exception, BadInput)


def test_a_file_that_is_not_there_is_named() -> None:
    told = run("check", "nowhere.yaml")
    assert isinstance(told.exception, BadInput)
    assert told.exception.field == "nowhere.yaml"


def test_the_schema_is_written() -> None:
    assert json.loads(run("schema").stdout) == json.loads((ROOT / "docs/policy.schema.json").read_text())


def test_stages_are_told_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    stages = "stages: [{title: Supervisor, approvers: [lee, dana], approvals: 2}, {title: Finance, approvers: [vera]}]"
    file = tmp_path / "policy.yaml"
    file.write_text(text_of(REFUND + stages))
    (line,) = [line for line in run("check", str(file)).stdout.splitlines() if line.startswith("refund ")]
    assert "refunds: Supervisor (2 of lee, dana), then Finance (1 of vera)" in line
    told = run("explain", str(file), "-", stdin=json.dumps(ASKED)).stdout
    assert "goes to Refunds, Supervisor: 2 of Lee, Dana" in told
