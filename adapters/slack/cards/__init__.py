"""What Slack shows, as plain dicts: pure functions of neutral values, without I/O, clock or SDK."""
