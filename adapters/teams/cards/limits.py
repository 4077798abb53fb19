"""Teams' limits, each named once beside its source. Lengths are in characters, sizes in bytes."""

from __future__ import annotations

ACTIVITY_BYTES = 28 * 1024
"""A whole message with its cards; more is answered with 413:
https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/format-your-bot-messages"""
CARD_BYTES = 20 * 1024
"""Our own bound for a card in a message: what is left belongs to the sixty ids that may refresh it, and to the message
around it. Counted with every character outside of ASCII written out, the longest that a sender can make of it."""
PICTURE_BYTES = 11 * 1024
"""Our own bound for a PNG that stands in a card: a third more in base64, it leaves half of a message to the figures."""
PICTURED_BYTES = 26 * 1024
"""Our own bound for a card with a picture, which few ids may refresh."""
DIALOG_BYTES = 26 * 1024
"""Our own bound for a card in a dialog, counted likewise; the answer around it is small."""
REFRESH_USERS = 60
"""https://learn.microsoft.com/en-us/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/up-to-date-views"""
PRIMARY_ACTIONS = 6
"""Buttons of one row; more stand in the menu behind three dots:
https://learn.microsoft.com/en-us/microsoftteams/platform/task-modules-and-cards/cards/cards-format"""
DIALOG_TITLE = 64
"""https://learn.microsoft.com/en-us/microsoftteams/platform/task-modules-and-cards/task-modules/invoking-task-modules"""

TITLE = 300
"""Our own bound for a card's heading."""
FALLBACK_TEXT = 3000
"""Our own bound for what is read out and stands in notifications."""
MENTIONS = 20
"""Our own bound for people whom one message calls."""
INPUT_TEXT = 4000
"""Our own bound for what a text input takes; the platform has none, but a form has to fit into a card."""
INPUT_BYTES = 8_000
"""And in bytes, counted likewise, of what stands in it again when something was wrong."""
LABEL = 200
"""Our own bound for an input's label, a choice's title and a button's."""
CHOICES = 60
"""Our own bound for the choices of one input."""
CHOICE_VALUE = 300
"""Our own bound for a choice's value; a longer one is typed."""
EXACT_DIGITS = 15
"""Digits of a number that every client keeps: JSON's numbers are read as IEEE 754 doubles (RFC 8259, section 6)."""
