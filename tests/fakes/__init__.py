"""Servers that stand in for the platforms that Signoff talks to."""
