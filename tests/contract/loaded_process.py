"""A process under load, to be killed: opens and decides requests as fast as it can and says what was acknowledged."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta

from bot.domain.requests import DecisionKind
from store.opening import open_store
from tests.contract.flows import deciding, enrolling, noting, opening


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


async def main(url: str, round_: str) -> None:
    store = await open_store(url, SystemClock(), vault_key=None, migrate=False)
    if await store.agent("agent-1") is None:
        await store.transact(*enrolling())

    async def client(number: int) -> None:
        done = 0
        while True:
            id_ = f"{round_}-{number}-{done}"
            await store.transact(*opening(id_, customer=f"c-{number}"))
            say("opened", id_)
            await store.transact(*deciding(id_, "ada", DecisionKind.REJECTED if done % 2 else DecisionKind.APPROVED))
            say("decided", id_)
            say("noted", str(await store.transact(*noting("count"))))
            if await store.shelf.add("kept", id_, id_.encode(), now=datetime.now(UTC)):
                say("shelved", id_)
            await store.shelf.put("taken", id_, b"")
            if await store.shelf.take("taken", id_, datetime.now(UTC)) is not None:
                say("taken", id_)
            done += 1

    async def sender() -> None:
        while True:
            for leased in await store.outbox.lease("webhook", datetime.now(UTC), hold=timedelta(milliseconds=1)):
                say("sending", leased.message.id)
                await store.outbox.sent(leased.message.id, datetime.now(UTC))
                say("sent", leased.message.id)
            await asyncio.sleep(0.001)

    say("ready", "")
    await asyncio.gather(sender(), *(client(number) for number in range(16)))


def say(what: str, which: str) -> None:
    sys.stdout.write(f"{what} {which}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
