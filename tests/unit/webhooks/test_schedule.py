from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import standardwebhooks

from adapters.webhooks.schedule import WINDOW, next_attempt
from adapters.webhooks.signing import signed_headers

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def schedule(jitter: float) -> list[timedelta]:
    """When each attempt is made, counted from the decision, if every one fails."""
    now, found = START, [timedelta(0)]
    while at := next_attempt(now, attempts=len(found), created_at=START, jitter=jitter, retry_after=None):
        assert at > now
        now = at
        found.append(at - START)
    return found


def test_pauses_double_to_an_hour_and_go_on_for_seven_days() -> None:
    attempts = schedule(0.0)
    pauses = [(b - a).total_seconds() for a, b in pairwise(attempts)]
    assert pauses[:10] == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560]
    assert set(pauses[10:]) == {3600}
    assert WINDOW - timedelta(hours=1) <= attempts[-1] < WINDOW


@pytest.mark.parametrize("jitter", [0.0, 0.3, 0.999])
def test_jitter_takes_away_at_most_half(jitter: float) -> None:
    plain = next_attempt(START, attempts=5, created_at=START, jitter=0, retry_after=None)
    moved = next_attempt(START, attempts=5, created_at=START, jitter=jitter, retry_after=None)
    assert plain is not None
    assert moved is not None
    assert (plain - START) / 2 < moved - START <= plain - START


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        ("1", 5),
        ("0", 5),
        ("Mon, 02 Mar 2026 15:10:00 GMT", 600),
        ("Mon, 02 Mar 2026 14:00:00 GMT", 5),
        ("soon", 5),
        ("-3", 5),
        ("", 5),
        ("\u0663", 5),
        ("Fri, 31 Dec 9999 23:59:59 -2359", 5),
    ],
)
def test_a_wish_to_wait_is_respected(header: str, seconds: int) -> None:
    at = next_attempt(START, attempts=1, created_at=START, jitter=0, retry_after=header)
    assert at == START + timedelta(seconds=seconds)


@pytest.mark.parametrize("header", ["604800", "99999999999999999999999", "Mon, 09 Mar 2026 15:00:00 GMT"])
def test_but_never_past_the_window(header: str) -> None:
    assert next_attempt(START, attempts=1, created_at=START, jitter=0, retry_after=header) is None


def test_signatures_are_those_of_the_scheme_s_own_library() -> None:
    secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    body = '{"id":"m-1","ä":1}'.encode()
    headers = signed_headers(secret, "m-1", START, body)
    assert headers["webhook-signature"] == standardwebhooks.Webhook(secret).sign("m-1", START, body.decode())
    assert headers["webhook-timestamp"] == str(int(START.timestamp()))
    assert headers["webhook-id"] == "m-1"
