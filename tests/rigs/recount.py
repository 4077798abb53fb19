"""A summary's figures calculated a second time: plain loops over the payloads of the record, with none of the product's
own code. What each figure means is said in ``bot/answering/figures.py``; here it is done from that.
"""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]
Row = tuple[str, int, str, datetime, str, bytes | None]
"""Stream, number, type, time, actor and payload of an event."""


def recount(rows: Iterable[Row], *, start: datetime, end: datetime, at: datetime, zone: str, owner: str | None) -> Json:
    """Every figure of the requests opened from ``start`` until ``end``, as of ``at``, as plain values."""
    cases = [found for events in _by_request(rows).values() if (found := _case(events)) is not None]
    mine = [one for one in cases if start <= one["opened"] < end and owner in {None, one["owner"]}]
    out: Json = {"volumes": Counter(), "decisions": Counter(), "promise": Counter(), "feedback": Counter()}
    out |= {"signed": Counter(), "allowed": Counter(), "overrides": _sliced(), "amounts": defaultdict(Counter)}
    out |= {"reviewers": defaultdict(list), "took": [], "hours": Counter()}
    for name in ("reminded", "escalated", "too_fast", "without_amount"):
        out[name] = 0
    for one in mine:
        _count(one, out, at, ZoneInfo(zone))
    out["times"] = _times(list(out.pop("took")))
    out["reviewers"] = {who: _reviewed(found) for who, found in out["reviewers"].items()}
    return out


def _sliced() -> Json:
    return {name: defaultdict(lambda: [0, 0]) for name in ("action", "agent", "build", "reason")}


