"""Modals: each a view as ``views.open`` takes it, with its ``callback_id`` named after what it does.

Pure. ``private_metadata`` is JSON, ``{"request": id, ...}``; inputs are named by ``block_id``. What comes back is
read by ``adapters.slack.cards.reading``.
"""

from adapters.slack.cards.modals.asking import ask_form, reassign_form, revoke_form, snooze_form, withdraw_form
from adapters.slack.cards.modals.bulk import bulk_form, bulk_told
from adapters.slack.cards.modals.details import details
from adapters.slack.cards.modals.duty import duty_form, on_call_answer
from adapters.slack.cards.modals.editing import edit_form
from adapters.slack.cards.modals.lessons import item_form
from adapters.slack.cards.modals.notices import loading, notice, shown
from adapters.slack.cards.modals.pausing import pause_form, resume_form
from adapters.slack.cards.modals.rejecting import may_not, reject_form
from adapters.slack.cards.modals.reviewing import review_form

__all__ = [
    "ask_form",
    "bulk_form",
    "bulk_told",
    "details",
    "duty_form",
    "edit_form",
    "item_form",
    "loading",
    "may_not",
    "notice",
    "on_call_answer",
    "pause_form",
    "reassign_form",
    "reject_form",
    "resume_form",
    "review_form",
    "revoke_form",
    "shown",
    "snooze_form",
    "withdraw_form",
]
