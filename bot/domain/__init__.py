"""What things are: frozen values and pure functions on them. No I/O and no clock."""
