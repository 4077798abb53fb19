"""Retaining: what the policy's retention lets go is erased, on record."""
