"""Proving: whether the record is what was recorded; every finding has a name, a place, and what was expected there."""
