"""Logs: one structured line an event, on standard error, without secrets or personal data."""

from __future__ import annotations

import logging
import sys
import traceback

import structlog
from aiohttp.http_exceptions import HttpProcessingError


class _WithoutContents(logging.Filter):
    """Leaves out what aiohttp's server quotes of a request that it could not parse, credentials and bodies included.

    Of a fault of ours the kind of error and where it happened stay.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Say what kind of error it was; a request that is no HTTP is the caller's mistake, and no error of ours."""
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            return True
        record.exc_info = record.exc_text = None
        if isinstance(error, HttpProcessingError):
            record.levelno, record.levelname = logging.INFO, "INFO"
            record.msg, record.args = "a request that is no HTTP was refused: %s", (type(error).__name__,)
            return logging.getLogger().isEnabledFor(logging.INFO)
        where = "".join(traceback.format_tb(error.__traceback__))
        record.msg, record.args = "an exchange failed: %s\n%s", (type(error).__qualname__, where)
        return True


def configure(form: str, level: str) -> None:
    """Send structlog's and the standard library's lines through one renderer: ``json``, or ``console`` for people."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    server = logging.getLogger("aiohttp.server")
    server.filters[:] = [_WithoutContents()]
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for chatty in ("apscheduler", "alembic", "aiohttp.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    for telling in ("slack_bolt", "slack_sdk"):  # codes, states and what people wrote are in whatever they log
        logging.getLogger(telling).setLevel(logging.CRITICAL)
