"""What ``signoff duty`` arranges and lists, and what the doctor says of gaps."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from adapters.signing import load_keys
from bot.cli import app
from bot.errors import BadInput
from store import schema
from tests.rigs.rotas import ROTAS

ALWAYS = ROTAS.replace("escalate: [{after: 30m, to: [refunds_on_call, weekdays]}, ", "escalate: [")
"""Its ladder names the calendar alone."""


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    policy = tmp_path / "policy.yaml"
    policy.write_text(ALWAYS, encoding="utf-8")
    monkeypatch.setenv("SIGNOFF_POLICY", str(policy))
    monkeypatch.setenv("SIGNOFF_DATABASE", f"sqlite:///{tmp_path / 'duty.db'}")
    monkeypatch.setenv("SIGNOFF_KEY_FILE", str(tmp_path / "key"))
    load_keys(tmp_path / "key", create=True)
    schema.upgrade(f"sqlite:///{tmp_path / 'duty.db'}")
    return str(tmp_path)


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["duty", *words], catch_exceptions=False)


def test_it_is_arranged_listed_and_ended(database: str) -> None:
    assert "#1 Omar is on call in Refunds on call" in " ".join(
        run("cover", "refunds_on_call", "omar", "--until", "+3d").stdout.split()
    )
    assert "#2 Dana stands in for Lee" in run("delegate", "lee", "dana", "--until", "+2w", "--note", "Ski").stdout
    assert "Lee has quiet hours 22:00-07:00 (UTC)" in run("quiet", "lee", "22:00-07:00", "--timezone", "UTC").stdout
    shown = json.loads(run("show", "--json").stdout)
    assert shown["on_call"][0]["rotation"] == "refunds_on_call"
    assert shown["on_call"][0]["person"] == "omar"
    assert len(shown["away"]) == 1
    assert "#1 has ended" in run("end", "1").stdout
    assert json.loads(run("show", "--json").stdout)["on_call"][0]["person"] != "omar"
    assert "no quiet hours" in run("quiet", "lee", "off").stdout


def test_what_can_t_be_is_refused_with_its_option(database: str) -> None:
    with pytest.raises(BadInput) as refused:
        run("cover", "refunds_on_call", "omar", "--until", "soonish")
    assert refused.value.field == "--until"
    with pytest.raises(BadInput, match="no approver of Refunds"):
        run("delegate", "lee", "rosa", "--until", "+3d")
    assert json.loads(run("show", "--json").stdout)["away"] == []


def test_gaps_are_listed_until_somebody_is_there(database: str) -> None:
    found = run("gaps", "--json")
    assert found.exit_code == 1
    assert [one["rotation"] for one in json.loads(found.stdout)] == ["from_calendar"]
    run("cover", "from_calendar", "dana", "--until", "+3w")
    assert run("gaps").exit_code == 0


def test_the_doctor_tells_of_gaps_and_of_a_calendar_that_can_t_be_read(database: str) -> None:
    file = Path(database) / "on-call.ics"
    assert doctor() == ("wrong", "No such file")
    file.write_bytes(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n")
    assert doctor() == ("warning", "By calendar from now on")
    run("cover", "from_calendar", "dana", "--until", "+3w")
    assert doctor() == ("fine", "without a gap")


def doctor() -> tuple[str, str]:
    """How the check went, and which of what it may say it said."""
    told = CliRunner().invoke(app, ["doctor", "--json"], catch_exceptions=False).stdout
    (found,) = (one for one in json.loads(told) if one["check"] == "on call")
    said = ("No such file", "By calendar from now on", "without a gap")
    return found["health"], next((text for text in said if text in found["text"]), found["text"])
