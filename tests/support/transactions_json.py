"""Lines of a recount, written back as records."""

import json
from datetime import UTC, datetime
from decimal import Decimal

from shared.recount import Line


def as_json(line: Line) -> bytes:
    """Write a line as the value of a Kafka record."""
    event = {
        "event_id": line.event_id,
        "event_time": datetime.fromtimestamp(line.time_ms / 1000, UTC).isoformat(timespec="milliseconds"),
        "customer_id": line.customer_id,
        "invoice_no": line.invoice_no,
        "quantity": -1 if line.is_negative else 1,
        "unit_price": str(Decimal(-line.amount_minor if line.is_negative else line.amount_minor) / 10_000),
    }
    return json.dumps(event).encode()
