"""A summary as a JSON object, for programs."""

from __future__ import annotations

from typing import Any

import msgspec

from bot.answering.figures import Summary
from bot.answering.listing import listed
from bot.answering.wording import headline
from bot.recording import timestamp


def json_of(summary: Summary) -> dict[str, Any]:
    """Every figure once, with its unit, sample, definition and the figure before; money as decimal texts.

    What there is not is left out: ``owner`` of everybody's, ``compared_with`` and ``cut``.
    """
    period = summary.period
    found: dict[str, Any] = {
        "owner": summary.owner,
        "owner_title": summary.owner_title,
        "period": {
            "name": period.name,
            "title": period.title,
            "start": timestamp(period.start),
            "end": timestamp(period.end),
            "as_of": timestamp(period.at),
            "timezone": period.zone,
        },
        "compared_with": summary.before
        and {"start": timestamp(period.before_start), "end": timestamp(period.before_end)},
        "policy_version": summary.policy_version,
        "headline": headline(summary),
        "cut": summary.cut and {"counted": summary.cut.counted, "since": timestamp(summary.cut.since)},
        "lines": [msgspec.to_builtins(line) for line in listed(summary)],
    }
    return {name: value for name, value in found.items() if value is not None}
