"""`python -m bot.cli` is the command ``signoff``."""

from bot.cli import main

main()
