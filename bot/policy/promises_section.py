"""The entry ``sla`` of an owner or a stage: what is promised, and who is told when the promise is at risk."""

from __future__ import annotations

import re

from bot.policy.document import Escalation, Reminder, Sla
from bot.policy.durations import parse_duration, spoken
from bot.policy.names import Names
from bot.policy.yamltree import At, did_you_mean

STAGE_SLA_KEYS = frozenset({"respond_within", "remind_at", "escalate"})
SLA_KEYS = STAGE_SLA_KEYS | {"expire_after", "calendar", "stop_clock_while_asked", "claim_for", "gather"}
STEP_KEYS = frozenset({"after", "to", "post_to", "widen", "move_to", "repeat"})
REPEAT_KEYS = frozenset({"times", "every"})
SURFACES = frozenset({"slack", "teams", "desk"})
MOST_REPEATS = 50
_WHOLE = 100
_NEVER = "never"


def read_sla(at: At, names: Names) -> Sla:
    """What an owner promises."""
    found = at.keys(SLA_KEYS)
    default = Sla()
    respond = (found["respond_within"].duration() if "respond_within" in found else None) or default.respond_within
    expire = (found["expire_after"].duration() if "expire_after" in found else None) or default.expire_after
    lasts = max(expire, respond) if "expire_after" not in found else expire
    if "expire_after" in found and expire < respond:
        found["expire_after"].wrong(
            "is shorter than respond_within", "let a request live at least as long as the promise"
        )
    calendar = found["calendar"].boolean() if "calendar" in found else False
    stops = found["stop_clock_while_asked"].boolean() if "stop_clock_while_asked" in found else False
    return Sla(
        respond,
        _reminders_of(found, respond),
        _ladder(found["escalate"], names, lasts) if "escalate" in found else (),
        lasts,
        calendar or False,
        stops or False,
        found["claim_for"].duration() if "claim_for" in found else None,
        _gather(found["gather"]) if "gather" in found else default.gather_seconds,
    )


def read_stage_sla(at: At, names: Names, owner: Sla) -> Sla:
    """What is promised of one stage; how long a request lives at all is its owner's to say."""
    found = at.keys(STAGE_SLA_KEYS)
    respond = (found["respond_within"].duration() if "respond_within" in found else None) or owner.respond_within
    if respond > owner.expire_after:
        found.get("respond_within", at).wrong(
            f"is longer than requests live ({spoken(owner.expire_after)})", "promise less, or let requests live longer"
        )
    steps = _ladder(found["escalate"], names, owner.expire_after) if "escalate" in found else ()
    return Sla(respond, _reminders_of(found, respond), steps, owner.expire_after, owner.calendar)


def read_channels(at: At) -> dict[str, str]:
    """Channel by surface."""
    return {
        surface: channel
        for surface, place in at.keys(SURFACES).items()
        if (channel := place.text(longest=200)) is not None
    }


def _gather(at: At) -> int:
    return 0 if at.text(longest=20) == _NEVER else at.duration() or 0


def _reminders_of(found: dict[str, At], respond: int) -> tuple[Reminder, ...]:
    return _reminders(found["remind_at"], respond) if "remind_at" in found else (Reminder(respond // 2, 50),)


def _reminders(at: At, respond: int) -> tuple[Reminder, ...]:
    reminders = []
    for place in at.items():
        text = place.text(longest=20) or ""
        if text.endswith("%"):
            share = int(text[:-1]) if re.fullmatch(r"[0-9]{1,3}", text[:-1]) else 0
            if not 1 <= share <= _WHOLE:
                place.wrong(f"{text!r} is no share of the promised time", "write 1% to 100%, such as 50%")
                continue
            reminders.append(Reminder(respond * share // 100, share))
        elif text.startswith("-"):
            reminders += _before(place, text, respond)
        elif text:
            seconds = place.duration()
            if seconds is not None:
                reminders.append(Reminder(seconds))
    return tuple(sorted(reminders, key=lambda reminder: reminder.seconds))


def _before(at: At, text: str, respond: int) -> list[Reminder]:
    """``-10m``: so long before the promised time."""
    try:
        seconds = respond - parse_duration(text[1:])
    except ValueError as error:
        at.wrong(str(error), "write a time before it is due such as -10m, a share such as 50%, or a time after opening")
        return []
    if seconds <= 0:
        at.wrong(f"{text} is before the request opens", "remind later, or promise more time")
        return []
    return [Reminder(seconds, seconds * _WHOLE // respond)]


def _ladder(at: At, names: Names, lasts: int) -> tuple[Escalation, ...]:
    steps: list[Escalation] = []
    for place in at.items():
        step = _step(place, names, lasts)
        if step is None:
            continue
        if steps and step.after <= steps[-1].after:
            place.wrong("comes no later than the step before it", "order the steps by `after`")
        steps.append(step)
    return tuple(steps)


def _step(at: At, names: Names, lasts: int) -> Escalation | None:
    found = at.keys(STEP_KEYS, required=("after",))
    if at.is_mapping and found.keys().isdisjoint({"to", "post_to", "move_to"}):
        at.wrong("does nothing", "say `to:` whom it goes, where to `post_to:`, or to which owner to `move_to:`")
    after = found["after"].duration() if "after" in found else None
    widen = found["widen"].boolean() if "widen" in found else False
    to = names.called(found["to"]) if "to" in found else ()
    if widen and not to:
        found["widen"].wrong("lets nobody decide", "name those who may decide then in `to:`")
    times, every = _repeat(found["repeat"]) if "repeat" in found else (0, 0)
    if after is None:
        return None
    last = after + times * every
    if last >= lasts:
        which = "step" if after >= lasts else "last repetition"
        text = f"has a {which} after {spoken(last)}, when requests have expired ({spoken(lasts)})"
        at.wrong(text, "escalate earlier, or let requests live longer")
    return Escalation(
        after,
        to,
        read_channels(found["post_to"]) if "post_to" in found else {},
        widen or False,
        _owner(found["move_to"], names) if "move_to" in found else None,
        times,
        every,
    )


def _owner(at: At, names: Names) -> str | None:
    name = at.text(longest=64)
    if name is not None and name not in names.owners:
        at.wrong(f"{name[:40]!r} is not an owner of this file", did_you_mean(name, sorted(names.owners)))
        return None
    return name


def _repeat(at: At) -> tuple[int, int]:
    found = at.keys(REPEAT_KEYS, required=("times", "every"))
    times = found["times"].integer(least=1, most=MOST_REPEATS) if "times" in found else None
    every = found["every"].duration() if "every" in found else None
    return (times, every) if times and every else (0, 0)
