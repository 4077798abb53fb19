"""Whatever is changed in the database behind Signoff's back is found and named by `signoff audit verify`."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.signing import derive_keys
from bot.domain import merkle
from bot.sealing import signed_text
from tests.rigs.tampering import Database, audit, database, made, named

# Fixtures that tests ask for by name.
__all__ = ["database", "made"]


def test_an_untouched_database_verifies(database: Database) -> None:
    code, report = audit(database)
    assert (code, report["findings"], report["unsealed"], report["views"]) == (0, [], 2, "compared")


EVENT_CHANGES: dict[str, tuple[str, Any]] = {
    "payload": ("payload", b'{"note":"Forged."}'),
    "salt": ("salt", bytes(16)),
    "at": ("at", 1_700_000_000_000_000),
    "actor": ("actor", "person:mallory"),
    "type": ("type", "request.lapsed"),
    "surface": ("surface", "slack"),
    "digest": ("digest", bytes(32)),
    "prev": ("prev", bytes(32)),
    "hash": ("hash", bytes(32)),
}


@pytest.mark.parametrize("seq", [2, 4, 6])
@pytest.mark.parametrize("name", EVENT_CHANGES)
def test_a_changed_column(database: Database, name: str, seq: int) -> None:
    column, value = EVENT_CHANGES[name]
    database.do(f"UPDATE events SET {column} = ? WHERE stream = ? AND seq = ?", value, database.stream, seq)
    code, report = audit(database)
    assert code == 1
    assert named(report) == {("changed", seq)}
    (finding,) = report["findings"]
    assert finding["stream"] == database.stream
    assert finding["expected"] != finding["found"]
    assert finding["leaf"] == database.leaf(database.stream, seq)


@pytest.mark.parametrize("stream", ["request:{attended}", "ledger:pauses", "ledger:channel:slack:C0REFUNDS"])
def test_every_kind_of_event_is_bound(database: Database, stream: str) -> None:
    """Whoever handed it on, put it off, posted or lost it, or stopped it: nobody changes what stands there."""
    stream = stream.format(attended=database.written.attended)
    kept = database.do("SELECT seq, payload, actor FROM events WHERE stream = ? ORDER BY seq", stream)
    assert len(kept) > 1
    for seq, payload, actor in kept:
        where = "WHERE stream = ? AND seq = ?"
        database.do(f"UPDATE events SET payload = ? {where}", payload.replace(b'":"', b'":"x', 1) + b" ", stream, seq)
        code, report = audit(database)
        assert (code, named(report)) == (1, {("changed", seq)})
        database.do(f"UPDATE events SET payload = ?, actor = 'person:mallory' {where}", payload, stream, seq)
        code, report = audit(database)
        assert (code, named(report)) == (1, {("changed", seq)})
        database.do(f"UPDATE events SET actor = ? {where}", actor, stream, seq)
    assert audit(database)[0] == 0


@pytest.mark.parametrize("seq", [1, 3, 6])
def test_an_event_rewritten_with_a_hash_that_fits(database: Database, seq: int) -> None:
    database.rewrite(seq, actor="person:mallory")
    code, report = audit(database)
    assert (code, named(report)) == (1, {("changed", seq)})
    assert "rewritten" in report["findings"][0]["text"]


def test_a_stream_rewritten_to_its_end(database: Database) -> None:
    for seq in range(3, 7):
        prev = database.record(database.stream, seq - 1).hash
        database.rewrite(seq, prev=prev, **({"actor": "person:mallory"} if seq == 3 else {}))
    code, report = audit(database)
    assert code == 1
    assert named(report) == {("changed", seq) for seq in range(3, 7)}


def test_a_stream_rewritten_with_its_leaves_and_nodes_and_views(database: Database) -> None:
    """Everything but the signatures fits: the signed roots do not."""
    database.rewrite(6, actor="person:mallory")
    hashed = database.record(database.stream, 6).hash
    database.do("UPDATE requests SET head = ? WHERE id = ?", hashed, database.written.ran)
    leaves = [
        merkle.leaf_hash(hash_)
        for (hash_,) in database.do(
            "SELECT e.hash FROM leaves AS l JOIN events AS e ON e.stream = l.stream AND e.seq = l.seq ORDER BY l.number"
        )
    ]
    for (level, number), hash_ in merkle.append(0, {}, leaves).items():
        database.do("UPDATE nodes SET hash = ? WHERE level = ? AND number = ?", hash_, level, number)
    code, report = audit(database)
    assert code == 1
    assert {kind for kind, _ in named(report)} == {"changed"}
    place = database.leaf(database.stream, 6)
    sizes = [checkpoint.size for checkpoint in database.checkpoints()]
    assert report["findings"][0]["checkpoint"] == min(size for size in sizes if size > place)


def test_two_events_of_a_stream_swapped(database: Database) -> None:
    for old, new in ((3, -1), (4, 3), (-1, 4)):
        database.do("UPDATE events SET seq = ? WHERE stream = ? AND seq = ?", new, database.stream, old)
    code, report = audit(database)
    assert (code, named(report)) == (1, {("reordered", 3), ("reordered", 4)})


def test_two_events_of_different_streams_swapped_in_the_tree(database: Database) -> None:
    other = f"request:{database.written.rejected}"
    one, two = database.leaf(database.stream, 3), database.leaf(other, 1)
    for old, new in ((one, -1), (two, one), (-1, two)):
        database.do("UPDATE leaves SET number = ? WHERE number = ?", new, old)
    code, report = audit(database)
    assert code == 1
    assert {(finding["kind"], finding["stream"], finding["seq"]) for finding in report["findings"]} == {
        ("reordered", database.stream, 3),
        ("reordered", other, 1),
    }


def test_two_events_stored_in_another_order(database: Database) -> None:
    positions = [
        database.do("SELECT position FROM events WHERE stream = ? AND seq = ?", database.stream, seq)[0][0]
        for seq in (3, 4)
    ]
    for old, new in ((positions[0], -1), (positions[1], positions[0]), (-1, positions[1])):
        database.do("UPDATE events SET position = ? WHERE position = ?", new, old)
    code, report = audit(database)
    assert (code, named(report)) == (1, {("reordered", database.stream)})


@pytest.mark.parametrize("seq", [1, 3])
@pytest.mark.parametrize("leaf_too", [False, True])
def test_a_removed_event(database: Database, seq: int, leaf_too: bool) -> None:
    leaf = database.leaf(database.stream, seq)
    database.do("DELETE FROM events WHERE stream = ? AND seq = ?", database.stream, seq)
    if leaf_too:
        database.do("DELETE FROM leaves WHERE number = ?", leaf)
    code, report = audit(database)
    assert code == 1
    assert ("removed", seq) in named(report)
    assert {finding["kind"] for finding in report["findings"]} == {"removed"}


def test_the_last_sealed_event_of_a_stream_removed(database: Database) -> None:
    last = database.last_seq()
    leaf = database.leaf(database.stream, last)
    database.do("DELETE FROM events WHERE stream = ? AND seq = ?", database.stream, last)
    code, report = audit(database)
    assert (code, named(report)) == (1, {("cut_tail", last)})
    assert report["findings"][0]["leaf"] == leaf


def test_a_whole_request_removed_with_its_row(database: Database) -> None:
    database.do("DELETE FROM events WHERE stream = ?", database.stream)
    database.do("DELETE FROM requests WHERE id = ?", database.written.ran)
    code, report = audit(database)
    assert code == 1
    assert named(report) == {("cut_tail", seq) for seq in range(1, 7)}


def test_the_tail_of_the_sealed_record_cut_with_leaves(database: Database) -> None:
    size = database.checkpoints()[-1].size
    for number in (size - 1, size - 2):
        ((stream, seq),) = database.do("SELECT stream, seq FROM leaves WHERE number = ?", number)
        database.do("DELETE FROM events WHERE stream = ? AND seq = ?", stream, seq)
        database.do("DELETE FROM leaves WHERE number = ?", number)
    code, report = audit(database)
    assert code == 1
    assert ("cut_tail", size) in named(report)


def test_an_unsealed_tail_cut(database: Database) -> None:
    stream = database.newest
    database.do("DELETE FROM events WHERE stream = ?", stream)
    code, report = audit(database)
    assert code == 1
    assert {(finding["kind"], finding["stream"]) for finding in report["findings"]} == {("cut_tail", stream)}


def test_an_event_inserted_at_the_end_of_a_stream_with_a_correct_chain(database: Database) -> None:
    last = database.last_seq()
    database.forge(database.stream, last + 1, database.record(database.stream, last).hash)
    code, report = audit(database)
    assert (code, named(report)) == (1, {("inserted", last + 1)})


def test_an_event_inserted_in_the_middle_with_a_correct_chain(database: Database) -> None:
    for seq in range(6, 2, -1):
        database.do("UPDATE events SET seq = seq + 1 WHERE stream = ? AND seq = ?", database.stream, seq)
    database.forge(database.stream, 3, database.record(database.stream, 2).hash)
    for seq in range(4, 8):
        database.rewrite(seq, prev=database.record(database.stream, seq - 1).hash)
    code, report = audit(database)
    assert code == 1
    assert named(report) >= {("changed", 3), ("inserted", 7)}


def test_an_invented_stream(database: Database) -> None:
    database.forge("request:invented", 1, bytes(32))
    code, report = audit(database)
    assert (code, named(report)) == (1, {("inserted", 1)})


def test_a_payload_deleted_without_an_erasure(database: Database) -> None:
    database.do("UPDATE events SET payload = NULL, salt = NULL WHERE stream = ? AND seq = 4", database.stream)
    code, report = audit(database)
    assert (code, named(report)) == (1, {("payload_missing", 4)})


@pytest.mark.parametrize("which", [0, 1, -1])
@pytest.mark.parametrize(
    ("column", "value", "kinds"),
    [
        ("root", bytes(32), {"forged_checkpoint", "forged_signature"}),
        ("at", 1, {"forged_signature"}),
        ("previous", bytes([7] * 32), {"forged_signature"}),
        ("signature", bytes(64), {"forged_signature"}),
        ("key_id", "signoff-record+00000000", {"forged_signature"}),
    ],
)
def test_a_changed_checkpoint(database: Database, which: int, column: str, value: Any, kinds: set[str]) -> None:
    size = database.checkpoints()[which].size
    database.do(f"UPDATE checkpoints SET {column} = ? WHERE size = ?", value, size)
    code, report = audit(database)
    assert code == 1
    found = named(report)
    assert {(kind, size) for kind in kinds} <= found
    assert {place for _, place in found} == {size}


@pytest.mark.parametrize("which", [0, -1])
@pytest.mark.parametrize("by", [-1, 1, 1000])
def test_a_checkpoint_of_another_size(database: Database, which: int, by: int) -> None:
    size = database.checkpoints()[which].size
    database.do("UPDATE checkpoints SET size = ? WHERE size = ?", size + by, size)
    code, report = audit(database)
    assert code == 1
    assert ("forged_signature", size + by) in named(report)
    assert ("forged_checkpoint", size + by) in named(report)


def test_a_checkpoint_signed_with_another_key(database: Database) -> None:
    last = database.checkpoints()[-1]
    signer = derive_keys(bytes(32)).signer
    for key_id in (signer.key_id, last.key_id):
        signature = signer.sign(signed_text(last.size, last.root, last.at, last.previous, key_id))
        database.do("UPDATE checkpoints SET key_id = ?, signature = ? WHERE size = ?", key_id, signature, last.size)
        code, report = audit(database)
        assert (code, named(report)) == (1, {("forged_signature", last.size)})


@pytest.mark.parametrize("which", [0, 1, -1])
def test_a_dropped_checkpoint(database: Database, which: int) -> None:
    checkpoints = database.checkpoints()
    database.do("DELETE FROM checkpoints WHERE size = ?", checkpoints[which].size)
    code, report = audit(database)
    assert code == 1
    assert {kind for kind, _ in named(report)} == {"checkpoint_missing"}


def test_every_checkpoint_dropped(database: Database) -> None:
    database.do("DELETE FROM checkpoints")
    code, report = audit(database)
    assert code == 1
    assert {kind for kind, _ in named(report)} == {"checkpoint_missing"}


@pytest.mark.parametrize("level", [0, 1, 3])
def test_a_changed_or_missing_node(database: Database, level: int) -> None:
    database.do("UPDATE nodes SET hash = ? WHERE level = ? AND number = 1", bytes(32), level)
    code, report = audit(database)
    assert (code, {kind for kind, _ in named(report)}) == (1, {"node_changed"})
    assert len(report["findings"]) == 1
    database.do("DELETE FROM nodes WHERE level = ? AND number = 1", level)
    code, report = audit(database)
    assert (code, {kind for kind, _ in named(report)}) == (1, {"node_changed"})


VIEW_CHANGES = {
    "a request's state": "UPDATE requests SET state = replace(CAST(state AS TEXT), 'wrong_amount', 'not_eligible') "
    "WHERE status = 'rejected'",
    "a request's version": "UPDATE requests SET version = version + 1 WHERE status = 'rejected'",
    "a request's head": "UPDATE requests SET head = zeroblob(32) WHERE status = 'rejected'",
    "a request removed": "DELETE FROM requests WHERE status = 'rejected'",
    "a tally": "UPDATE tallies SET count = count + 1 WHERE key LIKE 'cap:agent_hour%'",
    "a key": "UPDATE idempotency_keys SET subject = 'other'",
    "a deadline": "DELETE FROM deadlines",
    "a credential": """UPDATE credentials SET state = replace(CAST(state AS TEXT), '"instance"', '"provisioner"')""",
    "a ledger": "UPDATE ledgers SET version = 9",
    "a message": "INSERT INTO outbox (id, kind, lane, subject, body, created_at, status, next_at, attempts) "
    "VALUES ('forged', 'webhook', 'x', 'x', x'7b7d', 0, 'waiting', 0, 0)",
    "a request's status": "UPDATE requests SET status = 'pending' WHERE status = 'rejected'",
    "a request's decider": "UPDATE requests SET decided_by = 'mallory' WHERE status = 'rejected'",
    "a request's deadline": "UPDATE requests SET deadline_at = deadline_at + 1 WHERE status = 'rejected'",
    "an agent's name": "UPDATE agents SET name = 'mallory'",
    "an agent": "UPDATE agents SET state = replace(CAST(state AS TEXT), 'olga@', 'mallory@')",
}


@pytest.mark.parametrize("name", VIEW_CHANGES)
def test_a_changed_view(database: Database, name: str) -> None:
    database.do(VIEW_CHANGES[name])
    code, report = audit(database)
    assert code == 1
    assert report["findings"]
    kinds = {kind for kind, _ in named(report)}
    assert kinds <= {"view_differs", "cut_tail", "inserted", "changed"}
    assert all(finding["stream"] for finding in report["findings"])


def test_rows_are_not_compared_when_told_so_but_heads_are(database: Database) -> None:
    database.do(VIEW_CHANGES["a request's state"])
    assert audit(database, "--no-views")[0] == 0
    assert audit(database)[0] == 1
    database.do(VIEW_CHANGES["a request's head"])
    assert audit(database, "--no-views")[0] == 1


@pytest.mark.parametrize("number", [400, 10**15])
def test_a_leaf_of_a_forged_number_ends_nothing_in_a_loop(database: Database, number: int) -> None:
    size = database.checkpoints()[-1].size
    database.do("UPDATE leaves SET number = ? WHERE number = ?", number, size - 1)
    database.do("UPDATE checkpoints SET size = ? WHERE size = ?", number + 1, size)
    code, report = audit(database)
    assert code == 1
    assert ("forged_signature", number + 1) in named(report)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("digest", "text"),
        ("at", 10**18),
        ("at", "noon"),
        ("payload", "text"),
        ("actor", b"x"),
        ("seq", "four"),
        ("prev", 5),
    ],
)
def test_a_column_of_another_type_is_named_and_stops_nothing(database: Database, column: str, value: Any) -> None:
    database.do(f"UPDATE events SET {column} = ? WHERE stream = ? AND seq = 4", value, database.stream)
    code, report = audit(database)
    assert code == 1
    assert {finding["kind"] for finding in report["findings"]} & {"unreadable", "changed", "removed"}
