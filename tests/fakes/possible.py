"""The line between what people can do on a platform and what they can't."""

from __future__ import annotations


class NotPossible(AssertionError):
    """The platform's client would not have let a person do this; the message says why."""
