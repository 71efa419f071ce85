"""Structured events on stderr: past tense, keys instead of prose, no credentials.

`log.info("batch_applied", rows=5000, elapsed_s=0.21)`. Only shells log; the core returns values.
"""

import logging
import os
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

from shared.plain import to_plain
from shared.redaction import redact
from shared.settings import LogSettings

NOISY = ("kafka", "py4j", "pymongo", "urllib3")
"""Libraries that repeat a connection error for as long as it lasts; our own event says it once."""
DIGITS = 4
"""Of numbers in events, behind the point: a tenth of a millisecond, a hundredth of a percent."""


def configure(settings: LogSettings) -> None:
    """Send our events and the libraries' messages to stderr in one format; call once, at the start."""
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    shared = _shared_processors()
    structlog.configure(
        processors=[*shared, *_renderers(settings)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_stderr_logger,
        cache_logger_on_first_use=False,
    )
    _route_library_messages(settings, shared)


def get_logger(name: str) -> FilteringBoundLogger:
    """Give a logger whose events carry `source=name`."""
    logger: FilteringBoundLogger = structlog.get_logger(source=name)
    return logger


def _shared_processors() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
    ]


def _renderers(settings: LogSettings) -> list[Processor]:
    # a traceback becomes text before it is redacted, and without local variables: those hold secrets
    text: list[Processor] = [structlog.processors.format_exc_info, _plain_values, _redact_values]
    if settings.format == "json":
        return [*text, structlog.processors.JSONRenderer()]
    return [*text, _console(colours=sys.stderr.isatty() and "NO_COLOR" not in os.environ)]


def _console(*, colours: bool) -> Processor:
    plain = structlog.dev.plain_traceback
    return structlog.dev.ConsoleRenderer(colors=colours, timestamp_key="ts", exception_formatter=plain)


def _plain_values(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {
        key: value if key.startswith("_") else to_plain(value, digits=DIGITS) for key, value in event.items()
    }


def _redact_values(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {key: redact(value) if isinstance(value, str) else value for key, value in event.items()}


def _stderr_logger(*_: Any) -> structlog.PrintLogger:
    return structlog.PrintLogger(sys.stderr)


def _route_library_messages(settings: LogSettings, shared: list[Processor]) -> None:
    handler = logging.StreamHandler(sys.stderr)
    strip = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[strip, *_renderers(settings)]
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING if settings.level == "debug" else logging.CRITICAL)
