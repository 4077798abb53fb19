"""The table of the three surfaces (docs/surfaces.md) is what the code offers, in both directions."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from itertools import takewhile

import pytest

from adapters.agents.openapi.document import DOCUMENT
from adapters.slack.app import clicks as slack_clicks
from adapters.slack.app import forms as slack_forms
from adapters.slack.cards import explanation, modals
from adapters.slack.cards.card import card_message
from adapters.slack.cards.home import home_view
from adapters.slack.client.posting import SlackChat
from adapters.teams import cards as teams
from adapters.teams.app import clicks as teams_clicks
from adapters.teams.app import forms as teams_forms
from adapters.teams.client.posting import TeamsChat
from bot.cards import Card, card, history
from bot.deciding import Approve, Claim, Reject
from bot.domain.requests import Request
from bot.manifest import slack_manifest, teams_manifest
from bot.ports import Chat
from bot.receiving import Home, bulk
from bot.receiving.at_once import AT_ONCE
from bot.recording.telling import CHANNEL_LOST, CHECKPOINT_DUE, DIGEST_DUE, GAPS, PINGED, TOLD
from tests.architecture.test_papers import ROOT, codes, commands
from tests.rigs import surfaces
from tests.rigs.desk import Desk, served, signed_in
from tests.rigs.house import DRAFT, POLICY, House, new_house
from tests.rigs.slack_scenes import SCENES, scene

PAPER = (ROOT / "docs" / "surfaces.md").read_text(encoding="utf-8")
HOW = """
docs/surfaces.md has to say it. To add something, write a row (or add to one) of the table that begins with {table!r}:
  {columns}
with its name from above in back-ticks in the cell of each surface that has it, and in the cell of each that has not:
  Not there: the reason, in four words or more
Where a surface lacks it without a reason, build it there. What was dropped on purpose is taken out of its cell."""
ABSENT = "Not there:"
LEAST_WORDS = 4
COLUMNS = ("desk", "slack", "teams")
WHOLE = {
    "title", "status", "changes", "subject", "reasons", "claim", "transcript", "evidence", "citations", "signals",
    "origin", "awaited", "signatures", "opened_at", "due_at", "deadline_at", "statutory_at", "exchanges",
}  # fmt: skip
"""What a message may cut of a card, so that it has to be whole behind Details."""
NO_DEED = {
    "GET ": "leads to the queue",
    "GET /static/{name}": "the pages' own files",
    "GET /duty/{form}": "a form's address, reloaded, leads to its page",
    "GET /pictures/{digest}/{number}-{scheme}.svg": "the pages' own pictures",
    "GET /audit/{form}": "a form's address, reloaded, leads to its page",
    "GET /pauses/resume": "a form's address, reloaded, leads to its page",
    "GET /bulk": "a form's address, reloaded, leads to the queue",
    **{
        f"GET /requests/{{id}}/{name}": "a form's address, reloaded, leads to the card"
        for name in surfaces.REQUEST_FORMS
    },
}
"""What the desk answers beside what a person can do, and why it needs no row."""
SAMPLED = POLICY + DRAFT + "    sampling: {share: 1, reviewers: [dana]}\n"
"""The house's policy, with something that dana looks at afterwards."""


def table(first: str) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    """The columns and rows of the table whose first column is called so."""
    lines = PAPER.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {first} |"))
    heading, _, *rows = takewhile(lambda line: line.startswith("|"), lines[start:])
    columns = tuple(cell.lower() for cell in _cells(heading))
    for row in rows:
        assert len(_cells(row)) == len(columns), f"{len(_cells(row))} cells instead of {len(columns)}: {row}"
    return columns, [dict(zip(columns, _cells(row), strict=True)) for row in rows]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]


DEEDS, PARTS, TOLD_BY_ITSELF = "what a person does", "what a card shows", "what comes by itself"


def require_same(name: str, told: set[str], offered: set[str], first: str) -> None:
    """Fail naming what differs, and how to mend it."""
    how = HOW.format(table=first, columns="| " + " | ".join(table(first)[0]) + " |")
    assert not offered - told, f"{name} offers what no row tells: {', '.join(sorted(offered - told))}.{how}"
    assert not told - offered, f"{name} offers no longer what a row tells: {', '.join(sorted(told - offered))}.{how}"


def told_of(surface: str) -> set[str]:
    return {code for row in table(DEEDS)[1] for code in codes(row[surface])}


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = await new_house(policy=SAMPLED)
    yield house
    await house.store.close()


# ------------------------------------------------------------------------------------- what a person can do is the code


def test_what_the_desk_offers_is_told(house: House) -> None:
    offered = surfaces.desk_routes(house)
    assert set(NO_DEED) <= offered, f"these are answered no longer: {sorted(set(NO_DEED) - offered)}"
    require_same("the desk", told_of("desk"), (offered - set(NO_DEED)) | surfaces.desk_choices(), DEEDS)


