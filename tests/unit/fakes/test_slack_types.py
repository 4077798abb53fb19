"""The fake's rules for blocks beside Slack's own types (`@slack/types`), by the TypeScript compiler.

The types know no lengths, so only shapes are compared. Needs Node and npm; what they fetch is kept in pytest's cache.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.fakes import slack
from tests.fakes.slack import check_blocks, check_view
from tests.rigs import npm
from tests.unit.fakes.block_strategies import ANY_BLOCK, misshapen

Json = dict[str, Any]
HOME = Path(slack.__file__).parent / "types"
LONGEST = 40
"""Characters that a text keeps on its way to the compiler."""
COMPILE = [
    "--lib",
    "es2022",
    "--noEmit",
    "--strict",
    "--skipLibCheck",
    "--target",
    "es2022",
    "--module",
    "esnext",
    "--moduleResolution",
    "bundler",
]

STRICTER: dict[str, str] = {
    r"^missing required field: (title|confirm|deny) .*/confirm\]$": "the types have defaults for them",
    r"^missing required field: value .*/options/\d+\]$": "the types leave an option's value out",
    r"^exactly one of options, option_groups": "to the types both are optional",
    r"^missing required field: text or fields": "to the types both are optional",
    r"^missing required field: trigger_actions_on": "to the types it is optional",
    r"^option values must be unique": "types compare nothing",
}
"""What the fake refuses and the types accept, with the reason."""

LOOSER: dict[str, str] = {}
"""What the types refuse and the fake accepts: nothing is known."""


def collected(strategy: Any, count: int, take: Callable[[Any], Json]) -> list[Json]:
    """So many examples, the same ones every time."""
    found: list[Json] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    @given(strategy)
    def collect(example: Any) -> None:
        found.append(shortened(take(example)))

    collect()
    return found


def shortened(value: Any) -> Any:
    """The same shape with short texts and few copies."""
    if isinstance(value, dict):
        return {key: shortened(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shortened(each) for each in value[:4]]
    return value[:LONGEST] if isinstance(value, str) else value


@pytest.fixture(scope="module")
def compiler(request: pytest.FixtureRequest) -> Path:
    """A directory with TypeScript and Slack's types in it, as locked."""
    npm.require_node("compile Slack's types")
    assert request.config.cache is not None
    return npm.modules(HOME, request.config.cache.mkdir("slack-types")).parent


def compiled(place: Path, values: list[tuple[str, Json]]) -> dict[int, str]:
    """By number, what the compiler says against each value of the named type; those that it accepts are left out."""
    lines = ["import type * as slack from '@slack/types';"]
    lines += [f"export const v{n}: slack.{kind} = {json.dumps(value)};" for n, (kind, value) in enumerate(values)]
    source = place / f"values-{os.getpid()}.ts"
    source.write_text("\n".join(lines) + "\n")
    tsc = ["node", "node_modules/typescript/bin/tsc", *COMPILE, source.name]
    said = subprocess.run(tsc, cwd=place, capture_output=True, text=True, check=False, timeout=110).stdout
    source.unlink()
    errors = re.findall(rf"^{source.name}\((\d+),\d+\): error (.*)$", said, re.MULTILINE)
    assert errors or not said.strip(), said
    return {int(line) - 2: message for line, message in reversed(errors)}


def compare(values: list[tuple[str, Json]], fake: list[list[str]], types: dict[int, str]) -> list[str]:
    """Every disagreement without a known reason."""
    found = []
    for number, (_, value) in enumerate(values):
        if fake[number] and number not in types:
            unknown = [each for each in fake[number] if not any(re.search(pattern, each) for pattern in STRICTER)]
            found += [f"the fake alone refuses {json.dumps(value)}: {unknown}"] if unknown else []
        elif number in types and not fake[number]:
            known = any(re.search(pattern, types[number]) for pattern in LOOSER)
            found += [] if known else [f"the types alone refuse {json.dumps(value)}: {types[number]}"]
    return found


def test_blocks(compiler: Path) -> None:
    good = collected(ANY_BLOCK, 150, lambda block: block)
    wrong = collected(misshapen(), 300, lambda pair: pair[1])
    values = [("KnownBlock", block) for block in good + wrong]
    fake = [[str(each) for each in check_blocks([block])] for _, block in values]
    types = compiled(compiler, values)
    assert len(types) > 100, "the compiler found what is wrong"
    assert compare(values, fake, types) == []


def test_the_newer_blocks(compiler: Path) -> None:
    rich = {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}],
    }
    words, label = {"type": "mrkdwn", "text": "x"}, {"type": "plain_text", "text": "x"}
    blocks: list[Json] = [
        rich,
        {"type": "alert", "text": words, "level": "warning"},
        {"type": "card", "title": words, "body": words, "actions": [{"type": "button", "text": label}]},
        {"type": "carousel", "elements": [{"type": "card", "title": words}]},
        {"type": "container", "title": label, "child_blocks": [{"type": "divider"}], "is_collapsible": True},
        {"type": "context_actions", "elements": [{"type": "icon_button", "icon": "trash", "text": label}]},
        {"type": "markdown", "text": "x"},
        {
            "type": "plan",
            "title": "x",
            "tasks": [{"type": "task_card", "task_id": "1", "title": "x", "status": "error"}],
        },
        {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}, rich]], "column_settings": [{"align": "right"}]},
        {"type": "video", "title": label, "alt_text": "x", "video_url": "https://x", "thumbnail_url": "https://x"},
    ]
    values = [("KnownBlock", block) for block in blocks]
    values += [("KnownBlock", {**block, "colour": "red"}) for block in blocks]
    values += [("KnownBlock", {key: block[key] for key in [*block][:-1]}) for block in blocks if len(block) == 2]
    fake = [[str(each) for each in check_blocks([block])] for _, block in values]
    assert compare(values, fake, compiled(compiler, values)) == []
    assert fake[: len(blocks)] == [[]] * len(blocks)


def test_views(compiler: Path) -> None:
    label = {"type": "plain_text", "text": "Edit"}
    modal: Json = {"type": "modal", "title": label, "blocks": [{"type": "divider"}]}
    home: Json = {"type": "home", "blocks": [{"type": "divider"}]}
    values = [
        ("ModalView", modal),
        ("ModalView", {**modal, "submit": label, "close": label, "notify_on_close": True, "external_id": "r1"}),
        ("ModalView", {**modal, "colour": "red"}),
        ("ModalView", {**modal, "clear_on_close": "yes"}),
        ("ModalView", {key: modal[key] for key in ("type", "blocks")}),
        ("HomeView", {**home, "callback_id": "home", "private_metadata": "x"}),
        ("HomeView", {**home, "title": label}),
    ]
    fake = [[str(each) for each in check_view(view)] for _, view in values]
    assert compare(values, fake, compiled(compiler, values)) == []
    assert [bool(each) for each in fake] == [False, False, True, True, True, False, True]
