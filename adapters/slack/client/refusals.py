"""Slack's error codes in our words: the only place that knows them.

The codes are listed with each method under https://docs.slack.dev/reference/methods.
"""

from __future__ import annotations

from typing import Any

from bot.errors import (
    BadInput,
    Busy,
    ChannelUnavailable,
    Conflict,
    MessageGone,
    NotFound,
    Refused,
    SignoffError,
    Unavailable,
    Uncertain,
)

Json = dict[str, Any]


class TokenRefused(Unavailable):
    """Slack does not take the workspace's token any more; ``why`` is Slack's own code. What was asked was not done."""

    def __init__(self, why: str) -> None:
        super().__init__(f"Slack refuses the app's token in this workspace ({why})", remedy="install the app again")
        self.why = why


_TOKEN = frozenset({"token_revoked", "invalid_auth", "account_inactive", "not_authed", "token_expired"})

_INVITE = "write `/invite @Signoff` in the channel"
_OTHER = "unarchive it, or name another channel in the policy"
_ALLOW = "let apps post there, or name another channel in the policy"
_CHANNELS: dict[str, tuple[str, str]] = {
    "channel_not_found": (
        "the channel does not exist, or is private and Signoff is no member",
        f"{_INVITE}, or correct its id in the policy",
    ),
    "not_in_channel": ("Signoff is no member of the channel", _INVITE),
    "is_archived": ("the channel is archived", _OTHER),
    "is_inactive": ("the channel is archived, frozen or deleted", _OTHER),
    "restricted_action": ("a setting of the workspace keeps Signoff from posting there", _ALLOW),
    "restricted_action_read_only_channel": ("the channel is read-only", _ALLOW),
    "restricted_action_thread_only_channel": ("the channel takes nothing but replies", _ALLOW),
    "restricted_action_non_threadable_channel": ("the channel takes no threads", _ALLOW),
    "restricted_action_thread_locked": ("the thread is locked", "unlock it"),
    "posting_to_general_channel_denied": ("the workspace lets few post in its general channel", _ALLOW),
    "channel_type_not_supported": ("messages can't be posted in a channel of this kind", "name another channel"),
    "method_not_supported_for_channel_type": ("the channel is of a kind that can't do this", "name another channel"),
    "team_access_not_granted": ("the app was not given this workspace", "have an administrator of the grid add it"),
    "team_not_found": ("the channel's workspace does not have the app", "install the app there"),
    "user_not_in_channel": ("they are no member of the channel", "invite them"),
}
_PEOPLE: dict[str, tuple[str, str]] = {
    "users_not_found": ("nobody in the workspace has this address", "correct the email in the policy, or invite them"),
    "user_not_found": ("the workspace knows no such user", "correct `slack:` of the person in the policy"),
    "user_not_visible": ("the app can't see this user", "invite them to the workspace"),
    "user_disabled": ("their account is deactivated", "name somebody else in the policy"),
    "cannot_dm_bot": ("this is a bot's account", "name a person in the policy"),
    "messages_tab_disabled": ("the app takes no direct messages", "turn its Messages tab on (App Home)"),
}
_GROUPS: dict[str, tuple[str, str]] = {
    "plan_upgrade_required": ("the workspace's plan has no user groups", "list the group's `members:` in the policy"),
    "no_such_subteam": ("there is no such user group, or it is disabled", "correct `slack_usergroup:` in the policy"),
    "subteam_not_found": ("there is no such user group", "correct `slack_usergroup:` in the policy"),
}
_MESSAGES: dict[str, tuple[str, str]] = {
    "message_not_found": ("the message was deleted", ""),
    "thread_not_found": ("the message that it would stand below was deleted", ""),
    "cant_update_message": ("the message can't be changed by Signoff any more", ""),
    "edit_window_closed": ("the workspace lets messages be changed for a while only, and that is over", ""),
    "cannot_reply_to_message": ("nothing can be written below this message", ""),
}
_AGAIN = "click again"
_MOVED_ON: dict[str, tuple[str, str]] = {
    "hash_conflict": ("the view has changed meanwhile", _AGAIN),
    "expired_trigger_id": ("the click is too long ago to open a form", _AGAIN),
    "exchanged_trigger_id": ("the click has opened a form already", _AGAIN),
    "invalid_trigger_id": ("the click can't open a form", _AGAIN),
    "trigger_expired": ("the click is too long ago to open a form", _AGAIN),
    "trigger_exchanged": ("the click has opened a form already", _AGAIN),
}
_PERHAPS_DONE = frozenset({"internal_error", "fatal_error", "service_unavailable", "update_failed"})
"""Slack: "It's possible some aspect of the operation succeeded before the error was raised"."""
_LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
_UNUSABLE = frozenset(
    {
        "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "no_text",
        "invalid_arguments", "metadata_too_large", "invalid_metadata_format", "metadata_must_be_sent_from_app",
        "view_too_large", "push_limit_reached", "invalid_attachments", "too_many_attachments",
    }
)  # fmt: skip
"""What Slack will never take, however often it is sent."""
PAUSE_SECONDS = 5.0
"""After a 429 that does not say how long; Slack's always do."""


def refusal(method: str, code: str, answer: Json, retry_after: float | None) -> SignoffError:
    """What a call's refusal means; ``code`` is Slack's, which ends up in no other part of the program."""
    if code in _TOKEN:
        return TokenRefused(code)
    if code in _LIMITED:
        return Busy("Slack takes no more calls of this kind for a while", retry_after=retry_after or PAUSE_SECONDS)
    if code == "missing_scope":
        needed = str(answer.get("needed", "a scope"))
        remedy = f"add the scope {needed} to the app (`signoff manifest slack` has it) and install it again"
        return Unavailable(f"the app lacks the scope {needed} for {method}", code="missing_scope", remedy=remedy)
    if code in _PERHAPS_DONE:
        return Uncertain(f"Slack failed on {method}: {code}")
    return _about(method, code, answer)


def _about(method: str, code: str, answer: Json) -> SignoffError:
    """Refusals that concern a channel, a person, a message or what was sent."""
    kinds: tuple[tuple[dict[str, tuple[str, str]], type[SignoffError]], ...] = (
        (_CHANNELS, ChannelUnavailable),
        (_PEOPLE, NotFound if method.startswith("users.") else ChannelUnavailable),
        (_GROUPS, NotFound),
        (_MESSAGES, MessageGone),
        (_MOVED_ON, Conflict),
    )
    for sentences, kind in kinds:
        if code in sentences:
            why, remedy = sentences[code]
            return kind(why[:1].upper() + why[1:], remedy=remedy or None)
    if code in _UNUSABLE:
        said = "; ".join(map(str, answer.get("response_metadata", {}).get("messages", [])))[:300]
        return BadInput(f"Slack does not take what was sent to {method}: {code} {said}".strip())
    return Refused(f"Slack refused {method}: {code[:100]}")
