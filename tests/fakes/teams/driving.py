"""The fake driven from outside, by HTTP: the people's doings and what they see as JSON. For the standalone server."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.fakes.teams.calling.delivery import Delivery
from tests.fakes.teams.cards.filling import NotPossible
from tests.fakes.teams.faults import Fault
from tests.fakes.teams.identity.bearing import Token
from tests.fakes.teams.messages import Message
from tests.fakes.teams.people import Channel, Team, User
from tests.fakes.teams.server import FakeTeams

Json = dict[str, Any]


class Driving:
    """`POST /_drive/{deed}` with a JSON object, `GET /_show`."""

    def __init__(self, teams: FakeTeams) -> None:
        self.teams = teams
        self.deeds: dict[str, Callable[[Json], Awaitable[Any]]] = {
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
            "fault": self._fault,
        }

    def mount(self, application: web.Application) -> None:
        """Add the routes."""
        application.router.add_post("/_drive/{deed}", self.handle)
        application.router.add_get("/_show", self.show)

    async def handle(self, request: web.Request) -> web.Response:
        """One deed; what a person could not do is a 409 that says why."""
        deed = self.deeds.get(request.match_info["deed"])
        if deed is None:
            return web.json_response({"error": f"one of {sorted(self.deeds)}"}, status=404)
        try:
            done = await deed(await request.json())
        except NotPossible as why:
            return web.json_response({"error": str(why)}, status=409)
        except (LookupError, ValueError) as missing:
            return web.json_response({"error": f"missing or unknown: {missing}"}, status=400)
        return web.json_response({"done": _told(done)})

    async def show(self, request: web.Request) -> web.Response:
        """Everything that people see."""
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
        text = json.dumps({"tenants": shown, "trouble": self.teams.complaints}, indent=2)
        return web.Response(text=text, content_type="application/json")

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
        return {"closed": submission.closed, "ack": _told(submission.delivery)}

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

    async def _fault(self, asked: Json) -> str:
        fault = Fault[asked["fault"].upper()]
        self.teams.faults.next(asked["method"], fault, times=asked.get("times", 1), seconds=asked.get("seconds", 0))
        return fault.name


def _told(done: Any) -> Any:
    if isinstance(done, list):
        return [_told(each) for each in done]
    if isinstance(done, Delivery):
        last = done.last
        return {"status": last.status, "seconds": round(last.seconds, 4), "body": last.body, "error": last.error}
    return done
