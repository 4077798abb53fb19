"""What Teams shows of a request in each of its states, and every dialog and answer, by golden files."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.rigs.teams_scenes import shown
from tests.unit.teams_cards.schema_check import problems

GOLDEN = Path(__file__).with_name("golden")
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
POLICY = re.compile(r"p-[0-9a-f]{11,}…?")
DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
RULE = re.compile(r"It runs alone only where [^\"]*\"")


def settled(value: Any) -> str:
    """What changes from run to run, or with the example policy, by a word."""
    text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
    for pattern, word in ((ID, "REQUEST"), (POLICY, "POLICY"), (DIGEST, "DIGEST"), (RULE, 'the reason"')):
        text = pattern.sub(word, text)
    return text


async def test_everything_is_as_its_golden_file_says() -> None:
    """A missing one is written, and fails once so that somebody looks at it."""
    everything = await shown()
    GOLDEN.mkdir(exist_ok=True)
    new = []
    for name, value in everything.items():
        path, text = GOLDEN / f"{name}.json", settled(value)
        if not path.exists():
            path.write_text(text, encoding="utf-8")
            new.append(path.name)
        assert text == path.read_text(encoding="utf-8"), name
    assert {path.stem for path in GOLDEN.iterdir()} == set(everything)
    if new:
        pytest.fail(f"{new} were not there and are now; look at them and run again")


async def test_everything_is_an_adaptive_card_by_microsofts_schema_and_by_teams_rules() -> None:
    for name, value in (await shown()).items():
        card = value["card"]["content"] if "card" in value else value
        assert problems(card) == [], name
