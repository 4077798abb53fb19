"""Telling: the signals as a reader's paragraphs, short enough for a phone, the same on every surface. Plain text."""

from __future__ import annotations

from decimal import Decimal

from bot.answering.telling import Bar, Told
from bot.answering.wording import duration_text
from bot.cards.amounts import amount_text
from bot.cards.cutting import brief
from bot.cards.plaintext import plain
from bot.friction.listing import built, stances_text
from bot.friction.meanings import MEANS
from bot.friction.signals import Drift, Friction, Hints, Part, Release, Share

_SHOWN = 5
"""Of a kind that are named; the rest is counted."""
_NAME = 60
_STANCES = 200


def heading(friction: Friction) -> str:
    """Whose signals these are, and of when: ``Friction: Refunds, the last 7 days``."""
    return f"Friction: {plain(friction.owner_title)}, {friction.period.title}"


def headline(friction: Friction) -> str:
    """What to know in one or two sentences; of nothing, that it was nothing."""
    if friction.nothing:
        return "No agent proposed anything in this time: there is no friction to measure."
    found = []
    risen = [one for one in friction.releases if one.significant]
    drifted = [one for one in friction.drifts if one.drifted]
    if risen:
        found.append(f"Escalations changed with {_count(len(risen), 'release')}, by more than chance.")
    if drifted:
        found.append(f"{_count(len(drifted), 'thing')} drifted from the four weeks before.")
    share = friction.overriding.now
    if share.enough:
        found.append(f"People overrode {share.value:.0%} of {share.sample:,} decisions.")
    return " ".join(found) or "Nothing stands out, as far as the samples are large enough to say."


def told(friction: Friction, hints: Hints | None = None) -> tuple[Told, ...]:
    """What the signals say, each with its definition; with ``hints``, what is for a risk owner alone, last."""
    if friction.nothing and hints is None:
        return ()
    paragraphs = (
        _overriding(friction),
        _returning(friction),
        _releases(friction),
        _contradicting(friction),
        _loads(friction),
        _drifts(friction),
    )
    return (*(() if friction.nothing else paragraphs), *(() if hints is None else (_hints(friction, hints),)))


def share_text(share: Share) -> str:
    """``31% (10 of 32)``, or how many are missing to say anything."""
    if share.value is None:
        return few(share.sample, share.least)
    return f"{share.value:.0%} ({share.hits:,} of {share.sample:,})"


def few(sample: int, least: int) -> str:
    """Why nothing is said."""
    return f"too few: {sample:,} of the {least:,} needed"


def _overriding(friction: Friction) -> Told:
    found = friction.overriding
    lines = [f"{_built(friction, one.agent, one.build)}: {share_text(one.share)}" for one in _known(found.builds)]
    return Told(f"Overridden: {share_text(found.now)}", (_before(found.before), *lines, MEANS["overrides"]))


def _known(parts: tuple[Part, ...]) -> list[Part]:
    return [part for part in parts if part.share.enough][:_SHOWN]


def _before(share: Share) -> str:
    return f"The time before: {share_text(share)}"


def _returning(friction: Friction) -> Told:
    found, means = friction.returning, MEANS["repeat_contact"]
    left = []
    if found.open:
        left.append(f"{_count(found.open, 'action')} not counted: their 48 hours are not over")
    if found.nameless:
        left.append(f"{_count(found.nameless, 'action')} not counted: the customer is not known")
    if not found.contacts:
        missing = "no contact was reported (POST /api/v1/contacts), so there is nothing to say"
        return Told(f"Back within 48 h: {missing}", (*left, means))
    return Told(f"Back within 48 h: {share_text(found.now)}", (_before(found.before), *left, means))


def _releases(friction: Friction) -> Told:
    found, means = friction.releases, MEANS["releases"]
    if not found:
        return Told("Releases: none was reported in this time", (means,))
    lines = [f"{_built(friction, one.agent, one.build)}, {_day(one)}: {_effect(one)}" for one in found[:_SHOWN]]
    if len(found) > _SHOWN:
        lines.append(f"{len(found) - _SHOWN:,} more, in the file")
    tested, sure = sum(one.p is not None for one in found), sum(one.significant for one in found)
    said = f"escalations changed with {sure:,} of {tested:,} that can be compared"
    return Told(f"Releases: {said if tested else f'{len(found):,}, none with samples large enough'}", (*lines, means))


def _day(release: Release) -> str:
    at = release.released_at
    return f"{at.day} {at:%b}"


