"""Slack's rules for blocks and views, as far as they are documented or known."""

from tests.fakes.slack.blocks.checking import (
    BLOCKS_IN_TOTAL,
    check_blocks,
    check_view,
    inputs,
    interactive,
    too_long,
    view_too_large,
)
from tests.fakes.slack.blocks.layout import Surface
from tests.fakes.slack.blocks.shapes import Problem

__all__ = [
    "BLOCKS_IN_TOTAL",
    "Problem",
    "Surface",
    "check_blocks",
    "check_view",
    "inputs",
    "interactive",
    "too_long",
    "view_too_large",
]
