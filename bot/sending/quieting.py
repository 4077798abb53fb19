"""Quieting: until when a ping that can wait lets somebody sleep. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain import events as e
from bot.domain.duties import Duties, QuietHours
from bot.domain.requests import Request
from bot.policy.document import Policy
from bot.policy.working_time import wall_instant

_DAY = timedelta(days=1)


def ends_at(quiet: QuietHours, now: datetime) -> datetime | None:
    """When the quiet hours end in which somebody is; None when they are in none.

    By the clocks of the zone: where those are changed meanwhile, the hours are shorter or longer than they read.
    """
    if quiet.begins == quiet.ends:
        return None
    zone = ZoneInfo(quiet.timezone)
    today = now.astimezone(zone).date()
    for day in (today - _DAY, today):
        last = day if quiet.begins < quiet.ends else day + _DAY
        end = wall_instant(last, quiet.ends, zone)
        if wall_instant(day, quiet.begins, zone) <= now < end:
            return end
    return None


def quiet_until(
    duties: Duties, policy: Policy, request: Request, event: e.Event, person: str, now: datetime
) -> datetime | None:
    """Until when a ping because of an event waits for somebody's quiet hours; None when it goes at once.

    It goes at once where the action is urgent, where they are on call for that step, where they asked for it at that
    time themselves, and where the request or a limit of the law would run out before they hear of it.
    """
    hours = duties.quiet.get(person)
    action = policy.actions.get(request.assessment.action_type)
    if hours is None or isinstance(event, e.Woken) or (action is not None and action.urgent):
        return None
    if isinstance(event, e.FeedbackOpened | e.FeedbackChanged | e.FeedbackReminded | e.Sampled):
        return ends_at(hours, now)
    if isinstance(event, e.Escalated) and person in event.on_call:
        return None
    end = ends_at(hours, now)
    limits = (request.deadline_at, request.routing.statutory_at)
    return None if end is None or any(limit is not None and limit <= end for limit in limits) else end
