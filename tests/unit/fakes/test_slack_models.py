"""The fake's rules for blocks beside the SDK's own block models: never looser, and stricter only for a known reason.

The models count as accepting a block when they parse it, find nothing wrong and give it back unchanged: they drop what
they do not know.
"""

from __future__ import annotations

import copy
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from tests.fakes.slack import check_blocks, check_view
from tests.unit.fakes.block_strategies import ANY_BLOCK, misshapen, oversized

STRICTER: dict[str, str] = {
    r"^`(action|block)_id` .* already exists": "the models look at one element at a time",
    r"^must be less than 2001 characters .*/fields/\d+/text\]$": "the models know how many fields, not how long",
    r"^must be less than 3001 characters .*/elements/\d+/text\]$": "the models know no length for text in a context",
    r"(/options/|/option_groups/)": "the models keep options as they are told and look at few of their parts",
    r"^no more than 10 items allowed .*/(element|accessory|elements/\d+)/options\]$": "those have ten",
    r"^option values must be unique": "the models don't compare options",
    r"^must be a valid (string|boolean|integer|number|array|object) ": "the models don't look at types",
    r"^must be less than 256 characters .*/initial_\w+(/\d+)?\]$": "an id that long is none",
    r"^(exactly one of image_url|missing required field: (image_url|alt_text))": "the models build images of nothing",
    r"/dispatch_action_config": "the models pass it on",
    r"^no more than \d+ items allowed .*/initial_users\]$": "the fake's own bound",
    r"/initial_(value|date|time|option|options)\]$": "the models know no limit for what stands in a field at first",
    r"^missing required field: text .*(placeholder|hint|title|label|description)": "the models miss it",
}
"""What the fake refuses and the models accept, with the reason."""

LOOSER: dict[str, str] = {}
"""What the models refuse and the fake accepts: nothing is known."""


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """The models report what they drop in the log."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def models_refuse(block: dict[str, Any]) -> str:
    """Why the models don't accept a block; empty when they do."""
    try:
        parsed = Block.parse(copy.deepcopy(block))
        if parsed is None:
            return "unknown block"
        return "" if parsed.to_dict() == block else "given back changed"
    except (SlackObjectFormationError, TypeError, KeyError, AttributeError, ValueError) as error:
        return f"{type(error).__name__}: {error}"


def compare(block: dict[str, Any]) -> None:
    """Fail where the two disagree without a known reason."""
    fake, models = [str(each) for each in check_blocks([block])], models_refuse(block)
    if fake and not models:
        unknown = [each for each in fake if not any(re.search(pattern, each) for pattern in STRICTER)]
        assert not unknown, f"the fake alone refuses: {unknown}"
    if models and not fake:
        assert any(re.search(pattern, models) for pattern in LOOSER), f"the models alone refuse: {models}"


@given(ANY_BLOCK)
def test_what_is_within_the_limits_both_accept(block: dict[str, Any]) -> None:
    assert [str(each) for each in check_blocks([block])] == []
    assert models_refuse(block) == ""


@given(oversized())
def test_about_sizes_the_fake_is_never_looser(block: dict[str, Any]) -> None:
    compare(block)


@given(misshapen())
def test_about_shapes_the_fake_is_never_looser(wrong: tuple[str, dict[str, Any]]) -> None:
    compare(wrong[1])


@pytest.mark.parametrize(
    ("change", "both"),
    [
        ({}, True),
        ({"title": {"type": "plain_text", "text": "x" * 25}}, True),
        ({"submit": {"type": "plain_text", "text": "x" * 25}}, True),
        ({"close": {"type": "plain_text", "text": "x" * 25}}, True),
        ({"private_metadata": "x" * 3001}, True),
        ({"callback_id": "x" * 256}, True),
        ({"blocks": [{"type": "divider"}] * 101}, True),
        ({"type": "saloon"}, True),
        ({"blocks": []}, True),
        # The models don't look at what a form needs.
        ({"submit": None}, False),
    ],
)
def test_views_too(change: dict[str, Any], both: bool) -> None:
    text = {"type": "plain_text", "text": "Edit"}
    element = {"type": "plain_text_input", "action_id": "note"}
    form = {"type": "input", "label": text, "element": element}
    view = {"type": "modal", "title": text, "submit": text, "blocks": [form], **change}
    view = {key: value for key, value in view.items() if value is not None}
    try:
        View(**copy.deepcopy(view)).to_dict()
        models = False
    except SlackObjectFormationError:
        models = True
    assert bool(check_view(view)) == (bool(change))
    assert models == (bool(change) and both)
