"""``python -m bench``: measure, print the table, write the JSON. Figures never fail it; only a fault does."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
import traceback
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench import (
    clicks,
    databases,
    engine,
    growth,
    http_load,
    machine,
    pasts,
    pausing,
    printing,
    records,
    rivalry,
    simulating,
    slack,
    slow_disk,
    starting,
    sweeping,
    teams,
    together,
    verifying,
    wakeups,
)
from bench.figures import Report
from bench.frame import Bench, LeftOut, Options
from tests.rigs import postgres

Section = Callable[[Bench], Coroutine[Any, Any, None]]

SECTIONS: dict[str, Section] = {
    "engine": engine.measure,
    "slow-disk": engine.measure_slow,
    "rivals": rivalry.measure,
    "http": http_load.measure,
    "wake": wakeups.measure,
    "polls": wakeups.measure_memory,
    "clicks": clicks.measure,
    "slack": slack.measure,
    "teams": teams.measure,
    "start": starting.measure,
    "second-process": together.measure,
    "deadlines": sweeping.measure,
    "pausing": pausing.measure,
    "growth": growth.measure,
    "records": records.measure,
    "verify": verifying.measure,
    "simulate": simulating.measure,
}

RESULTS = Path(__file__).with_name("results")
KINDS = {
    "sqlite": (databases.SQLITE,),
    "postgres": (databases.POSTGRES,),
    "both": (databases.SQLITE, databases.POSTGRES),
}
FILES = 24_000
"""Open files that ten thousand waiting polls and their other ends take."""


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure Signoff.")
    parser.add_argument("--quick", action="store_true", help="smaller and fewer rounds: about three minutes")
    parser.add_argument("--only", action="append", choices=SECTIONS, help="this section alone; may be given again")
    parser.add_argument("--database", choices=KINDS, default="both")
    parser.add_argument("--rounds", type=int, help="5, or 2 with --quick")
    parser.add_argument("--stored", type=int, help="old requests for growth: 250,000, or a tenth with --quick")
    parser.add_argument("--past", default="", help="measure records and verify on this database, made by bench.pasts")
    parser.add_argument("--json", type=Path, default=RESULTS / "latest.json", help="where the results go")
    parser.add_argument("--markdown", type=Path, help="put the tables into this page as well, between its marks")
    return parser.parse_args()


def main() -> None:
    """Run what was asked for."""
    given = arguments()
    slow_disk.restart_with_shim()
    try:
        _measure(given)
    finally:
        slow_disk.remove_shim()


def _measure(given: argparse.Namespace) -> None:
    machine.raise_file_limit(FILES)
    options = Options(
        past=given.past,
        quick=given.quick,
        rounds=given.rounds or (2 if given.quick else 5),
        databases=(pasts.kind_of(given.past),) if given.past else KINDS[given.database],
        stored=given.stored or (25_000 if given.quick else 250_000),
    )
    with databases.opened() as places:
        report = Report(machine.facts(places.folder))
        bench = Bench(options, places, report)
        _note_database(bench)
        for name in given.only or SECTIONS:
            _run(bench, name)
            printing.write_json(report, given.json)  # whatever comes next, this stays
    printing.show(report, printing.console())
    if given.markdown:
        printing.write_markdown(report, given.markdown)
    if bench.failed:
        sys.exit("failed: " + ", ".join(bench.failed))


def _note_database(bench: Bench) -> None:
    """PostgreSQL's version; where there is no server, everything on it is left out."""
    if databases.POSTGRES not in bench.options.databases:
        return
    try:
        server = bench.databases.server()
    except postgres.Unavailable as reason:
        bench.report.skip(databases.POSTGRES, str(reason))
        bench.options = replace(bench.options, databases=(databases.SQLITE,))
        return
    bench.report.machine["PostgreSQL"] = databases.server_version(server)


def _run(bench: Bench, name: str) -> None:
    """Measure a section; one that fails is named and leaves the others alone."""
    print(f"measuring {name} ...", end=" ", flush=True)
    start = time.perf_counter()
    try:
        asyncio.run(SECTIONS[name](bench))
    except LeftOut as reason:
        bench.report.skip(name, str(reason))
    except Exception as error:  # noqa: BLE001 - whatever it was, it is shown, and what was measured before is kept
        traceback.print_exc()
        bench.failed.append(name)
        bench.report.skip(name, f"it failed: {type(error).__name__}: {str(error)[:200]}")
    bench.report.seconds[name] = time.perf_counter() - start
    print(f"{bench.report.seconds[name]:.0f} s", flush=True)


if __name__ == "__main__":
    main()
