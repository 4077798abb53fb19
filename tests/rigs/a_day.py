"""One day at a house with a Slack, a Teams and the desk: one real server whose clock a test moves, and its people.

The day is Monday, 3 March 2031, and begins at ten in the morning in New York. People are named by their ids in the
policy, and are the same ones on each surface.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from bot.demo.browser import Browser, Page
from tests.fakes.slack import FakeSlack, View
from tests.fakes.slack import Message as SlackMessage
from tests.fakes.teams import FakeTeams, Message
from tests.fakes.teams.cards.reading import texts
from tests.rigs.a_days_policy import placed
from tests.rigs.jumping_clock import JumpingClock
from tests.rigs.moved_house import MovedHouse
from tests.rigs.slack_server import eventually
from tests.rigs.slack_sights import lines_of, named, words
from tests.rigs.teams_server import agent_of, registered

PEOPLE = ("dana", "lee", "omar", "olga", "vera", "rosa", "max", "kim", "ada")
CHANNELS = ("refunds", "escalate", "finance")
START = datetime(2031, 3, 3, 15, 0, tzinfo=UTC)
SOON = 20.0
"""Seconds that anything may take to come."""
SENT = frozenset({"request.posted", "request.lines_posted"})


class Day(MovedHouse):
    """What is seen and done on it."""

    # ----------------------------------------------------------------------------------------- what people see

    def slack_cards(self, id_: str) -> list[SlackMessage]:
        """Every card of it in Slack, those in channels first."""
        (acme,) = self.slack.world.workspaces.values()
        there = [each for one in acme.channels.values() for each in self.slack.messages(one)]
        found = [each for each in there if named(each) == f"request|{id_}"]
        return sorted(found, key=lambda each: each.channel.kind.value == "im")

    def teams_cards(self, id_: str) -> list[Message]:
        """Every card of it in Teams, those in channels first."""
        places = [self.teams.messages(one) for one in self.teams_channels.values()]
        places += [self.teams.chat(each) for each in self.in_teams.values()]
        return [each for place in places for each in place if id_ in str(each.card)]

    def cards(self, id_: str) -> dict[str, str]:
        """What each card of it says, by where it stands: ``slack:refunds``, ``teams:lee`` (the newest there)."""
        found = {}
        for shown in self.slack_cards(id_):
            mine = [name for name, user in self.in_slack.items() if user in shown.channel.members]
            private = shown.channel.kind.value == "im"
            found[f"slack:{mine[0] if private else shown.channel.name}"] = words(shown)
        for each in self.teams_cards(id_):
            name = getattr(each.place, "name", None) or str(getattr(each.place, "user").email).partition("@")[0]  # noqa: B009 - a channel has a name, a chat its user
            found[f"teams:{name}"] = " ".join(texts(each.card or {}))
        return found

    async def until(self, true: Callable[[], Any], what: Callable[[], str]) -> None:
        """Wait until something is so; AssertionError with what there is instead."""

        async def seen() -> Any:
            return true()

        try:
            await eventually(seen, "", SOON)
        except AssertionError:
            raise AssertionError(what()) from None

    async def says(self, id_: str, *wanted: str, without: tuple[str, ...] = ()) -> None:
        """Every card in both chats, and the page on the desk, say all of this and nothing of that."""

        def right() -> bool:
            said = self.cards(id_).values()
            return bool(said) and all(_says(each, wanted, without) for each in said)

        await self.until(right, lambda: f"{wanted} (not {without}) in {json.dumps(self.cards(id_), indent=1)}")
        page = (await self.page("rosa", id_)).words
        assert _says(page, wanted, without), f"{wanted} (not {without}) in {page}"

    def threads_of(self, id_: str) -> tuple[str, str]:
        """What stands below its cards, in Slack and in Teams."""
        slack = " | ".join(line for card in self.slack_cards(id_) for line in lines_of(card))
        teams = [each for card in self.teams_cards(id_) for each in self.teams.thread(card)]
        return slack, " | ".join(each.text.replace("**", "") for each in teams)

    async def lines(self, id_: str, *wanted: str) -> None:
        """The threads of its cards in both chats, and its history on the desk, tell of all of this."""

        threads = partial(self.threads_of, id_)
        await self.until(lambda: all(_says(each, wanted) for each in threads()), lambda: f"{wanted} in {threads()}")
        history = (await self.page("rosa", id_)).words
        assert _says(history, wanted), f"{wanted} in {history}"

    def called(self, id_: str) -> set[str]:
        """Whom the newest line below its first card calls; somebody odd besides while the chats differ."""
        in_slack = self.slack.notified(self.slack_cards(id_)[0].replies[-1]).users
        in_teams = self.teams.called(self.teams_cards(id_)[0].replies[-1])
        found = {name for name, user in self.in_slack.items() if user.id in in_slack}
        there = {name for name, user in self.in_teams.items() if user in in_teams}
        return found if there == found else found | {"not the same in both"}

    async def pinged(self, who: str, id_: str, *wanted: str) -> None:
        """Somebody (or a channel) was shown its card in both chats, and it says all of this."""
        places = (f"slack:{who}", f"teams:{who}")

        def shown() -> bool:
            said = self.cards(id_)
            return all(_says(said.get(place, ""), (*wanted, " ")) for place in places)

        await self.until(shown, lambda: f"{wanted} to {who} in {json.dumps(self.cards(id_), indent=1)}")

    async def page(self, who: str, id_: str) -> Page:
        """The request's page on the desk as somebody sees it."""
        return await (await self._browser(who)).open(f"{self.server.url}/desk/requests/{id_}")

    # ------------------------------------------------------------------------------------------ what people do

    async def in_slack_press(self, who: str, id_: str, what: str, typed: dict[str, Any] | None = None) -> None:
        """Press a button of its card in Slack, or of the menu, and send the form that it opens."""
        user = self.in_slack[who]
        card = next(each for each in self.slack_cards(id_) if user in each.channel.members)
        if what in self.slack.offers(card):
            assert (await self.slack.click(user, card, what)).ok
        else:
            assert (await self.slack.overflow(user, card, "more", f"{what}|{id_}")).ok
        if typed is None:
            return
        await self.until(lambda: _filled(self.slack.views(user)), lambda: f"no form for {what}")
        sent = await self.slack.submit(self.slack.views(user)[-1], typed)
        assert sent.closed, sent.errors

    async def in_teams_press(self, who: str, id_: str, what: str, typed: dict[str, Any] | None = None) -> str:
        """Press a button of its card in Teams, and send the dialog that it opens; what the card then says to them."""
        user = self.in_teams[who]
        card = next(each for each in self.teams_cards(id_) if user in each.place.people)
        clicked = await self.teams.click(user, card, what)
        assert clicked.ok
        if typed is None:
            return " ".join(self.teams.texts(user, card))
        assert clicked.dialog is not None, clicked
        assert (await self.teams.submit(clicked.dialog, typed)).closed, clicked.dialog.said
        return ""

    async def by_slack_command(self, who: str, text: str, typed: dict[str, Any]) -> None:
        """Send the form that ``/signoff`` opens."""
        user = self.in_slack[who]
        assert (await self.slack.command(user, self.slack_channels["refunds"], "/signoff", text)).ok
        await self.until(lambda: _filled(self.slack.views(user)), lambda: f"no form for {text}")
        sent = await self.slack.submit(self.slack.views(user)[-1], typed)
        assert sent.errors == {}
        for view in reversed(self.slack.views(user)):
            await self.slack.close(view)

    async def by_teams_command(self, who: str, text: str, typed: dict[str, Any]) -> None:
        """Send the dialog behind the button with which ``@Signoff`` answers."""
        user = self.in_teams[who]
        before = len(self.teams.chat(user))
        await self.teams.mention(user, self.teams_channels["refunds"], text)
        await self.until(lambda: len(self.teams.chat(user)) > before, lambda: f"no answer to {text}")
        answer = self.teams.chat(user)[-1]
        clicked = await self.teams.click(user, answer, text.partition(" ")[0])
        assert clicked.dialog is not None
        sent = await self.teams.submit(clicked.dialog, typed)
        assert sent.delivery.ok
        if not clicked.dialog.closed:
            self.teams.close(clicked.dialog)

    async def on_desk_press(self, who: str, id_: str, what: str, typed: dict[str, str] | None = None) -> Page:
        """Send a form of its page on the desk, confirmed where it asks again."""
        browser, page = await self._browser(who), await self.page(who, id_)
        url = f"{self.server.url}/desk/requests/{id_}"
        answer = await browser.post(url, page.form(f"/{what}"), typed)
        if any("confirmed" in form.fields for form in answer.forms):
            answer = await browser.post(url, answer.form(f"/{what}"))
        assert answer.status == 303, answer.words
        return answer

    async def sent_late(self, who: str, id_: str, page: Page, what: str) -> Page:
        """Send a form of a page that was opened before; what the desk answers."""
        url = f"{self.server.url}/desk/requests/{id_}"
        return await (await self._browser(who)).post(url, page.form(f"/{what}"))

    async def refused(self, who: str, id_: str, why: str, *, on_desk: str = "") -> None:
        """Somebody presses *Approve* in both chats and is told why not; the desk offers it no more and says so too."""
        before = await self._deeds(id_)
        user = self.in_slack[who]
        await self.in_slack_press(who, id_, "approve")

        def told() -> str:
            return " ".join(words(each) for each in (*self.slack.ephemerals(user), *self.slack.dms(user)))

        await self.until(lambda: why in told(), lambda: f"{why!r} in {told()}")
        said = await self.in_teams_press(who, id_, "approve")
        assert why in said, said
        page = await self.page(who, id_)
        assert (on_desk or why) in page.words, page.words
        assert not [form for form in page.forms if form.action.endswith("/approve")]
        assert await self._deeds(id_) == before

    async def _deeds(self, id_: str) -> list[tuple[str, str]]:
        """Its events but for what was sent of them."""
        return [(type_, actor) for type_, actor in await self.record(id_) if type_ not in SENT]

    async def _browser(self, who: str) -> Browser:
        if who not in self._browsers:
            told = await self.command("desk", "link", f"{who}@acme.test", "--json")
            link = json.loads(told)["url"]
            http = httpx.AsyncClient(timeout=20.0, trust_env=False, follow_redirects=False)
            browser = self._browsers[who] = Browser(http)
            page = await browser.open(link)
            assert (await browser.post(link, page.form(httpx.URL(link).path))).status == 303
        return self._browsers[who]


