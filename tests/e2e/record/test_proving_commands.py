"""Exporting parts, comparing exports, published checkpoints, several processes and another key, as commands."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from agentack.cli import main as agentack

from adapters.signing import derive_keys
from bot.sealing import note_of
from tests.rigs.launching import run as launch
from tests.rigs.tampering import KEYS, MASTER, Database, database, made

# Fixtures that tests ask for by name.
__all__ = ["database", "made"]

LINE = KEYS.public_key.line
Json = dict[str, Any]


def run(folder: Path, *words: str, key: str = MASTER.hex(), **more: str) -> CompletedProcess[str]:
    """``signoff words`` in a process of its own."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment |= {"SIGNOFF_KEY": key, "COLUMNS": "100", "TERM": "dumb", **more}
    return launch("bot.cli", *words, folder=folder, environment=environment, seconds=60)


def on(database: Database, *words: str) -> CompletedProcess[str]:
    return run(database.file.parent, *words, "--database", f"sqlite:///{database.file}")


@pytest.mark.parametrize("format_", ["jsonl", "csv", "parquet"])
def test_a_part_by_owner_and_action(database: Database, format_: str) -> None:
    folder = database.file.parent
    out = folder / f"part.{format_}"
    wanted = ("--owner", "refunds", "--action", "refund", "--format", format_, "--out", str(out))
    written = on(database, "audit", "export", *wanted)
    assert (written.returncode, written.stderr) == (0, "")
    assert "part" in written.stdout
    verify = ("audit", "verify", "--file", str(out), "--public-key", LINE)
    good = run(folder, *verify, key="")
    assert good.returncode == 0, good.stdout
    assert "Nothing was changed" in good.stdout
    out.write_bytes(out.read_bytes()[:-30])
    bad = run(folder, *verify, "--json", key="")
    assert bad.returncode == 1
    assert json.loads(bad.stdout)["findings"]
    (folder / f"part.{format_}.manifest.json").unlink()
    lost = run(folder, *verify, key="")
    assert lost.returncode == 1
    assert "keep it beside" in lost.stderr


