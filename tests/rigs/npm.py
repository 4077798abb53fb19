"""What tests use from npm: fetched as a lock file says, into pytest's cache, once."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

import pytest

LOCKED = ("package.json", "package-lock.json", ".npmrc")
SECONDS = 110


def require_node(purpose: str) -> None:
    """Without Node and npm the test is skipped, in CI it fails; ``purpose`` says what they would have been for."""
    missing = [name for name in ("node", "npm") if shutil.which(name) is None]
    if missing:
        reason = f"there is no {' and no '.join(missing)} here to {purpose} with"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


def modules(home: Path, place: Path) -> Path:
    """The folder ``node_modules`` in ``place``, as the lock in ``home`` says; fetched when that lock is new.

    Raises:
        subprocess.CalledProcessError: npm could not fetch it.
    """
    place.mkdir(parents=True, exist_ok=True)
    done, lock = place / "installed.json", (home / "package-lock.json").read_text(encoding="utf-8")
    with (place / "busy").open("w") as busy:
        fcntl.flock(busy, fcntl.LOCK_EX)  # the workers of one run share it
        if not done.exists() or done.read_text(encoding="utf-8") != lock:
            for name in LOCKED:
                shutil.copy(home / name, place / name)
            npm = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            subprocess.run(npm, cwd=place, check=True, timeout=SECONDS)
            done.write_text(lock, encoding="utf-8")
    return place / "node_modules"
