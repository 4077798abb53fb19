"""A verifier of exports written from docs/record.md alone: it shares no code with Signoff. Raises AssertionError."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def read_key(line: str) -> tuple[str, Ed25519PublicKey]:
    name, digits, encoded = line.split("+", 2)
    raw = base64.b64decode(encoded)
    assert raw[0] == 1, "no Ed25519 key"
    assert sha(name.encode(), b"\n", raw)[:4].hex() == digits, "the key's id does not fit"
    return f"{name}+{digits}", Ed25519PublicKey.from_public_bytes(raw[1:])


def check_checkpoints(checkpoints: list[dict[str, Any]], key_line: str) -> None:
    key_id, key = read_key(key_line)
    previous, size, at = bytes(32), 0, ""
    for one in checkpoints:
        origin = one["key_id"].rpartition("+")[0]
        root = base64.b64encode(bytes.fromhex(one["root"])).decode()
        lines = [
            origin,
            str(one["size"]),
            root,
            f"at {one['at']}",
            f"previous {one['previous']}",
            f"key {one['key_id']}",
        ]
        text = "".join(line + "\n" for line in lines).encode()
        assert one["key_id"] == key_id, "another key"
        key.verify(bytes.fromhex(one["signature"]), text)
        assert bytes.fromhex(one["previous"]) == previous, "a checkpoint is missing"
        assert one["size"] > size, "sizes do not grow"
        assert one["at"] >= at, "times go back"
        previous, size, at = sha(text, bytes.fromhex(one["signature"])), one["size"], one["at"]


def check_event(event: dict[str, Any], heads: dict[str, tuple[int, str]], *, partial: bool) -> None:
    moment = datetime.fromisoformat(event["at"])
    micros = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    header = [event["stream"], event["seq"], event["type"], micros, event["actor"], event["surface"]]
    text = json.dumps([*header, event["digest"], event["prev"]], ensure_ascii=False, separators=(",", ":"))
    assert sha(text.encode()).hex() == event["hash"], f"the header of {event['stream']} #{event['seq']}"
    if event["payload"] is not None:
        digest = sha(bytes.fromhex(event["salt"]), event["payload"].encode())
        assert digest.hex() == event["digest"], f"the payload of {event['stream']} #{event['seq']}"
    before = heads.get(event["stream"])
    if before is None and event["seq"] == 1:
        assert event["prev"] == "00" * 32, "the first event follows none"
    elif before is None:
        assert partial, "a stream begins in the middle"
    else:
        assert (event["seq"] - 1, event["prev"]) == before, f"{event['stream']} #{event['seq']} does not follow"
    heads[event["stream"]] = (event["seq"], event["hash"])


class Tree:
    """Complete subtrees as a stack, each with its height."""

    def __init__(self, start: int, peaks: list[str]) -> None:
        heights = [height for height in reversed(range(start.bit_length())) if start >> height & 1]
        assert len(heights) == len(peaks), "peaks do not fit the start"
        self.stack = list(zip(heights, map(bytes.fromhex, peaks), strict=True))

    def append(self, leaf: bytes) -> None:
        height = 0
        while self.stack and self.stack[-1][0] == height:
            leaf, height = sha(b"\x01", self.stack.pop()[1], leaf), height + 1
        self.stack.append((height, leaf))

    def root(self) -> str:
        folded = self.stack[-1][1]
        for _, peak in reversed(self.stack[:-1]):
            folded = sha(b"\x01", peak, folded)
        return folded.hex()


def verify(path: Path, key_line: str) -> int:
    """How many sealed events the export proves."""
    raw = path.read_bytes().splitlines(keepends=True)
    head, *lines, manifest = map(json.loads, raw)
    checkpoints = [line for line in lines if line["kind"] == "checkpoint"]
    events = [line for line in lines if line["kind"] == "event"]
    counts = (manifest["events"], manifest["unsealed"], manifest["checkpoints"])
    assert counts == (len(events), sum(one["leaf"] is None for one in events), len(checkpoints)), "counts"
    assert sha(*raw[:-1]).hex() == manifest["sha256"], "the manifest's digest"
    check_checkpoints(checkpoints, key_line)
    roots = {one["size"]: one["root"] for one in checkpoints}
    tree, place, heads = Tree(head["start"], head["peaks"]), head["start"], dict[str, tuple[int, str]]()
    assert not place or tree.root() == roots[place], "the tree before the start"
    for event in events:
        check_event(event, heads, partial=head["start"] > 0)
        if event["leaf"] is not None:
            assert event["leaf"] == place, "a leaf is missing"
            tree.append(sha(b"\x00", bytes.fromhex(event["hash"])))
            place += 1
            assert place not in roots or tree.root() == roots[place], f"the root at {place}"
    assert place == head["end"], "the end"
    assert place == 0 or place in roots, "no checkpoint covers the end"
    erasures = {one["stream"]: one["seq"] for one in events if one["type"] in ("request.erased", "contact.erased")}
    for event in events:
        erased = event["seq"] < erasures.get(event["stream"], 0)
        assert erased == (event["payload"] is None), f"erasure of {event['stream']} #{event['seq']}"
    return int(place - head["start"])
