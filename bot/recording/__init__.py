"""Recording: an event becomes a record in its stream, and every view follows from it.

A flow reads and records through a ``View``. Recording an event chains it to its stream, applies it to the state and
derives, with pure functions, what the views hold from then on: tallies, deadlines, idempotency keys, waiting grants,
credentials and outbox messages. A store loads what a flow needs and writes the ``Changes``; ``rebuild`` runs the very
same functions over the record alone.

Flows run in batches: each runs on what the ones before it in the batch have done, one that raises leaves no trace, and
the store commits them together. So a flow must have no effect but through its view: it may be run again.
"""

from bot.recording.batching import Batch, rebuild
from bot.recording.deriving import deadlines_of, sampled_for, samples_key, timestamp, waits_under
from bot.recording.halting import FROZEN, THAWED
from bot.recording.rows import Changes, Deadline, Entity, Kept, KeyUse, Loaded, Message, Needs, stream_of, waiting_key
from bot.recording.searching import Sought, Wanted, found_in, marked, search_text, typed
from bot.recording.telling import (
    CARD,
    CHANNEL_FOUND,
    CHANNEL_LOST,
    CHECKPOINT,
    CHECKPOINT_DUE,
    DIGEST,
    DIGEST_DUE,
    GAPS,
    LINES,
    PING,
    PINGED,
    PUBLISH,
    PUBLISHED,
    REDRAW,
    TELL,
    TOLD,
    Errand,
    changes_cards,
    channel_ledger,
    digests_ledger,
    errand_of,
    gaps_ledger,
    publishing_lane,
)
from bot.recording.viewing import View

__all__ = [
    "CARD",
    "CHANNEL_FOUND",
    "CHANNEL_LOST",
    "CHECKPOINT",
    "CHECKPOINT_DUE",
    "DIGEST",
    "DIGEST_DUE",
    "FROZEN",
    "GAPS",
    "LINES",
    "PING",
    "PINGED",
    "PUBLISH",
    "PUBLISHED",
    "REDRAW",
    "TELL",
    "THAWED",
    "TOLD",
    "Batch",
    "Changes",
    "Deadline",
    "Entity",
    "Errand",
    "Kept",
    "KeyUse",
    "Loaded",
    "Message",
    "Needs",
    "Sought",
    "View",
    "Wanted",
    "changes_cards",
    "channel_ledger",
    "deadlines_of",
    "digests_ledger",
    "errand_of",
    "found_in",
    "gaps_ledger",
    "marked",
    "publishing_lane",
    "rebuild",
    "sampled_for",
    "samples_key",
    "search_text",
    "stream_of",
    "timestamp",
    "typed",
    "waiting_key",
    "waits_under",
]
