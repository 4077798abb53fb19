"""The report as one self-contained HTML page: nothing is loaded, no script runs, every text is escaped."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined

from bot.cards import plain
from bot.domain.verdicts import VerdictKind
from bot.replaying.report import ActionReport, Report

_ENVIRONMENT = Environment(
    autoescape=True,
    finalize=lambda value: plain(value) if type(value) is str else value,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def rate_text(per_hour: float) -> str:
    """A rate as a person would say it: ``240 an hour``, ``0.4 an hour``."""
    return f"{per_hour:,.0f}" if per_hour >= 10 else f"{per_hour:,.1f}"  # noqa: PLR2004 - two digits are enough


def page(report: Report) -> str:
    """The whole page, as text to be written as UTF-8."""
    template = _ENVIRONMENT.from_string((files("bot.replaying") / "page.html").read_text(encoding="utf-8"))
    held = report.total(VerdictKind.HOLD)
    return template.render(
        report=report,
        figures=[
            (f"{report.conversations:,}", "conversations"),
            (f"{report.total():,}", "tool calls"),
            (f"{report.total(VerdictKind.ALLOW):,}", "allowed"),
            (f"{held:,}", "held for a human"),
            (f"{report.total(VerdictKind.BLOCK):,}", "blocked"),
            (
                rate_text(report.reviews_per_hour(held)),
                f"reviews an hour at {rate_text(report.per_hour)} conversations an hour",
            ),
        ],
        actions=[_action(report, one) for one in report.actions],
        kinds=[("allow", "Allowed"), ("hold", "Held"), ("block", "Blocked")],
    )


def _action(report: Report, one: ActionReport) -> dict[str, Any]:
    counts = {kind.value: one.verdicts[kind] for kind in VerdictKind}
    return {
        "title": one.title,
        "id": one.action_type,
        "facts": f"{one.kind}, {one.owner}",
        "tools": ", ".join(tool for tool, _ in one.tools.most_common(12)),
        "calls": one.calls,
        "counts": counts,
        "shares": {kind: 100 * count / one.calls for kind, count in counts.items()},
        "rate": rate_text(report.reviews_per_hour(counts["hold"])),
        "reasons": [
            (kind.value, rule, count, one.texts.get(rule, ""))
            for kind in (VerdictKind.BLOCK, VerdictKind.HOLD, VerdictKind.ALLOW)
            for rule, count in one.reasons.get(kind, {}).items()
        ],
    }
