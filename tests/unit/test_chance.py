from __future__ import annotations

import os
import uuid

from bot.domain.chance import POOL_BYTES, Chance


def test_no_byte_is_given_twice() -> None:
    source = iter(range(100))
    asked: list[int] = []

    def numbered(count: int) -> bytes:
        asked.append(count)
        start = next(source)
        return b"".join((start * POOL_BYTES + at).to_bytes(4, "big") for at in range(count // 4))

    chance = Chance(numbered)
    given = [chance(8) for _ in range(2000)]
    assert len(set(given)) == 2000
    assert asked == [POOL_BYTES] * 4


def test_more_than_the_pool_holds() -> None:
    assert len(Chance(os.urandom)(POOL_BYTES * 3)) == POOL_BYTES * 3


def test_a_uuid_is_one() -> None:
    chance = Chance(os.urandom)
    made = {chance.uuid4() for _ in range(1000)}
    assert len(made) == 1000
    assert {(uuid.UUID(text).version, uuid.UUID(text).variant) for text in made} == {(4, uuid.RFC_4122)}
