"""``python -m bench``: measure, print the table, write the JSON. Figures never fail it; only a fault does."""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from bench import databases, machine, printing, slow_disk
from bench.figures import Report
from bench.frame import Bench, LeftOut, Options
from tests.rigs import postgres

Section = Callable[[Bench], Awaitable[None]]

SECTIONS = {
    "engine": "bench.engine:measure",
    "slow-disk": "bench.engine:measure_slow",
    "rivals": "bench.rivalry:measure",
    "http": "bench.http_load:measure",
    "wake": "bench.wakeups:measure",
    "polls": "bench.wakeups:measure_memory",
    "clicks": "bench.clicks:measure",
    "start": "bench.starting:measure",
    "second-process": "bench.together:measure",
    "deadlines": "bench.sweeping:measure",
    "growth": "bench.growth:measure",
    "verify": "bench.verifying:measure",
}
"""Name: where its function is. A module is imported when it is run."""

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
    parser.add_argument("--rounds", type=int, help="5, or 3 with --quick")
    parser.add_argument("--stored", type=int, help="old requests for growth: 250,000, or a tenth with --quick")
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
        quick=given.quick,
        rounds=given.rounds or (3 if given.quick else 5),
        databases=KINDS[given.database],
        stored=given.stored or (25_000 if given.quick else 250_000),
    )
    with databases.opened() as places:
        report = Report(machine.facts(places.folder))
        bench = Bench(options, places, report)
        _note_database(bench)
        for name in given.only or SECTIONS:
            _run(bench, name)
    printing.show(report, printing.console())
    printing.write_json(report, given.json)
    if given.markdown:
        printing.write_markdown(report, given.markdown)


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
    module, _, function = SECTIONS[name].partition(":")
    print(f"measuring {name} ...", flush=True)
    start = time.perf_counter()
    try:
        section: Section = getattr(import_module(module), function)
        asyncio.run(_awaited(section, bench))
    except LeftOut as reason:
        bench.report.skip(name, str(reason))
    bench.report.seconds[name] = time.perf_counter() - start


async def _awaited(section: Section, bench: Bench) -> None:
    await section(bench)


if __name__ == "__main__":
    main()