def test_a_trace_that_agentack_checks(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    out = database.file.parent / "trace.jsonl"
    written = on(database, "audit", "export", "--format", "agentack", "--out", str(out))
    assert written.returncode == 0, written.stderr
    check = ["check", str(out), "--policy", f"{out}.policy.toml"]
    assert agentack(check) == 0, capsys.readouterr().out
    out.write_bytes(out.read_bytes().replace(b'"decision":"allow"', b'"decision":"deny"', 1))
    assert agentack(check) == 1
    refused = on(database, "audit", "export", "--format", "agentack", "--owner", "refunds", "--out", str(out))
    assert (refused.returncode, "--owner" in refused.stderr) == (1, True)


def test_consistency(database: Database) -> None:
    folder = database.file.parent
    for name in ("old", "new"):
        assert on(database, "audit", "export", "--out", str(folder / name)).returncode == 0
    compare = ("audit", "consistency", "old", "new", "--public-key", LINE)
    good = run(folder, *compare, key="")
    assert good.returncode == 0, good.stdout
    assert "contains the older one" in good.stdout
    (folder / "new").write_bytes((folder / "new").read_bytes().replace(b"person:dana", b"person:omar", 1))
    bad = run(folder, *compare, "--json", key="")
    assert bad.returncode == 1
    assert "changed" in {one["kind"] for one in json.loads(bad.stdout)["findings"]}
    assert run(folder, "audit", "consistency", "old", "new", key="").returncode == 1


def test_several_processes_say_what_one_says(database: Database) -> None:
    verify = ("audit", "verify", "--json")
    several: dict[str, Any] = {}
    for _ in range(2):
        alone, several = (json.loads(on(database, *verify, "--workers", many).stdout) for many in ("1", "2"))
        assert alone == several
        database.do("UPDATE events SET actor = 'person:mallory' WHERE stream = ? AND seq = 4", database.stream)
    assert several["findings"]


def test_another_key(database: Database) -> None:
    folder = database.file.parent
    (folder / "signoff.key").write_text(MASTER.hex())
    (folder / "signoff.key").chmod(0o600)
    rotated = run(folder, "audit", "rotate-key", "--json", "--database", f"sqlite:///{database.file}", key="")
    assert rotated.returncode == 0, rotated.stderr
    told = json.loads(rotated.stdout)
    assert told["before"] == LINE
    for line in (LINE, told["now"]):
        report = run(
            folder, "audit", "verify", "--public-key", line, "--database", f"sqlite:///{database.file}", key=""
        )
        assert report.returncode == 0, report.stdout
    own = run(folder, "audit", "public-key", key="")
    assert own.stdout.strip() == told["now"]
    refused = run(folder, "audit", "rotate-key", "--database", f"sqlite:///{database.file}")
    assert (refused.returncode, "--out" in refused.stderr) == (1, True)


# --- checkpoints that were kept elsewhere ---------------------------------------------------------------------------


def _line(number: int, text: str) -> Callable[[str], str]:
    """Another text in a line of the second note."""

    def tamper(notes: str) -> str:
        lines = notes.splitlines(keepends=True)
        lines[9 + number] = text + "\n"
        return "".join(lines)

    return tamper


def _signature(notes: str) -> str:
    other = derive_keys(bytes(32)).signer.sign(b"x").hex()
    head, mark, tail = notes.rpartition("\N{EM DASH} ")
    return f"{head}{mark}{tail.split(' ', maxsplit=1)[0]} {'A' * len(other)}\n"


NOTES: dict[str, Callable[[str], str]] = {
    "origin": _line(0, "another-record"),
    "size": _line(1, "7"),
    "root": _line(2, "A" * 43 + "="),
    "time": _line(3, "at 2026-03-02T15:00:00.000000Z"),
    "link": _line(4, "previous " + "0" * 64),
    "key": _line(5, "key signoff-record+00000000"),
    "signature": _signature,
    "a line removed": lambda notes: "".join(notes.splitlines(keepends=True)[:-5]),
    "cut in the middle": lambda notes: notes[:-40],
    "a line added": lambda notes: notes + "more\n",
    "nothing left": lambda notes: "",
}


def published(database: Database) -> Path:
    path = database.file.parent / "checkpoints.txt"
    path.write_text("\n".join(note_of(checkpoint) for checkpoint in database.checkpoints()), encoding="utf-8")
    return path


def test_every_published_checkpoint_is_held_against_the_record(database: Database) -> None:
    path = published(database)
    verify = ("audit", "verify", "--no-views", "--json", "--checkpoint", str(path))
    assert on(database, *verify).returncode == 0
    sizes = [checkpoint.size for checkpoint in database.checkpoints()]
    for number in range(sizes[-2], sizes[-1]):
        ((stream, seq),) = database.do("SELECT stream, seq FROM leaves WHERE number = ?", number)
        database.do("DELETE FROM events WHERE stream = ? AND seq = ?", stream, seq)
    database.do("DELETE FROM leaves WHERE number >= ?", sizes[-2])
    database.do("DELETE FROM checkpoints WHERE size = ?", sizes[-1])
    found = on(database, *verify)
    assert found.returncode == 1
    named = {(one["kind"], one.get("checkpoint")) for one in json.loads(found.stdout)["findings"]}
    assert ("cut_tail", sizes[-1]) in named


@pytest.mark.parametrize("how", NOTES)
def test_a_tampered_checkpoint_file_is_named(database: Database, how: str) -> None:
    path = published(database)
    path.write_text(NOTES[how](path.read_text(encoding="utf-8")), encoding="utf-8")
    found = on(database, "audit", "verify", "--no-views", "--json", "--checkpoint", str(path))
    assert found.returncode == 1
    if found.stdout:
        assert {one["kind"] for one in json.loads(found.stdout)["findings"]} <= {"forged_signature", "cut_tail"}
    else:
        assert "checkpoint" in found.stderr


def test_an_export_is_held_against_published_checkpoints(database: Database) -> None:
    folder = database.file.parent
    path = published(database)
    shutil.copy(path, folder / "kept.txt")
    assert on(database, "audit", "export", "--out", str(folder / "x.jsonl")).returncode == 0
    verify = ("audit", "verify", "--json", "--file", "x.jsonl", "--public-key", LINE, "--checkpoint", "kept.txt")
    assert run(folder, *verify, key="").returncode == 0
    database.do("DELETE FROM checkpoints WHERE size = ?", database.checkpoints()[-1].size)
    assert on(database, "audit", "export", "--out", str(folder / "x.jsonl")).returncode == 0
    found = run(folder, *verify, key="")
    assert found.returncode == 1
    assert "cut_tail" in {one["kind"] for one in json.loads(found.stdout)["findings"]}
