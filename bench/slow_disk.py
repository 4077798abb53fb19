"""A slower disk: 2 ms added to every fsync of this process, or of a server that it starts.

A few lines of C, compiled with the system's compiler and preloaded, stand in front of fsync and fdatasync. A library
can only be preloaded into a new process, so the bench starts itself again once at its beginning.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ADDED_US = 2000
_DELAY = "BENCH_FSYNC_DELAY_US"
_LIBRARY = "BENCH_FSYNC_LIBRARY"
_SOURCE = Path(__file__).with_name("slow_fsync.c")


def reason_against() -> str | None:
    """Why no delay can be added here; None when it can."""
    if sys.platform != "linux":
        return "adding to fsync takes LD_PRELOAD, which only Linux has"
    if os.environ.get(_LIBRARY):
        return None
    return "there is no C compiler (cc, gcc or clang) to build the fsync shim with"


def restart_with_shim() -> None:
    """Start this program again with the shim preloaded; returns where that is not possible or was done already."""
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if sys.platform != "linux" or compiler is None or os.environ.get(_LIBRARY):
        return
    folder = Path(tempfile.mkdtemp(prefix="signoff-bench-shim-"))
    folder.chmod(0o755)  # PostgreSQL runs as another user
    library = folder / "slow_fsync.so"
    command = [compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(_SOURCE), "-ldl"]
    if subprocess.run(command, check=False).returncode != 0:
        shutil.rmtree(folder)
        return
    before = os.environ.get("LD_PRELOAD")
    os.environ |= {"LD_PRELOAD": f"{library}:{before}" if before else str(library), _LIBRARY: str(library)}
    os.execv(sys.executable, [sys.executable, "-m", "bench", *sys.argv[1:]])  # noqa: S606 - this very program again


def remove_shim() -> None:
    """Delete what was compiled, when nothing will be started any more."""
    library = os.environ.get(_LIBRARY)
    if library:
        shutil.rmtree(Path(library).parent, ignore_errors=True)


@contextmanager
def slow_here() -> Iterator[None]:
    """Within, every fsync of this process takes 2 ms longer.

    Raises:
        RuntimeError: when the shim is not there.
    """
    library = os.environ.get(_LIBRARY)
    if not library:
        raise RuntimeError("the fsync shim is not preloaded")
    delay = ctypes.CDLL(library).bench_set_fsync_delay
    delay(ctypes.c_long(ADDED_US))
    try:
        yield
    finally:
        delay(ctypes.c_long(0))


@contextmanager
def slow_children() -> Iterator[None]:
    """Within, every process that is started has 2 ms added to its fsyncs."""
    os.environ[_DELAY] = str(ADDED_US)
    try:
        yield
    finally:
        del os.environ[_DELAY]
