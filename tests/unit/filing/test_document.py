"""What docs/record.md says of a decision file is what one is: checked by code made from that page alone."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bot.deciding import Approve
from bot.filing import Sight, write_file
from tests.rigs.filed import KEYS, filed, note_policy
from tests.rigs.house import new_house

PAGE = (Path(__file__).parents[3] / "docs" / "record.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("## A decision file")[2].partition("\n## ")[0]


@pytest.fixture(params=list(Sight), ids=lambda sight: sight.value)
async def raw(request: pytest.FixtureRequest) -> bytes:
    house = await new_house()
    await note_policy(house)
    asked = await house.held(120, reason="late", card="4111 1111")
    await house.say(asked, Approve("Fine."))
    file = await filed(house, asked.id, request.param)
    await house.store.close()
    return write_file(file)


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def key() -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(b64decode(KEYS.public_key.line.split("+", 2)[2])[1:])


def test_the_file_s_signature_covers_what_the_page_says(raw: bytes) -> None:
    file = json.loads(raw)
    assert rfc8785.dumps(file) + b"\n" == raw
    signature = file["signature"]
    digest = hashlib.sha256(rfc8785.dumps({**file, "signature": None})).hexdigest()
    text = (
        f"signoff-file\nrequest {file['request']}\nmade {file['made_at']}\nsha256 {digest}\nkey {signature['key_id']}\n"
    )
    key().verify(bytes.fromhex(signature["signature"]), text.encode())


def test_every_event_leads_to_the_signed_root(raw: bytes) -> None:
    file = json.loads(raw)
    checkpoint = file["proof"]["checkpoint"]
    lines = [
        checkpoint["key_id"].rpartition("+")[0],
        str(checkpoint["size"]),
        b64encode(bytes.fromhex(checkpoint["root"])).decode(),
        f"at {checkpoint['at']}",
        f"previous {checkpoint['previous']}",
        f"key {checkpoint['key_id']}",
    ]
    key().verify(bytes.fromhex(checkpoint["signature"]), "".join(f"{line}\n" for line in lines).encode())
    kept_back = {(one["stream"], one["seq"]) for one in file["withheld"]}
    before = bytes(32).hex()
    for event in [*file["proof"]["events"], *file["others"]]:
        assert require_event(event) == ((event["stream"], event["seq"]) not in kept_back)
        assert rise(event, checkpoint["size"]).hex() == checkpoint["root"]
    for event in file["proof"]["events"]:
        assert event["prev"] == before
        before = event["hash"]


def require_event(event: dict[str, Any]) -> bool:
    """Its hash is that of its header; whether its payload is there, which then has its digest."""
    from datetime import datetime  # noqa: PLC0415 - only here

    at = datetime.fromisoformat(event["at"])
    micros = round(at.timestamp()) * 1_000_000 + at.microsecond
    header = [event["stream"], event["seq"], event["type"], micros, event["actor"], event["surface"]]
    assert sha(rfc8785.dumps([*header, event["digest"], event["prev"]])).hex() == event["hash"]
    if event["payload"] is None:
        assert event["salt"] is None
        return False
    assert sha(bytes.fromhex(event["salt"]), event["payload"].encode()).hex() == event["digest"]
    return True


def rise(event: dict[str, Any], size: int) -> bytes:
    """RFC 9162, 2.1.3.2."""
    found, index, last = sha(b"\x00", bytes.fromhex(event["hash"])), event["leaf"], size - 1
    for step in map(bytes.fromhex, event["path"]):
        if index % 2 or index == last:
            found = sha(b"\x01", step, found)
            while not index % 2 and index:
                index, last = index >> 1, last >> 1
        else:
            found = sha(b"\x01", found, step)
        index, last = index >> 1, last >> 1
    assert last == 0
    return found


def test_the_page_names_every_field_and_section(raw: bytes) -> None:
    file = json.loads(raw)
    for name in (*file, *file["says"], *(one["id"] for one in file["says"]["sections"])):
        assert f"`{name}`" in SECTION or name == "kind", name
    for section in file["says"]["sections"]:
        for entry in section["entries"]:
            assert all(f"`{name}`" in SECTION for name in entry), entry
