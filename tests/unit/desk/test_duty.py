"""On call and away on the desk: the page, its forms, and what they refuse."""

from __future__ import annotations

import pytest

from tests.rigs.desk import served, signed_in
from tests.rigs.rotas import ROTAS


async def test_everything_can_be_arranged_and_ended_on_its_page() -> None:
    async with served(policy=ROTAS) as desk, signed_in(desk, "lee") as lee:
        status, page = await lee.get("/desk/duty")
        assert status == 200
        assert "nobody" in page
        cover = {"rotation": "refunds_on_call", "person": "omar", "since": "now", "until": "+8h", "note": "Dentist"}
        for _ in range(2):  # clicked twice
            assert (await lee.post("/desk/duty/cover", **cover))[::2] == (303, "/desk/duty")
        away = {"person": "lee", "to": "dana", "since": "now", "until": "2026-03-09"}
        assert (await lee.post("/desk/duty/away", **away))[0] == 303
        quiet = {"begins": "22:00", "ends": "07:00", "timezone": "Europe/London"}
        assert (await lee.post("/desk/duty/quiet", **quiet))[0] == 303
        _, page = await lee.get("/desk/duty")
        for said in ("Omar is on call in Refunds on call from Mon 2026-03-02 10:00 EST", "Dana stands in for Lee"):
            assert said in page
        assert "22:00 to 07:00 (Europe/London)" in page
        assert (await lee.post("/desk/duty/end", number="1"))[0] == 303
        assert "Omar is on call in Refunds" not in (await lee.get("/desk/duty"))[1]
        types = [record.type for record in await desk.house.store.events("ledger:duties")]
        assert types == ["ledger.covered", "ledger.delegated", "ledger.quiet_hours_set", "ledger.duty_ended"]
        assert (await lee.get("/desk/duty/cover"))[0] == 303


@pytest.mark.parametrize(
    ("form", "fields", "status", "said"),
    [
        (
            "cover",
            {"rotation": "refunds_on_call", "person": "omar", "since": "now", "until": "soonish"},
            422,
            "no time",
        ),
        ("cover", {"rotation": "nights", "person": "omar", "since": "now", "until": "+1d"}, 422, "is no rotation"),
        ("away", {"person": "vera", "to": "rosa", "since": "now", "until": "+1d"}, 403, "may not say who stands in"),
        ("away", {"person": "lee", "to": "rosa", "since": "now", "until": "+1d"}, 422, "no approver of Refunds"),
        ("quiet", {"begins": "22:00", "ends": "", "timezone": "UTC"}, 422, "is missing"),
        ("end", {"number": "x"}, 422, "is no number"),
    ],
)
async def test_what_is_refused_says_why_and_keeps_what_was_typed(
    form: str, fields: dict[str, str], status: int, said: str
) -> None:
    async with served(policy=ROTAS) as desk, signed_in(desk, "lee") as lee:
        found, page, _ = await lee.post(f"/desk/duty/{form}", **fields)
        assert found == status
        assert said in page
        assert await desk.house.store.events("ledger:duties") == ()
        if fields.get("until") == "soonish":
            assert 'value="soonish"' in page
