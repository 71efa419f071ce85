"""The segments in force, and a customer explained."""

import json
from typing import Any

import pytest

from tests.support.read_shop import live_model
from tests.support.verbs import Resegment, document


def test_segments_come_with_most_revenue_first(resegment: Resegment) -> None:
    rows = document(resegment("segments", "--json"))

    assert [row["name"] for row in rows] == ["Champions", "Promising", "Hibernating"]
    assert rows[0]["revenue_minor"] == 70_000_000
    assert "write to Promising" in resegment("segments").stdout


def test_segments_without_a_model_name_the_next_command(resegment: Resegment, shop: Any) -> None:
    today = live_model()["as_of"]
    for name, as_of in (("younger", None), ("young", today)):
        shop["live_model"].insert_one(live_model(_id=name, model_epoch=None, model_version=None, as_of=as_of))
    shop["pointer"].delete_many({})

    younger, young = (resegment("segments", "--set", f"stream.id={name}") for name in ("younger", "young"))

    assert (younger.code, young.code) == (1, 1)
    assert "next: run `resegment stream`" in younger.stderr
    assert "`resegment recluster --once`, then `resegment stream`" in young.stderr


def test_customer_is_explained(resegment: Resegment) -> None:
    done = resegment("customer", "12347")

    assert done.code == 0, done.stderr
    assert "0.520 from its center; the next, Promising (id 1), is 1.250 further" in done.stdout
    assert "write to Champions" in done.stdout
    assert "from Promising (id 1) to Champions (id 0), cause purchase, offset 77" in done.stdout


def test_customer_shows_what_was_bought_in_the_last_periods(resegment: Resegment) -> None:
    done = resegment("customer", "12347")
    told = json.loads(resegment("customer", "12347", "--json").stdout)["periods"]

    assert "3 orders on 2 days, 180.00" in done.stdout
    assert "4 orders on 3 days, 190.00 net, 30.00 of it returned" in done.stdout
    assert [
        (row["days"], row["orders"], row["active_days"], row["spend"], row["returned"]) for row in told
    ] == [
        (30, 3, 2, 180.0, 0.0),
        (90, 4, 3, 190.0, 30.0),
        (365, 5, 4, 280.0, 30.0),
    ]


def test_customer_that_is_not_clustered_says_why(resegment: Resegment) -> None:
    assert "returns only" in resegment("customer", "returner").stdout


@pytest.mark.parametrize("customer_id", ["unknown", "gone", '{"$ne": null}'])
def test_unknown_or_deleted_customer_exits_with_1(resegment: Resegment, customer_id: str) -> None:
    done = resegment("customer", customer_id)

    assert done.code == 1
    assert done.stdout == ""
    assert "no customer" in done.stderr
