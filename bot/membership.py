"""Membership: approver groups whose members a chat platform knows, put into the policy in use."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from bot.policy.document import Owner, Policy


def with_members(policy: Policy, members: Mapping[str, tuple[str, ...]]) -> Policy:
    """The policy with the people (ids) of each group that lists none; a group that is missing here has nobody.

    Who is no person of the policy is left out: limits and addresses are the policy's to say. The version stays, since
    what the file says is the same; who could sign a request is frozen onto it when it opens.
    """
    found = {
        name: tuple(id_ for id_ in members.get(name, ()) if id_ in policy.people)
        for name, group in policy.groups.items()
        if not group.members
    }
    if not found:
        return policy
    groups = {name: replace(group, members=found.get(name, group.members)) for name, group in policy.groups.items()}
    owners = {name: _owner(owner, found) for name, owner in policy.owners.items()}
    return replace(policy, groups=groups, owners=owners)


def _owner(owner: Owner, found: Mapping[str, tuple[str, ...]]) -> Owner:
    more = (id_ for name in owner.approver_groups for id_ in found.get(name, ()))
    return replace(owner, approvers=tuple(dict.fromkeys((*owner.approvers, *more))))
