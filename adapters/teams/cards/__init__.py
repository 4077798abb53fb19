"""What Teams shows, as plain dicts: pure functions of neutral values, without I/O, clock or SDK.

``*_attachment`` and ``*_card`` are Adaptive Cards (the ``content`` of an attachment of type ``TYPE``); ``*_dialog``
are task modules (the ``value`` of an answer of type ``continue``), and ``dialog`` makes one of a card. ``values`` and
``sent`` read what comes back.
"""

from adapters.teams.cards.answers import (
    help_card,
    not_linked_card,
    refusal_card,
    request_card,
    say_card,
    unknown_command_card,
    unknown_owner_card,
    who_card,
)
from adapters.teams.cards.buttons import AT_ONCE
from adapters.teams.cards.card import card_attachment, fallback_text, refresh_for
from adapters.teams.cards.dialogs import (
    ask_dialog,
    details_card,
    dialog,
    duty_dialog,
    edit_dialog,
    item_dialog,
    may_not,
    notice_card,
    on_call_card,
    pause_dialog,
    reassign_dialog,
    reject_dialog,
    resume_dialog,
    review_dialog,
    revoke_dialog,
    shown_card,
    snooze_dialog,
    withdraw_dialog,
)
from adapters.teams.cards.dialogs.frame import TYPE
from adapters.teams.cards.explanation import explain_card
from adapters.teams.cards.home import home_card
from adapters.teams.cards.lines import lines_card, lines_text
from adapters.teams.cards.markup import escape
from adapters.teams.cards.reading import sent, values
from adapters.teams.cards.standing import Mention
from adapters.teams.cards.summary import summary_card

__all__ = [
    "AT_ONCE",
    "TYPE",
    "Mention",
    "ask_dialog",
    "card_attachment",
    "details_card",
    "dialog",
    "duty_dialog",
    "edit_dialog",
    "escape",
    "explain_card",
    "fallback_text",
    "help_card",
    "home_card",
    "item_dialog",
    "lines_card",
    "lines_text",
    "may_not",
    "not_linked_card",
    "notice_card",
    "on_call_card",
    "pause_dialog",
    "reassign_dialog",
    "refresh_for",
    "refusal_card",
    "reject_dialog",
    "request_card",
    "resume_dialog",
    "review_dialog",
    "revoke_dialog",
    "say_card",
    "sent",
    "shown_card",
    "snooze_dialog",
    "summary_card",
    "unknown_command_card",
    "unknown_owner_card",
    "values",
    "who_card",
    "withdraw_dialog",
]
