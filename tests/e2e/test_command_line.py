"""The command line as a stranger meets it: every refusal names what is wrong and what helps, and shows no traceback."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import typer.main

from bot.cli import app, main

ROOT = Path(__file__).parents[2]
POLICY = (ROOT / "examples" / "policy.yaml").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Said:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Shell:
    """A folder in which commands are typed."""

    folder: Path
    patch: pytest.MonkeyPatch
    capture: pytest.CaptureFixture[str]

    def run(self, *words: str, **settings: str) -> Said:
        """Run a command; in a process of its own where it takes over the process (``serve`` does: logs, signals)."""
        with self.patch.context() as patch:
            for name in [name for name in os.environ if name.startswith("SIGNOFF_")]:
                patch.delenv(name)
            for name, value in {"COLUMNS": "120", "TERM": "dumb", **settings}.items():
                patch.setenv(name, value)
            patch.chdir(self.folder)
            if words[0] == "serve":
                return _apart(words)
            patch.setattr(sys, "argv", ["signoff", *words])
            self.capture.readouterr()
            with pytest.raises(SystemExit) as ended:
                main()
            code = ended.value.code or 0
            assert isinstance(code, int)
            return Said(code, *self.capture.readouterr())

    def refused(self, *words: str, **settings: str) -> str:
        """What a command that ends with 1 says; a sentence, never a traceback, and nothing on standard output."""
        said = self.run(*words, **settings)
        assert said.code == 1, said
        assert not said.out
        assert "Traceback" not in said.err
        return said.err


def _apart(words: tuple[str, ...]) -> Said:
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", *words],
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60, check=False,
    )  # fmt: skip
    return Said(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(tmp_path, monkeypatch, capsys)


@pytest.fixture
def ready(shell: Shell) -> Shell:
    """With a policy, a database and a key."""
    (shell.folder / "policy.yaml").write_text(POLICY, encoding="utf-8")
    made = shell.run("agent", "create", "support", "--owner", "olga@acme.test", "--actions", "refund")
    assert made.code == 0, made.err
    return shell


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# ----------------------------------------------------------------------------------------------------------- policy


def test_a_missing_policy_names_the_setting_and_leaves_nothing_behind(shell: Shell) -> None:
    for words in (["desk", "link", "lee@acme.test"], ["agent", "create", "a", "--owner", "o@a.test", "--actions", "b"]):
        assert "policy" in shell.refused(*words) or words[0] == "desk"
        assert names(shell.folder) == set()
    told = shell.refused("serve")
    assert told.startswith("signoff: SIGNOFF_POLICY: the policy file policy.yaml can't be read")
    assert "examples/policy.yaml is one to copy" in told


def test_a_broken_policy_is_told_of_line_by_line(shell: Shell) -> None:
    (shell.folder / "policy.yaml").write_text("version: 1\npeople: [x]\nactons: {}\n", encoding="utf-8")
    for words in (["serve"], ["policy", "check", "policy.yaml"]):
        told = shell.refused(*words)
        assert re.search(r"policy\.yaml:2:9:? people:? must be a mapping", told)
        assert re.search(r"policy\.yaml:3:1:? actons:? .*did you mean actions\?", told)


# --------------------------------------------------------------------------------------------------------- database


def test_a_folder_without_a_database_is_told_of_and_stays_as_it_was(shell: Shell) -> None:
    (shell.folder / "policy.yaml").write_text(POLICY, encoding="utf-8")
    (shell.folder / "signoff.key").touch(0o600)
    (shell.folder / "signoff.key").write_text("ab" * 32)
    for words in (["desk", "link", "lee@acme.test"], ["agent", "list"], ["request", "list"], ["audit", "verify"]):
        told = shell.refused(*words)
        assert f"SIGNOFF_DATABASE: there is no database at {shell.folder}/signoff.db" in told
        assert "--database" in told
    assert names(shell.folder) == {"policy.yaml", "signoff.key"}


def test_what_is_no_database_is_named_and_left_alone(shell: Shell) -> None:
    file = shell.folder / "notes.db"
    file.write_text("shopping list\n")
    for words in (["db", "current"], ["db", "upgrade"], ["request", "list"]):
        told = shell.refused(*words, "--database", "sqlite:///notes.db")
        assert f"SIGNOFF_DATABASE: {file} can't be used: file is not a database (name a SQLite database" in told
        assert "sqlalche.me" not in told
    assert file.read_text() == "shopping list\n"


@pytest.mark.parametrize("url", ["mysql://host/name", "sqlite://signoff.db", "postgresql://host", "signoff.db"])
def test_a_database_that_can_not_be_named_so_shows_how(shell: Shell, url: str) -> None:
    told = shell.refused("db", "current", "--database", url)
    assert told.startswith("signoff: SIGNOFF_DATABASE: ")
    assert "postgresql://user@host/name" in told


def test_a_password_is_not_repeated(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    told = shell.refused("db", "current", "--database", f"postgresql://olga:geheim@127.0.0.1:{port}/signoff")
    assert "SIGNOFF_DATABASE: the database can't be reached" in told
    assert "see that PostgreSQL listens there" in told
    assert "geheim" not in told


# -------------------------------------------------------------------------------------------------------------- key


def test_a_key_open_to_others_is_refused_with_the_command_that_mends_it(ready: Shell) -> None:
    (ready.folder / "signoff.key").chmod(0o644)
    for words in (["serve"], ["desk", "link", "lee@acme.test"], ["audit", "public-key"]):
        told = ready.refused(*words)
        assert "SIGNOFF_KEY_FILE: the key file signoff.key may be read by others than its owner (mode 644)" in told
        assert "chmod 600 signoff.key" in told


def test_a_broken_key_is_named(ready: Shell) -> None:
    (ready.folder / "signoff.key").write_text("my key\n")
    assert "SIGNOFF_KEY_FILE: signoff.key is not a key of 64 hex digits" in ready.refused("serve")


def test_a_lost_key_is_not_replaced_by_a_command_that_needs_it(ready: Shell) -> None:
    (ready.folder / "signoff.key").unlink()
    told = ready.refused("desk", "link", "lee@acme.test")
    assert f"SIGNOFF_KEY_FILE: there is no key file {ready.folder}/signoff.key" in told
    assert not (ready.folder / "signoff.key").exists()


# --------------------------------------------------------------------------------------------------------- settings


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        yield port


def test_a_port_in_use_is_told_of(ready: Shell, taken_port: int) -> None:
    told = ready.refused("serve", "--port", str(taken_port))
    assert f"SIGNOFF_PORT: can't listen on 127.0.0.1:{taken_port}: another program does" in told
    assert "--port" in told


def test_an_address_of_another_machine_is_told_of(ready: Shell) -> None:
    told = ready.refused("serve", "--host", "192.0.2.1", "--port", "0")  # for documentation alone: RFC 5737
    assert "SIGNOFF_HOST: can't listen on 192.0.2.1:0" in told
    assert "--host" in told


def test_every_setting_that_can_not_be_used_is_told_of_at_once(ready: Shell) -> None:
    told = ready.refused(
        "serve",
        SIGNOFF_PORT="99999", SIGNOFF_LOG_LEVEL="loud", SIGNOFF_PUBLIC_URL="desk.acme.test",
        SIGNOFF_KEY="geheim", SIGNOFF_MIGRATE="maybe", SIGNOFF_RATE_BURST="0",
    )  # fmt: skip
    for line in (
        "SIGNOFF_PORT: has to be less than or equal to 65535, not '99999'",
        "SIGNOFF_LOG_LEVEL: has to be 'debug', 'info', 'warning' or 'error', not 'loud'",
        "SIGNOFF_PUBLIC_URL: has to start with https:// (or http:// on a closed network), not 'desk.acme.test'",
        "SIGNOFF_KEY: has to be 64 hex digits",
        "SIGNOFF_MIGRATE: has to be a valid boolean",
        "SIGNOFF_RATE_BURST: has to be greater than or equal to 1, not '0'",
    ):
        assert line in told
    assert "geheim" not in told


# ----------------------------------------------------------------------------------------------------------- doctor


def checks(said: Said) -> dict[str, dict[str, Any]]:
    return {one["check"]: one for one in json.loads(said.out)}


def test_the_doctor_names_what_is_mistyped(ready: Shell) -> None:
    (ready.folder / ".env").write_text("SIGNOFF_LOG_LEVLE=debug\n")
    said = ready.run("doctor", "--json", SIGNOFF_POTR="8123", SIGNOFF_TOKEN="an agent's")
    found = checks(said)["settings"]
    assert said.code == 0
    assert found["health"] == "warning"
    assert found["text"] == "read by nobody: SIGNOFF_LOG_LEVLE, SIGNOFF_POTR"
    assert found["remedy"] == "perhaps you mean SIGNOFF_LOG_LEVEL for SIGNOFF_LOG_LEVLE, SIGNOFF_PORT for SIGNOFF_POTR"


def test_the_doctor_finds_what_is_wrong_and_changes_nothing(ready: Shell) -> None:
    assert checks(ready.run("doctor", "--json"))["master key"]["health"] == "fine"
    (ready.folder / "signoff.key").chmod(0o640)
    said = ready.run("doctor", "--json")
    assert said.code == 1
    assert checks(said)["master key"]["remedy"] == "chmod 600 signoff.key"
    (ready.folder / "signoff.key").unlink()
    (ready.folder / "policy.yaml").write_text("version: 2\n")
    said = ready.run("doctor", "--json")
    assert said.code == 1
    assert checks(said)["master key"]["health"] == "warning"
    assert checks(said)["policy"]["remedy"] == "signoff policy check policy.yaml"
    assert not (ready.folder / "signoff.key").exists()


def test_the_doctor_knows_a_stranger_at_the_address(ready: Shell, taken_port: int) -> None:
    found = checks(ready.run("doctor", "--json", SIGNOFF_PORT=str(taken_port)))["server"]
    assert found["health"] == "warning"  # it listens and never answers


# ----------------------------------------------------------------------------------------------------- being helpful


def test_the_version_and_the_exit_codes_are_told(shell: Shell) -> None:
    assert shell.run("--version").out == f"signoff {version('signoff-bot')}\n"
    assert "Exit codes: 0 done, 1 the answer is no or something is wrong, 2" in " ".join(
        shell.run("--help").out.split()
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nosuch"], "No such command 'nosuch'"),
        (["serve", "--prot", "1"], "--port"),
        (["request", "show"], "Missing argument 'ID'"),
        (["replay", "nosuch.jsonl"], "nosuch.jsonl can't be read"),
    ],
)
def test_what_is_not_understood_ends_with_two(ready: Shell, words: list[str], says: str) -> None:
    said = ready.run(*words)
    assert said.code == 2
    assert says in said.err


def test_a_path_that_can_not_be_written_is_a_sentence(ready: Shell) -> None:
    told = ready.refused("audit", "export", "--out", "nosuch/record.jsonl")
    assert told.startswith("signoff: nosuch/record.jsonl: No such file or directory")


def test_an_action_type_that_is_mistyped_shows_those_there_are(ready: Shell) -> None:
    told = ready.refused("agent", "create", "b", "--owner", "olga@acme.test", "--actions", "refnd")
    assert "actions: the policy has no refnd (choose from account_close, " in told
    again = ready.refused("agent", "create", "support", "--owner", "olga@acme.test", "--actions", "refund")
    assert "`signoff agent rotate` gives a new token" in again


def each_command() -> Iterator[tuple[str, Any]]:
    def walk(prefix: str, command: Any) -> Iterator[tuple[str, Any]]:
        yield prefix, command
        for name, one in getattr(command, "commands", {}).items():
            yield from walk(f"{prefix} {name}".strip(), one)

    yield from walk("", typer.main.get_command(app))


@pytest.mark.parametrize(("name", "command"), [pytest.param(*one, id=one[0] or "signoff") for one in each_command()])
def test_every_command_and_option_says_what_it_does(name: str, command: Any) -> None:
    assert command.help
    assert command.help.split("\n\n")[0].rstrip().endswith("."), name
    for parameter in command.params:
        if not parameter.name.endswith("completion"):
            assert getattr(parameter, "help", ""), f"{name} {parameter.name}"
