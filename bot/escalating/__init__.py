"""Escalating: what is due now happens, once, however many processes sweep. Expiry always means: not run."""

from bot.escalating.lateness import LATE_SECONDS
from bot.escalating.sweeping import SWEEP_SECONDS, keep_time, sweep

__all__ = ["LATE_SECONDS", "SWEEP_SECONDS", "keep_time", "sweep"]
