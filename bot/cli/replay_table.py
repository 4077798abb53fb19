"""The report of a replay as a table for the terminal."""

from __future__ import annotations

from pathlib import Path

from rich import box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from bot.cards import plain
from bot.domain.verdicts import VerdictKind
from bot.replaying.page import rate_text
from bot.replaying.report import ActionReport, Report
from bot.replaying.transcripts import Skipped

STYLES = {VerdictKind.ALLOW: "green", VerdictKind.HOLD: "yellow", VerdictKind.BLOCK: "red"}
_REASONS_SHOWN = 4
_SKIPPED_SHOWN = 10


def show_report(report: Report, console: Console, html: Path | None = None) -> None:
    """Print what a replay came to; texts of the file are shown as they are, never as markup."""
    if report.total():
        console.print(_table(report))
    console.print(_summary(report))
    show_skipped(report.skipped, report.skipped_count, console)
    if html is not None:
        console.print(Text(f"written: {html}", style="dim"))


def show_skipped(skipped: list[Skipped], count: int, console: Console) -> None:
    """The first of the lines that could not be used, and how many there are."""
    if not count:
        return
    console.print(Text(f"{count} skipped:", style="bold red"))
    for one in skipped[:_SKIPPED_SHOWN]:
        console.print(Text(f"  line {one.line}: {plain(one.problem)}"))
    if count > _SKIPPED_SHOWN:
        console.print(Text(f"  and {count - _SKIPPED_SHOWN} more", style="dim"))


def _table(report: Report) -> Table:
    title = Text(f"{plain(report.source)} under policy {report.policy.version}", style="bold")
    table = Table(
        box=box.SIMPLE_HEAD, title=title, title_justify="left", title_style="", pad_edge=False, collapse_padding=True
    )
    table.add_column("Action", overflow="fold", min_width=14)
    for name in ("Calls", "Allowed", "Held", "Blocked"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("Reviews\nan hour", justify="right", no_wrap=True)
    table.add_column("Why", overflow="fold", min_width=24)
    for one in report.actions:
        table.add_row(
            Group(Text(plain(one.title)), Text(one.kind, style="dim")),
            str(one.calls),
            *(_count(one.verdicts[kind], kind) for kind in VerdictKind),
            rate_text(report.reviews_per_hour(one.verdicts[VerdictKind.HOLD])),
            _reasons(one),
        )
    table.add_section()
    table.add_row(
        Text("Together", style="bold"),
        str(report.total()),
        *(_count(report.total(kind), kind) for kind in VerdictKind),
        Text(rate_text(report.reviews_per_hour(report.total(VerdictKind.HOLD))), style="bold"),
        "",
    )
    return table


def _count(count: int, kind: VerdictKind) -> Text:
    return Text(str(count), style=STYLES[kind] if count else "dim")


def _reasons(one: ActionReport) -> Text:
    found = [
        (rule, count, kind)
        for kind in (VerdictKind.BLOCK, VerdictKind.HOLD, VerdictKind.ALLOW)
        for rule, count in one.reasons.get(kind, {}).items()
    ]
    found.sort(key=lambda each: -each[1])
    text = Text()
    for rule, count, kind in found[:_REASONS_SHOWN]:
        text.append("\n" if text else "").append(f"{count} ").append(rule, style=STYLES[kind])
    if len(found) > _REASONS_SHOWN:
        text.append(f"\nand {len(found) - _REASONS_SHOWN} more", style="dim")
    return text


def _summary(report: Report) -> Text:
    if not report.conversations:
        return Text("nothing could be read", style="bold red")
    held = report.total(VerdictKind.HOLD)
    share = report.held_conversations / report.conversations
    return Text.assemble(
        f"{report.conversations:,} conversations, {share:.0%} of them with something for a human. At "
        f"{rate_text(report.per_hour)} conversations an hour: ",
        (f"{rate_text(report.reviews_per_hour(held))} reviews an hour", "bold"),
        ".",
    )
