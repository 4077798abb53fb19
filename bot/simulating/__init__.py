"""Simulating: what a policy would give, in virtual time, with reviewers who take as long as the record says."""
