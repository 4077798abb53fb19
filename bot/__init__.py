"""What the bot decides: no chat SDK, no SQL and no HTTP server in here."""
