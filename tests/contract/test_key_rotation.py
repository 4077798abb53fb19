"""The master key is changed: what was signed before verifies from either key, secrets open, and a break is finished."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.clock import SystemClock
from adapters.signing import Keys, derive_keys, load_keys, next_file
from bot.addressing import note_address
from bot.app import rotating
from bot.app.rotating import Rotated, rotate
from bot.app.signing import Signing
from bot.app.veil import veil_of
from bot.domain.people import Actor, ActorKind
from bot.errors import BadInput, KeyRetired, SettingsInvalid
from bot.ports import Store
from bot.proving.exports import export
from bot.proving.files import verify_export
from bot.proving.findings import Report
from bot.proving.keys import Keyring
from bot.proving.record import verify
from bot.sealing import seal_once
from bot.settings import Settings
from store.opening import open_store
from tests.contract.test_record_proven import do
from tests.rigs.history import write_history
from tests.rigs.house import MovedClock, new_house

WHO = Actor(ActorKind.OPERATOR, "ops", "cli")
SECRETS = {"one": "whsec_1", "two": "Ünïcode"}


class Place:
    """A record sealed with a key in a file, and secrets that its vault keeps."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.file = folder / "signoff.key"
        self.old = load_keys(self.file)
        self.settings = Settings(database=url, key_file=self.file, key="")

    async def fill(self) -> None:
        clock = MovedClock()
        store = await open_store(self.url, clock, vault_key=self.old.vault_key)
        house = await new_house(store, clock)
        await write_history(house)
        for name, secret in SECRETS.items():
            await store.vault.put(name, secret)
        await seal_once(store.seals, self.old.signer, house.clock, limit=20)
        await store.close()

    async def on(self, keys: Keys, work: Callable[[Store], Awaitable[Any]]) -> Any:
        store = await open_store(self.url, SystemClock(), vault_key=keys.vault_key, migrate=False)
        try:
            return await work(store)
        finally:
            await store.close()

    async def verified(self, keys: Keys) -> Report:
        report: Report = await self.on(keys, partial(verify, keys=Keyring([keys.public_key])))
        return report

    async def secrets(self, keys: Keys) -> dict[str, str | None]:
        async def read(store: Store) -> dict[str, str | None]:
            return {name: await store.vault.get(name) for name in SECRETS}

        found: dict[str, str | None] = await self.on(keys, read)
        return found

    async def require_rotated(self, made: Rotated) -> Keys:
        new = load_keys(self.file, create=False)
        assert (made.before, made.now) == (self.old.public_key, new.public_key)
        assert new.public_key != self.old.public_key
        assert await self.secrets(new) == SECRETS
        for keys in (self.old, new):
            report = await self.verified(keys)
            assert (report.findings, report.unsealed) == ((), 0)
        assert not next_file(self.file).exists()
        return new


@pytest.fixture
async def place(url: str, tmp_path: Path) -> Place:
    made = Place(url, tmp_path)
    await made.fill()
    return made


async def test_whoever_trusts_either_key_verifies_the_whole_record(place: Place, tmp_path: Path) -> None:
    new = await place.require_rotated(await rotate(place.settings, WHO))
    made = await rotate(place.settings, WHO)
    newest = load_keys(place.file, create=False)
    assert (made.before, made.now) == (new.public_key, newest.public_key)

    async def write(store: Store) -> None:
        with (tmp_path / "export.jsonl").open("wb") as file:
            await export(store, newest.public_key, SystemClock().now(), file)

    await place.on(newest, write)
    for keys in (place.old, new, newest):
        assert (await place.verified(keys)).findings == ()
        assert (await verify_export(tmp_path / "export.jsonl", Keyring([keys.public_key]))).findings == ()
    stranger = derive_keys(bytes(32))
    report = await place.on(newest, partial(verify, keys=Keyring([stranger.public_key])))
    assert {one.kind.value for one in report.findings} == {"forged_signature"}


async def test_what_stands_for_a_customer_stays_the_same_through_every_change(place: Place) -> None:
    async def veil(keys: Keys, store: Store) -> bytes:
        return await veil_of(store.vault, keys)

    before = await place.on(place.old, partial(veil, place.old))
    for _ in range(2):
        await rotate(place.settings, WHO)
        newest = load_keys(place.file, create=False)
        assert newest.veil_key != before
        assert await place.on(newest, partial(veil, newest)) == before
    assert await place.on(place.old, partial(veil, place.old)) == before, "a key that opens nothing changes nothing"


async def one_more_event(store: Store) -> None:
    await note_address(store, "http://127.0.0.1:1", WHO)


class Broken(Exception):
    pass


