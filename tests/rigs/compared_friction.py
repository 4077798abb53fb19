"""Holding the product's signals to a second calculation, field by field."""

from __future__ import annotations

from typing import Any

import pytest

from bot.friction.signals import Friction, Share


def _pair(share: Share) -> tuple[int, int]:
    return share.hits, share.sample


def require_same(friction: Friction, wanted: dict[str, Any]) -> None:
    """Every signal is what the second calculation says, and nothing is said below its minimum."""
    assert friction.opened == wanted["opened"]
    overriding, returning = friction.overriding, friction.returning
    assert {"now": _pair(overriding.now), "before": _pair(overriding.before)} == {
        name: wanted["overriding"][name] for name in ("now", "before")
    }
    assert {(one.agent, one.build or ""): _pair(one.share) for one in overriding.builds} == wanted["overriding"][
        "builds"
    ]
    assert {
        "now": _pair(returning.now),
        "before": _pair(returning.before),
        "open": returning.open,
        "nameless": returning.nameless,
    } == wanted["returning"]
    _require_releases(friction, wanted["releases"])
    _require_contradictions(friction, wanted["contradicting"])
    _require_loads(friction, wanted["loads"])
    _require_drifts(friction, wanted["drifts"])


def _require_releases(friction: Friction, wanted: dict[Any, Any]) -> None:
    assert {(one.agent, one.build, one.released_at) for one in friction.releases} == set(wanted)
    for one in friction.releases:
        other = wanted[(one.agent, one.build, one.released_at)]
        assert (_pair(one.before), _pair(one.after), one.waiting) == (
            other["before"],
            other["after"],
            other["waiting"],
        )
        if other["p"] is None:
            assert (one.p, one.corrected, one.effect) == (None, None, None)
        else:
            assert one.p == pytest.approx(other["p"], rel=1e-6, abs=1e-12)
            assert one.corrected == pytest.approx(other["corrected"], rel=1e-6, abs=1e-12)
            assert one.effect == pytest.approx(other["effect"], abs=1e-9)


def _require_contradictions(friction: Friction, wanted: dict[str, Any]) -> None:
    found = friction.contradicting
    assert (_pair(found.now), found.more) == (wanted["now"], wanted["more"])
    assert [one.question for one in found.questions] == list(wanted["questions"])
    for one in found.questions:
        other = wanted["questions"][one.question]
        assert _pair(one.share) == other["share"]
        stances = {(version, stance): count for version, listed in one.versions for stance, count in listed}
        assert stances == (other["stances"] if one.share.sample >= 10 else {})


def _require_loads(friction: Friction, wanted: dict[str, Any]) -> None:
    loads, people = friction.loads, wanted["people"]
    assert loads.decisions == wanted["decisions"]
    told = {
        one.person: {
            "decisions": one.decisions,
            "signatures": one.signatures,
            "hours": one.hours,
            "busiest": one.busiest,
        }
        for one in loads.people
    }
    assert told == {person: one for person, one in people.items() if one["decisions"] >= 10}
    few = [one for one in people.values() if one["decisions"] < 10]
    assert (loads.others, loads.by_others) == (len(few), sum(one["decisions"] for one in few))
    for one in loads.people:
        assert one.share == pytest.approx(one.decisions / wanted["decisions"])


def _require_drifts(friction: Friction, wanted: dict[Any, Any]) -> None:
    assert {(one.what, one.agent, one.build) for one in friction.drifts} == set(wanted)
    for one in friction.drifts:
        other = wanted[(one.what, one.agent, one.build)]
        assert (one.size, one.normal_size) == (other["size"], other["normal_size"])
        if other["p"] is None:
            assert (one.p, one.now, one.normal, one.distance, one.drifted) == (None, None, None, None, False)
            continue
        assert one.p == pytest.approx(other["p"], rel=1e-6, abs=1e-9)
        assert one.corrected == pytest.approx(other["corrected"], rel=1e-6, abs=1e-9)
        assert (one.now, one.normal, one.distance) == pytest.approx((other["now"], other["normal"], other["distance"]))
        assert one.drifted == other["drifted"]
