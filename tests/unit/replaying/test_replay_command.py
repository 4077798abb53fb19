"""``signoff replay`` offline, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from bot.cli.replay import parse_rate, replay_command

POLICY = Path(__file__).resolve().parents[3] / "examples" / "policy.yaml"


@pytest.fixture
def command() -> typer.Typer:
    app = typer.Typer()
    app.command()(replay_command)
    return app


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    calls = [
        {"function": {"name": "issue_refund", "arguments": json.dumps({"order_id": "O-1", "amount": amount})}}
        for amount in ("12.00", "80.00", "9000.00")
    ]
    line = {
        "id": "r-1",
        "customer": "[bold]c-1[/bold]",
        "messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "tool_calls": calls}],
    }
    file = tmp_path / "runs.jsonl"
    file.write_text(json.dumps(line) + "\n{broken\n", encoding="utf-8")
    return file


def invoke(command: typer.Typer, *words: object, **more: Any) -> tuple[int, str]:
    result = CliRunner().invoke(command, [str(word) for word in words], **more)
    return result.exit_code, result.output


def test_the_table_names_what_was_skipped_and_says_what_it_costs(command: typer.Typer, runs: Path) -> None:
    code, output = invoke(command, runs, "--policy", POLICY, "--rate", "2/min", env={"COLUMNS": "120"})
    assert code == 0
    assert "Refund a customer" in output
    assert "cap.per_action" in output
    assert "1 skipped:" in output
    assert "line 2:" in output
    assert "120 reviews an hour" in output


@pytest.mark.parametrize("columns", ["40", "80", "200"])
def test_the_table_fits_every_terminal(command: typer.Typer, runs: Path, columns: str) -> None:
    _, output = invoke(command, runs, "--policy", POLICY, env={"COLUMNS": columns})
    assert max(map(len, output.splitlines())) <= int(columns)


def test_what_stands_in_the_file_commands_no_terminal(command: typer.Typer, tmp_path: Path) -> None:
    call = {"function": {"name": "[red]x\x1b[2J", "arguments": "{}"}}
    bad = {"function": {"name": "y", "arguments": "\x1b]0;title\x07"}}
    file = tmp_path / "runs.jsonl"
    file.write_text(json.dumps({"messages": [{"role": "assistant", "tool_calls": [call, bad]}]}), encoding="utf-8")
    code, output = invoke(command, file, "--policy", POLICY, env={"COLUMNS": "150"})
    assert code == 0
    assert "[red]x⟨U+001B⟩[2J" in output
    assert not {"\x1b", "\x07"} & set(output)


def test_json_holds_the_whole(command: typer.Typer, runs: Path) -> None:
    code, output = invoke(command, runs, "--policy", POLICY, "--json")
    found = json.loads(output)
    assert code == 0
    assert (found["calls"], found["allowed"], found["held"], found["blocked"]) == (3, 1, 1, 1)


def test_html_is_written_beside_the_table(command: typer.Typer, runs: Path, tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    code, _ = invoke(command, runs, "--policy", POLICY, "--html", target)
    assert code == 0
    assert target.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_standard_input_and_a_choice_of_tools(command: typer.Typer, runs: Path) -> None:
    words = ("-", "--policy", POLICY, "--json", "--tool", "waive_fee")
    code, output = invoke(command, *words, input=runs.read_bytes())
    assert code == 0
    assert json.loads(output)["calls"] == 0


def test_nothing_readable_is_a_failure(command: typer.Typer, tmp_path: Path) -> None:
    file = tmp_path / "runs.jsonl"
    file.write_text("{\n[]\n", encoding="utf-8")
    code, output = invoke(command, file, "--policy", POLICY)
    assert code == 1
    assert "nothing could be read" in output


@pytest.mark.parametrize(
    "words",
    [("missing.jsonl",), ("-", "--rate", "often"), ("-", "--rate", "0/h"), ("-", "--live", "http://127.0.0.1:1")],
)
def test_wrong_usage_is_said_so(command: typer.Typer, words: tuple[str, ...]) -> None:
    code, output = invoke(command, *words, "--policy", POLICY, env={"SIGNOFF_TOKEN": ""}, input=b"")
    assert code == 2, output


@pytest.mark.parametrize(
    ("text", "per_hour"), [("100/h", 100), ("2/min", 120), ("0.5/s", 1800), ("2400/day", 100), (" 7 / hours ", 7)]
)
def test_rates(text: str, per_hour: float) -> None:
    assert parse_rate(text) == per_hour
