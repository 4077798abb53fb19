# ruff: noqa: INP001 - a script, no package
"""Make the pictures of Microsoft's Playground anew: they are those that its end-to-end test takes on its way.

`python docs/images/make_teams_playground.py`; needs Chromium on PATH, Node with npm, the font Noto Color Emoji, and the
development environment. Writes beside itself, each below 200 kB. The Playground has no dark theme.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TAKEN = ROOT / "test-output" / "teams"
MAX_BYTES = 200_000
PUBLISHED = ("held", "decided", "queue")


def main() -> None:
    """Run the test, and publish what it saw."""
    test = [sys.executable, "-m", "pytest", "-q", "-n", "0", "tests/e2e/teams/test_playground.py"]
    subprocess.run(test, cwd=ROOT, check=True)  # noqa: S603 - our own tests
    for name in PUBLISHED:
        taken = TAKEN / f"playground-{name}.png"
        if taken.stat().st_size >= MAX_BYTES:
            sys.exit(f"{taken.name} has {taken.stat().st_size} bytes; make it smaller")
        shutil.copy(taken, HERE / f"teams-{taken.name}")


if __name__ == "__main__":
    main()