def test_what_slack_offers_is_told() -> None:
    require_same("Slack", told_of("slack"), surfaces.slack_offers(), DEEDS)


def test_what_teams_offers_is_told() -> None:
    require_same("Teams", told_of("teams"), surfaces.teams_offers(), DEEDS)


def test_every_command_on_a_request_is_on_every_surface_that_its_row_says() -> None:
    rows = [row for row in table(DEEDS)[1] if row["command"]]
    require_same(
        "bot.deciding", {code for row in rows for code in codes(row["command"])}, set(surfaces.COMMANDS), DEEDS
    )
    for surface in COLUMNS:
        told = {code for row in rows for code in codes(row["command"]) if not row[surface].startswith(ABSENT)}
        require_same(f"{surface} (adapters/{surface})", told, surfaces.commands_made(surface), DEEDS)


def test_what_is_done_elsewhere_is_there() -> None:
    paths = {f"{method.upper()} {path}" for path, methods in DOCUMENT["paths"].items() for method in methods}
    known = paths | {f"signoff {words}" for words in commands()} | {"signoff --help"}
    told = {code for row in table(DEEDS)[1] for code in codes(row["command line, http api"])}
    assert not told - known, (
        f"docs/surfaces.md names what is neither a command nor an address of the API: {told - known}"
    )


@pytest.mark.parametrize("first", [DEEDS, PARTS, TOLD_BY_ITSELF])
def test_no_surface_lacks_anything_without_a_reason(first: str) -> None:
    for row in table(first)[1]:
        what = row[first]
        assert not all(row[surface].startswith(ABSENT) for surface in COLUMNS), f"{what}: none has it"
        for surface in COLUMNS:
            cell = row[surface]
            assert cell, f"{what}: say how {surface} has it, or “{ABSENT} why”"
            if cell.startswith(ABSENT):
                reason = cell.removeprefix(ABSENT).split()
                assert not codes(cell), f"{what}: {surface} names {codes(cell)} and is said not to have it"
                assert len(reason) >= LEAST_WORDS, f"{what}: why does {surface} lack it? {cell!r}"
            elif first == DEEDS:
                assert codes(cell) or cell.startswith("by itself"), f"{what}: name what {surface} has for it"


# ------------------------------------------------------------------------------- what is answered is offered, and so on


async def test_the_desk_draws_a_form_for_everything_that_it_answers() -> None:
    drawn: set[str] = set()
    async with served(policy=SAMPLED) as desk, signed_in(desk, "dana") as dana:
        for request_id in await _states(desk):
            _, page = await dana.get(f"/desk/requests/{request_id}")
            drawn |= set(re.findall(rf"/desk/requests/{request_id}/(\w+)\"", page))
            _, page = await dana.get("/desk/")
            drawn |= {f"page {name}" for name in re.findall(r"(?:href|action)=\"/desk/(\w+)\"", page)}
    assert drawn == {*surfaces.REQUEST_FORMS, "edit", "explain", "file"} | {
        f"page {name}"
        for name in (
            "decided",
            "search",
            "summary",
            "friction",
            "who",
            "duty",
            "feedback",
            "samples",
            "kept",
            "audit",
            "dashboard",
            "pauses",
            "out",
            "find",
            "bulk",
        )
    }


async def _states(desk: Desk) -> list[str]:
    """Requests in the states in which, together, everything can be done."""
    made = [await desk.house.held(120 + number, card="4111") for number in range(3)]
    await desk.house.say(made[1], Claim(), "dana")
    await desk.house.say(made[2], Approve(), "lee")
    made.append(await _signed_once(desk.house))
    made.append(await desk.house.say(await desk.house.held(150), Reject("wrong_amount", "No."), "dana"))
    made.append(await _sampled(desk.house))
    return [request.id for request in made]


async def _sampled(house: House) -> Request:
    return (await house.propose(None, tool="draft_reply", text="We are sorry.")).request


async def _signed_once(house: House) -> Request:
    opened = await house.propose(None, tool="change_payout", iban="X")
    return await house.say(opened.request, Approve(), "dana")


async def _cards(house: House) -> list[Card]:
    made = [await house.held(120 + number, card="4111") for number in range(3)]
    made[1] = await house.say(made[1], Claim(), "dana")
    made[2] = await house.say(made[2], Approve(), "lee")
    made.append(await _signed_once(house))
    made.append(await house.say(await house.held(150), Reject("wrong_amount", "No."), "dana"))
    made.append(await _sampled(house))
    dana = house.person("dana")
    return [card(request, house.policy, viewer=dana, now=house.clock.now()) for request in made]


async def test_slack_draws_a_button_for_everything_that_it_answers(house: House) -> None:
    cards = await _cards(house)
    drawn = surfaces.slack_buttons([card_message(one, desk_url="https://desk.test").get("blocks") for one in cards])
    answered = {*AT_ONCE, *slack_forms.FORMS, *surfaces.compared(slack_clicks, "pressed.command")}
    assert drawn == answered - {"explain", "bulk"}  # a shortcut on the message opens it; Home has what is alike


