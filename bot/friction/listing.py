"""The signals as one flat list: each with its definition, its sample and the least that it needs."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from bot.friction.meanings import MEANS
from bot.friction.signals import LEAST_DECISIONS, Drift, Friction, Hints, Release, Share, Stances

Value = int | float | None


class Line(msgspec.Struct, frozen=True):
    """One figure. ``name`` is stable and machine-readable, ``title`` is for people; ``subject`` is what it is of."""

    section: str
    name: str
    title: str
    value: Value
    """None where the sample is smaller than ``least``."""
    unit: str = "share"
    """``share`` (0 to 1), ``count``, ``a day``, ``p``, ``distance``, ``times``, ``seconds`` or a currency's code."""
    subject: str = ""
    key: str = ""
    """The same by ids, with slashes between."""
    sample: int | None = None
    least: int | None = None
    before: Value = None
    """The same of the span before, or of the four weeks before."""
    note: str = ""
    means: str = ""


def listed(friction: Friction, hints: Hints | None = None) -> tuple[Line, ...]:
    """Every signal, in the order in which a reader wants them; with ``hints``, what is for a risk owner alone."""
    return (
        *_overriding(friction),
        *_returning(friction),
        *(line for release in friction.releases for line in _release(friction, release)),
        *_contradicting(friction),
        *_loads(friction),
        *(line for drift in friction.drifts for line in _drift(friction, drift)),
        *(() if hints is None else _hints(friction, hints)),
    )


def _overriding(friction: Friction) -> Iterator[Line]:
    found, means = friction.overriding, MEANS["overrides"]
    yield _of_share("Overrides", "overrides", "Overridden", found.now, means, before=found.before)
    for part in found.builds:
        name, key = built(friction, part.agent, part.build), f"{part.agent}/{part.build or ''}"
        yield _of_share("Overrides", "overrides_by_build", "Overridden", part.share, means, subject=name, key=key)


def _returning(friction: Friction) -> Iterator[Line]:
    found, means = friction.returning, MEANS["repeat_contact"]
    section, now, before = "Repeat contact", found.now, found.before
    if not found.contacts:
        now, before = Share(0, 0), Share(0, 0)
    yield _of_share(section, "repeat_contact", "Back within 48 h", now, means, before=before)
    for name, title, value, said in (
        ("repeat_contact_open", "Not counted: 48 h not over", found.open, "run too recently to say"),
        ("repeat_contact_nameless", "Not counted: no known customer", found.nameless, "nobody to come back"),
        ("contacts", "Contacts reported", found.contacts, "in the time that these actions look at"),
    ):
        yield Line(section, name, title, value, "count", means=said)


def _release(friction: Friction, release: Release) -> Iterator[Line]:
    section, means = "Releases", MEANS["releases"]
    subject = built(friction, release.agent, release.build)
    key = f"{release.agent}/{release.build}/{release.released_at.isoformat()}"
    after, before = release.after, release.before
    enough = after.enough and before.enough
    yield Line(
        section,
        "escalations_after_release",
        "Escalated after it",
        after.value if enough else None,
        subject=subject,
        key=key,
        sample=after.sample,
        least=after.least,
        before=before.value if enough else None,
        note=f"{before.sample} before it",
        means=means,
    )
    if release.p is not None and release.effect is not None:
        low, high = release.effect
        for name, title, value, unit in (
            ("release_effect_low", "Change, at least (95%)", low, "share"),
            ("release_effect_high", "Change, at most (95%)", high, "share"),
            ("release_p", "p", release.p, "p"),
            ("release_p_corrected", "p, corrected for several releases", release.corrected, "p"),
        ):
            yield Line(section, name, title, value, unit, subject, key, means=means)


def _contradicting(friction: Friction) -> Iterator[Line]:
    section, found, means = "Contradictions", friction.contradicting, MEANS["contradictions"]
    yield _of_share(section, "contradictions", "Contradicting answers", found.now, means)
    for one in found.questions:
        yield _of_share(
            section,
            "contradictions_by_question",
            "Contradicting answers",
            one.share,
            means,
            subject=one.question,
            key=one.question,
            note=stances_text(one),
        )


