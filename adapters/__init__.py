"""How the world reaches the bot. Adapters don't see one another, and are given plain values."""