async def test_home_draws_what_can_be_decided_together_in_slack_and_teams(house: House) -> None:
    requests = [await house.held(120 + number) for number in range(2)]
    home = Home("Dana", house.clock.now(), bundles=bulk.bundles(requests))
    assert "bulk" in surfaces.slack_buttons(home_view(home))
    assert "bulk" in surfaces.teams_buttons(teams.home_card(home))[1]


async def test_teams_draws_a_button_for_everything_that_it_answers(house: House) -> None:
    cards = await _cards(house)
    drawn = [teams.card_attachment(one, desk_url="https://desk.test", viewer=True) for one in cards]
    at_once, dialogs = surfaces.teams_buttons(drawn)
    assert at_once == set(AT_ONCE)
    assert dialogs == {*teams_forms.FORMS, "show"}
    inline, _ = surfaces.teams_buttons(teams.card_attachment(cards[0], viewer=True, inline=True))
    assert inline - at_once == {teams_clicks.REJECT}
    refresh = teams.refresh_for(["29:1"], cards[0].request_id)
    assert refresh["action"]["verb"] == teams_clicks.REFRESH


@pytest.mark.parametrize(("surface", "before"), [("slack", "/signoff"), ("teams", "@Signoff")])
def test_help_tells_of_every_command(surface: str, before: str) -> None:
    answered = {code.partition(" ")[2] for code in told_of(surface) if code.startswith(f"{before} ")}
    assert surfaces.command_words(surface) == answered


def test_the_manifests_offer_every_command() -> None:
    (bot,) = teams_manifest("1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed", "signoff.example.com")["bots"]
    listed = {command["title"] for group in bot["commandLists"] for command in group["commands"]}
    assert listed == surfaces.command_words("teams")
    (command,) = slack_manifest(socket=True)["features"]["slash_commands"]
    assert {part.split()[0] for part in command["usage_hint"].split(" | ")} == surfaces.command_words("slack")


# -------------------------------------------------------------------------------------------------- the parts of a card


async def drawn_parts() -> dict[str, set[str]]:
    """The fields of cards in every state that each surface looks at when it draws them."""
    slack, other = set[str](), set[str]()
    url = "https://desk.test"
    for name in SCENES:
        house, request, made = await scene(name)
        lines = history(await house.store.events(f"request:{request.id}"), request, house.policy)
        await house.store.close()
        seen = surfaces.watched(made, slack)
        card_message(seen, desk_url=url)
        modals.details(seen, lines, url)
        explanation.explain_view(seen, request)
        modals.reject_form(seen)
        seen = surfaces.watched(made, other)
        teams.card_attachment(seen, desk_url=url, viewer=True)
        teams.fallback_text(seen)
        teams.dialog("Details", teams.details_card(seen, lines, url))
        teams.explain_card(seen, request, url)
        teams.reject_dialog(seen)
    return {"desk": surfaces.desk_parts(), "slack": slack, "teams": other}


async def test_details_in_chat_hold_the_whole_case_on_both() -> None:
    slack, other = set[str](), set[str]()
    for name in SCENES:
        house, request, made = await scene(name)
        lines = history(await house.store.events(f"request:{request.id}"), request, house.policy)
        await house.store.close()
        modals.details(surfaces.watched(made, slack), lines, None)
        teams.details_card(surfaces.watched(made, other), lines)
    assert slack - {"request_id"} == other
    assert other >= WHOLE


async def test_every_surface_draws_the_parts_of_a_card_that_its_column_says() -> None:
    drawn = await drawn_parts()
    rows = table(PARTS)[1]
    told = {code for row in rows for code in codes(row["fields"])}
    require_same("bot.cards.Card", told, surfaces.parts_of_a_card(), PARTS)
    for surface in COLUMNS:
        shown = {code for row in rows for code in codes(row["fields"]) if not row[surface].startswith(ABSENT)}
        require_same(surface, shown, drawn[surface] & surfaces.parts_of_a_card(), PARTS)


# ------------------------------------------------------------------------------------------------- what comes by itself


def test_what_follows_from_events_is_told() -> None:
    told = {code for row in table(TOLD_BY_ITSELF)[1] for code in codes(row["because of"])}
    follows = {*TOLD, *PINGED, "request.opened", "request.unshown", CHANNEL_LOST, CHECKPOINT_DUE, DIGEST_DUE, GAPS}
    require_same("bot.recording.telling", told, follows, TOLD_BY_ITSELF)


@pytest.mark.parametrize("chat", [SlackChat, TeamsChat])
def test_both_chats_can_do_what_the_courier_asks(chat: type) -> None:
    asked = {name for name in vars(Chat) if not name.startswith("_")}
    assert asked == {"surface", "post", "update", "reply", "clear", "post_list", "update_list", "announce", "tell"}
    assert asked <= set(dir(chat))
