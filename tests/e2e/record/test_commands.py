"""The commands on the record and on requests, on a real database file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.errors import BadInput, Conflict, NotFound, SettingsInvalid
from tests.rigs.tampering import KEYS, MASTER, Database, database, made

# Fixtures that tests ask for by name.
__all__ = ["database", "made"]

LINE = KEYS.public_key.line


def run(*args: str, database: Database | None = None, key: str = MASTER.hex(), **more: Any) -> Result:
    where = () if database is None else ("--database", f"sqlite:///{database.file}")
    env = {"SIGNOFF_KEY": key, "SIGNOFF_KEY_FILE": "none.key", "COLUMNS": "100", "TERM": "dumb"}
    return CliRunner().invoke(app, [*args, *where], env=env, catch_exceptions=False, **more)


def test_verify_says_in_words_what_was_verified(database: Database) -> None:
    result = run("audit", "verify", database=database)
    assert result.exit_code == 0
    assert "Nothing was changed" in result.stdout
    assert "2 since 2026-03-02" in result.stdout
    assert "compared" in result.stdout


def test_verify_shows_a_table_of_findings(database: Database) -> None:
    database.do("UPDATE events SET actor = 'person:mallory' WHERE stream = ? AND seq = 4", database.stream)
    result = run("audit", "verify", database=database)
    assert result.exit_code == 1
    assert "1 finding" in result.stdout
    assert f"{database.stream} #4" in result.stdout
    assert "its header" in result.stdout


def test_verify_without_a_key_says_what_to_do(database: Database) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        run("audit", "verify", database=database, key="")
    assert "--public-key" in (refused.value.remedy or "")
    assert not Path("none.key").exists()
    assert run("audit", "verify", "--public-key", LINE, database=database, key="").exit_code == 0


def test_verify_with_another_key_trusts_nothing(database: Database) -> None:
    result = run("audit", "verify", "--json", database=database, key="ab" * 32)
    assert result.exit_code == 1
    assert {one["kind"] for one in json.loads(result.stdout)["findings"]} == {"forged_signature"}


def test_a_kept_checkpoint_shows_that_the_record_was_cut(database: Database, tmp_path: Path) -> None:
    note = tmp_path / "checkpoint.txt"
    note.write_text(run("audit", "checkpoint", database=database).stdout, encoding="utf-8")
    verify = ("audit", "verify", "--json", "--checkpoint", str(note))
    assert run(*verify, database=database).exit_code == 0
    sizes = [checkpoint.size for checkpoint in database.checkpoints()]
    for number in range(sizes[-2], sizes[-1]):
        ((stream, seq),) = database.do("SELECT stream, seq FROM leaves WHERE number = ?", number)
        database.do("DELETE FROM events WHERE stream = ? AND seq = ?", stream, seq)
    database.do("DELETE FROM leaves WHERE number >= ?", sizes[-2])
    database.do("DELETE FROM checkpoints WHERE size = ?", sizes[-1])
    result = run(*verify, "--no-views", database=database)
    assert result.exit_code == 1
    assert ("cut_tail", sizes[-1]) in {
        (one["kind"], one.get("checkpoint")) for one in json.loads(result.stdout)["findings"]
    }


@pytest.mark.parametrize("text", ["", "nonsense", "a\nb\nc\nd\ne\nf\n\n\N{EM DASH} x AAAA\n"])
def test_what_is_no_checkpoint_is_refused(database: Database, tmp_path: Path, text: str) -> None:
    note = tmp_path / "checkpoint.txt"
    note.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match="no checkpoint"):
        run("audit", "verify", "--checkpoint", str(note), database=database)


def test_public_key(database: Database) -> None:
    assert run("audit", "public-key").stdout.strip() == LINE
    assert run("audit", "public-key", "--pem").stdout == KEYS.public_key.pem


def test_show(database: Database) -> None:
    result = run("audit", "show", database.written.ran, "--json", database=database)
    shown = json.loads(result.stdout)
    assert [event["seq"] for event in shown["events"]] == [1, 2, 3, 4, 5, 6]
    assert shown["events"][3]["actor"] == "person:dana"
    assert "request.decided" in run("audit", "show", database.written.ran, database=database).stdout
    assert "agent.created" in run("audit", "show", json_agent(database), database=database).stdout
    with pytest.raises(NotFound):
        run("audit", "show", "nope", database=database)


def json_agent(database: Database) -> str:
    return str(database.do("SELECT 'agent:' || id FROM agents")[0][0])


def test_export_and_verify_offline(database: Database, tmp_path: Path) -> None:
    out = tmp_path / "record.jsonl"
    made = json.loads(run("audit", "export", "--out", str(out), "--json", database=database).stdout)
    key_file = tmp_path / "key.txt"
    key_file.write_text(LINE)
    result = run("audit", "verify", "--json", "--file", str(out), "--public-key", str(key_file), key="")
    report = json.loads(result.stdout)
    assert (result.exit_code, report["findings"], report["events"]) == (0, [], made["events"])
    assert run("audit", "verify", "--file", str(out), "--public-key", LINE, key="").exit_code == 0
    out.write_bytes(out.read_bytes().replace(b"person:dana", b"person:omar", 1))
    result = run("audit", "verify", "--json", "--file", str(out), "--public-key", LINE, key="")
    assert result.exit_code == 1
    assert "changed" in {finding["kind"] for finding in json.loads(result.stdout)["findings"]}
    with pytest.raises(BadInput) as refused:
        run("audit", "verify", "--file", str(out), key="")
    assert refused.value.field == "--public-key"


def test_a_part_of_the_record(database: Database, tmp_path: Path) -> None:
    out = tmp_path / "record.jsonl"
    times = ("--from", "2026-03-02T15:02:00", "--to", "2026-03-02T16:04:00+01:00")
    result = run("audit", "export", "--out", str(out), *times, database=database)
    assert result.exit_code == 0
    assert "leaves" in result.stdout
    assert run("audit", "verify", "--file", str(out), "--public-key", LINE, key="").exit_code == 0
    with pytest.raises(BadInput) as refused:
        run("audit", "export", "--out", str(out), "--from", "yesterday", database=database)
    assert refused.value.field == "from"


def test_an_export_of_a_damaged_record_is_refused(database: Database, tmp_path: Path) -> None:
    database.do("DELETE FROM events WHERE stream = ? AND seq = 2", database.stream)
    with pytest.raises(BadInput, match="sealed events are gone"):
        run("audit", "export", "--out", str(tmp_path / "x"), database=database)


def test_prove_and_verify_offline(database: Database, tmp_path: Path) -> None:
    out = tmp_path / "proof.json"
    assert run("audit", "prove", database.written.ran, "--out", str(out), database=database).exit_code == 0
    verify = ("audit", "verify", "--file", str(out), "--public-key", LINE)
    result = run(*verify, key="")
    assert result.exit_code == 0
    assert "all 6 events" in result.stdout
    assert json.loads(run(*verify, "--json", key="").stdout)["ok"] is True
    out.write_bytes(out.read_bytes().replace(b"person:dana", b"person:omar", 1))
    assert run(*verify, key="").exit_code == 1
    assert json.loads(run(*verify, "--json", key="").stdout)["ok"] is False


def test_a_proof_of_what_is_not_sealed_proves_nothing(database: Database, tmp_path: Path) -> None:
    out = tmp_path / "proof.json"
    newest = database.newest.removeprefix("request:")
    run("audit", "prove", newest, "--out", str(out), database=database)
    result = run("audit", "verify", "--file", str(out), "--public-key", LINE, key="")
    assert result.exit_code == 1
    assert "1 of 1 events" in result.stdout


def test_rebuild_check(database: Database) -> None:
    assert run("audit", "rebuild", "--check", database=database).exit_code == 0
    database.do("UPDATE tallies SET count = count + 1 WHERE key LIKE 'cap:agent_hour%'")
    result = run("audit", "rebuild", "--check", "--json", database=database)
    assert result.exit_code == 1
    (finding,) = json.loads(result.stdout)["findings"]
    assert finding["kind"] == "view_differs"
    assert finding["stream"].startswith("tallies:cap:agent_hour")
    assert int(finding["found"]) == int(finding["expected"]) + 1
    assert run("audit", "rebuild", "--check", database=database).exit_code == 1
    with pytest.raises(BadInput):
        run("audit", "rebuild", database=database)


@pytest.mark.parametrize("which", ["ran", "allowed", "rejected", "edited", "spent", "expired", "pending", "asked"])
def test_a_request_as_a_file(database: Database, which: str) -> None:
    id_ = getattr(database.written, which)
    result = run("request", "show", id_, database=database)
    assert result.exit_code == 0
    assert id_ in result.stdout
    assert "request.opened" in result.stdout
    shown = json.loads(run("request", "show", id_, "--json", database=database).stdout)
    assert shown["request"]["id"] == id_
    assert shown["events"][0]["type"] == "request.opened"


def test_a_request_s_file_says_who_decided_where_and_masks_what_is_sensitive(database: Database) -> None:
    text = run("request", "show", database.written.ran, database=database).stdout
    assert "approved by person:dana on desk" in text
    assert "redeemed" in text
    assert "succeeded" in text
    assert "4111" not in text
    told = run("request", "show", database.written.ran, "--json", database=database).stdout
    assert "4111" not in told
    assert json.loads(told)["masked"] == ["card"]
    with pytest.raises(NotFound):
        run("request", "show", "nope", database=database)


def test_list(database: Database) -> None:
    def ids(*args: str) -> list[str]:
        found = json.loads(run("request", "list", "--json", *args, database=database).stdout)
        return [one["id"] for one in found["requests"]]

    assert database.written.rejected in ids()
    assert ids("--status", "rejected") == [database.written.rejected]
    assert len(ids("--status", "pending", "--due")) == 4
    assert len(ids("--limit", "2")) == 2
    assert database.written.rejected in run("request", "list", database=database).stdout
    assert "No such requests" in run("request", "list", "--customer", "nobody", database=database).stderr
    page = json.loads(run("request", "list", "--json", "--limit", "2", database=database).stdout)
    assert ids("--limit", "2", "--after", page["next"])[0] not in {one["id"] for one in page["requests"]}
    with pytest.raises(BadInput) as refused:
        run("request", "list", "--status", "done", database=database)
    assert refused.value.field == "--status"


def test_erase(database: Database) -> None:
    erase = ("request", "erase", database.written.edited, "--reason", "asked for")
    assert run(*erase, database=database, input="n\n").exit_code == 1
    result = run(*erase, "--yes", database=database)
    assert result.exit_code == 0
    assert database.written.spent in result.stderr
    assert run("audit", "verify", database=database).exit_code == 0
    text = run("request", "show", database.written.edited, database=database).stdout
    assert "personal data was erased" in text
    assert "late" not in text
    assert json.loads(run(*erase, "--yes", "--json", database=database).stdout)["payloads"] == 0
    with pytest.raises(Conflict):
        run("request", "erase", database.written.pending, "--reason", "x", "--yes", database=database)


def test_what_was_erased_is_nowhere_in_the_file(database: Database) -> None:
    run("request", "erase", database.written.ran, "--reason", "asked for", "--yes", database=database)
    database.do("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"4111 1111" not in database.file.read_bytes()
