"""Plates: what of a signal is drawn. Nothing is drawn of what may not be said: a sample below its minimum. Pure."""

from __future__ import annotations

from bot.answering.boards import Entry, Plate
from bot.cards.cutting import brief
from bot.cards.plaintext import plain
from bot.friction.listing import built
from bot.friction.signals import Friction, Share
from bot.friction.telling import share_text

MOST = 6
"""Rows of a picture."""
_NAME = 40


def plates_of(friction: Friction) -> tuple[Plate | None, ...]:
    """One for each signal, in the order in which ``told`` tells them; None where there is nothing to draw."""
    return tuple(
        Plate(title, "", entries[:MOST]) if entries else None
        for title, entries in (
            ("Overridden", _overriding(friction)),
            ("Back within 48 h", _returning(friction)),
            ("Escalated after each release", _releases(friction)),
            ("Contradicting answers", _contradicting(friction)),
            ("Decisions a person", _loads(friction)),
            ("Distance of what drifted", _drifts(friction)),
        )
    )


def _of_share(label: str, share: Share, before: Share | None = None) -> Entry | None:
    """A bar for a share; None where its sample is too small."""
    if share.value is None:
        return None
    early = None if before is None or before.value is None else before
    value = None if early is None or early.value is None else 100 * early.value
    return Entry(_named(label), 100 * share.value, share_text(share), value, "" if early is None else share_text(early))


def _known(*entries: Entry | None) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries if entry is not None)


def _overriding(friction: Friction) -> tuple[Entry, ...]:
    found = friction.overriding
    builds = (_of_share(built(friction, one.agent, one.build), one.share) for one in found.builds)
    return _known(_of_share("All", found.now, found.before), *builds)


def _returning(friction: Friction) -> tuple[Entry, ...]:
    found = friction.returning
    return _known(_of_share("All", found.now, found.before)) if found.contacts else ()


def _releases(friction: Friction) -> tuple[Entry, ...]:
    return _known(
        *(
            _of_share(built(friction, one.agent, one.build), one.after, one.before)
            for one in friction.releases
            if one.effect is not None
        )
    )


def _contradicting(friction: Friction) -> tuple[Entry, ...]:
    questions = sorted(
        (one for one in friction.contradicting.questions if one.share.hits), key=lambda one: -one.share.hits
    )
    return _known(*(_of_share(one.question, one.share) for one in questions))


def _loads(friction: Friction) -> tuple[Entry, ...]:
    people = friction.loads.people
    return tuple(
        Entry(_named(friction.names.get(one.person, one.person)), one.decisions, f"{one.decisions:,} ({one.share:.0%})")
        for one in people
    )


def _drifts(friction: Friction) -> tuple[Entry, ...]:
    return tuple(
        Entry(_named(f"{built(friction, one.agent, one.build)}: {one.what}"), one.distance, f"{one.distance:.2f}")
        for one in friction.drifts
        if one.drifted and one.distance is not None and one.what != "volume"
    )


def _named(text: str) -> str:
    return brief(" ".join(plain(text).split()), _NAME)