def _by_request(rows: Iterable[Row]) -> Mapping[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row[0].startswith("request:"):
            found[row[0]].append(row)
    return {stream: sorted(events, key=lambda row: row[1]) for stream, events in found.items()}


def _case(events: list[Row]) -> Json | None:
    """What became of one request, read off its events."""
    body = [None if payload is None else json.loads(payload, parse_float=Decimal) for *_, payload in events]
    first = body[0]
    for (_, _, type_, *_), payload in zip(events, body, strict=True):
        if type_ == "request.erased" and payload is not None:
            first = payload["residue"]
    if first is None:
        return None
    made, routing = first["assessment"], first["routing"]
    case: Json = {
        "opened": events[0][3],
        "owner": routing["owner"],
        "due": _time(routing["due_at"]),
        "deadline": _time(first["deadline_at"]),
        "verdict": made["verdict"]["kind"],
        "action": made["action_type"],
        "class": made["action_class"],
        "build": made["context"].get("build"),
        "agent": first["agent_id"],
        "amount": made.get("amount"),
        "reminded": 0,
        "escalated": 0,
        "grant": None,
        "outcome": None,
        "item": None,
        "decision": None,
    }
    for (_, _, type_, *_), payload in zip(events, body, strict=True):
        if payload is not None:  # what was erased is told again by the residue that follows it
            _go_on(case, type_.removeprefix("request."), payload)
    return case


def _go_on(case: Json, type_: str, payload: Json) -> None:
    if type_ in {"moved", "stage_began", "rescheduled", "reminded", "escalated"}:
        _on_time(case, type_, payload)
    elif type_ == "erased":
        _left(case, payload["residue"])
    elif type_ == "decided":
        case["decision"] = payload["decision"]
        if payload.get("grant"):
            case["grant"] = ["waiting", _time(payload["grant"]["expires_at"])]
    elif type_ in {"redeemed", "lapsed", "revoked", "grant_moved"}:
        case["grant"] = [type_.removeprefix("grant_"), None]
    elif type_ == "outcome_reported":
        case["outcome"] = payload["status"]
    elif type_ == "feedback_opened":
        case["item"] = {"state": "open", "kind": payload["kind"], "due": _time(payload["due_at"])}
    elif type_ == "feedback_changed":
        _changed(case["item"], payload)


def _changed(item: Json, payload: Json) -> None:
    for name in ("state", "kind"):
        item[name] = payload.get(name) or item[name]
    if payload.get("due_at"):
        item["due"] = _time(payload["due_at"])


def _on_time(case: Json, type_: str, payload: Json) -> None:
    if type_ in {"reminded", "escalated"}:
        case[type_] = payload["number"]
        return
    routing = payload.get("routing", payload)
    case["due"] = _time(routing["due_at"])
    if type_ == "moved":
        case["owner"] = routing["owner"]
    if type_ == "stage_began":
        case |= {"reminded": 0, "escalated": 0}
    else:
        case["deadline"] = _time(routing["deadline_at"])


def _left(case: Json, residue: Json) -> None:
    """What an erasure left of everything before it."""
    case["decision"] = residue.get("decision")
    case |= {"reminded": residue.get("reminded", 0), "escalated": residue.get("escalated", 0)}
    if residue.get("grant"):
        case["grant"] = [residue["grant"]["status"], _time(residue["grant"]["expires_at"])]
    if residue.get("outcome"):
        case["outcome"] = residue["outcome"]["status"]
    if residue.get("feedback"):
        item = residue["feedback"]
        case["item"] = {"state": item["state"], "kind": item["kind"], "due": _time(item["due_at"])}


def _count(one: Json, out: Json, at: datetime, zone: ZoneInfo) -> None:
    decision = one["decision"]
    followed = bool(decision and decision.get("origin"))
    verdict = "followed" if followed else {"allow": "allowed", "hold": "held", "block": "blocked"}[one["verdict"]]
    out["volumes"][verdict] += 1
    _count_item(one["item"], out["feedback"], at)
    if one["grant"] is not None:
        out["allowed" if verdict == "allowed" else "signed"][_ran(one, at)] += 1
    if followed:
        return
    state = verdict
    if verdict == "held":
        state = _state(one, at)
        out["decisions"][state] += 1
        out["reminded"] += one["reminded"] > 0
        out["escalated"] += one["escalated"] > 0
        _count_promise(one, state, out["promise"], at)
        if decision and decision["by"]["kind"] == "person":
            _count_decision(one, state, out, zone)
    _count_money(one, verdict, state, out)


def _state(one: Json, at: datetime) -> str:
    if one["decision"] is None:
        return "expired" if one["deadline"] <= at else "waiting"
    kind: str = one["decision"]["kind"]
    return "edited" if kind == "approved_with_edits" else kind


def _count_promise(one: Json, state: str, promise: Counter[str], at: datetime) -> None:
    if state == "expired":
        promise["expired"] += 1
        return
    ended = at if one["decision"] is None else _time(one["decision"]["at"])
    if ended > one["due"]:
        promise["late"] += 1
        promise["late_waiting"] += state == "waiting"
    elif state not in {"waiting", "cancelled"}:
        promise["kept"] += 1


def _count_decision(one: Json, state: str, out: Json, zone: ZoneInfo) -> None:
    decision = one["decision"]
    when = _time(decision["at"])
    seconds = max(0, math.floor((when - one["opened"]).total_seconds()))
    fast, hit = when - one["opened"] < timedelta(seconds=5), state in {"edited", "rejected"}
    out["took"].append(seconds)
    out["too_fast"] += fast
    local = when.astimezone(zone)
    out["hours"][local.hour] += 1
    hour = when.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    out["reviewers"][decision["by"]["id"]].append((seconds, hit, fast, local.hour, hour))
    for name, value in (("action", one["action"]), ("agent", one["agent"]), ("build", one["build"])):
        part = out["overrides"][name][value or "(none given)"]
        part[0] += hit
        part[1] += 1
    if hit:
        code = decision.get("reason_code")
        reason = code or ("(edited)" if state == "edited" else "(none given)")
        out["overrides"]["reason"][reason][0] += 1


def _count_money(one: Json, verdict: str, state: str, out: Json) -> None:
    if one["amount"] is None:
        out["without_amount"] += verdict == "held" and one["class"] == "money"
        return
    sums = out["amounts"][one["amount"]["currency"]]
    amount = Decimal(str(one["amount"]["amount"]))
    if verdict == "held":
        sums["requests"] += 1
        sums["held"] += amount
    if state != "edited":
        sums["refused" if state == "rejected" else state] += amount
        return
    signed = (one["decision"].get("arguments") or {}).get("amount")
    if signed is None:
        sums["unknown"] += amount
        return
    sums["approved"] += Decimal(str(signed))
    less = amount - Decimal(str(signed))
    sums["edited_down" if less > 0 else "edited_up"] += abs(less)


def _count_item(item: Json | None, counts: Counter[str], at: datetime) -> None:
    if item is None:
        return
    counts["opened"] += 1
    counts[item["state"]] += 1
    if item["state"] in {"open", "accepted"}:
        counts[item["kind"]] += 1
        counts["overdue"] += item["due"] <= at


def _ran(one: Json, at: datetime) -> str:
    if one["outcome"] is not None:
        return "ran" if one["outcome"] == "succeeded" else "failed"
    status, expires = one["grant"]
    if status == "waiting":
        return "waiting" if expires > at else "never_run"
    return {"redeemed": "unreported", "lapsed": "never_run", "revoked": "revoked", "moved": "moved"}[status]


def _times(took: list[int]) -> Json:
    ranked = sorted(took)
    if not ranked:
        return {"count": 0, "median": None, "p90": None}
    median, p90 = (ranked[math.ceil(len(ranked) * share / 100) - 1] for share in (50, 90))
    return {"count": len(ranked), "median": median, "p90": p90}


def _reviewed(found: list[tuple[int, bool, bool, int, datetime]]) -> Json:
    return {
        "decisions": len(found),
        "overrides": sum(hit for _, hit, _, _, _ in found),
        "median": _times([seconds for seconds, *_ in found])["median"],
        "too_fast": sum(fast for _, _, fast, _, _ in found),
        "busiest": max(Counter(hour for *_, hour in found).values()),
        "hours": dict(Counter(hour for _, _, _, hour, _ in found)),
    }


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
