"""Whatever a sensitive value is and wherever it is repeated, a masked file does not hold it and is sound."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.deciding import Approve, Ask
from bot.filing import DecisionFile, Sight, read_file, write_file
from bot.filing.checking import check_file
from tests.rigs.filed import TRUSTED, filed, note_policy
from tests.rigs.house import new_house

# Letters that no digest, id or time has, so that a hit is a leak.
SECRETS = st.text("GHJKLMNPQRSTUVWXYZ", min_size=6, max_size=24)
TOLD = st.sampled_from(["{}", "card {}!", "{}{}", "lower: {}", "x\u202e{}\n"])


def nested(secret: str) -> st.SearchStrategy[Any]:
    return st.sampled_from([secret, [secret, "y"], {"number": secret, "of": {"whom": [secret]}}])


async def made(value: Any, said: list[str]) -> DecisionFile:
    house = await new_house()
    await note_policy(house)
    context = {"customer": said[0], "transcript": said, "note": {said[1]: said[2]}, "signals": {"card": said[0]}}
    request = await house.held(120, card=value, reason=said[0], context=context)
    await house.say(request, Ask(said[1]))
    question = (await house.store.request(request.id)).questions[0].id  # type: ignore[union-attr]  # it is there
    await house.redeeming.answer(request.id, question, said[2], **house.agent)
    await house.say(request, Approve(said[1]))
    file = await filed(house, request.id, Sight.MASKED)
    await house.store.close()
    return file


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_no_repetition_of_a_sensitive_value_is_in_a_masked_file(data: st.DataObject) -> None:
    secret = data.draw(SECRETS)
    said = [template.replace("{}", secret) for template in data.draw(st.lists(TOLD, min_size=3, max_size=3))]
    file = asyncio.run(made(data.draw(nested(secret)), said))
    raw = write_file(file)
    assert secret.casefold() not in json.dumps(json.loads(raw), ensure_ascii=False).casefold()
    checked = check_file(read_file(raw), TRUSTED)
    assert (checked.findings, checked.unsealed) == ((), 0)
    assert file.masked == ("card",)
