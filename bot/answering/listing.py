"""The figures of a summary as one flat list: each with its section, unit, sample, definition and the figure before."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import msgspec

from bot.answering.counting import TOO_FAST
from bot.answering.figures import Amounts, Figures, Part, Runs, Summary

Value = int | float | Decimal | None


class Line(msgspec.Struct, frozen=True):
    """One figure. ``name`` is stable and machine-readable, ``title`` is for people; ``subject`` is what it is of."""

    section: str
    name: str
    title: str
    value: Value
    unit: str = "requests"
    """``requests``, ``seconds``, ``share`` (0 to 1) or a currency's code."""
    subject: str = ""
    """An action, agent, build, reason or person, by title."""
    key: str = ""
    """The same by id."""
    sample: int | None = None
    """Of how many, where the value is not itself a whole."""
    before: Value = None
    """The same of the span before; None where it has none."""
    means: str = ""


class _Shown(msgspec.Struct, frozen=True):
    """A figure before it is compared."""

    name: str
    title: str
    value: Value
    unit: str = "requests"
    subject: str = ""
    sample: int | None = None
    means: str = ""
    key: str = ""


def listed(summary: Summary) -> tuple[Line, ...]:
    """Every figure of a summary, in the order in which a reader wants them."""
    before = {} if summary.before is None else {_place(*one): one[1].value for one in _figures(summary.before)}
    return tuple(
        Line(
            section=section,
            name=one.name,
            title=one.title,
            value=one.value,
            unit=one.unit,
            subject=one.subject,
            key=one.key,
            sample=one.sample,
            before=before.get(_place(section, one), None if summary.before is None else _none_of(one)),
            means=one.means,
        )
        for section, one in _figures(summary.figures)
    )


def _place(section: str, one: _Shown) -> tuple[str, str, str, str]:
    currency = one.unit if isinstance(one.value, Decimal) else ""
    return section, one.name, one.key, currency


def _none_of(one: _Shown) -> Value:
    """What there was of something that the span before knows nothing of: no requests, no money, no time."""
    if isinstance(one.value, Decimal):
        return Decimal(0)
    return 0 if one.unit == "requests" else None


def _figures(figures: Figures) -> Iterator[tuple[str, _Shown]]:
    sections = {
        "Proposed": _volumes(figures),
        "Decided": _decisions(figures),
        "In time": _times(figures),
        "Corrected": _overrides(figures),
        "Money": (line for amounts in figures.amounts for line in _money(amounts)),
        "Reviewers": _reviewers(figures),
        "Run": _runs("signed", "approved by people", figures.signed),
        "Run unasked": _runs("allowed", "allowed by the policy", figures.allowed),
        "Learned": _feedback(figures),
        "Hours": _hours(figures),
    }
    for section, lines in sections.items():
        for line in lines:
            yield section, line


def _volumes(figures: Figures) -> Iterator[_Shown]:
    volumes = figures.volumes
    yield _Shown("opened", "Proposed", volumes.opened, means="requests that agents opened in the period")
    yield _Shown("allowed", "Allowed", volumes.allowed, means="let through by the policy at once")
    yield _Shown("held", "Held", volumes.held, means="had to wait for a person")
    yield _Shown("blocked", "Blocked", volumes.blocked, means="stopped by the policy at once")
    means = "taken up again as edited, under a signature given on an earlier request"
    yield _Shown("followed", "Taken up as edited", volumes.followed, means=means)


def _decisions(figures: Figures) -> Iterator[_Shown]:
    decisions, held = figures.decisions, figures.volumes.held
    for name, title, means in (
        ("approved", "Approved", "approved as proposed"),
        ("edited", "Approved with edits", "approved with other arguments"),
        ("rejected", "Rejected", "refused by a person"),
        ("expired", "Expired", "nobody decided in time: not run"),
        ("cancelled", "Cancelled", "withdrawn by the agent"),
        ("waiting", "Waiting", "not decided yet"),
    ):
        yield _Shown(name, title, getattr(decisions, name), sample=held, means=means)


def _times(figures: Figures) -> Iterator[_Shown]:
    times, promise, held = figures.times, figures.promise, figures.volumes.held
    rank = "from opening to decision, of decisions by people; percentile by nearest rank"
    yield _Shown("median", "Median time to decide", times.median, "seconds", sample=times.count, means=rank)
    yield _Shown("p90", "90% decided within", times.p90, "seconds", sample=times.count, means=rank)
    means = "decided by the time promised, of those decided, late or expired"
    yield _Shown("kept_share", "Promises kept", promise.share, "share", sample=promise.sample, means=means)
    yield _Shown("kept", "Decided in time", promise.kept, sample=promise.sample, means="decided by the time promised")
    means = "decided or cancelled after the time promised, or waiting beyond it"
    yield _Shown("late", "Late", promise.late, sample=promise.sample, means=means)
    means = "waiting beyond the time promised"
    yield _Shown("late_waiting", "Late and still waiting", promise.late_waiting, sample=promise.sample, means=means)
    yield _Shown("expired", "Expired undecided", promise.expired, sample=promise.sample, means="never decided")
    yield _Shown("reminded", "Reminded of", figures.reminded, sample=held, means="a reminder was due")
    yield _Shown("escalated", "Escalated", figures.escalated, sample=held, means="took a step of the escalation")
    means = f"decided by a person less than {TOO_FAST.seconds} s after the opening"
    yield _Shown("too_fast", "Decided too fast to be read", figures.too_fast, sample=times.count, means=means)


