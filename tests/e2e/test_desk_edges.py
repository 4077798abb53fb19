"""The desk at its edges: every kind of field, erased requests, faults, and what stands in the way of an edit."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from typing import Any

import pytest

from bot.deciding import Reject
from bot.domain.requests import Request
from bot.erasing import erase_request
from bot.errors import Unavailable
from tests.rigs.desk import Desk, served, signed_in

KINDS = """
version: 1
timezone: Europe/Berlin
currency: EUR
people:
  ada: {email: ada@acme.test, name: Ada}
  ben: {email: ben@acme.test, name: Ben}
owners:
  all: {title: All, accountable: ben, risk_owner: ben, channels: {}, approvers: [ada]}
actions:
  everything:
    title: Everything
    class: other
    level: commit
    owner: all
    tools: [everything]
    arguments:
      words: {title: Words, editable: true, max_length: 20, pattern: "[a-z ]*"}
      long: {title: Long words, kind: long_text, editable: true}
      price: {title: Price, kind: money, editable: true, minimum: 1, maximum: 99.5}
      share: {title: Share, kind: number, editable: true, minimum: 0}
      days: {title: Days, kind: integer, editable: true, required: true}
      really: {title: Really, kind: boolean, editable: true}
      colour: {title: Colour, kind: choice, options: [red, green], editable: true, required: true}
      day: {title: Day, kind: date, editable: true}
      more: {title: More, kind: json, editable: true}
      secret: {title: Secret, editable: true, sensitive: true}
      fixed: {title: Fixed}
