"""Servers that stand in for the platforms that Signoff talks to.

What every platform's has is beside their folders: the server (`serving`), what is delivered to the bot (`delivering`),
what whoever tests watches (`watching`, `stirring`), faults (`faults`, `severing`), being driven by hand (`driving`,
`by_hand`).
"""
