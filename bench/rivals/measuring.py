"""What every rival's program does: open units, decide them, print the figures as one line of JSON."""

from __future__ import annotations

import argparse
import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from bench.load import run

PROPOSAL = {
    "tool": "issue_refund",
    "arguments": {"reservation_id": "R000001", "amount": 84.5, "reason": "flight cancelled by the airline"},
    "context": {"customer": "c-1"},
    "why": "x" * 300,
}
DECISION = {"kind": "approved", "by": "dana"}

Unit = Callable[[str], Awaitable[Any]]


def arguments() -> argparse.Namespace:
    """``--database URL --clients N --count N``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--count", type=int, default=320)
    return parser.parse_args()


async def measure(open_: Unit, decide: Unit, clients: int, count: int) -> None:
    """Open ``count`` units, decide each, print what both took."""
    warm = [f"warm-{number}" for number in range(8)]
    for unit in (open_, decide):
        await run(8, (partial(unit, name) for name in warm))
    names = [f"unit-{number}" for number in range(count)]
    opening = await run(clients, (partial(open_, name) for name in names))
    deciding = await run(clients, (partial(decide, name) for name in names))
    figures = {"open": opening.rate, "decide": deciding.rate, "cpu_millis": opening.cpu_millis}
    print(json.dumps(figures), flush=True)
