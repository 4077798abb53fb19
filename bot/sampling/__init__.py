"""Sampling: a share of what runs alone at the levels draft and recommend is looked at afterwards by a person.

Nothing waits for it and no promise runs: whoever is asked says *good* or *needs work*, and what needs work opens a
feedback item. Who is asked is settled when the request opens, in its transaction, so that nobody's day is overrun.
"""

from bot.sampling.choosing import Draw

__all__ = ["Draw"]
