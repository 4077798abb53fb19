"""Who is who: keys, the tokens that Teams bears, and those that the bot gets to bear."""
