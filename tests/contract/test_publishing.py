"""Checkpoints are published on time, once each however many processes there are, and a cut is found by them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.checkpoint_file import CheckpointFile
from adapters.signing import derive_keys
from adapters.webhooks.publishing import CheckpointPost
from bot.app.publishing import targets_of
from bot.app.workplace import Workplace
from bot.doctor.checkpoints import published
from bot.doctor.findings import Health
from bot.errors import BadInput, SettingsInvalid, Unavailable
from bot.policy.loading import load
from bot.ports import Store
from bot.proving.keys import Keyring
from bot.proving.notes import compare_kept, read_notes
from bot.publishing import Carrying, Publishing, Target, newest_published
from bot.recording import CHECKPOINT, publishing_lane
from bot.sealing import note_of, seal_once
from bot.settings import Settings, load_settings
from store.memory import MemoryStore
from tests.contract.conftest import Opener
from tests.contract.flows import SettableClock, require_rebuilt
from tests.rigs.chatting import chatting
from tests.rigs.house import MovedClock

KEYS = derive_keys(bytes(range(32)))
KEYRING = Keyring([KEYS.public_key])
HOUR = timedelta(hours=1)


class Failing:
    """A target that takes nothing, or takes it and dies before it says so."""

    def __init__(self, within: Target | None = None) -> None:
        self.within = within
        self.tries = 0

    async def publish(self, id_: str, note: str) -> None:
        self.tries += 1
        if self.within is not None:
            await self.within.publish(id_, note)
        raise Unavailable("it does not answer")


async def grow(store: Store, clock: SettableClock | MovedClock, number: int) -> None:
    """Some events, sealed."""
    from bot.addressing import note_address  # noqa: PLC0415 - the least fact there is
    from bot.domain.people import CLOCK  # noqa: PLC0415 - the same

    for one in range(3):
        await note_address(store, f"http://127.0.0.1:{number}{one}", CLOCK)
    await seal_once(store.seals, KEYS.signer, clock)


def parts(
    store: Store, clock: SettableClock | MovedClock, targets: Mapping[str, Target]
) -> tuple[Publishing, Carrying]:
    return Publishing(store, clock, HOUR, tuple(targets)), Carrying(store, clock, targets, jitter=lambda: 1.0)


async def test_each_once_on_every_store(store: Store, clock: SettableClock, tmp_path: Path) -> None:
    file = tmp_path / "checkpoints.txt"
    noting, carrying = parts(store, clock, {"file": CheckpointFile(file)})
    assert not await noting.step()  # nothing is sealed yet
    sizes = []
    for number in range(4):
        await grow(store, clock, number)
        assert await noting.step()
        assert not await noting.step()
        assert await carrying.send_due() == 1
        last = await store.seals.last()
        assert last is not None
        sizes.append(last.size)
        clock.pass_(hours=1)
    await seal_once(store.seals, KEYS.signer, clock)
    assert not await noting.step()  # nothing but the last such fact is new
    notes = read_notes(file.read_text())
    assert [note.size for note in notes] == sizes
    checkpoints = await store.seals.checkpoints()
    assert [finding for note in notes for finding in compare_kept(note, checkpoints, KEYRING)] == []
    newest = await newest_published(store)
    assert newest is not None
    assert newest.size == sizes[-1]
    await require_rebuilt(store)


async def test_several_processes_publish_each_once(opened: Opener, clock: SettableClock, tmp_path: Path) -> None:
    file = tmp_path / "checkpoints.txt"
    stores = [await opened() for _ in range(3)]
    several = [parts(store, clock, {"file": CheckpointFile(file)}) for store in stores]
    for number in range(5):
        await grow(stores[number % 3], clock, number)
        noted = await asyncio.gather(*(noting.step() for noting, _ in several))
        assert sum(noted) == 1
        await asyncio.gather(*(carrying.send_due() for _, carrying in several))
        clock.pass_(hours=1)
    notes = read_notes(file.read_text())
    assert len(notes) == 5
    assert [note.size for note in notes] == sorted({note.size for note in notes})


async def test_what_fails_is_tried_again_in_order_and_holds_up_no_other(
    store: Store, clock: SettableClock, tmp_path: Path
) -> None:
    good, dying = tmp_path / "good.txt", tmp_path / "dying.txt"
    failing = Failing(CheckpointFile(dying))
    noting, carrying = parts(store, clock, {"file": CheckpointFile(good), "url": failing})
    for number in range(3):
        await grow(store, clock, number)
        assert await noting.step()
        await carrying.send_due()
        clock.pass_(hours=1)
    assert len(read_notes(good.read_text())) == 3
    assert len(read_notes(dying.read_text())) == 1  # the first is tried again and again, and stands there once
    assert failing.tries == 3
    assert len(await store.outbox.waiting(CHECKPOINT, publishing_lane("url"), limit=10)) == 3
    mended = Carrying(store, clock, {"url": CheckpointFile(dying)})
    for _ in range(3):
        await mended.send_due()
    assert dying.read_text() == good.read_text()
    assert not await store.outbox.waiting(CHECKPOINT, publishing_lane("url"), limit=10)


async def test_a_file_broken_off_anywhere_is_completed(store: Store, clock: SettableClock, tmp_path: Path) -> None:
    notes = []
    for number in range(3):
        await grow(store, clock, number)
        last = await store.seals.last()
        assert last is not None
        notes.append(note_of(last))
    whole = "\n".join(notes).encode()
    before = len("\n".join(notes[:2]).encode())
    for end in range(before, len(whole) + 1, 7):
        file = tmp_path / "checkpoints.txt"
        file.write_bytes(whole[:end])
        await asyncio.gather(*(CheckpointFile(file).publish("x", notes[2]) for _ in range(3)))
        assert file.read_bytes() == whole
    with pytest.raises(Unavailable, match="can't be written"):
        await CheckpointFile(tmp_path / "no" / "such").publish("x", notes[0])


async def test_an_address_gets_the_note_and_only_a_public_one(clock: SettableClock) -> None:
    store = MemoryStore(clock)
    await grow(store, clock, 1)
    last = await store.seals.last()
    assert last is not None
    got: list[tuple[str, str]] = []
    answers = [500, 302, 204]

    async def take(request: web.Request) -> web.Response:
        got.append((request.headers["Idempotency-Key"], await request.text()))
        return web.Response(status=answers.pop(0), headers={"Location": "/"})

    app = web.Application()
    app.router.add_post("/log", take)
    async with TestServer(app) as server:
        url = str(server.make_url("/log"))
        post = CheckpointPost(url, allow_private=True)
        for said in ("500", "302"):
            with pytest.raises(Unavailable, match=said):
                await post.publish("one", note_of(last))
        await post.publish("one", note_of(last))
        await post.close()
        assert set(got) == {("one", note_of(last))}
        for refused in (url, "https://127.0.0.1/log", "https://localhost/log", "https://10.0.0.1:8443/x"):
            public = CheckpointPost(refused, allow_private=False)
            with pytest.raises(BadInput):
                await public.publish("one", "x")
            await public.close()


async def test_a_cut_is_found_by_what_was_published(store: Store, clock: SettableClock, tmp_path: Path) -> None:
    file = tmp_path / "checkpoints.txt"
    noting, carrying = parts(store, clock, {"file": CheckpointFile(file)})
    for number in range(3):
        await grow(store, clock, number)
        await noting.step()
        await carrying.send_due()
        clock.pass_(hours=1)
    notes = read_notes(file.read_text())
    checkpoints = await store.seals.checkpoints()
    cut = [one for one in checkpoints if one.size < notes[-1].size]
    found = [finding for note in notes for finding in compare_kept(note, cut, KEYRING)]
    assert [(one.kind.value, one.checkpoint) for one in found] == [("cut_tail", notes[-1].size)]
    text = file.read_text()
    for changed in (text.replace("\nat 20", "\nat 19", 1), text.replace(f"\n{notes[1].size}\n", "\n99\n", 1)):
        found = [finding for note in read_notes(changed) for finding in compare_kept(note, checkpoints, KEYRING)]
        assert {one.kind.value for one in found} == {"forged_signature"}
    with pytest.raises(BadInput, match="line"):
        read_notes(text + "and more\n")
    with pytest.raises(BadInput):
        read_notes(text[: len(text) // 2] + text[len(text) // 2 + 40 :])


async def test_the_doctor_says_which_target_does_not_take_its_checkpoints(
    store: Store, clock: SettableClock, tmp_path: Path
) -> None:
    file, url = str(tmp_path / "checkpoints.txt"), "https://log.example.com/checkpoints"
    settings = Settings(checkpoint_file=file, checkpoint_url=url, key_file=tmp_path / "none")
    place = Workplace(settings, clock, store, KEYS, lambda: load("", ""), bytes(32))  # type: ignore[arg-type]  # a clock that is set

    async def said() -> tuple[Health, str]:
        finding = await published(place, None)
        return finding.health, finding.text

    assert await said() == (Health.FINE, "to file, url: none published yet")
    noting, carrying = parts(store, clock, {"file": CheckpointFile(Path(file)), "url": Failing()})
    await grow(store, clock, 1)
    await noting.step()
    await carrying.send_due()
    assert (await said())[0] is Health.FINE  # it is tried again in a moment
    clock.pass_(minutes=3)
    health, text = await said()
    assert (health, "for the url since" in text, "file" in text) == (Health.WRONG, True, False)
    assert "log.example.com" not in text
    await Carrying(store, clock, {"url": CheckpointFile(tmp_path / "other")}).send_due()
    assert "the newest, over 3 events" in (await said())[1]
    nowhere = Workplace(Settings(), clock, store, KEYS, lambda: load("", ""), bytes(32))  # type: ignore[arg-type]  # as above
    assert (await published(nowhere, None)).health is Health.WARNING


@pytest.mark.parametrize(
    ("setting", "value", "named"),
    [
        ("checkpoint_url", "http://log.example.com/", "SIGNOFF_CHECKPOINT_URL"),
        ("checkpoint_url", "https://127.0.0.1/", "SIGNOFF_CHECKPOINT_URL"),
        ("checkpoint_channel", "slack:C0AUDIT", "SIGNOFF_CHECKPOINT_CHANNEL"),
        ("checkpoint_channel", "teams:19:x", "SIGNOFF_CHECKPOINT_CHANNEL"),
    ],
)
def test_a_target_of_no_use_is_refused_at_the_start(setting: str, value: str, named: str) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        targets_of(load_settings(**{setting: value}))
    assert refused.value.field == named
    with pytest.raises(ValueError, match="slack: or teams:"):
        Settings(checkpoint_channel="irc:#audit")


async def test_in_a_channel_by_the_surface_s_sender() -> None:
    clock = MovedClock()
    place = await chatting(MemoryStore(clock), clock)
    store = place.house.store
    await seal_once(store.seals, KEYS.signer, clock)
    noting = Publishing(store, clock, HOUR, ("slack:C0AUDIT",))
    assert await noting.step()
    place.chat.gone["C0AUDIT"] = "was archived"
    for _ in range(5):
        await place.sender.send_due()
        clock.move(minutes=45)
    assert len(await store.outbox.waiting("slack", publishing_lane("slack:C0AUDIT"), limit=9)) == 1
    del place.chat.gone["C0AUDIT"]
    for _ in range(2):
        await place.sender.send_due()
        clock.move(minutes=2)
    last = (await store.seals.checkpoints())[0]
    assert [one.text for one in place.chat.messages if one.place == "C0AUDIT"] == [note_of(last)]
    await store.close()
