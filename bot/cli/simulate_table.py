"""The figures of a simulation as tables for the terminal, with bars of text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.answering.bars import bar
from bot.cards import plain
from bot.policy.document import Policy
from bot.simulating.figures import Figures
from bot.simulating.words import headline, local, share_text, span_text, step_text


def show(figures: Figures, policy: Policy, console: Console, written: Sequence[Path] = ()) -> None:
    """Print what a simulation came to."""
    console.print(Text(headline(figures), style="bold red" if figures.promise.breaches else "bold"))
    console.print(Text(_when(figures), style="dim"))
    if not figures.nothing:
        for table in (_totals(figures), _owners(figures), _steps(figures, policy), _people(figures), _hours(figures)):
            if table.row_count:
                console.print(table)
    if figures.unsignable:
        console.print(Text(f"{figures.unsignable:,} could never be signed by anybody who works.", style="red"))
    console.print(Text("Assumed:", style="bold"))
    for sentence in figures.assumptions:
        console.print(Text(f"  {plain(sentence)}"))
    for path in written:
        console.print(Text(f"written: {path}", style="dim"))


def _when(figures: Figures) -> str:
    return (
        f"policy {figures.policy}, {local(figures.start, figures)} to {local(figures.end, figures)} "
        f"({figures.timezone}), seed {figures.seed}"
    )


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True, padding=(0, 1, 0, 0))
    table.add_column(columns[0], overflow="fold")
    for name in columns[1:]:
        table.add_column(name, justify="right", overflow="fold")
    return table


def _totals(figures: Figures) -> Table:
    promise = figures.promise
    table = _table("What", "Count", "Share")
    if figures.arrived != figures.held:
        table.add_row("arrived", f"{figures.arrived:,}", "")
        for name in ("allowed", "blocked"):
            count = getattr(figures, name)
            table.add_row(f"  {name}", f"{count:,}", share_text(count, figures.arrived))
        if figures.elsewhere:
            table.add_row(
                "  held by other owners", f"{figures.elsewhere:,}", share_text(figures.elsewhere, figures.arrived)
            )
    table.add_row("held", f"{promise.held:,}", "")
    for name, count in (
        ("  decided", promise.decided),
        ("    within the promise", promise.within),
        ("    late", promise.late),
        ("  expired, not run", promise.expired),
        ("breaches: late or expired", promise.breaches),
    ):
        table.add_row(name, f"{count:,}", share_text(count, promise.held))
    table.add_row("reminders", f"{figures.reminders:,}", "")
    if figures.claims_over:
        table.add_row("claims that ended too soon", f"{figures.claims_over:,}", "")
    for name, wait in (("taken up", figures.until_taken), ("decided", figures.until_decided)):
        for rank in ("median", "p90", "p99"):
            table.add_row(f"wait until {name}, {rank}", span_text(getattr(wait, rank)) if wait.count else "", "")
    table.add_row("longest queue", f"{figures.most_waiting:,}", local(figures.most_waiting_at, figures))
    return table


def _owners(figures: Figures) -> Table:
    table = _table("Owner", "Held", "Within", "Late", "Expired", "Reminded", "Median", "p90")
    if len(figures.owners) > 1:
        for one in figures.owners:
            promise, wait = one.promise, one.wait
            counts = (promise.held, promise.within, promise.late, promise.expired, one.reminders)
            waits = (span_text(at) if wait.count else "" for at in (wait.median, wait.p90))
            table.add_row(Text(plain(one.title)), *(f"{count:,}" for count in counts), *waits)
    return table


def _steps(figures: Figures, policy: Policy) -> Table:
    table = _table("Escalated", "Requests", "Share")
    held = {one.owner: one.promise.held for one in figures.owners}
    for step in figures.steps:
        share = share_text(step.count, held.get(step.owner, 0))
        table.add_row(Text(plain(step_text(step, policy))), f"{step.count:,}", share)
    return table


def _people(figures: Figures) -> Table:
    table = _table("Person", "Reviews", "In vain", "Busy", "An hour", "Most in an hour", "When")
    for one in sorted(figures.people, key=lambda one: (-one.reviews, one.person)):
        share = "" if one.busy_share is None else f"{100 * one.busy_share:.0f} %"
        rate = "" if one.an_hour is None else f"{one.an_hour:.1f}"
        counts = (
            f"{one.reviews:,}",
            f"{one.lost:,}",
            share,
            rate,
            f"{one.most_an_hour:,}",
            local(one.most_at, figures),
        )
        table.add_row(Text(plain(one.name)), *counts)
    return table


def _hours(figures: Figures) -> Table:
    table = _table("Hour", "Held", "Reviews", "Breaches", "Waiting", "At most", "Busy")
    table.add_column("Reviews")
    most = max((one.reviews for one in figures.hours), default=0)
    for one in figures.hours:
        counts = (f"{one.held:,}", f"{one.reviews:,}", f"{one.breaches:,}", f"{one.mean_waiting:,.1f}")
        table.add_row(
            f"{one.hour:02}", *counts, f"{one.most_waiting:,}", f"{one.mean_busy:.1f}", bar(one.reviews, most)
        )
    return table
