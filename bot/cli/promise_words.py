"""What a policy promises, in words: the frozen times of a request, and hours in which nobody works for long."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.routing import Routing
from bot.policy.document import Policy
from bot.policy.working_time import working_time

_LONG = timedelta(days=14)


def warnings_about_hours(policy: Policy, now: datetime) -> list[str]:
    """A sentence for each owner whose team does not work within the next two weeks, or ever again."""
    warnings = []
    for owner in policy.owners.values():
        opening = None if owner.hours is None else working_time(owner.hours).next_opening(now)
        if owner.hours is None or (opening is not None and opening - now <= _LONG):
            continue
        until = "within a year" if opening is None else f"before {_local(opening, owner.hours.timezone)}"
        warnings.append(
            f"owners.{owner.id}.hours: nobody works {until}, so that requests expire unseen "
            "(check days and holidays, or leave the hours out)"
        )
    return warnings


def promise_lines(policy: Policy, routing: Routing) -> list[str]:
    """When it is due, whom it calls and when it expires, in the zone of the hours that count, else the policy's."""
    zone = routing.working_zone or policy.timezone
    counted = "in working hours" if routing.working_zone else "in elapsed time"
    lines = [f"due {_local(routing.due_at, zone)}, {counted} ({zone})"]
    lines += [f"reminds {_local(at, zone)}" for at in routing.remind_at]
    for step in routing.escalation:
        names = ", ".join(policy.people[id_].name for id_ in step.to)
        lines.append(f"tells {names} {_local(step.at, zone)}")
    if routing.statutory_at is not None:
        lines.append(f"the law's limit ends {_local(routing.statutory_at, zone)}")
    lines.append(f"expires {_local(routing.deadline_at, zone)}: then it is not run")
    return lines


def _local(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.isoformat(' ', 'seconds')}"
