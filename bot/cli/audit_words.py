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
from bot.proving.consistency import Consistency
from bot.proving.findings import Finding, Report
from bot.proving.record import Progress as Step


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


def say_consistency(console: Console, found: Consistency) -> None:
    """What comparing two exports came to, for people."""
    if found.ok:
        console.print(Text.assemble(("✓ ", "green"), ("The newer export contains the older one.", "bold")))
    else:
        count = len(found.findings) + found.more
        console.print(
            Text.assemble(("✗ ", "red"), (f"The newer export is not the older one grown: {count} found.", "bold"))
        )
    console.print(f"  Leaves       {found.old_size:,} in the older, {found.new_size:,} in the newer")
    console.print(f"  Events       {found.compared:,} compared, {found.erased_since:,} of them erased since")
    console.print(f"  Proof        {len(found.proof)} hashes (RFC 6962); --json lists them")
    if found.findings:
        console.print(findings_table(found.findings))


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
    """Findings, one a row: narrow enough for a terminal of 80 columns, every hash whole."""
    table = Table("finding", "where, what, expected and found", show_lines=True, highlight=False)
    for finding in findings:
        lines = [(finding.place, "bold"), (finding.text, "")]
        lines += [(f"{name} {value}", "dim") for name, value in _sides(finding) if value]
        told = Text("\n").join(Text(plain(line), style, overflow="fold") for line, style in lines)
        table.add_row(Text(finding.kind.value, style="red"), told)
    return table


def _sides(finding: Finding) -> tuple[tuple[str, str | None], ...]:
    return ("expected", finding.expected), ("found   ", finding.found)


def events_text(records: Sequence[EventRecord], leaves: Sequence[int | None]) -> Text:
    """A stream's events, three lines each: who did what where and when, and the hashes, whole."""
    told = Text()
    for record, leaf in zip(records, leaves, strict=True):
        where = f" on {record.surface}" if record.surface else ""
        told.append(f"#{record.seq:<3} {record.type}", "bold")
        told.append(" (payload erased)" if record.payload is None else "", "yellow")
        told.append(f"\n     {record.at:%Y-%m-%d %H:%M:%S.%f} UTC by {plain(record.actor + where)}, ")
        told.append("unsealed\n" if leaf is None else f"leaf {leaf}\n")
        told.append(f"     digest {record.digest.hex()}\n     hash   {record.hash.hex()}\n", "dim")
    told.rstrip()
    return told


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
