"""A small shop at rest: customers and a live model, as a stream would have left them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from shared.adapters.mongo.schemas import CUSTOMER_KEYS
from tests.support.day_rules import DAY_RULES

AS_OF = datetime(2011, 6, 1, tzinfo=UTC)


def customers(n: int = 150) -> list[dict[str, Any]]:
    """Three kinds of customer, n each, well apart."""
    rng = np.random.default_rng(5)
    typical = np.repeat(np.array([(5, 40, 9_000.0), (10, 1, 60.0), (250, 3, 200.0)]), n, axis=0)
    drawn = typical * rng.lognormal(0.0, 0.25, typical.shape)
    return [customer(f"c{at:04}", *row) for at, row in enumerate(drawn.tolist())]


def customer(identity: str, recency_days: float, frequency: float, spend: float) -> dict[str, Any]:
    last, minor = AS_OF - timedelta(days=recency_days), round(spend * 10_000)
    document: dict[str, Any] = dict.fromkeys(CUSTOMER_KEYS)
    document |= {"_id": identity, "frequency": round(frequency), "monetary_minor": minor}
    document |= {"monetary": minor / 10_000, "first_purchase_at": last, "last_purchase_at": last}
    return document | {"status": "unassigned", "rev": 1, "fence": [], "deleted": False}


def live_model(**changes: Any) -> dict[str, Any]:
    names = "read applied duplicate late unattributed unattributed_minor rejected"
    document: dict[str, Any] = {"_id": "main", "rev": 1, "lease_epoch": 1, "clean": True, "fence_epoch": 0}
    document |= {"topic": {"name": "t", "id": "i", "partitions": 1}, "offsets": [], "clocks": []}
    document |= {
        "counters": dict.fromkeys(names.split(), 0),
        "rejected_codes": [],
        "customers": 450,
        "clusterable": 450,
    }
    document |= {"day_rules": DAY_RULES}
    document |= dict.fromkeys(("model_version", "model_epoch", "pending", "kmeans", "som", "batch"))
    document |= {"as_of": AS_OF, "first_event_at": AS_OF - timedelta(days=200), "newest_event_at": AS_OF}
    return document | {"days": [], "population": None, "names": []} | changes
