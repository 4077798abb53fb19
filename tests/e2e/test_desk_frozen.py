"""What the desk shows of a request that a pause froze, and that it can be refused but not approved meanwhile."""

from __future__ import annotations

from tests.rigs.desk import Desk, signed_in, words_of


async def test_what_is_frozen_is_refused_or_waits(desk: Desk) -> None:
    request = await desk.house.held(120)
    vera = desk.house.person("vera")
    await desk.pausing.pause("owner:refunds", "wrong since noon", vera, "desk", freeze=True)
    async with signed_in(desk, "dana") as dana:
        _, page = await dana.get(f"/desk/requests/{request.id}")
        assert "Frozen by Vera" in words_of(page)
        assert "until it is resumed: wrong since noon" in words_of(page)
        assert 'id="approve"' not in page
        assert 'id="reject"' in page
        status, refused, _ = await dana.post(f"/desk/requests/{request.id}/approve")
        assert status == 409
        assert "it is frozen" in words_of(refused).lower()
        _, queue = await dana.get("/desk/")
        assert f'name="approve" value="{request.id}"' not in queue
        await desk.pausing.resume("owner:refunds", "mended", vera, "desk")
        _, page = await dana.get(f"/desk/requests/{request.id}")
        assert 'id="approve"' in page
        assert "Frozen" not in words_of(page)
        await dana.post(f"/desk/requests/{request.id}/approve")
    found = await desk.house.store.request(request.id)
    assert found is not None
    assert found.status == "approved"