def _overrides(figures: Figures) -> Iterator[_Shown]:
    overrides = figures.overrides
    means = "edits and rejections, of what people decided"
    yield _Shown("overrides", "Corrected by people", overrides.count, sample=overrides.decided, means=means)
    yield from _parts("by_action", "Corrected, by action", overrides.by_action, means)
    yield from _parts("by_agent", "Corrected, by agent", overrides.by_agent, means)
    yield from _parts("by_build", "Corrected, by build", overrides.by_build, means)
    yield from _parts("by_reason", "Corrected, by reason", overrides.by_reason, "of all edits and rejections")


def _parts(name: str, title: str, parts: tuple[Part, ...], means: str) -> Iterator[_Shown]:
    for part in parts:
        yield _Shown(name, title, part.count, subject=part.title, key=part.name, sample=part.of, means=means)


def _money(amounts: Amounts) -> Iterator[_Shown]:
    for name, title, means in (
        ("held", "Held", "asked for by held requests"),
        ("approved", "Approved", "signed by people, edits as edited"),
        ("edited_down", "Edited down", "what edits took off"),
        ("edited_up", "Edited up", "what edits put on"),
        ("refused", "Refused", "asked for by what people rejected"),
        ("expired", "Expired", "asked for by what nobody decided in time"),
        ("cancelled", "Cancelled", "asked for by what agents withdrew"),
        ("waiting", "Waiting", "asked for by what is not decided yet"),
        ("unknown", "Edited, amount unknown", "asked for by edited requests whose edit can't be read any more"),
    ):
        value, sample = getattr(amounts, name), amounts.requests
        yield _Shown(f"money_{name}", title, value, amounts.currency, sample=sample, means=means)
    yield _Shown(
        "money_allowed", "Allowed by the policy", amounts.allowed, amounts.currency, means="let through at once"
    )
    yield _Shown("money_blocked", "Blocked by the policy", amounts.blocked, amounts.currency, means="stopped at once")


def _reviewers(figures: Figures) -> Iterator[_Shown]:
    every = figures.times.count
    for one in figures.reviewers:
        for name, title, value, unit, sample, means in (
            ("decisions", "Decisions", one.decisions, "requests", every, "of all decisions by people"),
            ("corrections", "Corrections", one.overrides, "requests", one.decisions, "edits and rejections"),
            (
                "median",
                "Median time",
                one.median,
                "seconds",
                one.decisions,
                "from opening to decision; by nearest rank",
            ),
            ("too_fast", "Too fast to be read", one.too_fast, "requests", one.decisions, f"under {TOO_FAST.seconds} s"),
            (
                "busiest",
                "Busiest hour",
                one.busiest,
                "requests",
                one.decisions,
                "the most within one hour of the clock",
            ),
        ):
            yield _Shown(name, title, value, unit, one.name, sample, means, one.person)


def _runs(kind: str, whose: str, runs: Runs) -> Iterator[_Shown]:
    for name, title, value, means in (
        (
            "granted",
            "May or might run",
            runs.approvals,
            f"permissions to run, {whose}; one taken up as edited counts once",
        ),
        ("ran", "Ran", runs.ran, "the agent reported success"),
        ("failed", "Ran and failed", runs.failed, "the agent reported failure"),
        ("unreported", "Started, not reported", runs.unreported, "redeemed, without a report"),
        ("waiting", "Not run yet", runs.waiting, "may still be redeemed"),
        ("never_run", "Never run", runs.never_run, "its time passed unredeemed"),
        ("revoked", "Revoked", runs.revoked, "taken back before it ran"),
    ):
        sample = None if name == "granted" else runs.approvals
        yield _Shown(f"{kind}_{name}", title, value, sample=sample, means=means)


def _feedback(figures: Figures) -> Iterator[_Shown]:
    feedback = figures.feedback
    opened, unfinished = feedback.opened, feedback.unfinished
    means = "feedback items of these requests, each opened by a correction or a sample that needs work"
    yield _Shown("feedback", "Feedback items", opened, means=means)
    for name, title, sample, means in (
        ("open", "Open", opened, "nobody has said yet what will be done"),
        ("accepted", "Accepted", opened, "will be done"),
        ("done", "Done", opened, "was done"),
        ("declined", "Declined", opened, "will not be done"),
        ("overdue", "Overdue", unfinished, "open or accepted, past the due date"),
        ("regression_case", "Regression cases to do", unfinished, "open or accepted, of this kind"),
        ("knowledge_fix", "Knowledge fixes to do", unfinished, "open or accepted, of this kind"),
        ("threshold", "Thresholds to tighten", unfinished, "open or accepted, of this kind"),
    ):
        yield _Shown(f"feedback_{name}", title, getattr(feedback, name), sample=sample, means=means)


def _hours(figures: Figures) -> Iterator[_Shown]:
    """By the hour of the day: all together, then each reviewer's; hours without a decision are left out."""
    means = "decisions by people in this hour of the day, in the time zone of the days"
    for hour, count in enumerate(figures.hours):
        if count:
            key = f"{hour:02}"
            yield _Shown("by_hour", "Decided, by hour", count, "requests", f"{key}:00", figures.times.count, means, key)
    for one in figures.reviewers:
        for hour, count in enumerate(one.hours):
            if count:
                subject, key = f"{one.name}, {hour:02}:00", f"{one.person} {hour:02}"
                yield _Shown("reviewer_hour", "Decided, by hour", count, "requests", subject, one.decisions, means, key)