"""
PROPOSED: dict[str, Any] = {
    "words": "some words", "long": "a\nb", "price": 12.5, "share": 0.25, "days": 3, "really": True,
    "colour": "red", "day": "2026-03-31", "more": {"a": [1, 2.5, None]}, "secret": "4111111111111234", "fixed": "f",
}  # fmt: skip


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with served(policy=KINDS) as desk:
        yield desk


async def proposed(desk: Desk, **changes: Any) -> Request:
    return await desk.propose("everything", PROPOSED | changes, customer="c")


def fields_of(page: str) -> dict[str, str]:
    """What a browser would send of the edit form if nobody touched it."""
    form = page.partition('class="edit"')[2].partition("</form>")[0]
    found = {
        name: unescape(text)
        for name, text in re.findall(r'<textarea [^>]*name="([^"]+)".*?>\n(.*?)</textarea>', form, re.DOTALL)
    }
    for element in re.findall(r"<input [^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', element), re.search(r'value="([^"]*)"', element)
        if name is not None and 'type="hidden"' not in element:
            found[name[1]] = unescape(value[1]) if value else ""
    for name, options in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = unescape(chosen[1]) if chosen else re.findall(r'value="([^"]*)"', options)[0]
    return found


async def test_an_untouched_form_changes_nothing(desk: Desk) -> None:
    request = await proposed(desk)
    async with signed_in(desk, "ada") as ada:
        _, page = await ada.get(f"/desk/requests/{request.id}/edit")
        sent = fields_of(page)
        assert set(sent) == {f"arg.{name}" for name in PROPOSED if name not in {"fixed", "secret"}} | {"note", "lesson"}
        assert "4111" not in page
        status, page, _ = await ada.post(f"/desk/requests/{request.id}/edit", **sent)
    assert status == 422
    assert "nothing was changed" in page


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("words", "other words", "other words"),
        ("words", "", None),
        ("long", "", ""),
        ("long", "c\r\nd", "c\nd"),
        ("price", "13", 13),
        ("price", " 13.10 ", 13.1),
        ("price", "", None),
        ("share", "0.5", 0.5),
        ("days", "4", 4),
        ("really", "false", False),
        ("really", "", None),
        ("colour", "green", "green"),
        ("day", "2026-04-01", "2026-04-01"),
        ("more", '{"a": []}', {"a": []}),
        ("secret", "4222222222222222", "4222222222222222"),
    ],
)
async def test_each_kind_of_field_is_typed_and_signed(desk: Desk, name: str, typed: str, value: Any) -> None:
    request = await proposed(desk)
    address = f"/desk/requests/{request.id}/edit"
    async with signed_in(desk, "ada") as ada:
        if name == "secret":
            await ada.post(f"/desk/requests/{request.id}/reveal", field="secret")
        sent = fields_of((await ada.get(address))[1])
        assert f"arg.{name}" in sent
        status, page, _ = await ada.post(address, **sent | {f"arg.{name}": typed})
        assert (status, "You sign" in page) == (200, True)
        assert (await ada.post(address, **sent | {f"arg.{name}": typed}, step="sign"))[0] == 303
    found = await desk.house.store.request(request.id)
    assert found is not None
    expected = {key: old for key, old in PROPOSED.items() if key != name} | ({} if value is None else {name: value})
    assert found.arguments == expected


@pytest.mark.parametrize(
    ("name", "typed", "problem"),
    [
        ("words", "UPPER", "has not the expected form"),
        ("words", "x" * 21, "is longer than 20 characters"),
        ("price", "1e99", "is not a decimal number"),
        ("price", "12,50", "is not a decimal number"),
        ("price", "9" * 16, "has more than 15 digits"),
        ("price", "NaN", "is not a decimal number"),
        ("price", "99.51", "is above 99.5"),
        ("price", "0.99", "is below 1"),
        ("share", "-0.1", "is below 0"),
        ("days", "3.5", "is not a whole number"),
        ("days", "", "is not a whole number"),
        ("really", "perhaps", "is neither yes nor no"),
        ("colour", "blue", "is none of red, green"),
        ("day", "2026-02-30", "is not a date such as 2026-03-31"),
        ("more", '{"a": 1, "a": 2}', "appears twice"),
        ("more", "[" * 100 + "]" * 100, "nests deeper"),
    ],
)
async def test_what_cannot_be_signed_is_said_under_its_field(desk: Desk, name: str, typed: str, problem: str) -> None:
    request = await proposed(desk)
    address = f"/desk/requests/{request.id}/edit"
    async with signed_in(desk, "ada") as ada:
        sent = fields_of((await ada.get(address))[1]) | {f"arg.{name}": typed, "note": "kept", "lesson": "threshold"}
        status, page, _ = await ada.post(address, **sent)
    assert status == 422
    told = unescape(re.search(r'<p class="problem"[^>]*>(.*?)</p>', page)[1])  # type: ignore[index]  # there is one
    assert problem in told
    assert fields_of(page) == sent


async def test_a_fixed_argument_cannot_be_smuggled_in(desk: Desk) -> None:
    request = await proposed(desk)
    async with signed_in(desk, "ada") as ada:
        await ada.post(
            f"/desk/requests/{request.id}/edit", **{"arg.fixed": "x", "arg.new": "y", "arg.days": "4"}, step="sign"
        )
    found = await desk.house.store.request(request.id)
    assert found is not None
    assert found.arguments == PROPOSED | {"days": 4}


async def test_an_erased_request_stays_readable(desk: Desk) -> None:
    request = await proposed(desk)
    await desk.house.say(request, Reject("other", "SECRET-NOTE"), "ada")
    await erase_request(desk.house.store, request.id, reason="asked for", by=desk.house.operator)
    async with signed_in(desk, "ada") as ada:
        status, page = await ada.get(f"/desk/requests/{request.id}")
        assert (await ada.get("/desk/decided"))[0] == 200
    assert status == 200
    assert "personal data of this request was erased" in page
    assert "whose content was erased since" in page
    assert "SECRET-NOTE" not in page
    assert "some words" not in page


async def test_a_fault_is_a_page_that_says_that_nothing_was_decided(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = await proposed(desk)

    async def broken(*_: Any) -> None:
        raise RuntimeError("with a SECRET in it")

    async def away(*_: Any) -> None:
        raise Unavailable("the database can't be reached")

    async with signed_in(desk, "ada") as ada:
        for fault, status in ((broken, 500), (away, 503)):
            with monkeypatch.context() as patch:
                patch.setattr(desk.house.store, "transact", fault)
                found, page, _ = await ada.post(f"/desk/requests/{request.id}/approve", confirmed="yes")
            assert (found, "SECRET" in page) == (status, False)
            assert "othing was decided" in page
        assert (await ada.get("/desk/static/nothing.js"))[0] == 404
        assert (await ada.get(f"/desk/requests/{request.id}/approve"))[0] == 303
        assert (await ada.get("/desk"))[0] == 302
        assert (await ada.get("/"))[0] == 302
