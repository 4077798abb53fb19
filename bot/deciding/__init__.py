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
    ChangeFeedback,
    Claim,
    Command,
    GradeSample,
    Reassign,
    Reject,
    Reveal,
    Revoke,
    Snooze,
    Unclaim,
    Withdraw,
)
from bot.deciding.entitling import Standing, approvers_now, covers, require_approver
from bot.deciding.grading import graders
from bot.deciding.rules import already_decided, amount_in, decide, display_name, require_pending
from bot.deciding.signing import Missing, missing, signatures_in, valid_signatures
from bot.deciding.submitting import Deciding
from bot.deciding.teaching import SO_ALREADY, change, teachers
from bot.deciding.waiting import claimed_until

__all__ = [
    "MAX_NOTE",
    "SO_ALREADY",
    "Approve",
    "ApproveWithEdits",
    "Ask",
    "ChangeFeedback",
    "Claim",
    "Command",
    "Deciding",
    "GradeSample",
    "Missing",
    "Reassign",
    "Reject",
    "Reveal",
    "Revoke",
    "Snooze",
    "Standing",
    "Unclaim",
    "Withdraw",
    "already_decided",
    "amount_in",
    "approvers_now",
    "change",
    "claimed_until",
    "covers",
    "decide",
    "display_name",
    "graders",
    "missing",
    "require_approver",
    "require_pending",
    "signatures_in",
    "teachers",
    "valid_signatures",
]
