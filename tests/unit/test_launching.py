"""The rig that starts our own programs: what it forks is what a new interpreter would have been."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rigs import launching
from tests.rigs.launching import launch, run

TELLING = """
import json, os, signal, sys
print(json.dumps({
    "name": __name__, "argv": sys.argv[1:], "cwd": os.getcwd(), "first": sys.path[0],
    "session": os.getsid(0) == os.getpid(),
    "env": {name: value for name, value in os.environ.items() if name != "LC_CTYPE"}, "stdin": sys.stdin.read(),
    "parent": os.getppid(), "open": sorted(os.listdir("/proc/self/fd")),
    "signals": [str(signal.getsignal(each)) for each in signal.valid_signals()],
    "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])), "zone": __import__("time").strftime("%z"),
}, sort_keys=True))
print("beside", file=sys.stderr)
sys.exit(3)
"""
WAITING = "import time\nprint('waits', flush=True)\ntime.sleep(600)\n"
FAILING = "import atexit\natexit.register(print, 'in the end')\nraise RuntimeError('on purpose')\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {"telling": TELLING, "waiting": WAITING, "failing": FAILING}.items():
        (tmp_path / f"{name}.py").write_text(text)
    return tmp_path


def told(folder: Path, module: str, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHONUTF8": "1", **more}
    return run(module, *words, folder=folder, environment=environment, seconds=30)


def test_a_program_finds_what_it_would_find_in_a_new_interpreter(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = told(folder, "telling", "one", "two words", TZ="Asia/Tokyo")
    monkeypatch.setattr(launching._nursery, "usable", False)
    plain = told(folder, "telling", "one", "two words", TZ="Asia/Tokyo")
    assert (quick.returncode, quick.stdout, quick.stderr) == (plain.returncode, plain.stdout, plain.stderr)
    assert plain.returncode == 3
    assert plain.stderr == "beside\n"
    assert f'"parent": {os.getpid()}' in plain.stdout


def test_an_error_ends_it_with_a_trace_and_what_was_to_be_done_at_the_end(folder: Path) -> None:
    done = told(folder, "failing")
    assert done.returncode == 1
    assert "RuntimeError: on purpose" in done.stderr
    assert done.stdout == "in the end\n"


def test_each_begins_afresh(folder: Path) -> None:
    (folder / "changing.py").write_text("import bot.cli\nprint(hasattr(bot.cli, 'mark'))\nbot.cli.mark = 1\n")
    assert [told(folder, "changing").stdout for _ in range(2)] == ["False\n", "False\n"]


def test_no_two_draw_the_same_random_numbers(folder: Path) -> None:
    (folder / "drawing.py").write_text("import random\nprint(random.random())\n")
    assert told(folder, "drawing").stdout != told(folder, "drawing").stdout


@pytest.mark.parametrize("usable", [True, False])
def test_it_is_killed_waited_for_and_gone(folder: Path, usable: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not usable:
        monkeypatch.setattr(launching._nursery, "usable", False)
    reading, writing = os.pipe()
    process = launch("waiting", folder=folder, environment=dict(os.environ), out=writing, err=writing)
    os.close(writing)
    heard = os.fdopen(reading, "rb")
    assert heard.readline() == b"waits\n"
    assert process.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.01)
    process.kill()
    assert process.wait(30) == process.poll() == -signal.SIGKILL
    process.kill()  # a second time is harmless
    assert heard.read() == b""
    heard.close()
    with pytest.raises(ChildProcessError):
        os.waitpid(process.pid, os.WNOHANG)


def test_what_takes_too_long_is_ended(folder: Path) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        run("waiting", folder=folder, environment=dict(os.environ), seconds=0.1)


@pytest.mark.skipif(sys.platform != "linux", reason="orphans are taken in on Linux alone")
def test_it_is_the_quick_way_that_is_used_here(folder: Path) -> None:
    told(folder, "telling")
    assert launching._nursery.usable or os.environ.get("LAUNCH") == "plain"
