"""Each limit of Slack's on blocks: as much is accepted, one more is refused with its place."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.fakes.slack import Surface, check_blocks
from tests.unit.fakes.blocks_by_hand import (
    Json,
    actions,
    button,
    confirm,
    field,
    mrkdwn,
    option,
    options,
    plain,
    section,
    text,
)

LIMITS: dict[str, tuple[Callable[[int], Json], int, str]] = {
    "section text": (lambda n: section(text=mrkdwn(text(n))), 3000, "/blocks/0/text/text"),
    "fields": (lambda n: section(fields=[mrkdwn("x")] * n), 10, "/blocks/0/fields"),
    "a field's text": (lambda n: section(fields=[mrkdwn(text(n))]), 2000, "/blocks/0/fields/0/text"),
    "header": (lambda n: {"type": "header", "text": plain(text(n))}, 150, "/blocks/0/text/text"),
    "block_id": (lambda n: section(block_id=text(n)), 255, "/blocks/0/block_id"),
    "actions": (
        lambda n: actions(*(button(action_id=str(i)) for i in range(n))),
        25,
        "/blocks/0/elements",
    ),
    "context": (lambda n: {"type": "context", "elements": [mrkdwn("x")] * n}, 10, "/blocks/0/elements"),
    "button text": (lambda n: actions(button(text=plain(text(n)))), 75, "/blocks/0/elements/0/text/text"),
    "button value": (lambda n: actions(button(value=text(n))), 2000, "/blocks/0/elements/0/value"),
    "button url": (lambda n: actions(button(url="https://x/" + "y" * (n - 10))), 3000, "/blocks/0/elements/0/url"),
    "action_id": (lambda n: actions(button(action_id=text(n))), 255, "/blocks/0/elements/0/action_id"),
    "option text": (
        lambda n: actions({"type": "overflow", "options": [option(text(n))]}),
        75,
        "/blocks/0/elements/0/options/0/text/text",
    ),
    "option value": (
        lambda n: actions({"type": "overflow", "options": [option(value=text(n))]}),
        150,
        "/blocks/0/elements/0/options/0/value",
    ),
    "overflow": (lambda n: actions({"type": "overflow", "options": options(n)}), 5, "/blocks/0/elements/0/options"),
    "select": (
        lambda n: actions({"type": "static_select", "options": options(n)}),
        100,
        "/blocks/0/elements/0/options",
    ),
    "checkboxes": (
        lambda n: actions({"type": "checkboxes", "options": options(n)}),
        10,
        "/blocks/0/elements/0/options",
    ),
    "placeholder": (
        lambda n: actions({"type": "users_select", "placeholder": plain(text(n))}),
        150,
        "/blocks/0/elements/0/placeholder/text",
    ),
    "confirm title": (
        lambda n: actions(button(confirm=confirm(title=plain(text(n))))),
        100,
        "/blocks/0/elements/0/confirm/title/text",
    ),
    "confirm text": (
        lambda n: actions(button(confirm=confirm(text=mrkdwn(text(n))))),
        300,
        "/blocks/0/elements/0/confirm/text/text",
    ),
    "confirm button": (
        lambda n: actions(button(confirm=confirm(confirm=plain(text(n))))),
        30,
        "/blocks/0/elements/0/confirm/confirm/text",
    ),
    "input label": (lambda n: field(label=plain(text(n))), 2000, "/blocks/0/label/text"),
    "input hint": (lambda n: field(hint=plain(text(n))), 2000, "/blocks/0/hint/text"),
    "initial value": (
        lambda n: field({"type": "plain_text_input", "initial_value": text(n)}),
        3000,
        "/blocks/0/element/initial_value",
    ),
    "alt text": (
        lambda n: {"type": "image", "image_url": "https://x/y.png", "alt_text": text(n)},
        2000,
        "/blocks/0/alt_text",
    ),
    "markdown": (lambda n: {"type": "markdown", "text": text(n)}, 12_000, "/blocks/0/text"),
    "table rows": (
        lambda n: {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]] * n},
        100,
        "/blocks/0/rows",
    ),
    "table columns": (
        lambda n: {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * n]},
        20,
        "/blocks/0/rows/0",
    ),
}


@pytest.mark.parametrize(("make", "most", "pointer"), LIMITS.values(), ids=LIMITS)
def test_a_limit(make: Callable[[int], Json], most: int, pointer: str) -> None:
    assert check_blocks([make(most)]) == []
    assert [problem.pointer for problem in check_blocks([make(most + 1)])] == [pointer]


@pytest.mark.parametrize(("surface", "most"), [(Surface.MESSAGE, 50), (Surface.MODAL, 100), (Surface.HOME, 100)])
def test_so_many_blocks(surface: Surface, most: int) -> None:
    assert check_blocks([{"type": "divider"}] * most, surface) == []
    [problem] = check_blocks([{"type": "divider"}] * (most + 1), surface)
    assert str(problem) == f"no more than {most} items allowed [json-pointer:/blocks]"
