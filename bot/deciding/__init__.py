"""Deciding: a person's command on a request becomes events, or a refusal that says who may and what would help.

``decide`` is pure. ``Deciding`` is the shell that every surface calls: it loads, runs ``decide`` inside the
transaction and returns the request as it is afterwards. Whoever comes second gets ``AlreadyDecided`` with the first
one's name, which is a normal answer.
"""

from bot.deciding.commands import (
    MAX_NOTE,
    Approve,
    ApproveWithEdits,
    Ask,
    Claim,
    Command,
    Reassign,
    Reject,
    Reveal,
    Revoke,
    Snooze,
    Unclaim,
)
from bot.deciding.entitling import Standing, approvers_now, require_approver, valid_signatures
from bot.deciding.rules import already_decided, amount_in, decide, display_name, require_pending
from bot.deciding.submitting import Deciding

__all__ = [
    "MAX_NOTE",
    "Approve",
    "ApproveWithEdits",
    "Ask",
    "Claim",
    "Command",
    "Deciding",
    "Reassign",
    "Reject",
    "Reveal",
    "Revoke",
    "Snooze",
    "Standing",
    "Unclaim",
    "already_decided",
    "amount_in",
    "approvers_now",
    "decide",
    "display_name",
    "require_approver",
    "require_pending",
    "valid_signatures",
]
