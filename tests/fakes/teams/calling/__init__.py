"""How Teams calls the bot."""
