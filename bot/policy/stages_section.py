"""The entry ``stages`` of an action: signatures that it takes one after the other, each by its own people."""

from __future__ import annotations

from bot.policy.document import Owner, Stage
from bot.policy.names import Names
from bot.policy.promises_section import read_stage_sla
from bot.policy.yamltree import At

STAGE_KEYS = frozenset({"title", "approvers", "approvals", "text", "sla"})
MOST = 10
_FEWEST = 2


def read_stages(at: At, names: Names, owner: Owner | None) -> tuple[Stage, ...]:
    """Two stages or more; what one does not say is the owner's."""
    if owner is None:
        return ()
    stages = tuple(stage for place in at.items() if (stage := _stage(place, names, owner)) is not None)
    if at.is_list and not _FEWEST <= len(list(at.items())) <= MOST:
        at.wrong(
            f"has not {_FEWEST} to {MOST} stages", "give each its title and approvers, or ask for `approvals:` only"
        )
    titles = [stage.title for stage in stages]
    for title in {title for title in titles if titles.count(title) > 1}:
        at.wrong(f"has {title[:40]!r} twice", "give each stage a title of its own")
    people = {id_ for stage in stages for id_ in stage.approvers}
    needed = sum(stage.approvals for stage in stages)
    if stages and len(people) < needed:
        at.wrong(f"asks for {needed} signatures and names {len(people)} people", "nobody signs twice: name more people")
    return stages


def _stage(at: At, names: Names, owner: Owner) -> Stage | None:
    found = at.keys(STAGE_KEYS, required=("title", "approvers"))
    title = found["title"].text(longest=100) if "title" in found else None
    approvers = names.persons(found["approvers"]) if "approvers" in found else ()
    if "approvers" in found and (unlisted := names.unlisted(found["approvers"])):
        found["approvers"].wrong(
            f"names {unlisted[0]}, whose members are not in this file", "list its members, or people"
        )
    approvals = (found["approvals"].integer(least=1, most=20) if "approvals" in found else None) or 1
    if approvers and approvals > len(approvers):
        found["approvals"].wrong(
            f"asks for {approvals} approvals of {len(approvers)} people", "name more approvers or ask for fewer"
        )
    if title is None or not approvers:
        return None
    return Stage(
        title,
        approvers,
        approvals,
        (found["text"].text(longest=500) or "") if "text" in found else "",
        read_stage_sla(found["sla"], names, owner.sla) if "sla" in found else None,
    )
