"""Assuming: what is said of a simulation's input where it was not given, so that nobody takes a guess for a fact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bot.policy.document import Policy
from bot.simulating.arriving import Kind
from bot.simulating.durations import LEAST_RECORDED, Durations, Lognormal, Recorded
from bot.simulating.recorded import Record
from bot.simulating.staff import Reviewer, Staff, Works


def durations_of(record: Record, otherwise: Lognormal) -> tuple[Durations, list[str]]:
    """Durations from the record where that has enough of an action type, and a sentence on where each is from."""
    by_action: dict[str, tuple[float, ...]] = {}
    said: list[str] = []
    few: dict[str, int] = {}
    for action in sorted({*record.claimed, *record.whole}):
        claimed, whole = record.claimed.get(action, ()), record.whole.get(action, ())
        if len(claimed) >= LEAST_RECORDED:
            by_action[action] = claimed
            said.append(f"Reviews of {action} take as long as {len(claimed):,} on record, from claim to decision.")
        elif len(whole) >= LEAST_RECORDED:
            by_action[action] = whole
            said.append(
                f"Reviews of {action} take as long as {len(whole):,} on record, from opening to decision, "
                "since too few were claimed: waiting is in them, so the load is overstated."
            )
        else:
            few[action] = max(len(claimed), len(whole))
    said.append(_otherwise(otherwise, few, some=bool(by_action)))
    return (Recorded(by_action, otherwise) if by_action else otherwise), said


def _otherwise(otherwise: Lognormal, few: Mapping[str, int], *, some: bool) -> str:
    shape = f"a lognormal distribution with median {otherwise.median:g} s and sigma {otherwise.sigma:g}"
    if few:
        named = ", ".join(f"{action} {count}" for action, count in few.items())
        shape += f" (reviews on record: {named}; {LEAST_RECORDED} are needed)"
    return f"{'Other reviews' if some else 'Reviews'} take as long as {shape}."


def about_amounts(policy: Policy, kinds: Iterable[Kind]) -> Iterator[str]:
    """What is not known of amounts that people's limits are held against."""
    unknown = [
        kind.action_type
        for kind in kinds
        if (action := policy.actions.get(kind.action_type)) is not None
        and action.amount is not None
        and any(assessment.amount is None for _, assessment in kind.examples)
    ]
    limited = any(person.limit is not None for person in policy.people.values())
    if unknown and limited:
        yield (
            f"Amounts of {', '.join(unknown)} are not known, so nobody who has a limit can sign them: "
            f"write --mix {unknown[0]}@120=1 for amounts of 120."
        )


def about_people(policy: Policy, staff: Staff, owners: Iterable[str]) -> Iterator[str]:
    """What is assumed of those who may sign."""
    always = [
        policy.owners[id_].title
        for id_ in owners
        if policy.owners[id_].hours is None
        and any(_day_and_night(staff.of(one)) for one in policy.owners[id_].approvers)
    ]
    if always:
        yield (
            f"The approvers of {', '.join(always)} are there day and night, "
            "since the policy gives no hours (--reviewers)."
        )
    yield (
        "Everybody reviews one request at a time, what is due first, in working hours; what was begun is ended after. "
        "Every review ends with a signature: nobody asks, edits, rejects or puts off."
    )


def _day_and_night(reviewer: Reviewer) -> bool:
    return reviewer.works is Works.ALWAYS and reviewer.hours is None
