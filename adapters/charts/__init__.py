"""Charts: a summary as a picture, drawn in a process of its own."""

from adapters.charts.drawing import Charts

__all__ = ["Charts"]
