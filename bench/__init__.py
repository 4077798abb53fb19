"""The bench: what Signoff costs, beside the same durable work without it. Run it with ``python -m bench``."""
