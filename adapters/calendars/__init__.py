"""Calendars: rotations that are kept in iCalendar files or addresses (RFC 5545), read again and again."""

from adapters.calendars.fetching import Fetched, Fetching
from adapters.calendars.keeping import EVERY_SECONDS, Calendars
from adapters.calendars.reading import MAX_BYTES, read

__all__ = ["EVERY_SECONDS", "MAX_BYTES", "Calendars", "Fetched", "Fetching", "read"]
