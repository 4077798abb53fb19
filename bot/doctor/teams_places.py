"""What the policy names in Teams: channels and people."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

from adapters.teams.client import References, TeamsPeople, TeamsPort
from bot.doctor.findings import Finding, Health, guarded
from bot.doctor.naming import named_places
from bot.errors import ChannelUnavailable, NotFound
from bot.policy.document import Policy

_SURFACE = "teams"
_MOST_PEOPLE = 45
"""Each is asked for, at worst in every conversation that is known."""


async def examine(
    policy: Policy, port: TeamsPort, references: References, people: TeamsPeople, home: str
) -> AsyncIterator[Finding]:
    """Look at every channel, then the people; ``home`` is the tenant of channels from which nothing came yet."""
    silent = sorted(owner.id for owner in policy.owners.values() if _SURFACE not in owner.channels)
    if silent:
        remedy = 'give them `channels: {teams: "19:..."}` in the policy, or leave their cards to the other surfaces'
        yield Finding("Teams owners", Health.WARNING, f"no channel in Teams: {', '.join(silent)}", remedy)
    for place, uses in named_places(policy, _SURFACE).items():
        name = f"Teams channel {place}"
        yield await guarded(name, partial(_channel, name, place, uses, port, references, home))
    yield await guarded("Teams people", partial(_people, policy, people))


async def _channel(name: str, place: str, uses: str, port: TeamsPort, references: References, home: str) -> Finding:
    try:
        channel = await references.channel(place)
        url = await references.service_url(channel.tenant)
        await _require_open(port, url, channel.id, home)
    except ChannelUnavailable as error:
        text = f"{error.message} (used by {uses})"
        return Finding(name, Health.WRONG, text, error.remedy or "add the app to the team, or correct the id")
    return Finding(name, Health.FINE, f"{channel.name or 'the bot is there'}, for {uses}")


async def _require_open(port: TeamsPort, url: str, channel: str, stranger: str) -> None:
    """Whether the bot is in a channel: Teams answers it who is there, and then that nobody has this id.

    Raises:
        ChannelUnavailable: when it is not.
    """
    try:
        await port.get_member(url, channel, stranger)
    except NotFound:
        return


async def _people(policy: Policy, people: TeamsPeople) -> Finding:
    asked = list(policy.people.values())[:_MOST_PEOPLE]
    strange = [
        f"{person.id} ({person.teams or person.email})" for person in asked if await people.account_of(person) is None
    ]
    rest = len(policy.people) - len(asked)
    unasked = f"; {rest} more were not looked up" if rest else ""
    if strange:
        text = f"in no team or chat with the bot: {', '.join(strange)}{unasked}"
        remedy = (
            "add them to the team, correct `email:` in the policy, or set `teams:` to their object id in Microsoft "
            "Entra ID; until then they decide on the desk"
        )
        return Finding("Teams people", Health.WARNING, text, remedy)
    return Finding("Teams people", Health.FINE, f"{len(asked)} found{unasked}")
