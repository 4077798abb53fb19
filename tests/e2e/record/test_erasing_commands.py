"""Erasing a customer, legal holds and retention at the console, on a real database file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.errors import BadInput, Conflict, NotFound, SettingsInvalid
from tests.rigs.house import POLICY
from tests.rigs.tampering import KEYS, MASTER, Database, database, made

# Fixtures that tests ask for by name.
__all__ = ["database", "made"]

PARTS = ("ran", "allowed", "rejected", "edited", "spent", "expired", "pending")
ERASE = ("erase", "customer", "cust_1", "--reason", "asked for")


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY + "\nretention:\n  classes: {money: 7d}\n", encoding="utf-8")
    return path


def run(*args: str, database: Database, policy: Path | None = None, key: str = MASTER.hex(), **more: Any) -> Result:
    env = {"SIGNOFF_KEY": key, "SIGNOFF_KEY_FILE": "none.key", "COLUMNS": "160", "TERM": "dumb"}
    if policy is not None:
        env["SIGNOFF_POLICY"] = str(policy)
    args = (*args, "--database", f"sqlite:///{database.file}")
    return CliRunner().invoke(app, args, env=env, catch_exceptions=False, **more)


def test_a_customer_is_erased_once_it_was_said_what_goes(database: Database) -> None:
    with pytest.raises(Conflict) as refused:
        run(*ERASE, "--dry-run", database=database)
    assert refused.value.code == "still_open"
    dry = run(*ERASE, "--cancel", "--dry-run", database=database)
    assert dry.exit_code == 0
    assert "would erase" in dry.stderr
    assert "still wait" in dry.stderr
    assert run(*ERASE, "--cancel", database=database, input="n\n").exit_code == 1
    assert b"4111 1111" in read(database)
    done = run(*ERASE, "--cancel", database=database, input="y\n")
    assert done.exit_code == 0
    count = int(dry.stderr.split()[2])
    assert count > len(PARTS)
    assert f"erased {count} requests, 0 contacts" in done.stdout
    assert f"{count} of {count}" in done.stderr
    assert "signoff db vacuum" in done.stderr
    assert run("audit", "verify", database=database).exit_code == 0
    assert run("audit", "rebuild", "--check", database=database).exit_code == 0
    again = run(*ERASE, database=database)
    assert again.exit_code == 0
    assert "Nothing is left" in again.stdout
    assert json.loads(run(*ERASE, "--json", database=database).stdout)["requests"] == 0


def test_what_was_erased_leaves_the_file_with_the_vacuum(database: Database) -> None:
    words = (b"4111 1111", "Späte".encode(), b"invoice of Ann", b"Which invoice")
    assert all(word in read(database) for word in words)
    run(*ERASE, "--cancel", "--yes", database=database)
    result = run("db", "vacuum", database=database)
    assert result.exit_code == 0
    assert "bytes before" in result.stdout
    assert result.stderr == ""
    assert [word for word in words if word in read(database)] == []


def read(database: Database) -> bytes:
    return b"".join(
        path.read_bytes() for path in database.file.parent.iterdir() if path.name.startswith(database.file.name)
    )


def test_exports_made_later_hold_nothing_of_it_and_verify(database: Database, tmp_path: Path) -> None:
    run(*ERASE, "--cancel", "--yes", database=database)
    out = tmp_path / "record.jsonl"
    assert run("audit", "export", "--out", str(out), database=database).exit_code == 0
    assert b"4111 1111" not in out.read_bytes()
    assert b"cust_1" not in out.read_bytes()
    env = {"SIGNOFF_KEY": "", "COLUMNS": "100"}
    found = CliRunner().invoke(
        app, ["audit", "verify", "--file", str(out), "--public-key", KEYS.public_key.line], env=env
    )
    assert found.exit_code == 0, found.output


def test_an_erasure_with_another_key_than_the_servers_is_refused(database: Database) -> None:
    with pytest.raises(SettingsInvalid):
        run(*ERASE, "--cancel", "--yes", database=database, key="ab" * 32)
    assert b"4111 1111" in read(database)


def test_a_hold_keeps_a_customer_until_it_is_released(database: Database, policy: Path) -> None:
    assert "No legal holds" in run("hold", "list", database=database, policy=policy).stdout
    place = ("hold", "place", "customer:cust_1", "--reason", "case 7")
    hold = json.loads(run(*place, "--json", database=database, policy=policy).stdout)["hold"]
    shown = run("hold", "list", database=database, policy=policy).stdout
    assert "customer:cust_1" in shown
    assert "case 7" in shown
    with pytest.raises(Conflict) as refused:
        run(*ERASE, "--cancel", "--yes", database=database)
    assert refused.value.code == "on_hold"
    assert "case 7" in refused.value.message
    with pytest.raises(Conflict, match="legal hold"):
        run("request", "erase", database.written.ran, "--reason", "x", "--yes", database=database)
    retention = run("retention", "--within", "3660", "--json", database=database, policy=policy)
    due = json.loads(retention.stdout)["due"]
    assert due
    assert {one["hold"] for one in due} == {hold}
    release = ("hold", "release", hold, "--reason", "settled")
    assert run(*release, database=database, policy=policy).exit_code == 0
    with pytest.raises(NotFound):
        run(*release, database=database, policy=policy)
    assert run(*ERASE, "--cancel", "--yes", database=database).exit_code == 0
    assert b"cust_1" not in run("audit", "export", database=database).stdout_bytes


def test_what_can_be_held_is_said(database: Database, policy: Path) -> None:
    with pytest.raises(BadInput) as refused:
        run("hold", "place", "everything", "--reason", "x", database=database, policy=policy)
    assert refused.value.field == "scope"
    assert "customer:ID" in (refused.value.remedy or "")


def test_retention_says_what_goes_when_and_when_nothing_does(database: Database, policy: Path, tmp_path: Path) -> None:
    result = run("retention", "--within", "3660", database=database, policy=policy)
    assert result.exit_code == 0
    assert "money 7d" in result.stdout
    assert "access until erased" in result.stdout
    assert database.written.rejected in result.stdout
    calm = tmp_path / "calm.yaml"
    calm.write_text(
        POLICY + "\nretention:\n  classes: {money: keep, identity: keep, complaint: keep}\n", encoding="utf-8"
    )
    assert "Nothing goes within 30 days" in run("retention", database=database, policy=calm).stdout


def test_policy_check_tells_for_how_long_things_are_kept(policy: Path) -> None:
    result = CliRunner().invoke(app, ["policy", "check", str(policy)], env={"COLUMNS": "160"})
    assert "money 7d" in result.stdout
    assert "identity 183d (by default)" in result.stdout


def test_the_doctor_tells_of_what_should_have_gone(database: Database, policy: Path, tmp_path: Path) -> None:
    found = retention_finding(database, policy)
    assert found["health"] == "warning"
    assert "should have gone more than a day ago" in found["text"]
    calm = tmp_path / "calm.yaml"
    calm.write_text(
        POLICY + "\nretention:\n  classes: {money: keep, identity: keep, complaint: keep}\n", encoding="utf-8"
    )
    run("hold", "place", "owner:refunds", "--reason", "case", database=database, policy=calm)
    found = retention_finding(database, calm)
    assert found["health"] == "fine"
    assert "money until erased" in found["text"]
    assert "1 legal hold" in found["text"]


def retention_finding(database: Database, policy: Path) -> dict[str, str]:
    told = json.loads(run("doctor", "--json", database=database, policy=policy).stdout)
    return next(one for one in told if one["check"] == "retention")
