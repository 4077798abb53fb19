"""Teams, put together: what receives and what sends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from adapters.teams.app import Teams
from adapters.teams.client import (
    Credentials,
    InboundTokens,
    Pacing,
    References,
    Saying,
    TeamsChat,
    TeamsPeople,
    TeamsPort,
    TeamsPublishing,
)
from adapters.teams.client.botbuilder import BotbuilderPort
from bot.answering import Answering
from bot.answering.charting import Draw
from bot.app.registration import cloud_of, grant_of
from bot.app.workplace import Workplace
from bot.deciding import Deciding
from bot.friction import Frictions
from bot.pausing import Pausing
from bot.policy.document import Policy
from bot.rostering import Rostering
from bot.sending import ChatSender
from bot.sending.digests import Digests


@dataclass(frozen=True, slots=True)
class ConnectedTeams:
    """Everything of Teams that works beside the web application."""

    receiving: Teams
    sender: ChatSender
    port: TeamsPort
    tokens: InboundTokens
    credentials: Credentials

    def work(self) -> Sequence[asyncio.Task[None]]:
        """Start what runs until it is cancelled, and ask for keys and a token before anybody waits for them."""
        self.tokens.prepare()
        self.credentials.prepare()
        return (asyncio.create_task(self.sender.run(), name="teams sending"),)

    async def close(self) -> None:
        """Let go of what was opened."""
        await self.port.close()


def connect(
    place: Workplace,
    policy: Callable[[], Policy],
    *,
    deciding: Deciding,
    pausing: Pausing,
    rostering: Rostering,
    draw: Draw,
    url: str,
) -> ConnectedTeams:
    """Teams as the settings say; nothing is asked of it yet. ``url`` is where people reach this server.

    Raises:
        SettingsInvalid: when the file of a cloud can't be used.
    """
    store, clock, home = place.store, place.clock, place.settings.teams_tenant
    cloud = cloud_of(place.settings)
    tokens = InboundTokens(app_id=place.settings.teams_app_id, tenants=(home,), clock=clock, cloud=cloud)
    credentials = Credentials(grant_of(place.settings), clock)
    port = BotbuilderPort(credentials, tokens)
    references = References(store.shelf, clock, service_url=cloud.service_url, home=home)
    people = TeamsPeople(port, references, clock=clock, policy=policy)
    pacing = Pacing(clock)
    chat = TeamsChat(
        port,
        references,
        people,
        pacing,
        shelf=store.shelf,
        clock=clock,
        policy=policy,
        desk_url=lambda id_: f"{url}/desk/requests/{id_}" if id_ else f"{url}/desk",
    )
    answering = Answering(store, clock, policy)
    publishing = TeamsPublishing(chat, draw, shelf=store.shelf, clock=clock, policy=policy, desk_url=f"{url}/desk")
    receiving = Teams(
        store=store,
        clock=clock,
        policy=policy,
        deciding=deciding,
        pausing=pausing,
        rostering=rostering,
        answering=answering,
        port=port,
        saying=Saying(port, pacing),
        references=references,
        people=people,
        chat=chat,
        publishing=publishing,
        desk_url=f"{url}/desk",
    )
    digests = Digests(store, policy, answering, Frictions(store, clock, policy), publishing)
    sender = ChatSender(store, clock, policy, chat, duties=lambda: rostering.roster().duties, digests=digests)
    return ConnectedTeams(receiving, sender, port, tokens, credentials)
