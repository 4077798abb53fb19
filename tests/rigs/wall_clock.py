"""Working time counted minute by minute, as somebody would who watches the clock on the wall and keeps a tally.

``Wall`` shares nothing with the clock that it checks: it never turns a local time into an instant, makes no plan and
knows no holidays but the dates that it is given. What the wall has shown so far is the latest time that it ever showed,
so that an hour that comes twice is no news the second time, and an hour that is skipped has been reached at once.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from bot.domain.hours import Hours
from bot.policy.loading import load
from tests.rigs.gates import text_of

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


class Wall(msgspec.Struct):
    """A team's clock and its rota: day of the week -> pairs of texts such as ``22:00`` and ``06:00``."""

    zone: ZoneInfo
    rota: dict[int, list[tuple[str, str]]]
    closed: set[date]

    def open_minutes(self, start: datetime, end: datetime) -> list[datetime]:
        """Every minute, by its beginning in UTC, in which the team works, of those that overlap start to end."""
        minute = start.astimezone(UTC).replace(second=0, microsecond=0)
        shown = max((minute - back * MINUTE).astimezone(self.zone).replace(tzinfo=None) for back in range(1, 1500))
        found = []
        while minute < end:
            shown = max(shown, minute.astimezone(self.zone).replace(tzinfo=None))
            if self._at_work(shown):
                found.append(minute)
            minute += MINUTE
        return found

    def reached(self, start: datetime, seconds: int, *, within: timedelta = timedelta(days=40)) -> datetime:
        """When so many seconds have been worked; AssertionError when that is not within the span."""
        minutes = self.open_minutes(start, start + timedelta(days=3))
        looked = start + timedelta(days=3)
        while True:
            left = timedelta(seconds=seconds)
            for minute in minutes:
                begun = max(start, minute)
                if left <= minute + MINUTE - begun:
                    return begun + left
                left -= minute + MINUTE - begun
            assert looked < start + within, "not reached"
            looked += timedelta(days=8)
            minutes = self.open_minutes(start, looked)

    def _at_work(self, shown: datetime) -> bool:
        for day in (shown.date(), shown.date() - DAY):
            if day in self.closed:
                continue
            for opens, closes in self.rota.get(day.weekday(), []):
                begin, end = _on(day, opens), _on(day, closes)
                if begin <= shown < (end if end > begin else end + DAY):
                    return True
        return False


def _on(day: date, text: str) -> datetime:
    return datetime.combine(day + DAY, time()) if text == "24:00" else datetime.combine(day, time.fromisoformat(text))


def rota(text: str) -> dict[int, list[tuple[str, str]]]:
    """``mon-fri 08:00-12:00,13:00-18:00; sat 09:00-13:00`` as a rota."""
    found: dict[int, list[tuple[str, str]]] = {}
    for entry in text.split(";"):
        days, spans = entry.split()
        for part in days.split(","):
            first, last = (DAYS.index(name) for name in (part.split("-") * 2)[:2])
            while True:
                found[first] = [(span[:5], span[6:]) for span in spans.split(",")]
                if first == last:
                    break
                first = (first + 1) % 7
    return found


def in_yaml(text: str, zone: str, holidays: str = "") -> str:
    """The same rota as a policy's ``hours``."""
    entries = [(days, spans.split(",")) for days, spans in map(str.split, text.split(";"))]
    lines = [f'"{days}": {json.dumps(spans)}' for days, spans in entries]
    return f"{{{', '.join(lines)}, timezone: {zone}, holidays: {json.dumps(holidays.split())}}}"


def hours_of(text: str) -> Hours:
    """What a policy whose first owner has these ``hours`` makes of them."""
    policy = load(text_of().replace("reasons: [wrong_amount]}", f"hours: {text}}}", 1), "policy.yaml")
    hours = policy.owners["refunds"].hours
    assert hours is not None
    return hours
