"""Requests for a re-clustering, as tests look at them."""

from typing import Any

from pymongo.database import Database

from shared.adapters.mongo.requests import open_requests


def is_open(database: Database[dict[str, Any]], identity: str) -> bool:
    """Tell whether a request still waits or is being served."""
    return identity in {request.id for request in open_requests(database)}
