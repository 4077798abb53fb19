"""The figures in words: spans, shares and times as the table and the page say them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.policy.document import Policy
from bot.simulating.figures import Figures, Taken

NOTHING = "Nothing arrived that a person has to look at."


def span_text(seconds: float) -> str:
    """A span in its two largest units: ``45 s``, ``3 min 20 s``, ``2 h 5 min``, ``3 d 4 h``."""
    whole = round(seconds)
    for size, name, smaller, smaller_name in ((86_400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            rest = whole % size // smaller
            return f"{whole // size} {name}" + (f" {rest} {smaller_name}" if rest else "")
    return f"{whole} s"


def share_text(count: int, of: int) -> str:
    """A share in per cent with one digit; nothing of nothing."""
    return f"{100 * count / of:.1f} %" if of else ""


def headline(figures: Figures) -> str:
    """The answer in one sentence."""
    if figures.nothing:
        return f"{NOTHING} {_why(figures)}".rstrip()
    promise = figures.promise
    return (
        f"{promise.held:,} held requests: {share_text(promise.within, promise.held)} decided within the promise, "
        f"{promise.breaches:,} breaches, of which {promise.expired:,} expired and were not run."
    )


def _why(figures: Figures) -> str:
    if not figures.arrived:
        return "Give a higher rate, more days, or a file with times from --start on."
    if figures.elsewhere:
        return f"{figures.elsewhere:,} held requests are other owners': leave out --owner, or name theirs."
    return f"All of {figures.arrived:,} proposals were allowed or blocked by the policy."


def local(at: datetime | None, figures: Figures) -> str:
    """An instant as the clock on the wall shows it there, to the minute."""
    return "" if at is None else f"{at.astimezone(ZoneInfo(figures.timezone)):%a %Y-%m-%d %H:%M}"


def step_text(step: Taken, policy: Policy) -> str:
    """Which step of whose ladder, and whom it tells."""
    names = ", ".join(policy.people[id_].name if id_ in policy.people else id_.replace("_", " ") for id_ in step.to)
    return f"{policy.owners[step.owner].title}, step {step.step}" + (f": {names}" if names else "")
