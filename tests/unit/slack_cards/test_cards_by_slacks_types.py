"""Cards beside Slack's own models and types: what we send, both know."""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.models.blocks import Block

from adapters.slack.cards.card import Mentions, card_message
from adapters.slack.cards.lines import thread_lines
from bot.cards import history
from tests.rigs.slack_scenes import SCENES, scene
from tests.unit.fakes.test_slack_types import compiled, compiler

__all__ = ["compiler"]  # a fixture


@pytest.fixture
def quiet() -> Iterator[None]:
    """The models report what they drop in the log."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


async def every_block() -> list[dict[str, Any]]:
    """The blocks of every scene's card and thread."""
    found: list[dict[str, Any]] = []
    for name in SCENES:
        house, request, card = await scene(name)
        mentions = Mentions(("U0DANA",), ("S0SUPER",))
        found += card_message(card, mentions=mentions, lead="It still waits.", desk_url="https://desk.test/1")["blocks"]
        records = await house.store.events(f"request:{request.id}")
        found += thread_lines(history(records, request, house.policy), mentions=mentions)["blocks"]
        await house.store.close()
    return found


async def test_the_sdks_models_give_every_block_back_unchanged(quiet: None) -> None:
    for block in await every_block():
        parsed = Block.parse(copy.deepcopy(block))
        assert parsed is not None
        assert parsed.to_dict() == block


async def test_slacks_own_types_take_every_block(compiler: Path) -> None:
    assert compiled(compiler, [("KnownBlock", block) for block in await every_block()]) == {}
