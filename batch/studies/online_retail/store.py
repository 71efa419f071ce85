"""The cleaned data in MongoDB, for dashboards.

Each collection is written beside the old one and takes its place in one step: whoever reads meanwhile sees
the old documents or the new ones, and running the study again leaves the same documents.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pymongo.database import Database

from batch.studies.online_retail.analyst_collections import LAYOUTS, views
from shared.documents import Document

CHUNK = 10_000


@dataclass(frozen=True)
class Stored:
    """Documents of each collection, rows of each view, and the sum of the monthly view, in 1/10,000."""

    database: str
    documents: Mapping[str, int]
    view_rows: Mapping[str, int]
    revenue_minor: int


def store(database: Database[Document], documents: Mapping[str, Iterable[Document]], zone: str) -> Stored:
    """Replace the collections by `documents` (name -> documents), and make the views."""
    for name, found in documents.items():
        _replace(database, name, found)
    for name, (source, pipeline) in views(zone).items():
        database.drop_collection(name)
        database.create_collection(name, viewOn=source, pipeline=pipeline, check_exists=False)
    return _read_back(database, tuple(views(zone)))


def _replace(database: Database[Document], name: str, documents: Iterable[Document]) -> None:
    staging, layout = f"{name}_new", LAYOUTS[name]
    database.drop_collection(staging)
    collection = database.create_collection(
        staging, validator={"$jsonSchema": layout.schema}, validationLevel="strict", validationAction="error"
    )
    rows = iter(documents)
    while chunk := list(islice(rows, CHUNK)):
        collection.insert_many(chunk, ordered=False)
    for keys in layout.indexes:
        collection.create_index([(key, 1) for key in keys])
    collection.rename(name, dropTarget=True)


def _read_back(database: Database[Document], names: Sequence[str]) -> Stored:
    """Ask the views as a dashboard would."""
    months = list(database["online_retail_sales_by_month"].find())
    rows: dict[str, int] = {name: sum(1 for _ in database[name].find()) for name in names}
    counts: dict[str, Any] = {name: database[name].count_documents({}) for name in LAYOUTS}
    return Stored(database.name, counts, rows, sum(month["revenue_minor"] for month in months))
