"""Teams: cards rendered, messages sent, clicks received."""
