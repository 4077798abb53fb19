"""Messages that the bot sends, changes and deletes."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from tests.fakes.teams.cards.checking import check_card, size_of
from tests.fakes.teams.connector.calls import Call, Refused, bad, no_activity, no_conversation, not_in_roster
from tests.fakes.teams.messages import CARD, Message, Version
from tests.fakes.teams.people import Channel, Place
from tests.fakes.teams.world import World, may_reach

Json = dict[str, Any]
PASSING = ("typing", "event", "trace", "endOfConversation")
"""Activities that leave no message."""
LAYOUTS = ("list", "carousel")


def send(world: World, call: Call) -> tuple[int, Json]:
    """`POST /v3/conversations/{id}/activities`: into a thread, a chat, or, with a channel's own id, a new thread."""
    place, root = found(world, call)
    return posted(world, place, root, call.body)


def reply(world: World, call: Call) -> tuple[int, Json]:
    """`POST /v3/conversations/{id}/activities/{activity}`: into the thread of that message.

    An unknown message makes it a plain `send`: the SDK's proactive turns name one that they made up.
    """
    place, root = found(world, call)
    message = place.messages.get(call.activity)
    if message is not None and isinstance(place, Channel):
        root = root or message.root or message
    return posted(world, place, root, call.body)


def update(world: World, call: Call) -> tuple[int, Json]:
    """`PUT /v3/conversations/{id}/activities/{activity}`."""
    message = _own(world, call)
    version = checked(world, message.place, call.body)
    if version is None:
        raise bad("Only a message can take a message's place.")
    message.versions.append(version)
    world.shown(message)
    return 200, {"id": message.id}


def delete(world: World, call: Call) -> tuple[int, None]:
    """`DELETE /v3/conversations/{id}/activities/{activity}`."""
    _own(world, call).deleted = True
    world.stir()
    return 200, None


def posted(world: World, place: Place, root: Message | None, activity: Json) -> tuple[int, Json]:
    """Check an activity and put it where it goes."""
    version = checked(world, place, activity)
    if version is None:
        return 200, {"id": world.minting.message_id()}
    return 201, {"id": world.write(place, None, version, root).id}


def found(world: World, call: Call) -> tuple[Place, Message | None]:
    """The conversation of a call, with the post whose thread it is.

    Raises:
        Refused: There is none, or the bot can't write there.
    """
    there = world.place(call.conversation)
    if there is None:
        raise no_conversation()
    admit(there[0])
    return there


def admit(place: Place) -> None:
    """Let the bot into a conversation.

    Raises:
        Refused: It is not installed there, blocked, disabled, or the place is gone.
    """
    if place.tenant.bot_disabled:
        raise Refused(403, "BotDisabledByAdmin", "The tenant admin disabled this bot.")
    if not may_reach(place):
        raise not_in_roster()
    if isinstance(place, Channel):
        if place.deleted:
            raise no_conversation()
        if place.team.archived:
            raise Refused(403, "ForbiddenOperationException", "The team is archived.")
    elif place.user.blocked:
        raise Refused(403, "ConversationBlockedByUser", "User blocked the conversation with the bot.")


def checked(world: World, place: Place, activity: Json) -> Version | None:
    """What a message will say; None for an activity that leaves none.

    Raises:
        Refused: 413 for one that is too big, 400 for one that makes no sense.
    """
    kind = activity.get("type", "message")
    if kind in PASSING:
        return None
    if kind != "message":
        raise bad(f"Unknown activity type {kind!r}.")
    text, attachments = activity.get("text") or "", activity.get("attachments") or []
    if not isinstance(text, str) or not isinstance(attachments, list):
        raise bad("text must be text, attachments a list.")
    if size_of(activity) > world.activity_bytes:
        raise Refused(413, "MessageSizeTooBig", "Message size too large.")
    if not text.strip() and not attachments:
        raise bad("Activity resulted into 0 skype activities")
    if activity.get("attachmentLayout", "list") not in LAYOUTS:
        raise bad(f"attachmentLayout must be one of {LAYOUTS}.")
    for each in attachments:
        _check_attachment(world, place, each)
    entities = activity.get("entities") or []
    _check_mentions(place, entities, text)
    copied = copy.deepcopy(activity)
    return Version(world.now(), text, copied.get("attachments") or [], copied.get("entities") or [], copied)


def _check_attachment(world: World, place: Place, attachment: Any) -> None:
    if not isinstance(attachment, dict) or not isinstance(attachment.get("contentType"), str):
        raise bad("Each attachment must be an object with a contentType.")
    if attachment["contentType"] != CARD:
        return
    card = attachment.get("content") or {}
    if size_of(card) > world.card_bytes:
        raise Refused(413, "MessageSizeTooBig", "Message size too large.")
    if problems := check_card(card, most_bytes=world.card_bytes):
        raise bad("The Adaptive Card is not valid: " + "; ".join(str(each) for each in problems))
    teams = card.get("msteams") or {}
    _known(place, (each["mentioned"]["id"] for each in teams.get("entities") or []))


def _check_mentions(place: Place, entities: Any, text: str) -> None:
    if not isinstance(entities, list) or not all(isinstance(each, dict) for each in entities):
        raise bad("entities must be a list of objects.")
    mentions = [each for each in entities if each.get("type") == "mention"]
    for each in mentions:
        if not isinstance(each.get("mentioned"), dict) or not each["mentioned"].get("id"):
            raise bad("A mention must say who is mentioned.")
        if not each.get("text") or each["text"] not in text:
            raise bad(f"The text has no {each.get('text')!r:.80} for the mention.")
    _known(place, (each["mentioned"]["id"] for each in mentions))


def _known(place: Place, ids: Iterable[str]) -> None:
    for each in ids:
        if place.tenant.find_user(str(each)) is None:
            raise bad(f"Nobody known is mentioned by {each!r:.80}.")


def _own(world: World, call: Call) -> Message:
    """The bot's own message that a call names."""
    place, _ = found(world, call)
    message = place.messages.get(call.activity)
    if message is None or message.deleted:
        raise no_activity()
    if message.author is not None:
        raise Refused(403, "NotEnoughPermissions", "The message is not the bot's.")
    return message
