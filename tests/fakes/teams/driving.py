"""The people's doings and what they see, for whoever drives the fake Teams from outside."""

from __future__ import annotations

from typing import Any

from tests.fakes import driving
from tests.fakes.possible import NotPossible
from tests.fakes.teams.calling.delivery import Delivery
from tests.fakes.teams.faults import Fault
from tests.fakes.teams.identity.bearing import Token
from tests.fakes.teams.messages import Message
from tests.fakes.teams.people import Channel, Team, User
from tests.fakes.teams.server import FakeTeams

Json = dict[str, Any]


class Driving(driving.Driving):
    """What can be done in the fake Teams, and what is seen there."""

    def __init__(self, teams: FakeTeams) -> None:
        self.teams = teams
        deeds: dict[str, driving.Deed] = {
            "connect": self._connect,
            "click": self._click,
            "show": self._show,
            "refresh": self._refresh,
            "submit": self._submit,
            "close": self._close,
            "mention": self._mention,
            "direct": self._direct,
            "install": self._install,
            "uninstall": self._uninstall,
            "block": self._block,
            "rename": self._rename,
            "fault": driving.planning(teams.faults, Fault),
        }
        super().__init__(deeds)

    def seen(self) -> Json:
        """Every tenant with what its people see, and the trouble that they were shown."""
        shown = [
            {
                "tenant": tenant.name,
                "teams": {
                    team.name: {
                        channel.name: [each.as_json() for each in self.teams.messages(channel)]
                        for channel in team.channels.values()
                    }
                    for team in tenant.teams.values()
                },
                "people": {
                    user.name: {
                        "id": user.id,
                        "chat": [each.as_json() for each in self.teams.chat(user)],
                        "dialogs": [each.as_json() for each in self.teams.dialogs(user)],
                        "toasts": self.teams.toasts(user),
                    }
                    for user in tenant.users.values()
                },
            }
            for tenant in self.teams.world.tenants.values()
        ]
        return {"tenants": shown, "trouble": self.teams.complaints}

    def _user(self, asked: Json) -> User:
        for tenant in self.teams.world.tenants.values():
            for user in tenant.users.values():
                if asked["user"] in {user.id, user.name, user.email, user.aad_id}:
                    return user
        raise KeyError(asked["user"])

    def _channel(self, asked: Json) -> Channel:
        for tenant in self.teams.world.tenants.values():
            for team in tenant.teams.values():
                for channel in team.channels.values():
                    if asked["channel"] in {channel.id, channel.name}:
                        return channel
        raise KeyError(asked["channel"])

    def _team(self, asked: Json) -> Team:
        for tenant in self.teams.world.tenants.values():
            for team in tenant.teams.values():
                if asked["team"] in {team.id, team.name}:
                    return team
        raise KeyError(asked["team"])

    def _message(self, asked: Json) -> Message:
        """By channel and id, or the newest card there; without channel in the person's chat."""
        if "channel" in asked:
            found = self._channel(asked).messages
        else:
            user = self._user(asked)
            found = user.tenant.chat(user).messages
        if asked.get("message"):
            return found[asked["message"]]
        cards = [each for each in found.values() if each.card is not None and not each.deleted]
        if not cards:
            raise NotPossible("there is no card")
        return cards[-1]

    async def _connect(self, asked: Json) -> str:
        self.teams.connect(asked["url"])
        return self.teams.app.messaging_url

    async def _click(self, asked: Json) -> Delivery:
        token = Token[asked.get("token", "GOOD").upper()]
        user, message, values = self._user(asked), self._message(asked), asked.get("values", {})
        old = bool(asked.get("old_client"))
        return await self.teams.click(user, message, asked["action"], values, old_client=old, token=token)

    async def _show(self, asked: Json) -> Delivery | None:
        return await self.teams.show(self._user(asked), self._message(asked))

    async def _refresh(self, asked: Json) -> Delivery:
        return await self.teams.refresh(self._user(asked), self._message(asked))

    async def _submit(self, asked: Json) -> Json:
        found = self.teams.dialogs(self._user(asked))
        if not found:
            raise NotPossible("no dialog is open")
        submission = await self.teams.submit(found[-1], asked.get("values", {}), asked.get("action"))
        return {"closed": submission.closed, "ack": driving.told(submission.delivery)}

    async def _close(self, asked: Json) -> None:
        found = self.teams.dialogs(self._user(asked))
        if not found:
            raise NotPossible("no dialog is open")
        self.teams.close(found[-1])

    async def _mention(self, asked: Json) -> Delivery | None:
        return await self.teams.mention(self._user(asked), self._channel(asked), asked["text"])

    async def _direct(self, asked: Json) -> Delivery:
        return await self.teams.direct(self._user(asked), asked["text"])

    async def _install(self, asked: Json) -> list[Delivery]:
        user = self._user(asked)
        return await (
            self.teams.install_in(self._team(asked), user) if "team" in asked else self.teams.install_for(user)
        )

    async def _uninstall(self, asked: Json) -> list[Delivery]:
        user = self._user(asked)
        if "team" in asked:
            return await self.teams.uninstall_from(self._team(asked), user)
        return await self.teams.uninstall_for(user)

    async def _block(self, asked: Json) -> None:
        self.teams.block(self._user(asked))

    async def _rename(self, asked: Json) -> Delivery | None:
        if "channel" in asked:
            return await self.teams.rename_channel(self._channel(asked), asked["name"])
        return await self.teams.rename_team(self._team(asked), asked["name"])
