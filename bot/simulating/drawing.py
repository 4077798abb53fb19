"""The figures as a picture (SVG), and as a page (HTML) around it: it loads nothing, runs no script and escapes text."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined

from bot.cards import plain
from bot.policy.document import Policy
from bot.simulating.figures import Figures
from bot.simulating.words import headline, local, share_text, span_text, step_text

_ENVIRONMENT = Environment(
    autoescape=True,
    finalize=lambda value: plain(value) if type(value) is str else value,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_WIDE, _HIGH = 720, 150
_MOST_POINTS = 720
_MOST_PEOPLE = 24
_NICE = (1, 2, 2.5, 5, 10)


def svg(figures: Figures) -> str:
    """The picture alone: reviews and queue by hour of the day, the queue over time, and everybody's load."""
    drawn: str = _template("chart.svg").render(**_drawn(figures))
    return drawn


def page(figures: Figures, policy: Policy) -> str:
    """The picture with the tables below it, as one page."""
    promise = figures.promise
    whole: str = _template("page.html").render(
        figures=figures,
        headline=headline(figures),
        picture=svg(figures),
        facts=[
            (f"{promise.held:,}", "held"),
            (share_text(promise.within, promise.held) or "0", "within the promise"),
            (f"{promise.breaches:,}", "breaches"),
            (f"{promise.expired:,}", "expired, not run"),
            (span_text(figures.until_decided.median), "median wait"),
            (f"{figures.most_waiting:,}", "longest queue"),
        ],
        steps=[(step_text(step, policy), f"{step.count:,}") for step in figures.steps],
        owners=[_owner(one) for one in figures.owners],
        people=[_person(one, figures) for one in figures.people],
        start=local(figures.start, figures),
        end=local(figures.end, figures),
    )
    return whole


def _template(name: str) -> Any:  # noqa: ANN401 - Jinja's own type says no more
    return _ENVIRONMENT.from_string((files("bot.simulating") / name).read_text(encoding="utf-8"))


def _owner(one: Any) -> tuple[str, ...]:  # noqa: ANN401 - OwnerFigures, as cells
    promise = one.promise
    counts = (promise.held, promise.within, promise.late, promise.expired, one.reminders)
    return (one.title, *(f"{count:,}" for count in counts), span_text(one.wait.median), span_text(one.wait.p90))


def _person(one: Any, figures: Figures) -> tuple[str, ...]:  # noqa: ANN401 - PersonFigures, as cells
    share = "" if one.busy_share is None else f"{100 * one.busy_share:.0f} %"
    rate = "" if one.an_hour is None else f"{one.an_hour:.1f}"
    return (
        one.name,
        f"{one.reviews:,}",
        f"{one.lost:,}",
        share,
        rate,
        f"{one.most_an_hour:,}",
        local(one.most_at, figures),
    )


def _drawn(figures: Figures) -> dict[str, Any]:
    hours = figures.hours
    people = sorted(figures.people, key=lambda one: (-(one.busy_share or 0), one.person))[:_MOST_PEOPLE]
    queue = _thinned(figures.queue)
    return {
        "wide": _WIDE,
        "high": _HIGH,
        "title": headline(figures),
        "zone": figures.timezone,
        "counted": _bars([(one.reviews, one.breaches, one.held) for one in hours]),
        "waiting": _bars([(one.mean_waiting, 0, 0) for one in hours]),
        "queue": _line(queue),
        "queue_top": _top(max(queue, default=0)),
        "start": local(figures.start, figures),
        "end": local(figures.end, figures),
        "people": [_load(number, one) for number, one in enumerate(people)],
        "left_out": len(figures.people) - len(people),
    }


def _bars(values: list[tuple[float, float, float]]) -> dict[str, Any]:
    """Bars from 0 to a round number at the top: per hour the x, and height and text of each series."""
    top = _top(max((one for each in values for one in each), default=0))
    step = _WIDE / max(len(values), 1)
    drawn = [
        {
            "hour": hour,
            "x": f"{hour * step:.1f}",
            "heights": [f"{one / top * _HIGH:.1f}" for one in each],
            "tops": [f"{_HIGH - one / top * _HIGH:.1f}" for one in each],
            "texts": [_count(one) for one in each],
        }
        for hour, each in enumerate(values)
    ]
    return {"top": _count(top), "half": _count(top / 2), "bars": drawn, "step": step}


def _line(values: list[int]) -> str:
    top = _top(max(values, default=0))
    last = max(len(values) - 1, 1)
    return " ".join(f"{number * _WIDE / last:.1f},{_HIGH - one / top * _HIGH:.1f}" for number, one in enumerate(values))


def _load(number: int, one: Any) -> dict[str, str]:  # noqa: ANN401 - PersonFigures
    share = one.busy_share or 0.0
    return {
        "y": str(number * 26),
        "name": one.name if len(one.name) <= 22 else one.name[:21] + "…",  # noqa: PLR2004 - what fits before its bar
        "width": f"{min(share, 1.0) * (_WIDE - 340):.1f}",
        "text": f"{100 * share:.0f} % busy, {one.reviews:,} reviews",
        "level": "over" if share > 0.85 else "fine",  # noqa: PLR2004 - beyond it queues grow out of proportion
    }


def _thinned(values: tuple[int, ...]) -> list[int]:
    """At most so many values: the largest of each run of neighbours."""
    run = -(-len(values) // _MOST_POINTS) or 1
    return [max(values[at : at + run]) for at in range(0, len(values), run)]


def _top(most: float) -> float:
    """A round number that is not below it."""
    if most <= 0:
        return 1.0
    size = 1.0
    while size * 10 < most:
        size *= 10
    while size > most:
        size /= 10
    return next(size * nice for nice in _NICE if size * nice >= most)


def _count(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.2g}"  # noqa: PLR2004 - two digits tell enough
