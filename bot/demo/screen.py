"""What the demonstration shows in a terminal: the live view while people decide, and the closing table from the record.

Both have a wide and a narrow form, so that nothing is lost at 80 columns. Texts are shown as they are, never as markup.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from bot.cards import plain
from bot.demo.ledger import Row
from bot.domain.verdicts import VerdictKind
from bot.policy.document import UNKNOWN_TOOL, Policy

WIDE = 110
"""Columns from which the live view has its wide form."""
WIDE_CLOSING = 150
"""Columns from which the closing table has its wide form."""
_STYLES = {
    "waiting": "bold yellow",
    "allowed": "green",
    "approved": "green",
    "edited": "cyan",
    "rejected": "red",
    "blocked": "red",
    "expired": "magenta",
    "cancelled": "magenta",
}
_VERDICTS = {VerdictKind.ALLOW: "green", VerdictKind.HOLD: "yellow", VerdictKind.BLOCK: "red"}
_RULES_SHOWN = 3
_ALWAYS = {"allow_when", "approval_required"}
"""Rules that say no more than that a human is needed, left out where others say why."""
_MINUTE = 60


def live_view(rows: Sequence[Row], policy: Policy, now: datetime, console: Console) -> RenderableType:
    """Every action as it stands; where the terminal is too low, those that were decided first make room."""
    shown, hidden = _fitting(rows, console.height - 7)
    wide = console.width >= WIDE
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=not wide, expand=wide)
    table.add_column("Customer", no_wrap=True)
    table.add_column("Action", no_wrap=True)
    table.add_column("Amount", justify="right", no_wrap=True)
    table.add_column("Status", no_wrap=True)
    table.add_column("By", no_wrap=True)
    if wide:
        table.add_column("What ran", no_wrap=True, ratio=1)
    table.add_column("Waited", justify="right", no_wrap=True)
    for row in shown:
        cells: list[RenderableType] = [
            Text(plain(row.customer if wide else _short(row.customer))),
            Text(_action(row)),
            Text(row.amount),
            Text(row.status, style=_STYLES[row.status]),
            Text(_names(row.deciders(policy), wide=wide), style="" if row.status != "waiting" else "dim"),
        ]
        if wide:
            cells.append(_ran(row))
        table.add_row(*cells, _time(row.waited(now)))
    return Group(table, _standing(rows, hidden))


def _fitting(rows: Sequence[Row], most: int) -> tuple[list[Row], int]:
    """The rows that fit in order; what is decided goes first, the oldest before all."""
    drop = max(0, len(rows) - max(most, 3))
    decided = [row for row in rows if row.status != "waiting"][:drop]
    kept = [row for row in rows if not any(row is one for one in decided)]
    return kept, len(rows) - len(kept)


def _standing(rows: Sequence[Row], hidden: int) -> Text:
    waiting = sum(row.status == "waiting" for row in rows)
    text = Text().append(f"{waiting} of {len(rows)} wait for a human", style="bold yellow" if waiting else "bold green")
    if hidden:
        text.append(f"; {hidden} decided ones are not shown", style="dim")
    return text.append(" (Ctrl-C ends the demonstration)", style="dim")


def closing_table(rows: Sequence[Row], policy: Policy, width: int) -> Table:
    """Every action with its level, verdict and reason, decision, who made it, what ran and how that went."""
    return _wide_closing(rows, policy) if width >= WIDE_CLOSING else _narrow_closing(rows, policy)


def _wide_closing(rows: Sequence[Row], policy: Policy) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Customer", no_wrap=True)
    table.add_column("Action", no_wrap=True)
    table.add_column("Level", no_wrap=True)
    table.add_column("Verdict and why", no_wrap=True)
    table.add_column("Decision", no_wrap=True)
    table.add_column("By", width=12)
    table.add_column("What ran", overflow="fold", ratio=1)
    table.add_column("Outcome", no_wrap=True)
    for row in rows:
        table.add_row(
            Text(plain(row.customer)),
            _proposed(row),
            Text(row.request.assessment.level.value),
            _verdict(row),
            Text(row.status, style=_STYLES[row.status]),
            Text(row.deciders(policy)),
            _ran(row),
            _outcome(row),
        )
    return table


def _narrow_closing(rows: Sequence[Row], policy: Policy) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for name in ("Action (level)", "Verdict and why", "Decision, by", "What ran, outcome"):
        table.add_column(name, overflow="fold")
    for row in rows:
        ran = _ran(row)
        if row.outcome:
            ran = Text.assemble(ran, "\n", _outcome(row))
        table.add_row(
            Text.assemble(
                _proposed(row), "\n", (f"{plain(_short(row.customer))}, {row.request.assessment.level}", "dim")
            ),
            _verdict(row),
            Text.assemble((row.status, _STYLES[row.status]), "\n", row.deciders(policy)),
            ran,
        )
    return table


def totals_line(totals: Mapping[str, int]) -> Text:
    """The totals in one line."""
    line = Text("On record: ", style="bold")
    parts = [f"{count} {name}" for name, count in totals.items()]
    return line.append(", ".join(parts) + ".", style="not bold")


def _proposed(row: Row) -> Text:
    return Text(f"{_action(row)} {row.amount}".rstrip())


def _action(row: Row) -> str:
    assessment = row.request.assessment
    return plain(row.request.proposal.tool) if assessment.action_type == UNKNOWN_TOOL else assessment.action_type


def _verdict(row: Row) -> Text:
    kind = row.request.assessment.verdict.kind
    shown = row.rules[:_RULES_SHOWN]
    if kind is VerdictKind.HOLD and len(row.rules) > 1:
        shown = [rule for rule in shown if rule not in _ALWAYS] or shown
    return Text.assemble((kind.value, _VERDICTS[kind]), ": ", ",\n".join(shown))


def _ran(row: Row) -> Text:
    if not row.ran:
        return Text("nothing" if row.status not in {"waiting", "approved", "edited"} else "", style="dim")
    return Text(plain(row.effect), style="red" if row.outcome == "failed" else "")


def _outcome(row: Row) -> Text:
    return Text(row.outcome, style={"succeeded": "green", "failed": "red"}.get(row.outcome, "dim"))


def _short(name: str) -> str:
    """First name and initial."""
    first, _, last = name.partition(" ")
    return f"{first} {last[0]}." if last else first


def _names(names: str, *, wide: bool) -> str:
    return names if wide else ", ".join(name.split()[0] for name in names.split(", ") if name)


def _time(seconds: float) -> Text:
    if seconds < 1:
        return Text("at once" if seconds < 0.05 else f"{seconds:.1f} s", style="dim")  # noqa: PLR2004 - no time to a person
    if seconds < _MINUTE:
        return Text(f"{seconds:.0f} s")
    return Text(f"{seconds // _MINUTE:.0f}:{seconds % _MINUTE:02.0f} min")
