"""Everything that Teams and Signoff do with each other, one deed at a time, each as often as wanted."""

from __future__ import annotations

from contextlib import suppress
from itertools import count
from typing import Any

from bot.cards import card, history
from bot.domain.requests import MessageRef, Request
from bot.errors import SignoffError
from bot.ports import Posting
from tests.fakes.teams import Fault, Message, Token
from tests.rigs.loop_watch import Deed
from tests.rigs.teams_office import PLACE, Office

CARD_NUMBER = "4111222233334444"
RETRIED = (Fault.THROTTLED, Fault.PRECONDITION_FAILED, Fault.BAD_GATEWAY, Fault.UNAVAILABLE, Fault.GATEWAY_TIMEOUT)
FINAL = (Fault.FORBIDDEN, Fault.NOT_FOUND, Fault.TOO_BIG, Fault.LOST, Fault.HTML)


class Deeds:
    """The deeds of one office. Each brings a request of its own, or leaves everything as it was."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.teams = office.teams
        self._numbers = count(1)

    def receiving(self) -> dict[str, Deed]:
        """What people do and what Teams tells, by name."""
        return {
            "buttons": self.buttons,
            "views": self.views,
            "forms": self.forms,
            "editing": self.editing,
            "commands": self.commands,
            "pausing": self.pausing,
            "installing": self.installing,
            "tokens": self.tokens,
            "nonsense": self.nonsense,
            "large": self.large,
            "new keys": self.new_keys,
        }

    def sending(self) -> dict[str, Deed]:
        """What Signoff sends, by name."""
        return {
            "cards": self.cards,
            "a large card": self.large_card,
            "texts": self.texts,
            "retries": self.retries,
            "refusals": self.refusals,
            "new token": self.new_token,
        }

    # ------------------------------------------------------------------------------------------------------ receiving

    async def buttons(self) -> None:
        """Every button that does something at once, an old client's form, and a click by somebody who may not."""
        dana = self.office.dana
        _, message = await self.held()
        for verb in ("claim", "release", "approve"):
            assert (await self.teams.click(dana, message, verb)).ok
        request, other = await self.held()
        assert (await self.teams.click(self.office.rosa, other, "approve")).ok
        claimed = await self.teams.click(dana, other, "claim", old_client=True)
        asked = {"id": f"asked-{next(self._numbers)}", "value": {"request": request.id, "verb": "reject"}}
        assert (await self.teams.send({**claimed.activity, **asked})).ok
        typed = {"reason_code": "wrong_amount", "note": "No."}
        assert (await self.teams.click(dana, self.teams.chat(dana)[-1], "reject", typed)).ok

    async def views(self) -> None:
        """Cards drawn for one person, by themselves and because they asked."""
        _, message = await self.held()
        assert await self.teams.show(self.office.dana, message) is not None
        assert (await self.teams.refresh(self.office.users["lee"], message)).ok
        clicked = await self.teams.click(self.office.dana, message, "claim")
        assert (await self.teams.replay(clicked)).status == 200

    async def forms(self) -> None:
        """Every dialog but the edit."""
        dana = self.office.dana
        for verb, typed in (
            ("reject", {"reason_code": "wrong_amount", "note": "No.", "lesson": "threshold"}),
            ("ask", {"text": "Was it delivered?"}),
            ("reassign", {"to": "lee"}),
            ("snooze", {}),
        ):
            _, message = await self.held()
            dialog = await self.office.opens(dana, message, verb)
            assert (await self.teams.submit(dialog, typed)).closed
        _, message = await self.held(card=CARD_NUMBER)
        for verb in ("details", "explain", "show"):
            self.teams.close(await self.office.opens(dana, message, verb))

    async def editing(self) -> None:
        """An edit with an error in place, looked at and signed."""
        _, message = await self.held()
        dialog = await self.office.opens(self.office.dana, message, "edit")
        await self.teams.submit(dialog, {"arg.amount": "2500", "note": "Half."})
        await self.teams.submit(dialog, {"arg.amount": "60"})
        assert (await self.teams.submit(dialog, {}, "Sign")).closed

    async def commands(self) -> None:
        """Every command that is a question, in the channel and in a chat."""
        request, _ = await self.held()
        dana, vera = self.office.dana, self.office.users["vera"]
        for text in ("help", "queue", f"show {request.id}", "summary refunds week", "who refunds", "quue"):
            await self.teams.direct(dana, text)
            await self.teams.mention(dana, self.office.refunds, text)
        await self.teams.mention(vera, self.office.refunds, f"link {PLACE}")

    async def pausing(self) -> None:
        """Pause and resume."""
        vera = self.office.users["vera"]
        for command in ("pause action:refund", "resume"):
            await self.teams.direct(vera, command)
            dialog = await self.office.opens(vera, self.teams.chat(vera)[-1], command.split()[0])
            assert (await self.teams.submit(dialog, {"reason": "A trial."})).closed

    async def installing(self) -> None:
        """The bot comes and goes, and so do channels and people."""
        office, dana = self.office, self.office.dana
        nina = office.contoso.user(f"Nina {next(self._numbers)}", email=f"nina{next(self._numbers)}@acme.test")
        await self.teams.install_for(nina)
        await self.teams.uninstall_for(nina)
        await self.teams.join(nina, office.team)
        await self.teams.leave(nina, office.team)
        await self.teams.uninstall_from(office.team, dana)
        await self.teams.install_in(office.team, dana)
        channel = await self.teams.create_channel(office.team, f"channel {next(self._numbers)}")
        await self.teams.rename_channel(channel, f"channel {next(self._numbers)}")
        await self.teams.delete_channel(channel)
        await self.teams.restore_channel(channel)
        await self.teams.rename_team(office.team, f"Support {next(self._numbers)}")

    async def tokens(self) -> None:
        """Every token, good and bad."""
        _, message = await self.held()
        for token in Token:
            await self.teams.click(self.office.rosa, message, "approve", as_of=0, token=token)
            await self.settled()

    async def nonsense(self) -> None:
        """What is no activity, and invokes that are malformed or none of ours."""
        for body in (b"", b"{}", b"[" * 500, b"\xff\xfe"):
            await self.teams.send_bytes(body)
        for name, value in (("adaptiveCard/action", {}), ("task/fetch", []), ("task/submit", "x"), ("other", None)):
            await self.teams.invoke(self.office.dana, self.office.refunds, name, value)
        await self.settled()

    async def large(self) -> None:
        """As much as is taken, and more: long texts, many values, deep ones."""
        request, message = await self.held()
        values: list[Any] = [
            "x" * 200_000,
            [{"type": "x"}] * 6_000,
            [{"type": "x"}] * 15_000,
            [1.5] * 15_000,
            [[]] * 60_000,
        ]
        for value in values:
            data = {"verb": "edit", "request": request.id, "note": value}
            action = {"action": {"type": "Action.Execute", "verb": "approve", "data": data}, "trigger": "automatic"}
            for name in ("adaptiveCard/action", "task/fetch", "task/submit"):
                await self.teams.invoke(self.office.dana, message, name, {"data": data, **action})
        await self.teams.send_bytes(b"[" * 250_000)
        await self.teams.send_bytes(b"x" * 300_000)
        await self.settled()

    async def new_keys(self) -> None:
        """Microsoft's keys change, and a day goes by."""
        _, message = await self.held()
        self.office.house.clock.move(seconds=5)
        self.teams.rotate_keys()
        assert (await self.teams.click(self.office.dana, message, "claim")).ok
        self.office.house.clock.move(hours=25)
        assert (await self.teams.direct(self.office.dana, "help")).ok

    # -------------------------------------------------------------------------------------------------------- sending

    async def cards(self) -> None:
        """A card and lines below it, redrawn and taken away; in a channel and with one person."""
        request, _ = await self.held()
        for place in (self.office.refunds.id, "person:dana"):
            ref = await self.post(request, place)
            await self.office.chat.update(ref, self.drawn(request), lead="It waits.")
            records = await self.office.house.store.events(f"request:{request.id}")
            lines = history(records, request, self.office.house.policy, agent="support")
            await self.office.chat.reply(ref, lines, self.posting(calls=(self.office.person("dana"),)))
            await self.office.chat.clear(ref)

    async def large_card(self) -> None:
        """A card of which most goes behind its details."""
        many = {f"field_{number}": "word " * 40 for number in range(60)}
        request, message = await self.held(reason="r" * 2_000, **many)
        await self.office.chat.update(await self.post(request, self.office.refunds.id), self.drawn(request))
        self.teams.close(await self.office.opens(self.office.dana, message, "details"))

    async def texts(self) -> None:
        """What is told to one person."""
        await self.office.chat.tell(self.office.person("dana"), "word " * 1_500, self.posting())

    async def retries(self) -> None:
        """What passes by itself, for a post, a change and a member."""
        request, _ = await self.held()
        ref = await self.post(request, self.office.refunds.id)
        for fault in RETRIED:
            self.teams.faults.next("updateActivity", fault)
            self.teams.faults.next("createConversation", fault)
            self.teams.faults.next("getMember", fault)
            self.office.house.clock.move(minutes=11)
            with suppress(SignoffError):
                await self.office.chat.update(ref, self.drawn(request))
            with suppress(SignoffError):
                await self.post(request, self.office.refunds.id)
            self.teams.faults.clear()

    async def refusals(self) -> None:
        """What does not pass."""
        request, _ = await self.held()
        ref = await self.post(request, self.office.refunds.id)
        for fault in FINAL:
            for method in ("createConversation", "updateActivity", "getMember"):
                self.teams.faults.next(method, fault)
            self.office.house.clock.move(minutes=11)
            with suppress(SignoffError):
                await self.office.chat.update(ref, self.drawn(request))
            with suppress(SignoffError):
                await self.post(request, self.office.refunds.id)
            self.teams.faults.clear()

    async def new_token(self) -> None:
        """A token that ends, one that is renewed ahead, and one that is refused."""
        for minutes in (55, 120):
            self.office.house.clock.move(minutes=minutes)
            await self.texts()
        self.teams.revoke_tokens()
        await self.texts()

    # --------------------------------------------------------------------------------------------------------- inside

    async def held(self, **more: Any) -> tuple[Request, Message]:
        """A request of a customer of its own, and its card."""
        self.office.house.clock.move(seconds=61)  # no conversation is full, and nobody was asked for of late
        context = {"customer": f"c-{next(self._numbers)}", "session": f"s-{next(self._numbers)}"}
        return await self.office.held(120, context=context, **more)

    async def post(self, request: Request, place: str) -> MessageRef:
        """Its card, on record."""
        ref = await self.office.chat.post(place, self.drawn(request), self.posting())
        await self.office.record(request, ref)
        return ref

    def drawn(self, request: Request) -> Any:
        """Its card as everybody sees it."""
        return card(request, self.office.house.policy, viewer=None, now=self.office.house.clock.now())

    def posting(self, **more: Any) -> Posting:
        """One that never was."""
        return Posting(f"deed-{next(self._numbers)}", **more)

    async def settled(self) -> None:
        """What went wrong on purpose is no complaint."""
        await self.office.app._room.jobs.finish(10)
        self.teams.world.complaints.clear()