STEPS = ("next_keys", "reseal", "take_next", "record_change", "seal_once")


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", STEPS)
async def test_broken_off_anywhere_it_is_finished_by_running_it_again(
    place: Place, step: str, after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        _break(patched, step, after=after)
        with pytest.raises(Broken):
            await rotate(place.settings, WHO)
    await place.require_rotated(await _again(place))


async def _again(place: Place) -> Rotated:
    """Run it until the key that sealed the record so far has handed on; a finished one is left alone."""
    present = load_keys(place.file, create=False)
    if present.public_key == place.old.public_key or (await _last(place)) == place.old.public_key.id:
        return await rotate(place.settings, WHO)
    return Rotated(place.old.public_key, present.public_key, 0, place.file, None, continued=True)


async def _last(place: Place) -> str:
    async def read(store: Store) -> str:
        last = await store.seals.last()
        assert last is not None
        return last.key_id

    found: str = await place.on(place.old, read)
    return found


def _break(patched: pytest.MonkeyPatch, step: str, *, after: bool) -> None:
    if step == "reseal":
        opened = open_store

        async def open_(*given: Any, **more: Any) -> Store:
            store = await opened(*given, **more)
            inner = store.vault.reseal

            async def reseal(key: bytes) -> int:
                if after:
                    await inner(key)
                raise Broken

            patched.setattr(store.vault, "reseal", reseal)
            return store

        patched.setattr(rotating, "open_store", open_)
        return
    whole = getattr(rotating, step)
    if step in {"record_change", "seal_once"}:

        async def broken_later(*given: Any, **more: Any) -> Any:
            if after:
                await whole(*given, **more)
            raise Broken

        patched.setattr(rotating, step, broken_later)
        return

    def broken(*given: Any, **more: Any) -> Any:
        if after:
            whole(*given, **more)
        raise Broken

    patched.setattr(rotating, step, broken)


async def test_half_a_rotation_is_refused_at_the_start(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        _break(patched, "take_next", after=False)
        with pytest.raises(Broken):
            await rotate(place.settings, WHO)

    async def begin(store: Store) -> None:
        await Signing(place.settings, store, SystemClock(), place.old).begin(WHO, new_key=False)

    with pytest.raises(SettingsInvalid, match="broken off") as refused:
        await place.on(place.old, begin)
    assert "rotate-key" in (refused.value.remedy or "")


async def test_a_running_server_takes_the_new_key_from_the_file(place: Place) -> None:
    async def serve(store: Store) -> None:
        signing = Signing(place.settings, store, SystemClock(), place.old)
        await signing.begin(WHO, new_key=False)
        await rotate(place.settings, WHO)
        await signing.seal()
        with capture_logs():
            await signing._renew()
        assert await store.vault.get("one") == SECRETS["one"]
        await one_more_event(store)
        await signing.seal()

    await place.on(place.old, serve)
    assert (await place.verified(place.old)).findings == ()


async def test_a_server_without_the_new_key_seals_no_more_and_says_why(place: Place, tmp_path: Path) -> None:
    other = tmp_path / "other" / "signoff.key"
    other.parent.mkdir()
    shutil.copy(place.file, other)

    async def serve(store: Store) -> None:
        signing = Signing(place.settings.model_copy(update={"key_file": other}), store, SystemClock(), place.old)
        await signing.begin(WHO, new_key=False)
        made = await rotate(place.settings, WHO)
        before = await store.seals.last()
        await signing.seal()
        assert await store.seals.last() == before
        with capture_logs() as logged, pytest.raises(KeyRetired, match="was changed") as refused:
            await signing.watch()
        assert "start it again" in (refused.value.remedy or "")
        assert [one["now"] for one in logged] == [made.now.id]

    await place.on(place.old, serve)
    assert (await place.verified(place.old)).findings == ()


async def test_with_the_key_in_the_environment_the_new_one_goes_to_a_file(place: Place, tmp_path: Path) -> None:
    given = place.settings.model_copy(update={"key": place.file.read_text().strip()})
    with pytest.raises(BadInput) as refused:
        await rotate(given, WHO)
    assert refused.value.field == "--out"
    made = await rotate(given, WHO, out=tmp_path / "new.key")
    again = await rotate(given, WHO, out=tmp_path / "new.key")
    assert (made.now, again.now, again.secrets, again.continued) == (again.now, made.now, 0, True)
    new = load_keys(tmp_path / "new.key", create=False)
    assert await place.secrets(new) == SECRETS
    for keys in (place.old, new):
        assert (await place.verified(keys)).findings == ()
    with pytest.raises(BadInput):
        await rotate(place.settings, WHO, out=tmp_path / "other.key")


async def test_the_old_key_signs_no_more_once_the_new_one_has(place: Place) -> None:
    """Whoever stole the old key can't go on with the record."""
    await rotate(place.settings, WHO)

    async def forge(store: Store) -> None:
        await one_more_event(store)
        await seal_once(store.seals, place.old.signer, SystemClock())

    await place.on(place.old, forge)
    report = await place.verified(place.old)
    assert {one.kind.value for one in report.findings} == {"forged_signature"}
    assert "taken the place" in report.findings[0].text


async def test_a_forged_change_leads_to_no_key(place: Place) -> None:
    """A change that the old key did not sign is no bridge, whoever wrote it."""
    made = await rotate(place.settings, WHO)
    await do(place.url, "DELETE FROM events WHERE stream = 'ledger:keys'")
    report = await place.verified(place.old)
    assert "forged_signature" in {one.kind.value for one in report.findings}
    assert made.now.id in {str(one.found).rpartition(" ")[2] for one in report.findings}
