"""Stopping automation and letting it go on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.slack.cards import limits
from adapters.slack.cards.blocks import context, mrkdwn, plain, section
from adapters.slack.cards.markup import date, escape
from adapters.slack.cards.modals import widgets
from adapters.slack.cards.modals.frame import modal
from adapters.slack.cards.modals.notices import notice
from bot.cards.pauses import Stopped
from bot.pausing import END_CHOICES, FREEZE_CHOICES, MAX_REASON

Json = dict[str, Any]
_TOLD = 10


def pause_form(scopes: Sequence[widgets.Choice], scope: str | None = None, typed: str = "") -> Json:
    """What to stop (values and titles, the first hundred), why, and until when."""
    if not scopes:
        return notice("Pause", "There is nothing that you may pause.", "The policy names who answers for what.")
    reason = widgets.text(initial=typed[:MAX_REASON], lines=True, most=MAX_REASON, placeholder="What went wrong?")
    return modal(
        "pause",
        "Pause",
        [
            section(
                plain(
                    "From now on agents can open nothing of it. What is held already waits for its decision as before, "
                    "unless you freeze it."
                )
            ),
            widgets.field("scope", "What to stop", widgets.select(scopes[: limits.SELECT_OPTIONS], scope)),
            widgets.field("reason", "Reason", reason, hint="Agents and people are told it, and it stays on record."),
            widgets.field("freeze", "What is held or approved", widgets.select(FREEZE_CHOICES, ""), required=False),
            widgets.field("end", "When it ends", widgets.select(END_CHOICES, ""), required=False),
        ],
        submit="Stop it",
    )


def resume_form(pauses: Sequence[Stopped]) -> Json:
    """What may go on again, out of what is paused and this person may resume (the first hundred), and why."""
    if not pauses:
        return notice("Resume", "Nothing is paused that you may resume.")
    choices = [(one.scope, one.title) for one in pauses[: limits.SELECT_OPTIONS]]
    told = [context([mrkdwn(_told(one))]) for one in pauses[:_TOLD]]
    reason = widgets.text(lines=True, most=MAX_REASON, placeholder="What was mended?")
    return modal(
        "resume",
        "Resume",
        [
            *told,
            widgets.field("scope", "What goes on again", widgets.select(choices, choices[0][0])),
            widgets.field("reason", "Reason", reason, hint="It stays on record."),
        ],
        submit="Let it go on",
    )


def _told(one: Stopped) -> str:
    by = f"{one.what} by {escape(one.by, 100)}, {date(one.at)}"
    return f"*{escape(one.title, 200)}*: {escape(one.reason, 300)} · {by}"
