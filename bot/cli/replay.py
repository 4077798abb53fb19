"""``signoff replay``."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from bot.app import read_policy
from bot.cli import replay_live
from bot.cli.replay_table import show_report
from bot.policy.document import Policy
from bot.replaying.judging import Arrivals, Replay
from bot.replaying.page import page
from bot.replaying.report import Report
from bot.replaying.transcripts import Conversation, Skipped, read_conversations
from bot.settings import load_settings

_RATE = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*/\s*(s|sec|second|min|minute|h|hour|d|day)s?\s*")
_PER_HOUR = {"s": 3600.0, "m": 60.0, "h": 1.0, "d": 1 / 24}
_MONDAY = datetime.fromisoformat("2026-01-05")
"""When a replay takes place: a plain working day, always the same, so that a file gives the same report again."""


def parse_rate(text: str) -> float:
    """Conversations an hour in ``100/h``, ``2/min``, ``0.5/s`` or ``2000/day``.

    Raises:
        typer.BadParameter: when it is none of these, or nothing.
    """
    match = _RATE.fullmatch(text)
    per_hour = float(match[1]) * _PER_HOUR[match[2][0]] if match else 0.0
    if not 0 < per_hour <= 1e9:  # noqa: PLR2004 - more than any desk will see
        raise typer.BadParameter(f"{text!r} is no rate; write 100/h, 2/min or 2000/day")
    return per_hour


def replay_command(  # noqa: PLR0913 - a command has as many parameters as options
    runs: Annotated[
        Path, typer.Argument(help="Chat-completions transcripts, one JSON object a line; - reads standard input.")
    ],
    *,
    policy: Annotated[Path | None, typer.Option(help="The policy file (SIGNOFF_POLICY).")] = None,
    rate: Annotated[str, typer.Option(help="How often conversations come: 100/h, 2/min, 2000/day.")] = "100/h",
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write the report as one HTML page as well.")] = None,
    live: Annotated[str | None, typer.Option(help="Propose the calls for real, to the server at this URL.")] = None,
    token: Annotated[
        str | None,
        typer.Option(envvar="SIGNOFF_TOKEN", help="The agent's token for --live; better from the environment."),
    ] = None,
    per_second: Annotated[float, typer.Option(min=0.01, max=10_000, help="With --live: calls a second.")] = 10.0,
    at_once: Annotated[int, typer.Option(min=1, max=1_000, help="With --live: conversations side by side.")] = 16,
    wait: Annotated[
        bool, typer.Option(help="With --live: wait for each decision, redeem what is approved, follow edits.")
    ] = False,
    tool: Annotated[list[str] | None, typer.Option(help="Only calls of this tool; may be given again.")] = None,
) -> None:
    """Put the tool calls of recorded conversations through the gate, and show what it says and what that costs.

    Lines that can't be read are named and skipped; exit 1 only when nothing could be read. With `--live` the calls
    are proposed to a running server instead; exit 1 when it did not take one.
    """
    per_hour = parse_rate(rate)
    if live is not None:
        if not token:
            raise typer.BadParameter("--live needs --token or SIGNOFF_TOKEN; `signoff agent create` gives one")
        options = replay_live.Options(live, token, per_second, at_once, wait=wait, as_json=as_json)
        with _opened(runs) as stream:
            raise typer.Exit(asyncio.run(replay_live.run(_wanted(read_conversations(stream), tool), options)))
    document = read_policy(load_settings(policy=policy).policy)
    with _opened(runs) as stream:
        report = _judge(stream, document, per_hour, _name(runs), tool)
    if html is not None:
        html.write_text(page(report), encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(report.as_json(), indent=2))
    else:
        show_report(report, Console(highlight=False), html)
    if not report.conversations:
        raise typer.Exit(1)


def _name(runs: Path) -> str:
    return "standard input" if str(runs) == "-" else runs.name


@contextmanager
def _opened(runs: Path) -> Iterator[BinaryIO]:
    if str(runs) == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = runs.open("rb")
    except OSError as error:
        raise typer.BadParameter(f"{runs} can't be read: {error.strerror}", param_hint="RUNS") from error
    with stream:
        yield stream


def _wanted(found: Iterator[Conversation | Skipped], tools: list[str] | None) -> Iterator[Conversation | Skipped]:
    """The same, with the calls of the wanted tools only."""
    for one in found:
        yield one if isinstance(one, Skipped) or not tools else one.only(frozenset(tools))


def _judge(stream: BinaryIO, policy: Policy, per_hour: float, source: str, tools: list[str] | None) -> Report:
    start = datetime.combine(_MONDAY, time(9), tzinfo=policy.zone)
    replay = Replay(policy, Arrivals(start, per_hour))
    report = Report(policy, per_hour, source)
    with reading_bar(stream) as moved:
        for one in _wanted(read_conversations(stream), tools):
            moved()
            if isinstance(one, Skipped):
                report.add_skipped(one)
            else:
                report.add_conversation(one)
                report.add_verdicts(list(replay.judge(one)))
    return report


@contextmanager
def reading_bar(stream: BinaryIO) -> Iterator[replay_live.Moved]:
    """A progress bar on standard error, by bytes read where the size is known; nothing where nobody watches."""
    size = _size(stream)
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), console=console, transient=True,
        disable=not console.is_terminal or size is None,
    ) as progress:  # fmt: skip
        task = progress.add_task("reading", total=size)
        yield lambda: progress.update(task, completed=stream.tell()) if size is not None else None


def _size(stream: BinaryIO) -> int | None:
    try:
        return stream.seek(0, 2) if stream.seekable() else None
    finally:
        if stream.seekable():
            stream.seek(0)
