"""A watch over windows as a plain document and back, so that it is stored beside the live model."""

from collections.abc import Mapping
from typing import Any

from shared.core import stored_records
from shared.core.windows.hourly import HourlyMemory


def to_document(memory: HourlyMemory) -> dict[str, Any]:
    """Return a plain mapping."""
    return stored_records.to_document(memory)


def from_document(document: Mapping[str, Any]) -> HourlyMemory:
    """Read what `to_document` wrote; the watch goes on as if it had never stopped.

    Raises
    ------
    SchemaMismatch : it was not written by this program.
    """
    return stored_records.from_document(HourlyMemory, document, "live_model.hours")
