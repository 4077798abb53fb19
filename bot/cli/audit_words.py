"""What ``signoff audit`` says: reports, findings and events as people read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from bot.cards import plain
from bot.cli.reading import shown
from bot.domain.events import EventRecord
from bot.proving.findings import Finding, Report
from bot.proving.record import Progress as Step

_WIDE = 16
"""Characters of a hash that a table shows."""


@contextmanager
def progress(total: int | None, *, quiet: bool) -> Iterator[Step | None]:
    """A bar on standard error while in a terminal; None otherwise."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task("events", total=total)
        yield lambda count: bar.update(task, advance=count)


def report_json(report: Report) -> dict[str, Any]:
    """A report for scripts."""
    return {"ok": report.ok, **msgspec.to_builtins(report)}


def say_report(console: Console, report: Report) -> None:
    """A report for people."""
    if report.ok:
        console.print(Text.assemble(("✓ ", "green"), ("Nothing was changed, removed, reordered or inserted.", "bold")))
    else:
        count = len(report.findings) + report.more
        words = "1 finding" if count == 1 else f"{count} findings"
        console.print(Text.assemble(("✗ ", "red"), (f"{words}: this is not the record that was written.", "bold")))
    console.print(_counts(report))
    if report.findings:
        console.print(findings_table(report.findings))
    if report.more:
        console.print(f"{report.more} more are not listed; --json lists no more than these either.")


def _counts(report: Report) -> Text:
    lines = [f"  Events       {report.events:,} in {report.streams:,} streams, {report.erased:,} of them erased"]
    newest = f", the newest at {shown(report.sealed_at)}" if report.sealed_at else ""
    lines.append(f"  Sealed       {report.sealed:,} by {report.checkpoints:,} checkpoints{newest}")
    if report.unsealed:
        since = shown(report.unsealed_since)
        lines.append(f"  Unsealed     {report.unsealed:,} since {since}; no signature speaks for these yet")
    else:
        lines.append("  Unsealed     none")
    lines.append(f"  Views        {report.views}")
    return Text("\n".join(lines))


def findings_table(findings: Sequence[Finding]) -> Table:
    """Findings, one a row."""
    table = Table("finding", "where", "what", "expected", "found", show_lines=True, highlight=False)
    for finding in findings:
        cells = (finding.place, finding.text, finding.expected or "", finding.found or "")
        table.add_row(Text(finding.kind.value, style="red"), *(Text(plain(cell), overflow="fold") for cell in cells))
    return table


def events_table(records: Sequence[EventRecord], leaves: Sequence[int | None]) -> Table:
    """A stream's events, one a row."""
    table = Table("#", "when (UTC)", "who", "where", "what", "payload digest", "hash", "leaf", highlight=False)
    for record, leaf in zip(records, leaves, strict=True):
        erased = " (erased)" if record.payload is None else ""
        table.add_row(
            str(record.seq),
            record.at.strftime("%Y-%m-%d %H:%M:%S.%f"),
            Text(plain(record.actor)),
            Text(plain(record.surface)),
            record.type + erased,
            record.digest.hex()[:_WIDE],
            record.hash.hex()[:_WIDE],
            "unsealed" if leaf is None else str(leaf),
        )
    return table


def event_json(record: EventRecord, leaf: int | None) -> dict[str, Any]:
    """An event's header for scripts."""
    return {
        "seq": record.seq,
        "at": record.at.isoformat(),
        "actor": record.actor,
        "surface": record.surface,
        "type": record.type,
        "erased": record.payload is None,
        "digest": record.digest.hex(),
        "prev": record.prev.hex(),
        "hash": record.hash.hex(),
        "leaf": leaf,
    }
