"""Requests for small models, all served in this process."""

from typing import Any

from pymongo.database import Database

from batch.serve import Served, serving
from shared.settings import ModelSettings, ReportSettings, Settings

Docs = Database[dict[str, Any]]
SETTINGS = Settings(model=ModelSettings(k_min=3, k_max=4, n_starts=2), report=ReportSettings(write=False))


def serve_all(database: Docs) -> list[Served]:
    with serving(database, SETTINGS) as server:
        return list(iter(server.serve, None))
