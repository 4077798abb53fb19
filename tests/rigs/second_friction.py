"""The signals calculated a second time: from the raw events, with pandas and SciPy, by the words of docs/friction.md.

It shares no code with the product. ``calculated`` gives plain values under the names of the product's fields.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from scipy.special import kolmogorov

from bot.domain.events import EventRecord

HOURS_48 = pd.Timedelta(hours=48)
WEEK, FOUR_WEEKS = pd.Timedelta(days=7), pd.Timedelta(days=28)


def frames(records: Iterable[EventRecord]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    """Requests, contacts and releases as tables, and when each agent was created."""
    rows: dict[str, dict[str, Any]] = {}
    contacts, releases, born = [], [], {}
    for record in records:
        kind, _, id_ = record.stream.partition(":")
        payload = None if record.payload is None else json.loads(record.payload)
        if kind == "request":
            row = rows.setdefault(id_, _empty(id_, pd.Timestamp(record.at)))
            row.update(_told(record.type, pd.Timestamp(record.at), payload))
        elif payload is not None and record.type == "contact.reported":
            contacts.append((_who(payload["contact"]["customer"]), pd.Timestamp(payload["contact"]["at"])))
        elif payload is not None and record.type == "ledger.released":
            releases.append((payload["agent_id"], payload["build"], pd.Timestamp(payload["released_at"])))
        elif payload is not None and record.type == "agent.created":
            born[id_] = pd.Timestamp(payload["agent"]["created_at"])
    requests = pd.DataFrame(rows.values())
    for column in ("at", "decided_at", "executed"):
        requests[column] = pd.to_datetime(requests[column], utc=True)
    requests["held"] = (requests["verdict"] == "hold") & ~requests["followed"]
    requests.loc[requests["failed"], "executed"] = pd.NaT
    return (
        requests,
        pd.DataFrame(contacts, columns=["customer", "at"]),
        pd.DataFrame(releases, columns=["agent", "build", "at"]),
        born,
    )


def _told(type_: str, at: Any, payload: dict[str, Any] | None) -> dict[str, Any]:
    """What an event says of its request; one whose payload was erased, its erasure says."""
    found: dict[str, Any] = {}
    if type_ == "request.escalated":
        found = {"escalated": True}
    elif type_ == "request.redeemed":
        found = {"executed": at}
    elif payload is not None and type_ == "request.opened":
        found = _opened(payload["agent_id"], payload["assessment"], payload["routing"]["owner"])
    elif payload is not None and type_ == "request.decided":
        found = _decided(payload["decision"])
    elif payload is not None and type_ == "request.outcome_reported":
        found = {"failed": payload["status"] == "failed"}
    elif payload is not None and type_ == "request.erased":
        left = payload["residue"]
        failed = left["outcome"] is not None and left["outcome"]["status"] == "failed"
        found = _opened(left["agent_id"], left["assessment"], left["routing"]["owner"]) | {"failed": failed}
        found |= {} if left["decision"] is None else _decided(left["decision"])
    return found


def _empty(id_: str, at: Any) -> dict[str, Any]:
    return {
        "id": id_, "at": at, "kind": None, "by": None, "decided_at": pd.NaT, "followed": False, "signers": [],
        "escalated": False, "executed": pd.NaT, "failed": False,
    }  # fmt: skip


def _opened(agent: str, assessment: dict[str, Any], owner: str) -> dict[str, Any]:
    context, amount = assessment["context"], assessment["amount"]
    answer = context.get("answer") or {}
    version = answer.get("policy_version") or assessment["verdict"]["policy_version"]
    return {
        "agent": agent,
        "owner": owner,
        "verdict": assessment["verdict"]["kind"],
        "build": context["build"],
        "customer": None if context["customer"] is None else _who(context["customer"]),
        "confidence": context["confidence"],
        "amount": None if amount is None else float(amount["amount"]),
        "currency": None if amount is None else amount["currency"],
        "question": " ".join(answer["question"].lower().split()) if answer else None,
        "stance": " ".join(answer["stance"].lower().split()) if answer else None,
        "version": version if answer else None,
    }


def _decided(decision: dict[str, Any]) -> dict[str, Any]:
    by = decision["by"]
    person = by["id"] if by["kind"] == "person" else None
    return {
        "kind": decision["kind"],
        "by": person,
        "decided_at": pd.Timestamp(decision["at"]),
        "followed": decision["origin"] is not None,
        "signers": sorted({one["id"] for one in decision["signatures"]} - {person}),
    }


def _who(customer: str) -> str:
    return unicodedata.normalize("NFKC", customer).lower().strip()


def calculated(
    records: Iterable[EventRecord], *, owner: str | None, start: datetime, end: datetime, at: datetime
) -> dict[str, Any]:
    """Every signal of the period that ends ``at`` the time of asking."""
    requests, contacts, releases, born = frames(records)
    if owner is not None:
        requests = requests[requests["owner"] == owner]
    since, until = pd.Timestamp(start), pd.Timestamp(end)
    now = requests[(requests["at"] >= since) & (requests["at"] < until)]
    before = requests[(requests["at"] >= since - (until - since)) & (requests["at"] < since)]
    normal = requests[(requests["at"] >= since - FOUR_WEEKS) & (requests["at"] < since)]
    return {
        "opened": len(now),
        "overriding": {"now": _overrides(now), "before": _overrides(before), "builds": _builds(now)},
        "returning": _returns(now, before, contacts, pd.Timestamp(at)),
        "releases": _releases(requests, releases, since, until),
        "contradicting": _contradictions(now),
        "loads": _loads(now),
        "drifts": _drifts(now, normal, born, since, until),
        "hurried": _hurried(now),
    }


def _overrides(some: pd.DataFrame) -> tuple[int, int]:
    decided = some[some["held"] & some["by"].notna()]
    return int(decided["kind"].isin(["approved_with_edits", "rejected"]).sum()), len(decided)


def _builds(some: pd.DataFrame) -> dict[tuple[str, str], tuple[int, int]]:
    groups = some[some["held"] & some["by"].notna()].fillna({"build": ""}).groupby(["agent", "build"])
    return {name: _overrides(group) for name, group in groups}


def _returns(now: pd.DataFrame, before: pd.DataFrame, contacts: pd.DataFrame, at: Any) -> dict[str, Any]:
    def of(some: pd.DataFrame) -> tuple[tuple[int, int], int, int]:
        executed = some[some["executed"].notna()]
        named = executed[executed["customer"].notna()]
        over = named[named["executed"] + HOURS_48 <= at]
        pairs = over.merge(contacts, on="customer", suffixes=("", "_contact"))
        back = pairs[(pairs["at_contact"] > pairs["executed"]) & (pairs["at_contact"] <= pairs["executed"] + HOURS_48)]
        return (back["id"].nunique(), len(over)), len(named) - len(over), len(executed) - len(named)

    counted, still_open, nameless = of(now)
    return {"now": counted, "before": of(before)[0], "open": still_open, "nameless": nameless}


def _releases(requests: pd.DataFrame, releases: pd.DataFrame, since: Any, until: Any) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for agent, own in releases.groupby("agent"):
        times = sorted(own["at"].tolist())
        for release in own.itertuples():
            if not (release.at < until and release.at + WEEK > since):
                continue
            place = times.index(release.at)
            first = max([release.at - WEEK, *times[:place][-1:]])
            last = min([release.at + WEEK, until, *times[place + 1 : place + 2]])
            around = requests[(requests["agent"] == agent) & requests["held"]]
            ended = around[around["kind"].notna()]
            old = ended[(ended["at"] >= first) & (ended["at"] < release.at)]["escalated"]
            new = ended[(ended["at"] >= release.at) & (ended["at"] < last)]["escalated"]
            waiting = around[around["kind"].isna() & (around["at"] >= first) & (around["at"] < last)]
            found[(agent, release.build, release.at)] = {
                "before": (int(old.sum()), len(old)), "after": (int(new.sum()), len(new)), "waiting": len(waiting),
                "p": None,
            }  # fmt: skip
    tested = {name: one for name, one in found.items() if one["before"][1] >= 20 and one["after"][1] >= 20}
    for one in tested.values():
        (old_hits, old_of), (new_hits, new_of) = one["before"], one["after"]
        one["p"] = stats.fisher_exact([[new_hits, new_of - new_hits], [old_hits, old_of - old_hits]]).pvalue
        one["effect"] = _newcombe(new_hits, new_of, old_hits, old_of)
    for name, corrected in zip(tested, _holm([one["p"] for one in tested.values()]), strict=True):
        found[name]["corrected"] = corrected
    return found


def _newcombe(new_hits: int, new_of: int, old_hits: int, old_of: int) -> tuple[float, float]:
    new = stats.binomtest(new_hits, new_of).proportion_ci(method="wilson")
    old = stats.binomtest(old_hits, old_of).proportion_ci(method="wilson")
    p, q = new_hits / new_of, old_hits / old_of
    return (
        p - q - float(np.hypot(p - new.low, old.high - q)),
        p - q + float(np.hypot(new.high - p, q - old.low)),
    )


def _holm(chances: list[float]) -> list[float]:
    """Each p-value as the largest of what it and the smaller ones come to, times how many are not smaller."""
    corrected = []
    for p in chances:
        smaller = [q for q in chances if q <= p]
        corrected.append(min(1.0, max((len(chances) - sum(r < q for r in chances)) * q for q in smaller)))
    return corrected


def _contradictions(now: pd.DataFrame) -> dict[str, Any]:
    answered = now[now["question"].notna()]
    counted = answered.groupby(["question", "version", "stance"]).size().rename("n").reset_index()
    found: dict[Any, Any] = {}
    for question, some in counted.groupby("question"):
        sample = int(some["n"].sum())
        agreeing = int(some.groupby("version")["n"].max().sum())
        stances = {(row.version, row.stance): row.n for row in some.itertuples()}
        found[question] = {"share": (sample - agreeing, sample), "stances": stances}
    ranked = sorted(found, key=lambda one: (-found[one]["share"][1], one))[:20]
    top = {question: found[question] for question in ranked}
    hits, sample = (sum(one["share"][part] for one in top.values()) for part in (0, 1))
    return {"now": (hits, sample), "questions": top, "more": len(found) - len(top)}


def _loads(now: pd.DataFrame) -> dict[str, Any]:
    held = now[now["held"]]
    decided = held[held["by"].notna()]
    signed = held.explode("signers")["signers"].value_counts().to_dict()
    loads = {}
    for person in {*decided["by"], *signed}:
        own = decided[decided["by"] == person]
        hours = own.groupby(own["decided_at"].dt.floor("h")).size()
        loads[person] = {
            "decisions": len(own), "signatures": signed.get(person, 0), "hours": len(hours),
            "busiest": int(hours.max()) if len(hours) else 0,
        }  # fmt: skip
    return {"decisions": len(decided), "people": loads}


def _drifts(now: pd.DataFrame, normal: pd.DataFrame, born: dict[str, Any], since: Any, until: Any) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for agent in {*now["agent"], *normal["agent"]}:
        mine, usual = now[now["agent"] == agent], normal[normal["agent"] == agent]
        lasted = (since - max(since - FOUR_WEEKS, born[agent])) / pd.Timedelta(days=1)
        days = (until - since) / pd.Timedelta(days=1)
        one: dict[str, Any] = {"size": len(mine), "normal_size": len(usual) if lasted >= 7 else 0, "p": None}
        if lasted >= 7 and len(usual) >= 50:
            one["p"] = stats.binomtest(len(mine), len(mine) + len(usual), days / (days + lasted)).pvalue
            one |= {"now": len(mine) / days, "normal": len(usual) / lasted}
            one["distance"] = one["now"] / one["normal"]
            one["large"] = one["distance"] >= 1.5 or one["distance"] <= 2 / 3
        found[("volume", agent, None)] = one
        for what in ("amount", "confidence"):
            baseline = usual[what].dropna().to_numpy()
            for build, some in mine[mine[what].notna()].groupby("build", dropna=False):
                name = None if pd.isna(build) else build
                found[(what, agent, name)] = _compared(some[what].to_numpy(), baseline)
    tested = [one for one in found.values() if one["p"] is not None]
    for one, corrected in zip(tested, _holm([one["p"] for one in tested]), strict=True):
        one["drifted"] = bool(one["large"] and corrected < 0.05)
        one["corrected"] = corrected
    return found


def _compared(now: Any, normal: Any) -> dict[str, Any]:
    one: dict[str, Any] = {"size": len(now), "normal_size": len(normal), "p": None}
    if min(len(now), len(normal)) < 50:
        return one
    values = np.union1d(now, normal)
    first = np.searchsorted(np.sort(now), values, side="right") / len(now)
    second = np.searchsorted(np.sort(normal), values, side="right") / len(normal)
    apart = float(np.max(np.abs(first - second)))
    root = np.sqrt(len(now) * len(normal) / (len(now) + len(normal)))
    one["p"] = float(kolmogorov(apart * (root + 0.12 + 0.11 / root)))
    middle = {name: float(np.sort(some)[(len(some) - 1) // 2]) for name, some in (("now", now), ("normal", normal))}
    one |= middle
    return one | {"distance": apart, "large": apart >= 0.2}


def _hurried(now: pd.DataFrame) -> dict[Any, Any]:
    found = {}
    for (owner, person), own in now[now["held"] & now["by"].notna()].groupby(["owner", "by"]):
        ordered = own.sort_values(["decided_at", "id"])
        since = pd.concat([ordered["at"], ordered["decided_at"].shift()], axis=1).max(axis=1)
        seconds = (ordered["decided_at"] - since).dt.total_seconds().clip(lower=0)
        approved = int((own["kind"] == "approved").sum())
        found[(owner, person)] = {"decisions": len(own), "approved": approved, "median": float(seconds.median())}
    return found


def last_week(at: datetime) -> tuple[datetime, datetime]:
    """The seven days until a time."""
    return at - timedelta(days=7), at
