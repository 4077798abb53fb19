"""The machine and the versions that a run was made on: figures mean nothing without them."""

from __future__ import annotations

import os
import platform
import resource
import sqlite3
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("aiohttp", "asyncpg", "msgspec", "orjson", "sqlalchemy", "cel-expr-python")
FSYNCS = 50


def facts(folder: Path) -> dict[str, str]:
    """Cores, processor, Python, database and package versions, and what one fsync takes in ``folder``."""
    found = {
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "fsync": f"on, {fsync_millis(folder):.2f} ms (median)",
    }
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def fsync_millis(folder: Path) -> float:
    """The median time of writing 4 kB and having them on disk, in ms."""
    path = folder / "fsync-probe"
    times = []
    with path.open("wb") as file:
        for _ in range(FSYNCS):
            file.write(b"x" * 4096)
            file.flush()
            start = time.perf_counter()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - start)
    path.unlink()
    return sorted(times)[FSYNCS // 2] * 1000


def raise_file_limit(wanted: int) -> int:
    """Let this process and its children open so many files, where that is allowed; returns how many it is now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def memory_bytes(pid: int) -> int:
    """What a process holds in memory (RSS); Linux only."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def cpu_seconds(pid: int) -> float:
    """What a process has computed so far, in user and system together; Linux only."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else "unknown"
