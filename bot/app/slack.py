"""Slack, put together: what receives, what sends, and what keeps the policy's user groups up to date."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from adapters.slack.app import OAuth, Slack
from adapters.slack.client import Installations, Pacing, SlackChat, SlackPeople, SlackPublishing, States, Workspaces
from bot.answering import Answering
from bot.answering.charting import Draw
from bot.app.workplace import Workplace
from bot.deciding import Deciding
from bot.errors import SignoffError
from bot.friction import Frictions
from bot.manifest import slack_scopes
from bot.pausing import Pausing
from bot.policy.document import Policy
from bot.rostering import Rostering
from bot.sending import ChatSender
from bot.sending.digests import Digests
from bot.waiting import Waiting

log = logging.getLogger("signoff.slack")


@dataclass(frozen=True, slots=True)
class ConnectedSlack:
    """Everything of Slack that works beside the web application."""

    receiving: Slack
    sender: ChatSender
    people: SlackPeople
    workspaces: Workspaces

    def work(self) -> Sequence[asyncio.Task[None]]:
        """Start what runs until it is cancelled."""
        return (
            asyncio.create_task(self.sender.run(), name="slack sending"),
            asyncio.create_task(self.receiving.run(), name="slack receiving"),
        )

    async def members(self) -> dict[str, tuple[str, ...]] | None:
        """Who is in the policy's user groups; None when Slack can't be asked, and what was known goes on."""
        try:
            return await self.people.group_members()
        except SignoffError as error:
            log.warning("the members of user groups can't be read from Slack: %s", error.code)
            return None


def connect(
    place: Workplace,
    policy: Callable[[], Policy],
    *,
    deciding: Deciding,
    pausing: Pausing,
    rostering: Rostering,
    waiting: Waiting,
    draw: Draw,
    url: str,
) -> ConnectedSlack:
    """Slack as the settings say; nothing is asked of it yet. ``url`` is where people reach this server."""
    answering = Answering(place.store, place.clock, policy)
    store, clock, settings = place.store, place.clock, place.settings
    pacing = Pacing(clock, settings.slack_message_seconds)
    oauth = _oauth(place, url)
    workspaces = Workspaces(
        clock=clock,
        shelf=store.shelf,
        pacing=pacing,
        api_url=settings.slack_api_url,
        token=settings.slack_bot_token,
        installations=None if oauth is None else oauth.installations,
    )
    people = SlackPeople(workspaces, clock=clock, policy=policy)
    chat = SlackChat(
        workspaces,
        people,
        pacing,
        clock=clock,
        policy=policy,
        desk_url=lambda id_: f"{url}/desk/requests/{id_}" if id_ else f"{url}/desk",
    )
    publishing = SlackPublishing(chat, workspaces, draw, desk_url=f"{url}/desk")
    receiving = Slack(
        store=store,
        clock=clock,
        policy=policy,
        deciding=deciding,
        pausing=pausing,
        rostering=rostering,
        answering=answering,
        waiting=waiting,
        workspaces=workspaces,
        people=people,
        desk_url=f"{url}/desk",
        api_url=settings.slack_api_url,
        signing_secret=settings.slack_signing_secret,
        app_token=settings.slack_app_token,
        oauth=oauth,
        hand_over=publishing.hand_over,
    )
    digests = Digests(store, policy, answering, Frictions(store, place.clock, policy), publishing)
    sender = ChatSender(store, clock, policy, chat, duties=lambda: rostering.roster().duties, digests=digests)
    return ConnectedSlack(receiving, sender, people, workspaces)


def _oauth(place: Workplace, url: str) -> OAuth | None:
    settings, store, clock = place.settings, place.store, place.clock
    if not settings.slack_client_id:
        return None
    return OAuth(
        client_id=settings.slack_client_id,
        client_secret=settings.slack_client_secret,
        scopes=slack_scopes(),
        installations=Installations(store.vault, store.shelf, clock, allowed=settings.slack_teams),
        states=States(store.shelf, clock),
        public_url=url,
    )
