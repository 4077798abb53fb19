"""What is wrong with blocks and views, beside their limits: refused with the place and the reason."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.fakes.slack import Surface, check_blocks, check_view
from tests.fakes.slack.blocks import too_long, view_too_large
from tests.unit.fakes.blocks_by_hand import (
    Json,
    actions,
    button,
    field,
    modal,
    mrkdwn,
    option,
    options,
    plain,
    section,
    text,
)

WRONG: dict[str, tuple[list[Any], str]] = {
    "an unknown block": ([{"type": "marquee"}], "unsupported type: marquee [json-pointer:/blocks/0/type]"),
    "no type": ([{}], "missing required field: type [json-pointer:/blocks/0]"),
    "no object": (["divider"], "must be a valid object [json-pointer:/blocks/0]"),
    "an unknown key": ([section(colour="red")], "invalid additional property: colour [json-pointer:/blocks/0]"),
    "a null": ([section(accessory=None)], "must be a valid object [json-pointer:/blocks/0/accessory]"),
    "neither text nor fields": (
        [{"type": "section"}],
        "missing required field: text or fields [json-pointer:/blocks/0]",
    ),
    "an empty text": ([section(text=mrkdwn(""))], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    "a plain text for a text object": ([section(text="x")], "must be a valid object [json-pointer:/blocks/0/text]"),
    "mrkdwn in a header": (
        [{"type": "header", "text": mrkdwn("x")}],
        "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]",
    ),
    "mrkdwn on a button": (
        [actions(button(text=mrkdwn("x")))],
        "unsupported type: mrkdwn [json-pointer:/blocks/0/elements/0/text/type]",
    ),
    "emoji in mrkdwn": (
        [section(text={**mrkdwn("x"), "emoji": True})],
        "invalid additional property: emoji [json-pointer:/blocks/0/text]",
    ),
    "no elements": ([actions()], "no less than 1 items allowed [json-pointer:/blocks/0/elements]"),
    "a text input among actions": (
        [actions({"type": "plain_text_input"})],
        "unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]",
    ),
    "a button as an input": (
        [field(button())],
        "unsupported type: button [json-pointer:/blocks/0/element/type]",
    ),
    "a style that is none": (
        [actions(button(style="loud"))],
        "value must be one of primary, danger [json-pointer:/blocks/0/elements/0/style]",
    ),
    "one action_id twice": (
        [actions(button(), button())],
        "`action_id` go already exists for another block element [json-pointer:/blocks/0]",
    ),
    "one block_id twice": (
        [section(block_id="a"), section(block_id="a")],
        "`block_id` a already exists for another block [json-pointer:/blocks]",
    ),
    "an initial option that is not offered": (
        [actions({"type": "static_select", "options": options(2), "initial_option": option("Nine", "9")})],
        "initial option must match one of the options [json-pointer:/blocks/0/elements/0]",
    ),
    "one option twice": (
        [actions({"type": "static_select", "options": [option(), option()]})],
        "option values must be unique: 1 [json-pointer:/blocks/0/elements/0/options]",
    ),
    "options and groups": (
        [
            actions(
                {
                    "type": "static_select",
                    "options": options(1),
                    "option_groups": [{"label": plain("G"), "options": [option("Two", "2")]}],
                }
            )
        ],
        "exactly one of options, option_groups must be given [json-pointer:/blocks/0/elements/0]",
    ),
    "a confirmation without deny": (
        [actions(button(confirm={"title": plain("a"), "text": plain("b"), "confirm": plain("c")}))],
        "missing required field: deny [json-pointer:/blocks/0/elements/0/confirm]",
    ),
    "a day that is none": (
        [actions({"type": "datepicker", "initial_date": "2026-02-30"})],
        "must be a valid date [json-pointer:/blocks/0/elements/0/initial_date]",
    ),
    "a number with words": (
        [field({"type": "number_input", "is_decimal_allowed": True, "min_value": "ten"})],
        "must be a valid number [json-pointer:/blocks/0/element/min_value]",
    ),
    "bounds the wrong way round": (
        [field({"type": "number_input", "is_decimal_allowed": True, "min_value": "9", "max_value": "1"})],
        "min_value must not be greater than max_value [json-pointer:/blocks/0/element]",
    ),
    "a part where wholes are asked for": (
        [field({"type": "number_input", "is_decimal_allowed": False, "initial_value": "1.5"})],
        "must be a valid integer [json-pointer:/blocks/0/element/initial_value]",
    ),
    "a file input in a message": (
        [field({"type": "file_input"})],
        "unsupported type: file_input [json-pointer:/blocks/0/element/type]",
    ),
    "an image without source": (
        [{"type": "image", "alt_text": "x"}],
        "exactly one of image_url, slack_file must be given [json-pointer:/blocks/0]",
    ),
    "an address that is none": (
        [actions(button(url="javascript:alert(1)"))],
        "must be a valid URL [json-pointer:/blocks/0/elements/0/url]",
    ),
    "two tables": (
        [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}] * 2,
        "only one table is allowed [json-pointer:/blocks]",
    ),
    "a ragged table": (
        [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * n for n in (1, 2)]}],
        "rows must have the same number of cells [json-pointer:/blocks/0/rows]",
    ),
    "markdown in two parts": (
        [{"type": "markdown", "text": "x" * 6001}] * 2,
        "markdown must be less than 12001 characters in total [json-pointer:/blocks]",
    ),
}


@pytest.mark.parametrize(("blocks", "problem"), WRONG.values(), ids=WRONG)
def test_what_is_wrong(blocks: list[Any], problem: str) -> None:
    assert [str(each) for each in check_blocks(blocks)] == [problem]


def test_the_same_action_in_two_blocks_is_fine() -> None:
    assert check_blocks([actions(button()), actions(button())]) == []


@pytest.mark.parametrize("name", ["markdown", "table", "alert", "card", "task_card", "plan", "context_actions"])
def test_newer_blocks_stand_in_messages_alone(name: str) -> None:
    given: dict[str, Json] = {
        "markdown": {"text": "x"},
        "table": {"rows": [[{"type": "raw_text", "text": "x"}]]},
        "alert": {"text": mrkdwn("x")},
        "card": {"title": mrkdwn("x")},
        "task_card": {"task_id": "1", "title": "x", "status": "complete"},
        "plan": {"title": "x"},
        "context_actions": {"elements": [{"type": "icon_button", "icon": "trash", "text": plain("x")}]},
    }
    block = {"type": name, **given[name]}
    assert check_blocks([block]) == []
    for surface in (Surface.MODAL, Surface.HOME):
        assert [each.message for each in check_blocks([block], surface)] == [f"unsupported type: {name}"]


def test_all_the_blocks_together_are_limited() -> None:
    assert not too_long([{"type": "markdown", "text": text(12_000)}])
    assert too_long([{"type": "markdown", "text": text(12_000)}, section(text=mrkdwn(text(1_200)))])
    assert too_long([section(text=mrkdwn("x" * 210))] * 50), "structure counts too"


VIEWS: dict[str, tuple[Json, str | None]] = {
    "a form": (modal(field()), None),
    "a form without submit": (
        {key: value for key, value in modal(field()).items() if key != "submit"},
        "missing required field: submit (the view has input blocks) [json-pointer:/view]",
    ),
    "no blocks": (modal(blocks=[]), "no less than 1 items allowed [json-pointer:/view/blocks]"),
    "a title of 24": (modal(title=plain(text(24))), None),
    "a title of 25": (modal(title=plain(text(25))), "must be less than 25 characters [json-pointer:/view/title/text]"),
    "a submit of 25": (
        modal(submit=plain(text(25))),
        "must be less than 25 characters [json-pointer:/view/submit/text]",
    ),
    "a close of 25": (modal(close=plain(text(25))), "must be less than 25 characters [json-pointer:/view/close/text]"),
    "private_metadata of 3000": (modal(private_metadata=text(3000)), None),
    "private_metadata of 3001": (
        modal(private_metadata=text(3001)),
        "must be less than 3001 characters [json-pointer:/view/private_metadata]",
    ),
    "callback_id of 256": (
        modal(callback_id=text(256)),
        "must be less than 256 characters [json-pointer:/view/callback_id]",
    ),
    "no title": (
        {"type": "modal", "blocks": []},
        "missing required field: title [json-pointer:/view]",
    ),
    "a state sent back": (
        modal(state={"values": {}}),
        "invalid additional property: state [json-pointer:/view]",
    ),
    "a home": ({"type": "home", "blocks": [section()]}, None),
    "a home with a title": (
        {"type": "home", "blocks": [], "title": plain("Queue")},
        "invalid additional property: title [json-pointer:/view]",
    ),
    "a home with an input": ({"type": "home", "blocks": [field()]}, None),
    "two that take the focus": (
        modal(*(field({"type": "plain_text_input", "action_id": name, "focus_on_load": True}) for name in ("a", "b"))),
        "only one element can have focus_on_load [json-pointer:/view/blocks]",
    ),
    "a block of a message": (
        modal({"type": "markdown", "text": "x"}),
        "unsupported type: markdown [json-pointer:/view/blocks/0/type]",
    ),
}


@pytest.mark.parametrize(("view", "problem"), VIEWS.values(), ids=VIEWS)
def test_views(view: Json, problem: str | None) -> None:
    assert [str(each) for each in check_view(view)] == [*filter(None, [problem])]


def test_a_view_has_250_kilobytes() -> None:
    view = modal(*[section(text=mrkdwn("x" * 2500))] * 95)
    assert not view_too_large(view)
    assert view_too_large({**view, "blocks": [section(text=mrkdwn("é" * 2500))] * 95}), "in bytes"


def test_looking_changes_nothing() -> None:
    view = modal(field(), actions(button()))
    before = copy.deepcopy(view)
    check_view(view)
    assert view == before
