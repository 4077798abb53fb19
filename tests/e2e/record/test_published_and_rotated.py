"""Real servers: several publish each checkpoint once though one is killed, and a change of the key reaches them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bot.proving.keys import read_public_key
from bot.proving.notes import read_notes
from tests.rigs.server import Server, serving

SOON = 0.05
"""Minutes between two checkpoints: the least there is."""


def until(found: Callable[[], bool], what: str) -> None:
    ends = time.monotonic() + 40
    while not found():
        assert time.monotonic() < ends, what
        time.sleep(0.1)


def published(file: Path) -> list[int]:
    """The sizes of the checkpoints in a file."""
    if not file.exists() or not (text := file.read_text(encoding="utf-8")):
        return []
    return [note.size for note in read_notes(text)]


def checks(server: Server) -> str:
    """What the doctor says, whatever its exit code."""
    from tests.rigs.launching import run  # noqa: PLC0415 - beside `Server.command`, which wants success

    done = run("bot.cli", "doctor", folder=server.folder, environment=server.env, seconds=40)
    return " ".join((done.stdout + done.stderr).split())


def test_several_servers_publish_each_once_and_take_another_key(tmp_path: Path) -> None:
    file = tmp_path / "published.txt"
    shared: dict[str, Any] = {
        "database": f"sqlite:///{tmp_path / 'signoff.db'}",
        "key_file": tmp_path / "signoff.key",
        "checkpoint_file": str(file),
        "checkpoint_minutes": SOON,
    }
    with ExitStack() as running:
        servers = []
        for name in ("one", "two", "three"):
            (tmp_path / name).mkdir()
            servers.append(running.enter_context(serving(tmp_path / name, **shared)))
        first = servers[0]
        old = first.command("audit", "public-key").strip()
        first.agent()
        until(lambda: len(published(file)) >= 1, "nothing was published")
        os.kill(servers[1].pid, signal.SIGKILL)
        first.agent()
        until(lambda: len(published(file)) >= 2, "nothing was published after one died")
        told = first.command("audit", "rotate-key")
        assert "handed on" in told
        before = len(published(file))
        first.agent()
        until(lambda: len(published(file)) > before, "nothing was published after the key was changed")
        new = first.command("audit", "public-key").strip()
        until(lambda: _last_key(file) == read_public_key(new).id, "the servers did not take the new key")
        sizes = published(file)
        assert sizes == sorted(set(sizes))
        for key in (old, new):
            said = first.command("audit", "verify", "--public-key", key, "--checkpoint", str(file))
            assert "Nothing was changed" in said
        assert "the newest, over" in checks(first)


def _last_key(file: Path) -> str:
    return read_notes(file.read_text(encoding="utf-8"))[-1].key_id


def test_the_doctor_says_which_target_fails(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    with serving(tmp_path, checkpoint_file=str(gone / "published.txt"), checkpoint_minutes=SOON) as server:
        server.agent()
        log = tmp_path / "server.log"
        until(lambda: "was not taken by the file" in log.read_text(encoding="utf-8"), "nothing was tried")
        gone.mkdir()
        until(lambda: bool(published(gone / "published.txt")), "it was not tried again")
