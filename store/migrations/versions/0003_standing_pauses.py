"""What is paused stands in its ledger's state, so that a request can be judged by it inside its own transaction."""

import json
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SAFE = True  # where the version before pauses something meanwhile, this one opens nothing until it is upgraded again

EVENTS = sa.text("SELECT type, at, actor, payload FROM events WHERE stream = 'ledger:pauses' ORDER BY seq")


def upgrade() -> None:
    connection = op.get_bind()
    found = connection.execute(EVENTS).fetchall()
    if not found:
        return
    standing: dict[str, dict[str, object]] = {}
    for type_, at, actor, payload in found:
        fact = json.loads(payload)
        standing.pop(fact["scope"], None)
        if type_ == "ledger.paused":
            standing = {scope: one for scope, one in standing.items() if _stands(one, at)}
            standing[fact["scope"]] = _pause(fact, at, actor)
    state = {"id": "pauses", "count": len(found), "pauses": list(standing.values())}
    written = json.dumps(state, ensure_ascii=False, separators=(",", ":")).encode()
    connection.execute(sa.text("UPDATE ledgers SET state = :state WHERE id = 'pauses'"), {"state": written})


def _pause(fact: dict[str, object], at: int, actor: str) -> dict[str, object]:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)
    return {
        "scope": fact["scope"],
        "by": actor.partition(":")[2],
        "reason": fact["reason"],
        "at": moment.isoformat().replace("+00:00", "Z"),
        "until": fact.get("until"),
        "freeze": fact.get("freeze", False),
        "alarm": fact.get("alarm"),
    }


def _stands(pause: dict[str, object], at: int) -> bool:
    until = pause["until"]
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)
    return not isinstance(until, str) or moment < datetime.fromisoformat(until)


def downgrade() -> None:
    raise NotImplementedError("go back to a copy of the database from before")
