"""Values on their way to JSON."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from bson import ObjectId

from shared.core.segments.naming_tables import Name
from shared.plain import iso, to_json, to_plain


class Shade(Enum):
    DARK = "dark"


@dataclass(frozen=True)
class Found:
    values: np.ndarray
    by: dict[int, float]


VALUES = [
    (datetime(2011, 12, 9, 10, 30, tzinfo=UTC), "2011-12-09T10:30:00.000Z"),
    (datetime(2011, 12, 9, 1, tzinfo=timezone(timedelta(hours=1))), "2011-12-09T00:00:00.000Z"),
    (datetime(2011, 12, 9), "2011-12-09T00:00:00.000Z"),  # noqa: DTZ001 - as the driver gives it
    (date(2011, 12, 9), "2011-12-09"),
    (timedelta(minutes=2), "0:02:00"),
    (1.7917334570001913, 1.7917334570001913),
    (float("inf"), None),
    (np.float64("nan"), None),
    (np.float32(0.5), 0.5),
    (np.int64(7), 7),
    (np.bool_(True), True),
    (np.array([[1.0, np.nan]]), [[1.0, None]]),
    (np.datetime64("2011-12-09"), "2011-12-09"),
    ((1, np.int32(2)), [1, 2]),
    (frozenset({"b", "a"}), ["a", "b"]),
    ({"at": [date(2011, 12, 9)], 3: None, Shade.DARK: 1}, {"at": ["2011-12-09"], "3": None, "dark": 1}),
    (Found(np.array([1, 2]), {3: float("inf")}), {"values": [1, 2], "by": {"3": None}}),
    (ObjectId("65f000000000000000000001"), "65f000000000000000000001"),
    (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    (Path("a/b"), "a/b"),
    (Decimal("1.50"), "1.50"),
    (Name.VIP, "VIP"),
    (Shade.DARK, "dark"),
    (b"\x01\xff", "Af8="),
    (ValueError("no such day"), "no such day"),
    ("Crème", "Crème"),
]


@pytest.mark.parametrize(("value", "plain"), VALUES)
def test_what_json_does_not_know_becomes_plain(value: object, plain: object) -> None:
    assert to_plain(value) == plain
    assert json.loads(to_json([value])) == [plain]


def test_digits_are_of_every_number_however_deep() -> None:
    assert to_plain({"a": [(1.23456, np.array([0.98765]), 3)]}, digits=2) == {"a": [[1.23, [0.99], 3]]}


def test_a_moment_keeps_its_milliseconds() -> None:
    assert iso(datetime(2011, 12, 9, 10, 30, 0, 125_999, tzinfo=UTC)) == "2011-12-09T10:30:00.125Z"
