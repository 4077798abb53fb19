"""The only place that wires: settings in, a running server out.

``workplace`` opens what every command needs; ``serve`` puts the adapters on one web application and runs until it is
told to stop.
"""

from bot.app.serving import serve
from bot.app.workplace import Workplace, read_policy, workplace

__all__ = ["Workplace", "read_policy", "serve", "workplace"]
