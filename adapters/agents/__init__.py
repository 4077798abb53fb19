"""What agents speak to Signoff: the Agent Approval Protocol below ``/api/aap``, and our own API below ``/api/v1``."""
