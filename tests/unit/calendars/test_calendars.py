"""Calendars of rotations: whom their events mean, and what becomes of one that can't be read."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from adapters.calendars import MAX_BYTES, Calendars, Fetching, read
from adapters.webhooks.addresses import check_url
from bot.errors import BadInput, Unavailable
from bot.policy.loading import load
from bot.rostering import Planned, Roster, who_is_on_call
from store.memory import MemoryStore
from tests.rigs.house import START, MovedClock
from tests.rigs.rotas import ROTAS

POLICY = load(ROTAS, "policy.yaml")
SINCE, UNTIL = START - timedelta(days=2), START + timedelta(days=16)


def calendar(*events: str) -> bytes:
    text = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN"]
    for number, event in enumerate(events):
        stamp = (
            (f"UID:{number}@test", "DTSTAMP:20260101T000000Z") if "UID:" not in event else ("DTSTAMP:20260101T000000Z",)
        )
        text += ["BEGIN:VEVENT", *stamp, *event.split("\n"), "END:VEVENT"]
    return "\r\n".join([*text, "END:VCALENDAR", ""]).encode()


def shift(summary: str, begins: str = "20260302T150000Z", ends: str = "20260302T230000Z", *more: str) -> str:
    return "\n".join((f"SUMMARY:{summary}", f"DTSTART:{begins}", f"DTEND:{ends}", *more))


def at(hour: int, day: int = 2, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    "summary", ["dana", "Dana", "  DANA ", "dana@acme.test", "On call: Dana", "Refunds: night: dana"]
)
def test_the_summary_names_somebody(summary: str) -> None:
    assert read(calendar(shift(summary)), POLICY, SINCE, UNTIL) == (Planned("dana", at(15), at(23)),)


def test_an_attendee_s_address_comes_first() -> None:
    event = shift("Lee", "20260302T150000Z", "20260302T230000Z", "ATTENDEE;CN=D:MAILTO:Dana@Acme.test")
    assert [one.person for one in read(calendar(event), POLICY, SINCE, UNTIL)] == ["dana"]
    event = shift(
        "Lee", "20260302T150000Z", "20260302T230000Z", "ATTENDEE:mailto:x@else.test", "ATTENDEE:mailto:omar@acme.test"
    )
    assert [one.person for one in read(calendar(event), POLICY, SINCE, UNTIL)] == ["omar"]


def test_an_event_of_nobody_keeps_its_text_and_hides_nobody() -> None:
    found = read(calendar(shift("Agency staff"), shift("lee")), POLICY, SINCE, UNTIL)
    assert {(one.person, one.text) for one in found} == {("", "Agency staff"), ("lee", "")}
    assert who_is_on_call(Roster(POLICY, planned={"from_calendar": found}), "from_calendar", at(16)) == "lee"


def test_of_several_at_once_the_one_that_began_last_counts() -> None:
    whole = shift("lee", "20260302T000000Z", "20260309T000000Z")
    found = read(calendar(whole, shift("dana")), POLICY, SINCE, UNTIL)
    roster = Roster(POLICY, planned={"from_calendar": found})
    said = [who_is_on_call(roster, "from_calendar", moment) for moment in (at(14), at(15), at(22), at(23))]
    assert said == ["lee", "dana", "dana", "lee"]


def test_what_repeats_is_moved_left_out_and_keeps_to_the_clock_on_the_wall() -> None:
    """Mondays and Tuesdays at nine in New York, through the change of clocks on 8 March."""
    zone = "TZID=America/New_York"
    series = "\n".join(
        (
            "UID:series@test", "SUMMARY:lee", f"DTSTART;{zone}:20260302T090000", f"DTEND;{zone}:20260302T170000",
            "RRULE:FREQ=WEEKLY;BYDAY=MO,TU;UNTIL=20260401T000000Z", f"EXDATE;{zone}:20260303T090000",
        )
    )  # fmt: skip
    moved = "\n".join(
        (
            "UID:series@test", f"RECURRENCE-ID;{zone}:20260310T090000", "SUMMARY:dana",
            f"DTSTART;{zone}:20260310T120000", f"DTEND;{zone}:20260310T130000",
        )
    )  # fmt: skip
    found = sorted(read(calendar(series, moved), POLICY, SINCE, UNTIL), key=lambda one: one.since)
    assert [(one.person, one.since) for one in found] == [
        ("lee", at(14, 2)), ("lee", at(13, 9)), ("dana", at(16, 10)), ("lee", at(13, 16)), ("lee", at(13, 17)),
    ]  # fmt: skip


def test_days_are_days_of_the_policy_s_zone_and_what_is_cancelled_is_left_out() -> None:
    day = "SUMMARY:lee\nDTSTART;VALUE=DATE:20260308\nDTEND;VALUE=DATE:20260309"
    assert read(calendar(day), POLICY, SINCE, UNTIL) == (Planned("lee", at(5, 8), at(4, 9)),)  # 23 hours
    gone = shift("lee", "20260302T150000Z", "20260302T230000Z", "STATUS:CANCELLED")
    assert read(calendar(gone), POLICY, SINCE, UNTIL) == ()
    floating = shift("lee", "20260302T090000", "20260302T170000")
    assert read(calendar(floating), POLICY, SINCE, UNTIL) == (Planned("lee", at(14), at(22)),)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\x00\xff", b"<html>sign in</html>", b"BEGIN:VCALENDAR\r\n", b"BEGIN:VEVENT\r\nEND:VEVENT\r\n",
        calendar("SUMMARY:lee\nDTSTART:never"),
        calendar(shift("lee", "20260302T150000Z", "20260302T160000Z", "RRULE:FREQ=SECONDLY")),
        calendar(shift("lee", "20260302T150000Z", "20260302T160000Z", "RRULE:FREQ=MINUTELY;COUNT=9")),
        calendar(shift("lee", "20260302T150000Z", "20260302T160000Z", "RRULE:FREQ=DAILY;BYMINUTE=0,1,2")),
        b"x" * (MAX_BYTES + 1),
    ],
)  # fmt: skip
def test_what_is_no_calendar_is_refused(body: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        read(body, POLICY, SINCE, UNTIL)
    assert refused.value.field == "calendar"
    assert refused.value.remedy


class Server:
    """A calendar on the web: what it says next, and what it was asked."""

    def __init__(self) -> None:
        self.body: bytes = calendar(shift("lee"))
        self.status = 200
        self.leads_to = ""
        self.asked: list[str | None] = []
        self.url = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.headers.get("If-None-Match"))
        if self.leads_to:
            raise web.HTTPFound(self.leads_to)
        if request.headers.get("If-None-Match") == '"one"':
            return web.Response(status=304)
        return web.Response(status=self.status, body=self.body, headers={"ETag": '"one"'})


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    app = web.Application()
    app.router.add_get("/on-call.ics", made.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/on-call.ics"
    yield made
    await runner.cleanup()


def fetching(folder: Path = Path(), *, private: bool = True, seconds: float = 5.0) -> Fetching:
    return Fetching(
        folder,
        check=lambda url: check_url(url, allow_private=private),
        connector=aiohttp.TCPConnector,
        seconds=seconds,
    )


async def test_it_is_asked_for_again_only_when_it_has_changed(server: Server) -> None:
    first = await fetching().fetch(server.url, None)
    assert await fetching().fetch(server.url, first) is first
    assert server.asked == [None, '"one"']


async def test_a_redirect_to_a_private_address_is_not_followed(server: Server) -> None:
    asked: list[str] = []

    def check(url: str) -> None:
        asked.append(url)
        check_url(url, allow_private="8650" not in url)

    guarded = Fetching(Path(), check=check, connector=aiohttp.TCPConnector)
    server.leads_to = "http://169.254.169.254:8650/latest"
    with pytest.raises(BadInput):
        await guarded.fetch(server.url, None)
    assert asked == [server.url, server.leads_to]
    server.leads_to = server.url
    with pytest.raises(Unavailable, match="leads on"):
        await fetching().fetch(server.url, None)


async def test_too_much_and_errors_are_refused(server: Server) -> None:
    server.body = b"x" * (MAX_BYTES + 1)
    with pytest.raises(BadInput, match="larger"):
        await fetching().fetch(server.url, None)
    server.status = 500
    with pytest.raises(Unavailable, match="500"):
        await fetching().fetch(server.url, None)
    with pytest.raises(Unavailable):
        await fetching().fetch("http://127.0.0.1:1/x.ics", None)


async def test_the_last_good_one_is_kept_and_the_failure_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock = MovedClock()
    store, file = MemoryStore(clock), tmp_path / "on-call.ics"
    kept = Calendars(fetching(tmp_path), clock, lambda: POLICY, store.shelf)
    with caplog.at_level(logging.WARNING):
        await kept.refresh()
    assert kept.planned() == {}
    assert str(file) in kept.failures["from_calendar"]
    assert "from_calendar" in caplog.text
    file.write_bytes(calendar(shift("lee", "20260302T150000Z", "20260302T230000Z", "RRULE:FREQ=DAILY")))
    await kept.refresh()
    assert kept.failures == {}
    file.write_bytes(b"<html>")
    clock.move(days=10)
    await kept.refresh()
    assert "is no calendar" in kept.failures["from_calendar"]
    again = Calendars(fetching(tmp_path), clock, lambda: POLICY, store.shelf)
    await again.refresh()  # a new start, with nothing that can be read
    for one in (kept, again):
        ahead = [entry.since for entry in one.planned()["from_calendar"]]
        assert max(ahead) > clock.now() + timedelta(days=13), "days that have come near are known"
    await store.close()
