"""Rows as events: the schema, identities, times and what is left for the stream to judge."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema

from shared.intake.source import Source
from shared.meaning.built_in import CDNOW, ONLINE_RETAIL
from shared.meaning.profiles import Profile
from streaming.replay import ReplayRequest, read_as
from streaming.replay.identity import Identities
from streaming.replay.portions import Portion, portions

DOCS = Path(__file__).parents[3] / "docs"
SCHEMA = json.loads((DOCS / "transaction.schema.json").read_text())
OWN = {"event_time": "at", "customer_id": "who", "stock_code": "what", "quantity": "n", "unit_price": "price"}


def _request(tmp_path: Path, text: str, profile: Profile, **changes: Any) -> ReplayRequest:
    path = tmp_path / "x.csv"
    path.write_text(text)
    return ReplayRequest(read_as(Source(path), profile), "unused:9092", "unused", **changes)


def _portions(request: ReplayRequest, first: int = 0) -> Iterator[Portion]:
    return portions(request, Identities(request.reading.profile), first)


def _events(request: ReplayRequest, first: int = 0) -> list[dict[str, Any]]:
    return [json.loads(value) for portion in _portions(request, first) for value in portion.batch.values]


RETAIL_HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
RETAIL = (
    RETAIL_HEADER
    + "536365,85123A,WHITE HEART,6,2010-12-01T08:26:00,2.55,17850,United Kingdom\n"
    + "536365,85123A,WHITE HEART,6,2010-12-01T08:26:00,2.55,17850,United Kingdom\n"
    + "C536379,D,,-1,2011-07-01T09:41:00,27.50,,United Kingdom\n"
)


def test_an_online_retail_line_becomes_the_documented_event(tmp_path: Path) -> None:
    first, second, guest = _events(_request(tmp_path, RETAIL, ONLINE_RETAIL))
    assert first == {
        "event_id": "online-retail:000000001",
        "event_time": "2010-12-01T08:26:00.000+00:00",
        "customer_id": "17850",
        "invoice_no": "536365",
        "stock_code": "85123A",
        "quantity": 6,
        "unit_price": "2.55",
        "description": "WHITE HEART",
        "currency": "GBP",
        "country": "United Kingdom",
    }
    assert second == first | {"event_id": "online-retail:000000002"}
    assert guest["customer_id"] is None
    assert guest["event_time"] == "2011-07-01T08:41:00.000+00:00"
    assert guest["unit_price"] == "27.50"
    assert "description" not in guest
    for event in (first, second, guest):
        jsonschema.validate(event, SCHEMA, cls=jsonschema.Draft202012Validator)


def test_keys_are_customers_and_a_guest_has_none(tmp_path: Path) -> None:
    (portion,) = _portions(_request(tmp_path, RETAIL, ONLINE_RETAIL))
    assert portion.batch.keys == [b"17850", b"17850", None]


def test_a_cdnow_row_is_one_purchase_with_an_invoice_of_its_own_sent_in_order_of_time(tmp_path: Path) -> None:
    text = "customer_id,date,quantity,amount\n1,1997-07-01,3,29.33\n2,1997-01-01,1,11.77\n"
    first, second = _events(_request(tmp_path, text, CDNOW))
    assert first == {
        "event_id": "cdnow:000000002",
        "event_time": "1997-01-01T05:00:00.000+00:00",
        "customer_id": "2",
        "invoice_no": "000000002",
        "stock_code": "CD",
        "quantity": 1,
        "unit_price": "11.77",
        "currency": "USD",
    }
    assert second["event_id"] == "cdnow:000000001"
    assert second["event_time"] == "1997-07-01T04:00:00.000+00:00"


def test_what_cannot_be_read_is_sent_as_it_stands(tmp_path: Path) -> None:
    text = "at,who,what,n,price\n2011-01-01,Nan Li,x,6.00,abc\nyesterday,$gt,,2.5,\n2011-01-02,a,x,1,7.5\n"
    good, bad, _ = _events(_request(tmp_path, text, Profile("own", OWN)))
    assert (good["customer_id"], good["quantity"], good["unit_price"]) == ("Nan Li", 6, "abc")
    assert (bad["event_time"], bad["quantity"], bad["unit_price"]) == ("yesterday", "2.5", "")
    assert "stock_code" not in bad


def test_interval_limit_and_resume_choose_rows_and_keep_their_numbers(tmp_path: Path) -> None:
    rows = "".join(f"2011-01-{day:02d},1,x,1,1\n" for day in range(1, 11))
    start, end = datetime(2011, 1, 3, tzinfo=UTC), datetime(2011, 1, 9, tzinfo=UTC)
    request = _request(
        tmp_path, "at,who,what,n,price\n" + rows, Profile("own", OWN), start=start, end=end, limit=3
    )
    assert [event["event_time"][:10] for event in _events(request)] == [
        "2011-01-03",
        "2011-01-04",
        "2011-01-05",
    ]
    (portion,) = _portions(request, 5)
    assert portion.indices.tolist() == [5, 6, 7]
    assert portion.batch.rows.tolist() == [6, 7, 8]


def test_a_row_without_a_time_lies_in_no_interval(tmp_path: Path) -> None:
    text = "at,who,what,n,price\n2011-01-01,1,x,1,1\nnever,1,x,1,1\n"
    bounded = _request(tmp_path, text, Profile("own", OWN), end=datetime(2012, 1, 1, tzinfo=UTC))
    assert len(_events(bounded)) == 1


def test_own_event_ids_and_invoices_are_taken_from_their_columns(tmp_path: Path) -> None:
    columns = OWN | {"event_id": "id", "invoice_no": "bill"}
    text = "id,bill,at,who,what,n,price\ne1,b1,2011-01-01T00:00:00+05:00,1,x,1,1\n"
    (event,) = _events(_request(tmp_path, text, Profile("own", columns)))
    assert (event["event_id"], event["invoice_no"]) == ("e1", "b1")
    assert event["event_time"] == "2010-12-31T19:00:00.000+00:00"


def test_the_examples_in_the_documentation_fit_the_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["examples"]
    for example in SCHEMA["examples"]:
        jsonschema.validate(example, SCHEMA, cls=jsonschema.Draft202012Validator)