def _loads(friction: Friction) -> Iterator[Line]:
    section, means = "Review load", MEANS["load"]
    whole = friction.loads.decisions
    yield Line(section, "decisions", "Decisions by people", whole, "count", means=means)
    for one in friction.loads.people:
        name = friction.names.get(one.person, one.person)
        for field, title, value, unit in (
            ("load_decisions", "Decisions", one.decisions, "count"),
            ("load_share", "Of all decisions", one.share, "share"),
            ("load_signatures", "Signatures that were not the last", one.signatures, "count"),
            ("load_hours", "Hours with decisions", one.hours, "count"),
            ("load_per_hour", "Decisions in such an hour", one.decisions / one.hours, "count"),
            ("load_busiest", "In the busiest", one.busiest, "count"),
        ):
            yield Line(
                section, field, title, value, unit, name, one.person, one.decisions, LEAST_DECISIONS, means=means
            )
    if friction.loads.others:
        said = f"fewer than {LEAST_DECISIONS} decisions each"
        yield Line(section, "load_others", "Others", friction.loads.others, "count", means=said)
        yield Line(section, "load_by_others", "Decisions by others", friction.loads.by_others, "count", means=said)


def _drift(friction: Friction, drift: Drift) -> Iterator[Line]:
    section, means = "Drift", MEANS["drift"]
    subject, key = built(friction, drift.agent, drift.build), f"{drift.agent}/{drift.build or ''}"
    if drift.what == "volume":
        subject = friction.names.get(drift.agent, drift.agent)
    note = "drifted" if drift.drifted else ""
    title = {"amount": "Median amount", "confidence": "Median confidence", "volume": "Requests a day"}[drift.what]
    unit = drift.unit or "share"
    size, least, before = min(drift.size, drift.normal_size), drift.least, drift.normal
    if drift.what == "volume":
        size = drift.normal_size
    yield Line(section, drift.what, title, drift.now, unit, subject, key, size, least, before, note, means)
    if drift.enough:
        far = "times" if drift.what == "volume" else "distance"
        for name, said, value, of in (
            (
                "distance",
                "Times its normal" if far == "times" else "Distance (Kolmogorov-Smirnov)",
                drift.distance,
                far,
            ),
            ("p_corrected", "p, corrected for several comparisons", drift.corrected, "p"),
        ):
            yield Line(section, f"{drift.what}_{name}", said, value, of, subject, key, size, least, None, note, means)


def _hints(friction: Friction, hints: Hints) -> Iterator[Line]:
    section, means = "For the risk owner", MEANS["hurried"]
    yield Line(section, "reviewers", "Reviewers with decisions enough", hints.reviewers, "count", means=means)
    for one in hints.hurried:
        name, key = friction.names.get(one.person, one.person), f"{one.owner}/{one.person}"
        title = "Median time that they can have had"
        yield Line(
            section, "hurried", title, one.median_seconds, "seconds", name, key, one.decisions, None,
            None, f"{one.approved} of {one.decisions} approved unchanged", means,
        )  # fmt: skip


def _of_share(section: str, name: str, title: str, share: Share, means: str, **more: object) -> Line:
    before = more.pop("before", None)
    then = before.value if isinstance(before, Share) else None
    told = {field: str(value) for field, value in more.items()}
    return Line(
        section, name, title, share.value, sample=share.sample, least=share.least, before=then, means=means, **told
    )


def built(friction: Friction, agent: str, build: str | None) -> str:
    """An agent with its build, as people call them."""
    return f"{friction.names.get(agent, agent)} {build or '(no build named)'}"


def stances_text(one: Stances) -> str:
    """Which stances were taken how often: ``v1: no 3, yes 2; v2: yes 4``."""
    return "; ".join(
        f"{version or 'no version'}: " + ", ".join(f"{stance} {count}" for stance, count in stances)
        for version, stances in one.versions
    )
