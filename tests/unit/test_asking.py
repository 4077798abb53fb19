"""Look-ups that come together go together, and nobody is left waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from bot.errors import Unavailable
from store.asking import Asking


class Shelf:
    """Numbers by name; keeps what it was asked for at once."""

    def __init__(self) -> None:
        self.numbers = {"one": 1, "two": 2, "three": 3}
        self.asked: list[list[str]] = []
        self.fails = False
        self.was_asked = asyncio.Event()

    async def fetch(self, names: Sequence[str]) -> Mapping[str, int]:
        self.asked.append(list(names))
        self.was_asked.set()
        await asyncio.sleep(0)
        if self.fails:
            raise Unavailable("the shelf fell down")
        return {name: self.numbers[name] for name in names if name in self.numbers}


async def test_what_comes_in_one_turn_is_one_query() -> None:
    shelf = Shelf()
    asking = Asking(shelf.fetch)
    names = ("one", "two", "one", "none")
    assert await asyncio.gather(*map(asking.get, names)) == [1, 2, 1, None]
    assert shelf.asked == [["one", "two", "none"]]


async def test_what_comes_later_is_looked_up_anew() -> None:
    shelf = Shelf()
    asking = Asking(shelf.fetch)
    first = asyncio.create_task(asking.get("one"))
    await shelf.was_asked.wait()
    second = asyncio.create_task(asking.get("one"))
    shelf.numbers["one"] = 10
    assert (await first, await second) == (10, 10)
    assert shelf.asked == [["one"], ["one"]]


async def test_a_query_has_no_more_names_than_it_may() -> None:
    shelf = Shelf()
    asking = Asking(shelf.fetch, most=2)
    assert await asyncio.gather(*map(asking.get, shelf.numbers)) == [1, 2, 3]
    assert shelf.asked == [["one", "two"], ["three"]]


async def test_a_failure_reaches_everybody_who_asked() -> None:
    shelf = Shelf()
    shelf.fails = True
    asking = Asking(shelf.fetch)
    answers = await asyncio.gather(asking.get("one"), asking.get("two"), return_exceptions=True)
    assert [type(answer) for answer in answers] == [Unavailable, Unavailable]
    shelf.fails = False
    assert await asking.get("one") == 1


async def test_one_who_went_away_spoils_nothing_for_the_others() -> None:
    shelf = Shelf()
    asking = Asking(shelf.fetch)
    gone, stays = asyncio.create_task(asking.get("one")), asyncio.create_task(asking.get("one"))
    await shelf.was_asked.wait()
    gone.cancel()
    assert await stays == 1
    with pytest.raises(asyncio.CancelledError):
        await gone
