"""``signoff digest`` and what the doctor says of digests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.test_command_line import Shell
from tests.rigs.house import POLICY
from tests.unit.test_policy_alarms import REASONS

DIGESTS = (
    '[{name: weekly, cron: "0 9 * * mon", to: [channel, rosa]}, {name: daily, cron: "30 8 * * *", period: yesterday}]'
)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    made = Shell(tmp_path, monkeypatch, capsys)
    text = POLICY.replace(REASONS, f"{REASONS}    digests: {DIGESTS}\n")
    (tmp_path / "policy.yaml").write_text(text, encoding="utf-8")
    assert made.run("agent", "create", "support", "--owner", "olga@acme.test", "--actions", "refund").code == 0
    return made


def test_every_digest_is_listed_with_its_next_time_on_the_owner_s_clocks(shell: Shell) -> None:
    said = shell.run("digest").out
    assert "refunds weekly  summary  0 9 * * mon  week  next Mon " in said
    assert "09:00 America/New_York" in said
    rows = json.loads(shell.run("digest", "--json").out)
    assert [(row["digest"], row["period"]) for row in rows] == [("weekly", "week"), ("daily", "yesterday")]
    assert rows[0]["places"]["slack"] == ["C0REFUNDS", "person:rosa"]


def test_one_is_shown_and_sends_nothing(shell: Shell) -> None:
    said = shell.run("digest", "refunds", "weekly")
    assert "Refunds, the last 7 days" in said.out
    assert "Nothing was held" in said.out
    assert "--send sends it" in said.err
    assert "ledger.noted" not in shell.run("audit", "show", "ledger:digests:refunds").out


def test_one_of_friction_is_shown_as_a_channel_would_see_it(shell: Shell) -> None:
    path = shell.folder / "policy.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("name: weekly,", "name: weekly, kind: friction,"))
    said = shell.run("digest", "refunds", "weekly")
    assert "Friction: Refunds, the last 7 days" in said.out
    assert "there is no friction to measure" in said.out
    assert "alone" not in said.out


def test_one_is_sent_by_noting_it(shell: Shell) -> None:
    slack = {"SIGNOFF_SLACK_BOT_TOKEN": "xoxb-1", "SIGNOFF_SLACK_SIGNING_SECRET": "s"}
    said = shell.run("digest", "refunds", "daily", "--send", **slack)
    assert "It goes to C0REFUNDS on slack" in said.err
    nowhere = shell.run("digest", "refunds", "daily", "--send")
    assert "no chat surface is set up" in nowhere.err
    assert shell.run("audit", "show", "ledger:digests:refunds").out.count("ledger.noted") == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("digest", "nobody"), "there is no owner"),
        (("digest", "refunds"), "choose one of weekly, daily"),
        (("digest", "refunds", "yearly"), "choose one of weekly, daily"),
        (("digest", "--send"), "name the owner"),
    ],
)
def test_what_there_is_not_is_told_with_what_there_is(shell: Shell, words: tuple[str, ...], told: str) -> None:
    assert told in shell.refused(*words)


def test_the_doctor_names_a_digest_that_goes_nowhere_and_when_the_next_comes(shell: Shell) -> None:
    assert "no surface is connected for refunds/weekly, refunds/daily" in shell.run("doctor").out
    slack = {"SIGNOFF_SLACK_BOT_TOKEN": "xoxb-1", "SIGNOFF_SLACK_SIGNING_SECRET": "s"}
    said = shell.run("doctor", SIGNOFF_SLACK_API_URL="http://127.0.0.1:1/api/", **slack).out
    assert "2 by schedule; next refunds/" in said
