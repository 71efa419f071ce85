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
        "stock_code": "85123A",
        "quantity": line.quantity,
        "unit_price": str(Decimal(line.amount_minor) / line.quantity / 10_000),
    }
    return json.dumps(event).encode()