@asynccontextmanager
async def a_day(folder: Path) -> AsyncIterator[Day]:
    """A house whose server runs; at the end its record must be sound, and nobody have been shown trouble."""
    clock = JumpingClock(folder / "clock")
    clock.jump((START - clock.now()).total_seconds())
    async with FakeSlack(clock=clock) as slack, FakeTeams(clock=clock, token_clock=clock) as teams:
        slack.rates.enabled = teams.rates.enabled = False
        acme, contoso = slack.workspace("Acme", id="T0ACME"), teams.tenant("Contoso")
        in_slack = {each: acme.user(each, email=f"{each}@acme.test") for each in PEOPLE}
        in_teams = {each: contoso.user(each.title(), email=f"{each}@acme.test", installed=True) for each in PEOPLE}
        team = contoso.team("Support", [*in_teams.values()])
        channels = {each: acme.channel(each, in_slack.values(), id=f"C0{each.upper()}") for each in CHANNELS}
        rooms = {each: team.channel(each) for each in CHANNELS}
        settings: dict[str, Any] = {
            "slack_api_url": slack.api_url,
            "slack_message_seconds": 0.0,
            "slack_bot_token": acme.token,
            "slack_signing_secret": slack.app.signing_secret,
            **registered(teams, folder),
        }
        policy = placed(**{name: room.id for name, room in rooms.items()})
        day = Day(folder, clock, slack, teams, in_slack, in_teams, channels, rooms, settings, policy)
        try:
            await day.start()
            day.agent = await agent_of(day.server)
            yield day
            await day.agent.close()
            await day.require_sound()
        finally:
            await day.stop()


def _says(said: str, wanted: tuple[str, ...], without: tuple[str, ...] = ()) -> bool:
    return all(each in said for each in wanted) and not any(each in said for each in without)


def _filled(views: list[View]) -> bool:
    """Whether a form stands in front, and no longer only that it is loading."""
    return bool(views) and views[-1].definition["callback_id"] != "loading"
