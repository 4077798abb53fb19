"""Twenty requests that escalate together come to a person as one list, which tells the truth of each."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.fakes.teams import Message
from tests.fakes.teams.cards.reading import texts
from tests.rigs.teams_fleet import Fleet, fleet

COUNT = 20


def read(message: Message) -> str:
    return " ".join(texts(message.card or {}))


def lists(there: Fleet) -> list[Message]:
    """The lists that Dana was sent."""
    return [each for each in there.chat("dana") if "🔔" in read(each) and "requests" in read(each)]


async def test_twenty_at_once_are_one_list_or_a_card_and_a_list(tmp_path: Path) -> None:
    async with fleet(tmp_path) as there:
        ids = await asyncio.gather(*(there.open(number, "batch_order") for number in range(COUNT)))

        def told() -> bool:
            return all(there.chat("dana", id_) and there.cards(there.refunds, id_) for id_ in ids)

        await there.until(told)
        assert len(there.chat("dana")) <= 4, "never a message each"
        assert all(len(there.chat("dana", id_)) == 1 for id_ in ids), "each once"
        (shown, *_) = lists(there)
        chosen = next(id_ for id_ in ids if id_ in str(shown.card))
        dana = there.users["dana"]
        assert (await there.teams.click(dana, there.cards(there.refunds, chosen)[0], "approve")).ok
        await there.until(lambda: "Approved by Dana" in read(shown))
        for id_ in ids:
            if id_ != chosen:
                assert (await there.teams.click(dana, there.cards(there.refunds, id_)[0], "approve")).ok
        await there.until(lambda: all("these requests are decided" in read(each) for each in lists(there)))
        await there.until_quiet()
        await there.require_sound()
