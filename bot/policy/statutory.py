"""When a limit of the law ends, in calendar time, counted from when the proposal says that it began."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.requests import Proposal
from bot.errors import BadInput
from bot.policy.document import Path, Statutory
from bot.policy.paths import values_at


def ends_at(statutory: Statutory, proposal: Proposal, zone: ZoneInfo, now: datetime) -> datetime:
    """The end of the limit, in UTC, no sooner than ``now``: a limit that has passed ends now.

    It began when the proposal says, at the latest when the request opens (``now``). Where the proposal does not say it
    in a form that can be read, the limit counts as passed. A date means its first moment; that, and a time without an
    offset, is one in ``zone``.
    """
    began = now
    if statutory.since is not None:
        try:
            began = min(now, _instant(statutory.since, proposal, zone))
        except BadInput:
            return now
    return max(now, began + timedelta(seconds=statutory.within))


def _instant(path: Path, proposal: Proposal, zone: ZoneInfo) -> datetime:
    found: list[Any] = values_at(path, proposal.arguments, proposal.context)
    if len(found) != 1 or not isinstance(found[0], str):
        raise BadInput("is no date", field=path.text)
    try:
        read = datetime.fromisoformat(found[0])
        return (read if read.tzinfo is not None else read.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadInput("is no date", field=path.text) from error