def _effect(release: Release) -> str:
    after, before = release.after, release.before
    if release.effect is None or release.corrected is None:
        short = min(after, before, key=lambda one: one.sample)
        return f"{few(short.sample, short.least)} {'after' if short is after else 'before'} it"
    rates = f"escalated {share_text(after)} after, {share_text(before)} before"
    low, high = (round(100 * one) for one in release.effect)
    sure = "more than chance" if release.significant else "no more than chance"
    return f"{rates}; {low:+d} to {high:+d} points (95%), p {p_text(release.corrected)}: {sure}"


def p_text(p: float) -> str:
    """A p-value with two digits that count."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"  # noqa: PLR2004 - as papers write them


def _contradicting(friction: Friction) -> Told:
    found, means = friction.contradicting, MEANS["contradictions"]
    worst = sorted(
        (one for one in found.questions if one.share.enough and one.share.hits), key=lambda one: -one.share.hits
    )
    lines = [
        f"{brief(plain(one.question), _NAME)}: {share_text(one.share)}: {brief(plain(stances_text(one)), _STANCES)}"
        for one in worst[:_SHOWN]
    ]
    if not found.questions:
        return Told("Contradictions: no answer was tagged (context.answer)", (means,))
    return Told(f"Contradicting answers: {share_text(found.now)}", (*lines, means))


def _loads(friction: Friction) -> Told:
    found = friction.loads
    bars = tuple(
        Bar(brief(plain(_person(friction, one.person)), _NAME), one.decisions) for one in found.people[:_SHOWN]
    )
    lines = [
        f"{brief(plain(_person(friction, one.person)), _NAME)}: {one.share:.0%} of all, "
        f"{one.decisions / one.hours:.1f} in an hour with decisions, {one.busiest:,} in the busiest"
        + (f", {_count(one.signatures, 'signature')} besides" if one.signatures else "")
        for one in found.people[:_SHOWN]
    ]
    rest = found.others + max(0, len(found.people) - _SHOWN)
    if rest:
        left = found.by_others + sum(one.decisions for one in found.people[_SHOWN:])
        lines.append(f"{_count(rest, 'other')}: {_count(left, 'decision')} together")
    return Told(f"Review load: {_count(found.decisions, 'decision')}", (*lines, MEANS["load"]), bars)


def _drifts(friction: Friction) -> Told:
    drifted = [one for one in friction.drifts if one.drifted]
    compared = sum(one.enough for one in friction.drifts)
    lines = [_drift(friction, one) for one in drifted[:_SHOWN]]
    if len(drifted) > _SHOWN:
        lines.append(f"{len(drifted) - _SHOWN:,} more, in the file")
    short = len(friction.drifts) - compared
    if short:
        least = friction.drifts[0].least
        lines.append(f"{short:,} not compared: fewer than the {least:,} needed, now or before")
    return Told(f"Drift: {len(drifted):,} of {compared:,} compared", (*lines, MEANS["drift"]))


def _drift(friction: Friction, one: Drift) -> str:
    if one.now is None or one.normal is None or one.distance is None or one.corrected is None:
        return few(min(one.size, one.normal_size), one.least)
    chance = f"p {p_text(one.corrected)}"
    if one.what == "volume":
        name = plain(friction.names.get(one.agent, one.agent))
        return f"{name}, volume: {one.now:.1f} a day, {one.normal:.1f} before ({one.distance:.2f} times, {chance})"
    now, normal = (_value(value, one) for value in (one.now, one.normal))
    who = _built(friction, one.agent, one.build)
    return f"{who}, {one.what}: median {now}, {normal} before (distance {one.distance:.2f}, {chance})"


def _value(value: float, one: Drift) -> str:
    return amount_text(Decimal(str(value)), one.unit) if one.what == "amount" else f"{value:.2f}"


def _hints(friction: Friction, hints: Hints) -> Told:
    whose = ", ".join(map(plain, hints.owners))
    lines = [
        f"{plain(_person(friction, one.person))}: {one.approved:,} of {one.decisions:,} approved unchanged, half of "
        f"them within {duration_text(int(one.median_seconds))}"
        for one in hints.hurried[:_SHOWN]
    ]
    said = "worth a look together" if lines else "nobody who approves everything in seconds"
    only = f"Only you see this, as risk owner of {whose}"
    return Told(f"For you alone: {said}", (*lines, only, MEANS["hurried"]))


def _built(friction: Friction, agent: str, build: str | None) -> str:
    return brief(plain(built(friction, agent, build)), _NAME)


def _person(friction: Friction, person: str) -> str:
    return friction.names.get(person, person)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
