"""Files as people have them: each is right to the last penny, or stopped with what mends it."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from cli.recount_file import accounts_of
from shared.intake.findings import Level
from shared.intake.source import Source
from shared.settings import Settings
from streaming.replay import Look, Rules, Wishes, look
from streaming.replay.identity import Identities
from streaming.replay.portions import in_sending_order

EXPORTS = Path(__file__).parents[2] / "data" / "exports"


@dataclass(frozen=True)
class Right:
    """customer -> (orders, money), and what is said."""

    customers: dict[str, tuple[int, str]]
    said: frozenset[str] = frozenset()


def _right(text: str, *said: str) -> Right:
    parts = [part.split() for part in text.split(";")]
    return Right({who: (int(orders), money) for who, orders, money in parts}, frozenset(said))


FILES = {
    "decimal_comma.csv": _right("K-001 1 1324; K-002 1 12.50; K-003 1 27"),
    "thousands_points_only.csv": _right("K-001 1 3000; K-002 1 950; K-003 1 12500"),
    "ids_as_floats.csv": _right("20001 2 17.85; 20002 1 2.50", "float_ids"),
    "ids_nan.csv": _right("20001 1 5.10", "missing_words"),
    "offsets_of_summer.csv": _right("ann 1 5; bob 1 2.55"),
    "offsets_of_hours.csv": _right("ann 1 5; bob 1 2.55"),
    "epoch_seconds.csv": _right("ann 1 5; bob 1 5", "epoch_times"),
    "epoch_milliseconds.csv": _right("ann 1 5; bob 1 5", "epoch_times"),
    "weights.csv": _right("ann 1 16.425; bob 1 20; cat 1 16"),
    "newest_first.csv": _right("ann 12 120; bob 12 120", "sorted"),
    "orders_monday.csv": _right("ann 1 5; bob 1 7"),
    "orders_tuesday.csv": _right("ann 2 10; bob 1 7"),
    "refunds_as_negative_prices.csv": _right("ann 1 0; bob 1 45; cat 1 0"),
    "utf_16.csv": _right("ann 1 5"),
    "zipped.csv.zip": _right("ann 1 5; bob 1 7"),
    "events.jsonl": _right("ann 1 5"),
    "without_articles.csv": _right("ann 1 5; bob 1 5"),
}


def _look(name: str, **wishes: object) -> Look:
    return look(Source(EXPORTS / name), Wishes(**wishes), Rules())  # type: ignore[arg-type]


def _customers(seen: Look) -> dict[str, tuple[int, Decimal]]:
    assert seen.reading is not None
    accounts = accounts_of(seen.reading, Settings())
    return {who: (a.frequency, Decimal(a.monetary_minor) / 10_000) for who, a in accounts.items()}


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_understood_without_a_word(name: str) -> None:
    seen, right = _look(name), FILES[name]
    assert [finding.message for finding in seen.findings if finding.level is not Level.NOTE] == []
    assert {finding.code for finding in seen.findings} >= right.said
    expected = {who: (orders, Decimal(money)) for who, (orders, money) in right.customers.items()}
    assert _customers(seen) == expected


def test_order_cells_on_the_first_line_only_stop_with_the_flag_that_fills_them() -> None:
    seen = _look("shopify_orders.csv")
    (stop,) = seen.stops()
    assert (stop.code, stop.mend) == ("blank_repeated_cells", "--fill-down")
    assert stop.examples == ("line 4", "line 6")
    assert "--fill-down" in seen.flags
    filled = _customers(_look("shopify_orders.csv", fill_down=True))
    assert filled == {
        "ann@example.org": (1, Decimal("21.50")),
        "ben@example.org": (1, Decimal("23.00")),
        "cleo@example.org": (1, Decimal("4.00")),
    }


def test_cells_shifted_by_unquoted_separators_stop_with_their_lines() -> None:
    seen = _look("unquoted_decimal_comma.csv")
    (stop,) = seen.stops()
    assert stop.code == "damaged_rows"
    assert "line 2" in stop.message + " ".join(stop.examples)
    assert seen.reading is None


def test_a_refund_is_not_the_last_purchase() -> None:
    seen = _look("refunds_as_negative_prices.csv")
    assert seen.reading is not None
    ann = accounts_of(seen.reading, Settings())["ann"]
    assert ann.last_purchase_ms == ann.first_purchase_ms
    rows = dict(seen.rows)
    assert rows["returns"] == "1 return, 1 discount within an order"


def test_overlapping_exports_hold_the_same_events() -> None:
    events = []
    for name in ("orders_monday.csv", "orders_tuesday.csv"):
        reading = _look(name).reading
        assert reading is not None
        (batch,) = [b for b, _ in in_sending_order(reading, Identities(reading.profile))]
        events.append(set(batch.values))
    assert events[0] < events[1]
    assert len(events[1]) == 3


@pytest.mark.parametrize(
    ("name", "pattern"),
    [("retail_german_dates.csv", "%d.%m.%Y %H:%M"), ("retail_us_dates.csv", "%m/%d/%Y %H:%M:%S")],
)
def test_dates_of_another_country_agree_with_a_plain_reader(name: str, pattern: str) -> None:
    table = pd.read_csv(EXPORTS / name, dtype=str)
    money = table["Quantity"].astype(int) * table["UnitPrice"].map(Decimal)
    plain = table.assign(money=money, when=pd.to_datetime(table["InvoiceDate"], format=pattern))
    plain["who"] = plain["CustomerID"].str.removesuffix(".0")
    bought = plain[(plain["Quantity"].astype(int) > 0) & ~plain["InvoiceNo"].str.startswith("C")]
    expected = {
        who: (bought.loc[bought["who"] == who, "InvoiceNo"].nunique(), total)
        for who, total in plain.groupby("who")["money"].sum().items()
    }
    seen = _look(name)
    assert not seen.stops()
    assert _customers(seen) == expected
    accounts = accounts_of(seen.reading, Settings())  # type: ignore[arg-type]
    newest = bought.groupby("who")["when"].max().dt.tz_localize("Europe/London")
    for who, moment in newest.items():
        assert accounts[str(who)].last_purchase_ms == moment.value // 1_000_000
