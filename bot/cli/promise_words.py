"""What a policy promises, in words: the frozen times of a request, and hours in which nobody works for long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.routing import ASSIGNEE, MANAGER, ON_CALL, Routing, Rung, Stage, Step
from bot.policy.document import Policy
from bot.policy.durations import spoken
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
    lines += [f"{_told(step, policy)} {_local(step.at, zone)}" for step in routing.escalation]
    lines += [line for stage in routing.stages[1:] for line in _stage_lines(stage, policy)]
    if routing.warn_at is not None:
        names = _names((routing.accountable, routing.risk_owner), policy)
        lines.append(f"tells {names} of the law's limit {_local(routing.warn_at, zone)}")
    if routing.statutory_at is not None:
        lines.append(f"the law's limit ends {_local(routing.statutory_at, zone)}")
    lines.append(f"expires {_local(routing.deadline_at, zone)}: then it is not run")
    return lines


def _stage_lines(stage: Stage, policy: Policy) -> Iterator[str]:
    """A later stage: who signs, and its spans, which are counted from its beginning."""
    needed = f"{stage.approvals_needed} of " if len(stage.approvers) > 1 else ""
    yield f"then {stage.title}: {needed}{_names(stage.approvers, policy)}, due {spoken(stage.respond_within)} later"
    for rung in stage.escalation:
        yield f"{_told(rung, policy)} {spoken(rung.after)} after that stage begins"


def _told(step: Step | Rung, policy: Policy) -> str:
    """What a step does, in words."""
    told = [f"tells {_names(step.to, policy)}"] if step.to else []
    told += ["lets them decide"] if step.widen else []
    told += [f"posts it to {', '.join(step.post_to.values())}"] if step.post_to else []
    told += [f"gives it to {policy.owners[step.move_to].title}"] if step.move_to in policy.owners else []
    return ", ".join(told) + (" again" if step.repeat else "")


def _names(ids: Sequence[str], policy: Policy) -> str:
    return ", ".join(dict.fromkeys(_called(id_, policy) for id_ in ids))


def _called(id_: str, policy: Policy) -> str:
    if id_.startswith(ON_CALL):
        return f"whoever is on call ({policy.rotations[id_.removeprefix(ON_CALL)].title})"
    said = {MANAGER: "the manager of whoever has it", ASSIGNEE: "whoever has it"}
    return said[id_] if id_ in said else policy.people[id_].name


def _local(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.isoformat(' ', 'seconds')}"
