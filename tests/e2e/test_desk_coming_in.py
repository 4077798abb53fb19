"""The desk over HTTP: who gets in and stays in, and which forms it takes."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from bot.domain.events import event_of
from tests.rigs.desk import Browserless, Desk, served, signed_in


async def facts(desk: Desk) -> list[str]:
    records = await desk.house.store.events("ledger:desk")
    return [getattr(event_of(record), "what", "") for record in records]


async def test_opening_a_link_uses_nothing_up_and_its_button_works_once(desk: Desk) -> None:
    path = (await desk.link("dana")).url.removeprefix(desk.url)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        someone = Browserless(http, desk.url)
        for _ in range(3):
            status, page = await someone.get(path)
            assert (status, "Sign in as Dana Ortiz" in page) == (200, True)
        assert (await someone.get("/desk/"))[0] == 401
        assert (await someone.post(path))[0] == 303
        assert (await someone.get("/desk/"))[0] == 200
        status, page, _ = await someone.post(path)
        assert status == 410
        assert "signoff desk link" in page
        assert (await someone.get(path))[0] == 410
    assert await facts(desk) == ["desk.link_given", "desk.signed_in"]


async def test_a_link_lasts_fifteen_minutes(desk: Desk) -> None:
    path = (await desk.link("dana")).url.removeprefix(desk.url)
    desk.house.clock.move(minutes=15)
    async with aiohttp.ClientSession() as http:
        assert (await Browserless(http, desk.url).post(path))[0] == 410


async def test_the_record_of_a_sign_in_holds_neither_link_nor_address(desk: Desk) -> None:
    link = await desk.link("dana")
    async with signed_in(desk, "dana"):
        records = await desk.house.store.events("ledger:desk")
        kept = b"".join(record.payload or b"" for record in records)
    assert b"dana" in kept
    assert b"acme.test" not in kept
    assert link.url.rpartition("/")[2].encode() not in kept


async def test_a_session_ends_after_twelve_hours_and_at_signing_out(desk: Desk) -> None:
    async with signed_in(desk, "dana") as dana:
        assert (await dana.post("/desk/out"))[0] == 200
        status, page = await dana.get("/desk/")
        assert (status, "signoff desk link" in page) == (401, True)
    async with signed_in(desk, "dana") as dana:
        desk.house.clock.move(hours=12)
        assert (await dana.get("/desk/"))[0] == 401
    assert (await facts(desk))[:3] == ["desk.link_given", "desk.signed_in", "desk.signed_out"]


async def test_who_left_the_policy_is_signed_out(desk: Desk) -> None:
    async with signed_in(desk, "dana") as dana:
        del desk.house.policy.emails["dana@acme.test"]
        assert (await dana.get("/desk/"))[0] == 401


@pytest.mark.parametrize(
    "path", ["/desk/", "/desk/decided", "/desk/events", "/desk/requests/x", "/desk/requests/x/edit", "/desk/nothing"]
)
async def test_nothing_is_shown_to_a_stranger(desk: Desk, path: str) -> None:
    request = await desk.refund()
    async with aiohttp.ClientSession() as http:
        status, page = await Browserless(http, desk.url).get(path.replace("x", request.id))
    assert status == 401
    assert "cust_42" not in page


async def test_the_cookie_is_out_of_reach(desk: Desk) -> None:
    form: Any = {"data": {"go": "yes"}, "allow_redirects": False}
    link, headers = (await desk.link("dana")).url, {"Origin": desk.url}
    async with aiohttp.ClientSession() as http, http.post(link, headers=headers, **form) as response:
        cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie
    async with served(public_url="https://signoff.test") as secure, aiohttp.ClientSession() as http:
        path = (await secure.link("dana")).url
        headers = {"Origin": "https://signoff.test"}
        async with http.post(path, headers=headers, **form) as response:
            cookie = response.headers["Set-Cookie"]
            assert response.headers["Strict-Transport-Security"]
    assert cookie.startswith("__Host-signoff=")
    assert "Secure" in cookie


@pytest.mark.parametrize(
    "path", ["/desk/", "/desk/decided", "/desk/nothing", "/desk/static/desk.css", "/desk/in/wrong"]
)
async def test_every_answer_carries_the_headers(desk: Desk, path: str) -> None:
    async with signed_in(desk, "dana") as dana, dana.http.get(desk.url + path) as response:
        policy = response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert ("no-store" in response.headers["Cache-Control"]) is ("static" not in path)
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("fields", "headers"),
    [
        ({"csrf": ""}, None),
        ({"csrf": "wrong"}, None),
        ({"csrf": "\u2603"}, None),
        ({}, {"Origin": "https://evil.test"}),
        ({}, {"Origin": "null"}),
        ({}, {}),
        ({}, {"Sec-Fetch-Site": "cross-site"}),
        ({}, {"Sec-Fetch-Site": "same-site"}),
    ],
)
async def test_a_form_from_elsewhere_does_nothing(desk: Desk, fields: Any, headers: Any) -> None:
    request = await desk.refund()
    async with signed_in(desk, "dana") as dana:
        if headers and "Origin" not in headers:
            headers = {**headers, "Origin": desk.url}
        status, _, _ = await dana.post(f"/desk/requests/{request.id}/approve", headers=headers, **fields)
    assert status == 403
    assert await desk.decided(request) is None


async def test_a_sign_in_from_elsewhere_does_nothing(desk: Desk) -> None:
    path = (await desk.link("dana")).url.removeprefix(desk.url)
    async with aiohttp.ClientSession() as http:
        someone = Browserless(http, desk.url)
        assert (await someone.post(path, headers={"Origin": "https://evil.test"}))[0] == 403
        assert (await someone.post(path))[0] == 303


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"csrf=a&csrf=b", "application/x-www-form-urlencoded", 400),
        (b"\xff\xfe", "application/x-www-form-urlencoded", 400),
        (b"note=%ff", "application/x-www-form-urlencoded", 400),
        (b"note=%ed%a0%80", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"f%d=x" % number for number in range(600)), "application/x-www-form-urlencoded", 400),
        (b"a=b", "application/x-www-form-urlencoded; charset=nonsense", 403),
        (b"--x--", "multipart/form-data; boundary=x", 400),
        (b"{}", "application/json", 400),
        (b"note=" + b"x" * 300_000, "application/x-www-form-urlencoded", 413),
    ],
)
async def test_a_malformed_form_is_refused_with_a_page(desk: Desk, body: bytes, kind: str, status: int) -> None:
    request = await desk.refund()
    async with signed_in(desk, "dana") as dana:
        headers = {"Content-Type": kind, "Origin": desk.url}
        url = f"{desk.url}/desk/requests/{request.id}/approve"
        async with dana.http.post(url, data=body, headers=headers) as response:
            assert (response.status, "<h1>" in await response.text()) == (status, True)
    assert await desk.decided(request) is None
