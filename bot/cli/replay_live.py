"""The live form of ``signoff replay``: the calls are proposed to a running server."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from adapters.proposing import Proposed, Proposing, Recorded, recorded_name
from bot.cards import plain
from bot.cli.replay_table import show_skipped
from bot.replaying.judging import proposal_of
from bot.replaying.transcripts import Conversation, Skipped

Moved = Callable[[], None]
"""Called when reading got further."""
INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells know it."""
_STYLES = {"approved": "green", "edited": "green", "denied": "red", "failed": "bold red", "pending": "yellow"}


@dataclass(frozen=True, slots=True)
class Options:
    """Where to propose, as whom, how fast, and whether to see each call through."""

    url: str
    token: str = field(repr=False)
    per_second: float
    at_once: int
    wait: bool
    as_json: bool


@dataclass(slots=True)
class _Source:
    """The conversations as the server is asked about them; what can't be read is set aside."""

    found: Iterator[Conversation | Skipped]
    conversations: int = 0
    skipped: list[Skipped] = field(default_factory=list)

    def __iter__(self) -> Iterator[Recorded]:
        for one in self.found:
            if isinstance(one, Skipped):
                self.skipped.append(one)
                continue
            self.conversations += 1
            self.skipped.extend(one.skipped)
            yield [(recorded_name(one.id, one.line, call.index), proposal_of(one, call)) for call in one.calls]


async def run(found: Iterator[Conversation | Skipped], options: Options) -> int:
    """Propose everything and show what became of it; Ctrl-C ends it in good order. Returns the exit code."""
    source = _Source(found)
    errors = Console(stderr=True, highlight=False)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    with Progress(
        TextColumn("{task.description}"), BarColumn(bar_width=20), MofNCompleteColumn(), TimeElapsedColumn(),
        TextColumn("{task.fields[statuses]}"), console=errors, transient=True, disable=not errors.is_terminal,
    ) as progress:  # fmt: skip
        task = progress.add_task("proposing", total=None, statuses="")

        def tell(so_far: Proposed) -> None:
            done = so_far.statuses.total()
            words = ", ".join(f"{count} {status}" for status, count in so_far.statuses.most_common())
            progress.update(task, completed=done, total=so_far.asked, statuses=words)

        async with Proposing(
            options.url,
            options.token,
            per_second=options.per_second,
            wait=options.wait,
            at_once=options.at_once,
            tell=tell,
        ) as proposing:
            proposed = await proposing.all(iter(source), stop)
    _show(proposed, source, options)
    if proposed.stopped:
        return INTERRUPTED
    return 1 if proposed.statuses["failed"] or not source.conversations else 0


def _show(proposed: Proposed, source: _Source, options: Options) -> None:
    if options.as_json:
        typer.echo(
            json.dumps(
                {
                    "server": options.url,
                    "conversations": source.conversations,
                    "proposed": proposed.asked,
                    "statuses": dict(proposed.statuses.most_common()),
                    "stopped": proposed.stopped,
                    "failures": proposed.failures,
                    "skipped": [{"line": one.line, "problem": one.problem} for one in source.skipped],
                },
                indent=2,
            )
        )
        return
    console = Console(highlight=False)
    line = Text(f"{source.conversations:,} conversations, {proposed.asked:,} calls proposed: ")
    for status, count in proposed.statuses.most_common():
        line.append(f"{count:,} {status}", style=_STYLES.get(status, "")).append("  ")
    console.print(line)
    for problem in proposed.failures:
        console.print(Text(f"  not taken: {plain(problem)}", style="red"))
    show_skipped(source.skipped, len(source.skipped), console)
    if proposed.stopped:
        left = proposed.asked - proposed.statuses.total()
        console.print(Text(f"stopped; {left} still wait for a decision", style="yellow"))
