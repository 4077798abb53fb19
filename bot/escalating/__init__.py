"""Escalating: what is due now happens, once, however many processes sweep. Expiry always means: not run."""

from bot.escalating.lateness import LATE_SECONDS
from bot.escalating.pacing import SWEEP_SECONDS, Pace
from bot.escalating.sweeping import Swept, sweep

__all__ = ["LATE_SECONDS", "SWEEP_SECONDS", "Pace", "Swept", "sweep"]
