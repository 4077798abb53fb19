"""``signoff simulate``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from bot.app import read_policy
from bot.cli.reading import Database
from bot.cli.replay import parse_rate
from bot.cli.simulate_input import Given, Input, prepare
from bot.cli.simulate_table import show
from bot.errors import BadInput
from bot.policy.document import Policy
from bot.settings import load_settings
from bot.simulating.arriving import TIMEOUT, Profile
from bot.simulating.drawing import page, svg
from bot.simulating.durations import MEDIAN_SECONDS
from bot.simulating.sheet import csv_of
from bot.simulating.trying_out import simulate, zone_of

_MONDAY = datetime.fromisoformat("2026-01-05")
"""When requests at a rate begin to arrive unless it is said: always the same plain Monday, so that figures repeat."""
_RATE = re.compile(r"[0-9.]+\s*/.*")


def simulate_command(  # noqa: PLR0913 - a command has as many parameters as options
    *,
    arrivals: Annotated[
        str, typer.Option(help="A rate such as 10000/day, or a file: one JSON object a line, each with its time `at`.")
    ],
    policy: Annotated[Path | None, typer.Option(help="The policy file (SIGNOFF_POLICY).")] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="For how many days requests arrive.")] = 30,
    owner: Annotated[str | None, typer.Option(help="Only requests of this owner.")] = None,
    start: Annotated[
        str | None, typer.Option(help="The first day: 2026-03-02. Without it Monday 2026-01-05, or the file's first.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same figures.")] = 1,
    mix: Annotated[
        str | None, typer.Option(help="With a rate: refund=0.7,phone_change=0.3; or refund@120=0.7, with an amount.")
    ] = None,
    held: Annotated[float, typer.Option(min=0, max=1, help="With --mix: the share that is held.")] = 1.0,
    profile: Annotated[
        Profile, typer.Option(help="With a rate: at any time alike, or in working hours alone.")
    ] = Profile.FLAT,
    timeout: Annotated[str, typer.Option(help="How long agents wait that do not say so.")] = TIMEOUT,
    median_seconds: Annotated[
        float, typer.Option(min=0.1, max=86_400, help="The median of a review of which the record says too little.")
    ] = MEDIAN_SECONDS,
    reviewers: Annotated[Path | None, typer.Option(help="YAML: by person `works`, `hours` and `median`.")] = None,
    database: Database = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write everything as JSON; - is standard output.")
    ] = None,
    csv_file: Annotated[
        Path | None, typer.Option("--csv", help="Write everything as CSV; - is standard output.")
    ] = None,
    chart: Annotated[Path | None, typer.Option(help="Draw it, into a file that ends in .svg or .html.")] = None,
) -> None:  # fmt: skip
    """Try a policy out in virtual time: what would be late, escalated and expired, and how busy everybody would be.

    People review as fast as the database's record says, where it says enough; requests of a rate are as its requests
    are, unless --mix says otherwise. The answer names what it assumed.
    """
    if chart is not None and chart.suffix not in {".svg", ".html"}:
        raise BadInput("ends in neither .svg nor .html", field="--chart", remedy="name a file such as load.svg")
    document = read_policy(policy or load_settings().policy)
    zone_of(document, owner)
    given = Given(
        arrivals=parse_rate(arrivals) * 24 if _RATE.fullmatch(arrivals.strip()) else Path(arrivals),
        days=days, owner=owner, start=_first_moment(start, document), monday=_MONDAY.replace(tzinfo=document.zone),
        seed=seed, mix=mix, held=held, profile=profile, timeout=timeout, median=median_seconds,
        reviewers=reviewers, database=database,
    )  # fmt: skip
    _write(document, prepare(given, document), json_file, csv_file, chart)


def _write(policy: Policy, found: Input, json_file: Path | None, csv_file: Path | None, chart: Path | None) -> None:
    with _progress(found) as moved:
        figures = simulate(found.trial, found.arrivals, progress=moved)
    written = [path for path in (json_file, csv_file, chart) if path is not None and str(path) != "-"]
    if json_file is not None:
        _put(json_file, json.dumps(figures.as_json(), indent=2, ensure_ascii=False) + "\n")
    if csv_file is not None:
        _put(csv_file, csv_of(figures))
    if chart is not None:
        _put(chart, svg(figures) if chart.suffix == ".svg" else page(figures, policy))
    if "-" not in {str(json_file), str(csv_file)}:
        show(figures, policy, Console(highlight=False), written)


def _put(path: Path, text: str) -> None:
    if str(path) == "-":
        typer.echo(text, nl=False)
    else:
        path.write_text(text, encoding="utf-8", newline="")


def _first_moment(text: str | None, policy: Policy) -> datetime | None:
    if text is None:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"is no date: {text[:40]}", field="--start", remedy="write 2026-03-02") from error
    return datetime.combine(read.date(), time(), tzinfo=policy.zone) if len(text) == len("2026-03-02") else (
        read if read.tzinfo is not None else read.replace(tzinfo=policy.zone)
    )  # fmt: skip


@contextmanager
def _progress(found: Input) -> Iterator[Callable[[datetime], None] | None]:
    """How far virtual time has come, on standard error, where somebody watches."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    whole = (found.trial.end - found.trial.start) / timedelta(days=1)
    columns = (TextColumn("day {task.completed:.0f} of {task.total:.0f}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=whole)
        yield lambda at: progress.update(task, completed=(at - found.trial.start) / timedelta(days=1))
