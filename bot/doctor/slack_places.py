"""What the policy names in Slack: channels, people, user groups."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from functools import partial

from adapters.slack.client.examining import Channel, Examiner
from bot.doctor.findings import Finding, Health, guarded
from bot.doctor.naming import named_places
from bot.domain.people import Person
from bot.errors import NotFound
from bot.policy.document import Group, Policy

_SURFACE = "slack"
_MOST_PEOPLE = 45
"""Slack answers about fifty look-ups by address a minute: https://docs.slack.dev/apis/web-api/rate-limits."""

Workspaces = Mapping[str, Examiner]


async def examine(policy: Policy, workspaces: Workspaces) -> AsyncIterator[Finding]:
    """Look at every channel, then the people, then the groups; ``workspaces`` by team."""
    silent = sorted(owner.id for owner in policy.owners.values() if _SURFACE not in owner.channels)
    if silent:
        remedy = "give them `channels: {slack: C...}` in the policy, or leave their cards to the desk"
        yield Finding("Slack owners", Health.WARNING, f"no channel in Slack: {', '.join(silent)}", remedy)
    for place, uses in named_places(policy, _SURFACE).items():
        name = f"Slack channel {place}"
        yield await guarded(name, partial(_channel, name, place, uses, workspaces))
    accounts: dict[str, str] = {}
    yield await guarded("Slack people", partial(_people, policy, workspaces, accounts))
    for group in policy.groups.values():
        if group.slack_usergroup:
            name = f"Slack group {group.id}"
            yield await guarded(name, partial(_group, name, group, policy, workspaces, accounts))


async def _channel(name: str, place: str, uses: str, workspaces: Workspaces) -> Finding:
    team, slash, channel = place.rpartition("/")
    if slash and team not in workspaces:
        remedy = f"install the app in the workspace {team}, or correct the policy ({uses})"
        return Finding(name, Health.WRONG, f"the app is not in the workspace {team}", remedy)
    asked = [workspaces[team]] if slash else list(workspaces.values())
    seen = [found for one in asked if (found := await one.channel(channel)) is not None]
    best: Channel | None = next((found for found in seen if found.member), seen[0] if seen else None)
    if best is None:
        text = f"does not exist, or is private and Signoff is not in it (used by {uses})"
        return Finding(name, Health.WRONG, text, "write `/invite @Signoff` in the channel, or correct its id")
    if best.archived:
        text = f"#{best.name} is archived (used by {uses})"
        return Finding(name, Health.WRONG, text, "unarchive it, or name another channel in the policy")
    if not best.member:
        text = f"Signoff is not in #{best.name} (used by {uses})"
        return Finding(name, Health.WRONG, text, f"write `/invite @Signoff` in #{best.name}")
    return Finding(name, Health.FINE, f"#{best.name}, for {uses}")


async def _people(policy: Policy, workspaces: Workspaces, accounts: dict[str, str]) -> Finding:
    """Fills ``accounts`` with the Slack id of each person found."""
    asked = list(policy.people.values())[:_MOST_PEOPLE]
    strange = []
    for person in asked:
        account = await _account(person, workspaces)
        if account is not None:
            accounts[person.id] = account
        else:
            strange.append(f"{person.id} ({person.slack or person.email})")
    rest = len(policy.people) - len(asked)
    unasked = f"; {rest} more were not looked up" if rest else ""
    if strange:
        text = f"no active account: {', '.join(strange)}{unasked}"
        remedy = (
            "correct `email:` in the policy, or set `slack:` to their member id; until then they decide on the desk"
        )
        return Finding("Slack people", Health.WARNING, text, remedy)
    return Finding("Slack people", Health.FINE, f"{len(accounts)} found{unasked}")


async def _account(person: Person, workspaces: Workspaces) -> str | None:
    team, _, user = (person.slack or "").rpartition("/")
    for one in [workspaces[team]] if team in workspaces else workspaces.values() if not team else ():
        if user:
            if await one.is_active(user):
                return user
        elif (found := await one.account_of(person.email)) is not None:
            return found
    return None


async def _group(
    name: str, group: Group, policy: Policy, workspaces: Workspaces, accounts: Mapping[str, str]
) -> Finding:
    """A group that lists nobody takes its members from Slack; one that lists them should be the same people there."""
    inside, problem = await _members(group.slack_usergroup or "", workspaces.values())
    if problem is not None:
        health = Health.WARNING if group.members else Health.WRONG
        return Finding(name, health, f"{group.slack_usergroup}: {problem.message}", problem.remedy or "")
    found = {id_ for id_ in policy.people if accounts.get(id_) in inside}
    if not group.members:
        if not found:
            text = f"nobody of the policy is in {group.slack_usergroup}, so nobody of this group can decide"
            return Finding(name, Health.WRONG, text, "add people of the policy to the user group in Slack")
        return Finding(name, Health.FINE, f"{len(found)} of the policy's people, as Slack has them")
    lacking, extra = sorted(set(group.members) - found), sorted(found - set(group.members))
    if not lacking and not extra:
        return Finding(name, Health.FINE, f"the same {len(group.members)} people as in Slack")
    parts = [
        f"{word} {', '.join(names)}" for word, names in (("only here:", lacking), ("only in Slack:", extra)) if names
    ]
    text = f"differs from {group.slack_usergroup}: {'; '.join(parts)}"
    return Finding(name, Health.WARNING, text, "the policy's list counts; change one, or leave `members:` out")


async def _members(usergroup: str, workspaces: Iterable[Examiner]) -> tuple[frozenset[str], NotFound | None]:
    problem: NotFound | None = None
    for one in workspaces:
        try:
            return await one.group(usergroup), None
        except NotFound as error:
            problem = error
    return frozenset(), problem
