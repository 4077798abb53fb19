"""New threads and chats; and who and what there is."""

from __future__ import annotations

import contextlib
from typing import Any

from tests.fakes.teams.connector.activities import admit, posted
from tests.fakes.teams.connector.calls import Call, Refused, bad, no_conversation, not_in_roster
from tests.fakes.teams.people import Channel, Team, User
from tests.fakes.teams.world import World, may_reach

Json = dict[str, Any]
LARGEST_PAGE = 500


def create(world: World, call: Call) -> tuple[int, Json]:
    """`POST /v3/conversations`: a channel's new thread with its first message, or a 1:1 chat."""
    data = call.body.get("channelData")
    data = data if isinstance(data, dict) else {}
    channel = data.get("channel")
    if channel is not None:
        return _thread(world, call.body, channel)
    if call.body.get("isGroup"):
        raise bad("A group chat can't be begun by a bot; a thread needs channelData.channel.id.")
    return _chat(world, call.body, data)


def _thread(world: World, body: Json, channel: Any) -> tuple[int, Json]:
    there = world.place(str(channel.get("id"))) if isinstance(channel, dict) else None
    if there is None or not isinstance(there[0], Channel):
        raise no_conversation()
    admit(there[0])
    activity = body.get("activity")
    if not isinstance(activity, dict):
        raise bad("A thread needs its first message: activity.")
    status, answer = posted(world, there[0], None, activity)
    return status, {"id": f"{there[0].id};messageid={answer['id']}", "activityId": answer["id"]}


def _chat(world: World, body: Json, data: Json) -> tuple[int, Json]:
    members = body.get("members")
    if not isinstance(members, list) or len(members) != 1 or not isinstance(members[0], dict):
        raise bad("Exactly one member is needed: members.")
    told = data.get("tenant")
    # The SDK writes tenantID; Teams reads names without regard to case.
    tenant_id = body.get("tenantId") or body.get("tenantID") or (told.get("id") if isinstance(told, dict) else None)
    tenant = world.tenants.get(str(tenant_id))
    if tenant is None:
        raise bad("Unknown or missing tenant: tenantId, channelData.tenant.id.")
    user = tenant.find_user(str(members[0].get("id")))
    if user is None:
        raise Refused(400, "BadArgument", "Failed to decrypt pairwise id")
    chat = tenant.chat(user)
    if not may_reach(chat):
        raise Refused(403, "ForbiddenOperationException", "The bot is not installed in the user's personal scope.")
    admit(chat)
    return 201, {"id": chat.id}


def members(world: World, call: Call) -> tuple[int, list[Json]]:
    """`GET /v3/conversations/{id}/members`: everybody."""
    return 200, [user.as_member() for user in _people(world, call)]


def paged_members(world: World, call: Call) -> tuple[int, Json]:
    """`GET /v3/conversations/{id}/pagedmembers?pageSize=&continuationToken=`."""
    people = _people(world, call)
    size, start = world.smallest_page, 0
    with contextlib.suppress(ValueError):
        size = min(max(int(call.query.get("pageSize", LARGEST_PAGE)), world.smallest_page), LARGEST_PAGE)
    if token := call.query.get("continuationToken"):
        if not token.startswith("page-") or not token[5:].isdigit():
            raise bad("Unknown continuationToken.")
        start = int(token[5:])
    answer: Json = {"members": [user.as_member() for user in people[start : start + size]]}
    if start + size < len(people):
        answer["continuationToken"] = f"page-{start + size}"
    return 200, answer


def member(world: World, call: Call) -> tuple[int, Json]:
    """`GET /v3/conversations/{id}/members/{member}`, by Teams id, directory object id or user principal name."""
    for user in _people(world, call):
        if user.tenant.find_user(call.member) is user:
            return 200, user.as_member()
    raise Refused(404, "MemberNotFoundInConversation", "Member not found in conversation.")


def team(world: World, call: Call) -> tuple[int, Json]:
    """`GET /v3/teams/{id}`."""
    found = _team(world, call)
    channels = [each for each in found.channels.values() if not each.deleted]
    return 200, {
        "id": found.id,
        "name": found.name,
        "aadGroupId": found.aad_group_id,
        "channelCount": len(channels),
        "memberCount": len(found.members),
        "tenantId": found.tenant.id,
        "type": "standard",
    }


def team_channels(world: World, call: Call) -> tuple[int, Json]:
    """`GET /v3/teams/{id}/conversations`; the General channel has no name there, as in Teams."""
    found = _team(world, call)
    listed = [
        {"id": each.id, "name": None if each is found.general else each.name, "type": "standard"}
        for each in found.channels.values()
        if not each.deleted
    ]
    return 200, {"conversations": listed}


def _people(world: World, call: Call) -> list[User]:
    there = world.place(call.conversation)
    if there is None:
        raise no_conversation()
    if not may_reach(there[0]):
        raise not_in_roster()
    return there[0].people


def _team(world: World, call: Call) -> Team:
    found = world.team(call.team)
    if found is None or found.deleted:
        raise Refused(404, "TeamNotFound", "Team not found.")
    if not found.installed:
        raise not_in_roster()
    return found
