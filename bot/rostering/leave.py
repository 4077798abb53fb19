"""Leave: who may arrange what, and who could stand in for whom. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from bot.domain.duties import Delegation, Duties
from bot.domain.people import Person
from bot.domain.routing import ON_CALL
from bot.policy.document import Action, Owner, Policy
from bot.rostering.on_call import Roster
from bot.rostering.standing_in import away

UNLIMITED = None


def named_by(policy: Policy, rotation_id: str) -> list[Owner]:
    """The owners whose ladder, or that of a stage of an action that comes to them, names a rotation."""
    name = ON_CALL + rotation_id
    found = {owner.id for owner in policy.owners.values() if any(name in step.to for step in owner.sla.escalate)}
    for action in policy.actions.values():
        slas = [stage.sla for stage in action.stages if stage.sla is not None]
        if any(name in step.to for sla in slas for step in sla.escalate):
            found |= {action.owner, *(rule.owner for rule in action.routes)}
    return [owner for id_, owner in policy.owners.items() if id_ in found]


def needed(policy: Policy) -> list[str]:
    """The rotations that a ladder names, by id, in the file's order."""
    return [id_ for id_ in policy.rotations if named_by(policy, id_)]


def answering(policy: Policy, rotation_id: str) -> list[Owner]:
    """Who is told beforehand that nobody will be on call: the rotation's owner, else those whose ladder names it."""
    rotation = policy.rotations.get(rotation_id)
    owner = None if rotation is None or rotation.owner is None else policy.owners.get(rotation.owner)
    return named_by(policy, rotation_id) if owner is None else [owner]


def taking_turns(roster: Roster, rotation_id: str) -> list[str]:
    """The people (ids) of a rotation, by its turns or its calendar."""
    rotation = roster.policy.rotations.get(rotation_id)
    turns = () if rotation is None else rotation.turns
    planned = (entry.person for entry in roster.planned.get(rotation_id, ()))
    found = dict.fromkeys((*(id_ for turn in turns for id_ in turn.people), *planned))
    return [id_ for id_ in found if id_ in roster.policy.people]


def may_cover(roster: Roster, rotation_id: str, person_id: str) -> bool:
    """Whether somebody may say who is on call in a rotation."""
    return person_id in {*taking_turns(roster, rotation_id), *_heads(roster.policy, rotation_id)}


def who_may_cover(roster: Roster, rotation_id: str) -> list[str]:
    """Their names."""
    ids = dict.fromkeys((*taking_turns(roster, rotation_id), *_heads(roster.policy, rotation_id)))
    return [roster.policy.people[id_].name for id_ in ids if id_ in roster.policy.people]


def _heads(policy: Policy, rotation_id: str) -> list[str]:
    owners = [*named_by(policy, rotation_id), *answering(policy, rotation_id)]
    return list(dict.fromkeys(id_ for owner in owners for id_ in (owner.accountable, owner.risk_owner)))


def heads_of(policy: Policy, person_id: str) -> list[str]:
    """Who (ids) may arrange who stands in for somebody else: those who answer for the owners that have them."""
    owners = policy.owners_of(person_id)
    found = dict.fromkeys(id_ for owner in owners for id_ in (owner.accountable, owner.risk_owner))
    return [id_ for id_ in found if id_ != person_id]


def may_send_away(policy: Policy, person_id: str, by: str) -> bool:
    """Whether ``by`` may say who stands in for a person: themselves, or whoever answers for what they sign."""
    return by == person_id or by in heads_of(policy, person_id)


def unable(policy: Policy, person: Person, other: Person) -> str | None:
    """Why ``other`` could not sign everything that comes to ``person``; None when they could.

    Whoever stands in has to be an approver wherever the person is one, of every stage too, and sign up to the highest
    amount that the person could be asked for. For somebody who signs nothing, anybody of the policy may stand in.
    """
    missing = [title for seat, title in _seats(policy, person.id) if seat not in dict(_seats(policy, other.id))]
    if missing:
        return f"{other.name} is no approver of {_listed(missing)}"
    most = _highest(policy, person)
    if other.limit is not None and (most is UNLIMITED or other.limit < most):
        return f"{other.name} signs up to {_amount(policy, other.limit)}, {person.name} {_upto(policy, most)}"
    return None


def able_to_stand_in(policy: Policy, person: Person) -> list[Person]:
    """Who could sign everything that comes to a person, in the file's order."""
    others = (other for other in policy.people.values() if other.id != person.id)
    return [other for other in others if unable(policy, person, other) is None]


def loop(roster: Roster, new: Delegation) -> tuple[datetime, list[str]] | None:
    """When, within a delegation that is to be made, what it hands on would come back; with the people (ids) in turn."""
    duties = roster.duties
    after = replace(roster, duties=Duties(duties.covers, (*duties.delegations, new), duties.quiet))
    cuts = {at for one in duties.delegations for at in (one.since, one.until) if new.since < at < new.until}
    for at in sorted({new.since, *cuts}):
        chain = [new.person, new.to]
        while (further := away(after, chain[-1], at)) is not None and further.to not in chain[1:]:
            chain.append(further.to)
            if further.to == new.person:
                return at, chain
    return None


def _seats(policy: Policy, person_id: str) -> Iterator[tuple[str, str]]:
    """Everywhere where somebody signs: what it is called among ourselves, and to people."""
    for owner in policy.owners.values():
        if person_id in owner.approvers:
            yield f"owner:{owner.id}", owner.title
    for action in policy.actions.values():
        for number, stage in enumerate(action.stages):
            if person_id in stage.approvers:
                yield f"stage:{action.id}:{number}", f"{action.title}, {stage.title}"


def _highest(policy: Policy, person: Person) -> Decimal | None:
    """The highest amount that a person could be asked to sign; None is without limit, 0 where no amount is signed."""
    found = Decimal(0)
    for action in policy.actions.values():
        if action.amount is None or not _signs(policy, action, person.id):
            continue
        if person.limit is not None and action.currency != policy.currency:
            continue  # a limit covers no amount of another currency: it does not come to them
        bounds = [bound for bound in (person.limit, action.caps.per_action) if bound is not None]
        if not bounds:
            return UNLIMITED
        found = max(found, min(bounds))
    return found


def _signs(policy: Policy, action: Action, person_id: str) -> bool:
    if action.stages:
        return any(person_id in stage.approvers for stage in action.stages)
    owners = {action.owner, *(rule.owner for rule in action.routes)}
    return any(person_id in policy.owners[id_].approvers for id_ in owners)


def _upto(policy: Policy, most: Decimal | None) -> str:
    return "without limit" if most is None else f"up to {_amount(policy, most)}"


def _amount(policy: Policy, amount: Decimal) -> str:
    return f"{amount:,f} {policy.currency}"


def _listed(titles: list[str]) -> str:
    return titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} and {titles[-1]}"
