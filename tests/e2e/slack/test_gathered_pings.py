"""Twenty requests that escalate together come to a person as one list, whose buttons and lines tell the truth."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.fakes.slack import Message
from tests.rigs.slack_server import Town, town, words

COUNT = 20


def lists(acme: Town) -> list[Message]:
    """The lists that Dana was sent."""
    dms = acme.slack.dms(acme.users["dana"])
    return [each for each in dms if each.blocks and each.blocks[0].get("block_id") == "gathered"]


def named_in(shown: list[Message]) -> set[str]:
    return {block["accessory"]["value"] for each in shown for block in each.blocks if "accessory" in block}


async def test_twenty_at_once_are_one_list_or_a_card_and_a_list(tmp_path: Path) -> None:
    async with town(tmp_path) as acme:
        dana = acme.users["dana"]
        opened = await asyncio.gather(*(acme.agent.propose(100 + n, tool="batch_order") for n in range(COUNT)))
        ids = {one.id for one in opened}

        def cards() -> list[str]:
            dms = acme.slack.dms(dana)
            return [id_ for id_ in ids for each in acme.cards(id_) if each in dms]

        await acme.until(lambda: named_in(lists(acme)) | {*cards()} == ids or None, "Dana is told of each")
        messages = len(cards()) + len(lists(acme))
        assert messages <= 4, "never a message each"
        assert len(named_in(lists(acme))) + len(cards()) == COUNT, "each once"
        shown = lists(acme)[-1]
        assert "wait for a decision" in words(shown)
        chosen = min(named_in([shown]))
        assert (await acme.slack.click(dana, shown, "details", value=chosen)).ok
        view = await acme.view(dana, "Details")
        assert chosen in str(view.definition), "the whole case of this one"
        await acme.slack.click(dana, await acme.card(chosen, "rush"), "approve")
        await acme.until(lambda: "Approved by Dana" in words(lists(acme)[-1]) or None, "the list says so")
        for id_ in ids - {chosen}:
            await acme.slack.click(dana, await acme.card(id_, "rush"), "approve")
        await acme.until(
            lambda: all("these requests are decided" in words(each) for each in lists(acme)) or None, "and all of them"
        )
        await acme.require_sound()
