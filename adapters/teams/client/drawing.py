"""Activities to send, made of what the cards' room renders; and what a card tells of itself. Pure.

https://learn.microsoft.com/en-us/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/work-with-universal-actions-for-adaptive-cards
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.teams.cards import TYPE, Mention, card_attachment, fallback_text, lines_text, refresh_for
from adapters.teams.cards.gathered import gathered_card, gathered_text
from adapters.teams.cards.markup import mark_of
from adapters.teams.client.inbound import tenant_of
from adapters.teams.client.people import Member
from adapters.teams.client.port import Thread
from bot.cards import Card, Gathered, HistoryLine

Json = dict[str, Any]

LONGEST_TEXT = 8_000


def card_activity(
    card: Card,
    *,
    calls: Sequence[Member],
    lead: str | None,
    desk_url: str | None,
    posting: str,
    viewers: Sequence[Member],
    personal: bool,
) -> Json:
    """A message with a card, for anybody or (``personal``) for the one for whom it was drawn.

    ``viewers`` see a view of their own; when their clients ask for it, they tell of ``posting``.
    """
    mentions = [Mention(each.user, each.name) for each in calls]
    content = card_attachment(card, mentions=mentions, lead=lead, desk_url=desk_url, viewer=personal)
    if viewers:
        refresh: Json = refresh_for([each.user for each in viewers], card.request_id)
        refresh["action"]["data"] = {**refresh["action"]["data"], "posting": posting}
        content = {**content, "refresh": refresh}
    return {
        "type": "message",
        "summary": fallback_text(card, lead),
        "attachments": [{"contentType": TYPE, "content": content}],
    }


def lines_activity(lines: Sequence[HistoryLine], calls: Sequence[Member]) -> Json:
    """A message with lines, calling these members by name."""
    marks = [mark_of(each.name) for each in calls]
    text = lines_text(lines)
    entities = [
        {"type": "mention", "text": mark, "mentioned": {"id": each.user, "name": each.name}}
        for mark, each in zip(marks, calls, strict=True)
    ]
    said = f"{' '.join(marks)}\n\n{text}" if marks else text
    return {"type": "message", "textFormat": "markdown", "text": said[:LONGEST_TEXT], "entities": entities}


def list_activity(gathered: Gathered, desk_url: str | None) -> Json:
    """A message with a list of many requests."""
    content = gathered_card(gathered, desk_url=desk_url)
    attachments = [{"contentType": TYPE, "content": content}]
    return {"type": "message", "summary": gathered_text(gathered), "attachments": attachments}


def text_activity(text: str) -> Json:
    """A plain text."""
    return {"type": "message", "textFormat": "plain", "text": text[:LONGEST_TEXT]}


def sighting(activity: Json) -> tuple[str, str, Thread] | None:
    """Of a card's own call: its posting, the tenant, and where it stands; None when it does not tell."""
    action = _object(_object(activity.get("value")).get("action"))
    posting = _object(action.get("data")).get("posting")
    conversation = _object(activity.get("conversation")).get("id")
    message, tenant = activity.get("replyToId"), tenant_of(activity)
    told = (posting, conversation, message)
    if not tenant or not all(isinstance(each, str) and each for each in told):
        return None
    return str(posting)[:200], tenant, Thread(str(conversation), str(message))


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}
