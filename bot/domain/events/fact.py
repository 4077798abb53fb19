"""What every event is: a frozen value whose fields are its payload."""

from __future__ import annotations

import msgspec


class Fact(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag_field="type"):
    """One fact; its fields are its payload."""
