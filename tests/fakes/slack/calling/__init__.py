"""How Slack calls the app: signed over HTTP, or through a Socket Mode connection."""
