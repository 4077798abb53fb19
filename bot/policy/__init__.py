"""The policy document: what it says, how its text is read, and the expressions in it. Pure: no clock, no I/O."""
