"""Dialogs: each what a ``task/fetch`` or ``task/submit`` is answered with to show it, a task module of one card.

https://learn.microsoft.com/en-us/microsoftteams/platform/task-modules-and-cards/task-modules/task-modules-bots

``dialog`` makes one of any card. A form's button is an Action.Submit with data ``{"dialog": name, "request": id,
"inputs": [name, ...]}``, where ``inputs`` are those that stand in it: clients leave out what is empty. What comes back
is read by ``adapters.teams.cards.reading``. Pure. What was wrong with an input stands below it.
"""

from adapters.teams.cards.dialogs.asking import (
    ask_dialog,
    reassign_dialog,
    revoke_dialog,
    snooze_dialog,
    withdraw_dialog,
)
from adapters.teams.cards.dialogs.bulk import bulk_dialog, bulk_told
from adapters.teams.cards.dialogs.details import details_card
from adapters.teams.cards.dialogs.duty import duty_dialog, on_call_card
from adapters.teams.cards.dialogs.editing import edit_dialog
from adapters.teams.cards.dialogs.frame import dialog
from adapters.teams.cards.dialogs.lessons import item_dialog
from adapters.teams.cards.dialogs.notices import may_not, notice_card, shown_card
from adapters.teams.cards.dialogs.pausing import pause_dialog, resume_dialog
from adapters.teams.cards.dialogs.rejecting import reject_dialog
from adapters.teams.cards.dialogs.reviewing import review_dialog

__all__ = [
    "ask_dialog",
    "bulk_dialog",
    "bulk_told",
    "details_card",
    "dialog",
    "duty_dialog",
    "edit_dialog",
    "item_dialog",
    "may_not",
    "notice_card",
    "on_call_card",
    "pause_dialog",
    "reassign_dialog",
    "reject_dialog",
    "resume_dialog",
    "review_dialog",
    "revoke_dialog",
    "shown_card",
    "snooze_dialog",
    "withdraw_dialog",
]
