"""The checkpoints by themselves: signatures, links and order. What they say of the tree is checked in ``trees``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.ports import Checkpoint
from bot.proving.findings import Finding, Kind
from bot.proving.keys import Keyring
from bot.sealing import NO_CHECKPOINT, checkpoint_digest


class SignedCheckpoints:
    """Checkpoints, oldest first, and which of them a trusted key signed."""

    def __init__(self, checkpoints: Sequence[Checkpoint], keys: Keyring) -> None:
        self.all = tuple(checkpoints)
        self._keys = keys
        self._signed: set[int] = set()
        self._retired: set[int] = set()
        """Sizes of those that a key signed which another had taken the place of by then."""
        self._judge()

    def _judge(self) -> None:
        seen: set[str] = set()
        retired: set[str] = set()
        for checkpoint in self.all:
            if not self._keys.signed(checkpoint):
                continue
            if checkpoint.key_id in retired:
                self._retired.add(checkpoint.size)
                continue
            self._signed.add(checkpoint.size)
            if checkpoint.key_id not in seen:
                seen.add(checkpoint.key_id)
                retired |= self._keys.retired_by(checkpoint.key_id)

    def signed(self, checkpoint: Checkpoint) -> bool:
        """Whether a trusted key signed just this checkpoint."""
        return checkpoint.size in self._signed

    @property
    def size(self) -> int:
        """The largest size that a checkpoint with a good signature covers."""
        return max(self._signed, default=0)

    def findings(self) -> Iterator[Finding]:
        """What is wrong with signatures, links and order."""
        before: Checkpoint | None = None
        for checkpoint in self.all:
            if not self.signed(checkpoint):
                yield self._unsigned(checkpoint)
            yield from self._link(before, checkpoint)
            before = checkpoint

    def _unsigned(self, checkpoint: Checkpoint) -> Finding:
        if checkpoint.size in self._retired:
            text = "it was signed by a key that another had taken the place of"
        elif checkpoint.key_id in self._keys.ids:
            text = "its signature does not fit: its size, root, time or link was changed, or another key signed it"
        else:
            text = "it names a key that is not trusted"
        return Finding(
            Kind.FORGED_SIGNATURE,
            text,
            checkpoint=checkpoint.size,
            expected=f"a signature by {' or '.join(self._keys.ids) or 'a trusted key'}",
            found=f"{checkpoint.signature.hex()} by {checkpoint.key_id}",
        )

    def _link(self, before: Checkpoint | None, checkpoint: Checkpoint) -> Iterator[Finding]:
        previous = NO_CHECKPOINT if before is None else checkpoint_digest(before)
        if checkpoint.previous != previous and self.signed(checkpoint) and (before is None or self.signed(before)):
            yield Finding(
                Kind.CHECKPOINT_MISSING,
                "the checkpoint that it follows is gone",
                checkpoint=checkpoint.size,
                expected=f"one with the digest {checkpoint.previous.hex()}",
                found="the start" if before is None else f"the one of size {before.size} ({previous.hex()})",
            )
        if before is not None and self.signed(before) and checkpoint.at < before.at:
            yield Finding(
                Kind.FORGED_CHECKPOINT,
                "it is older than the one before it",
                checkpoint=checkpoint.size,
                expected=f"not before {before.at.isoformat()}",
                found=checkpoint.at.isoformat(),
            )
