"""Wording: who is on call, who is away and when nobody is, in words; the same on every surface."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from bot.cards import plain
from bot.domain.duties import Cover, Delegation
from bot.domain.people import Person
from bot.policy.document import Policy
from bot.rostering.leave import may_cover, may_send_away
from bot.rostering.looking_ahead import AHEAD, Span, gaps, spans
from bot.rostering.on_call import Roster
from bot.rostering.times import clock, said


class Turns(msgspec.Struct, frozen=True):
    """One rotation for the next days: who is on call now and who then, and who was put there by a cover."""

    id: str
    title: str
    now: str
    then: tuple[str, ...]
    gaps: tuple[str, ...]
    """When nobody is, in a rotation that a ladder names."""
    covers: tuple[Arranged, ...]


class Arranged(msgspec.Struct, frozen=True):
    """A cover or a delegation in words; ``mine`` where this viewer may end it."""

    number: int
    text: str
    mine: bool


class Ahead(msgspec.Struct, frozen=True):
    """What people are shown of on call and away."""

    rotations: tuple[Turns, ...]
    away: tuple[Arranged, ...]
    quiet: str
    """The viewer's own quiet hours; empty without."""


def ahead(roster: Roster, viewer: Person | None, now: datetime) -> Ahead:
    """Who is on call now and within the next 14 days, and who stands in for whom, as this viewer may change it."""
    policy = roster.policy
    missing = gaps(roster, now, now + AHEAD)
    rotations = tuple(_turns(roster, id_, viewer, missing, now) for id_ in policy.rotations)
    away = tuple(
        Arranged(
            one.number,
            delegation_said(one, policy),
            viewer is not None and (viewer.id == one.by or may_send_away(policy, one.person, viewer.id)),
        )
        for one in roster.duties.delegations
        if one.until > now
    )
    own = None if viewer is None else roster.duties.quiet.get(viewer.id)
    quiet = "" if own is None else f"{clock(own.begins)} to {clock(own.ends)} ({own.timezone})"
    return Ahead(rotations, away, quiet)


def _turns(roster: Roster, id_: str, viewer: Person | None, missing: tuple[Span, ...], now: datetime) -> Turns:
    policy = roster.policy
    found = spans(roster, id_, now, now + AHEAD)
    first, *later = found
    covers = tuple(
        Arranged(one.number, cover_said(one, policy), viewer is not None and _may_end(roster, one, viewer))
        for one in roster.duties.covers
        if one.rotation == id_ and one.until > now
    )
    return Turns(
        id_,
        plain(policy.rotations[id_].title),
        _on_call(first, policy, now),
        tuple(f"{said(one.since, policy.zone)}: {_who(one, policy)}" for one in later),
        tuple(gap_said(one, policy, now) for one in missing if one.rotation == id_),
        covers,
    )


def _may_end(roster: Roster, one: Cover, viewer: Person) -> bool:
    return viewer.id in {one.by, one.person} or may_cover(roster, one.rotation, viewer.id)


def _on_call(one: Span, policy: Policy, now: datetime) -> str:
    end = "" if one.until >= now + AHEAD else f", until {said(one.until, policy.zone)}"
    return f"{_who(one, policy)}{end}"


def _who(one: Span, policy: Policy) -> str:
    if one.person is not None:
        return name(policy, one.person)
    return f"nobody: the calendar says {plain(one.text)!r}" if one.text else "nobody"


def cover_said(one: Cover, policy: Policy) -> str:
    """Such as ``Dana is on call in Night turns from … until …: “holiday”.`` in one sentence."""
    rotation = policy.rotations.get(one.rotation)
    title = one.rotation if rotation is None else rotation.title
    return f"{name(policy, one.person)} is on call in {plain(title)} {_span(one, policy)}{_note(one.note)}"


def delegation_said(one: Delegation, policy: Policy) -> str:
    """Such as ``Dana stands in for Lee from … until ….`` in one sentence."""
    return f"{name(policy, one.to)} stands in for {name(policy, one.person)} {_span(one, policy)}{_note(one.note)}"


def gap_said(one: Span, policy: Policy, now: datetime) -> str:
    """When nobody is on call, and what the calendar says instead."""
    begins = "now" if one.since <= now else said(one.since, policy.zone)
    end = f"until {said(one.until, policy.zone)}" if one.until < now + AHEAD else "on"
    text = f"from {begins} {end}"
    return f"{text}; the calendar says {plain(one.text)!r}, who is nobody of the policy" if one.text else text


def gaps_told(facts: Mapping[str, object], policy: Policy) -> str:
    """What whoever answers for rotations is told of their gaps, from the facts of ``rotation.gaps``."""
    found = facts.get("gaps")
    lines = [_gap_line(one, policy) for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    text = "Within the next 14 days nobody will be on call:\n" + "\n".join(lines)
    remedy = "Put somebody there with the command cover, or change the rotation."
    return f"{text}\n{remedy} Where nobody is on call, the next step of the ladder comes at once."


def _gap_line(one: Mapping[str, object], policy: Policy) -> str:
    rotation = policy.rotations.get(str(one.get("rotation", "")))
    title = str(one.get("rotation", "")) if rotation is None else rotation.title
    begins, ends = (
        said(datetime.fromisoformat(str(one[key])).astimezone(UTC), policy.zone) for key in ("since", "until")
    )
    strange = f" (the calendar says {plain(str(one['text']))!r})" if one.get("text") else ""
    return f"• {plain(title)}: from {begins} until {ends}{strange}"


def name(policy: Policy, id_: str) -> str:
    """What somebody is called."""
    person = policy.people.get(id_)
    return plain(id_ if person is None else person.name)


def _span(one: Cover | Delegation, policy: Policy) -> str:
    return f"from {said(one.since, policy.zone)} until {said(one.until, policy.zone)}"


def _note(note: str | None) -> str:
    return f": “{plain(note)}”." if note else "."
