"""Slack's limits, each named once beside its source. Lengths are in characters."""

from __future__ import annotations

MESSAGE_BLOCKS = 50
"""https://docs.slack.dev/reference/block-kit/blocks"""
VIEW_BLOCKS = 100
"""https://docs.slack.dev/reference/block-kit/blocks"""
MESSAGE_JSON = 12_000
"""A message's blocks as compact JSON. Slack answers ``msg_blocks_too_long`` from about 13,200 on; the rule is not
documented, so this stays clear of it."""
UPDATE_TEXT = 4000
"""``text`` of https://docs.slack.dev/reference/methods/chat.update"""
FALLBACK_TEXT = 3000
"""Our own bound for a message's ``text``: it is read out, and fits where it is edited too."""

SECTION_TEXT = 3000
"""https://docs.slack.dev/reference/block-kit/blocks/section-block"""
SECTION_FIELDS = 10
"""https://docs.slack.dev/reference/block-kit/blocks/section-block"""
FIELD_TEXT = 2000
"""https://docs.slack.dev/reference/block-kit/blocks/section-block"""
HEADER_TEXT = 150
"""https://docs.slack.dev/reference/block-kit/blocks/header-block"""
CONTEXT_ELEMENTS = 10
"""https://docs.slack.dev/reference/block-kit/blocks/context-block"""
ACTIONS_ELEMENTS = 25
"""https://docs.slack.dev/reference/block-kit/blocks/actions-block"""
INPUT_LABEL = 2000
"""https://docs.slack.dev/reference/block-kit/blocks/input-block"""
INPUT_HINT = 2000
"""https://docs.slack.dev/reference/block-kit/blocks/input-block"""

ID = 255
"""``action_id``, ``block_id`` and ``callback_id``: https://docs.slack.dev/reference/block-kit/block-elements"""
BUTTON_TEXT = 75
"""https://docs.slack.dev/reference/block-kit/block-elements/button-element"""
BUTTON_VALUE = 2000
"""https://docs.slack.dev/reference/block-kit/block-elements/button-element"""
OVERFLOW_OPTIONS = 5
"""https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element"""
SELECT_OPTIONS = 100
"""https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element"""
PLACEHOLDER = 150
"""https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element"""
INPUT_TEXT = 3000
"""What a text input takes: https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element"""
OPTION_TEXT = 75
"""https://docs.slack.dev/reference/block-kit/composition-objects/option-object"""
OPTION_VALUE = 150
"""https://docs.slack.dev/reference/block-kit/composition-objects/option-object"""
CONFIRM_TITLE = 100
"""https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object"""
CONFIRM_TEXT = 300
"""https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object"""
CONFIRM_BUTTON = 30
"""https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object"""

MODAL_TITLE = 24
"""A modal's title, submit and close: https://docs.slack.dev/reference/views/modal-views"""
PRIVATE_METADATA = 3000
"""https://docs.slack.dev/reference/views/modal-views"""
VIEW_BYTES = 250_000
"""``view_too_large``: https://docs.slack.dev/reference/methods/views.open"""
